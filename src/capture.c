#include "src/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/foreign.h"
#include "src/pcapng.h"
#include "src/unpack.h"

enum {
	BUFFER = 131072,   /* bytes of a file's read buffer */
	OPEN_MAX_FEW = 16, /* so few files just stay open */
	PCAP_HEADER = 24,  /* bytes of a pcap file's header ... */
	PCAP_RECORD = 16,  /* ... and of a record's */
	SECOND = 1000000000,
};

struct source {
	struct capture_info info;
	FILE *file;                  /* owned by pcap when that is there */
	char *buffers[2];            /* of the file, and of what is unpacked from it */
	pcap_t *pcap;                /* reads classic pcap ... */
	struct pcapng *pcapng;       /* ... and this the other; both NULL: not open now */
	const struct unpack *unpack; /* owned by file; NULL: not compressed */
	bool seekable;               /* can be opened again */
	bool live;                   /* no regular file */
	uint64_t at; /* pcap: offset of the next record; 0: not known (any more) */
	bool again;  /* is opened a second time */
	bool loaded; /* head is a record that was not handed out yet */
	struct frame head;
	int64_t start_ns; /* time of its first record */
};

struct capture {
	struct source *sources;
	size_t total;
	struct source **heap; /* the open ones that have a head, by its time */
	size_t heap_total;
	struct source **
	    later; /* those to be opened again, by start_ns; [later_first, later_total) */
	size_t later_first, later_total;
	struct source *given; /* its head is with the caller */
};

/* ---- one file ---- */

static void
source_close(struct source *s)
{
	if (s->pcap != NULL)
		pcap_close(s->pcap); /* and s->file */
	else if (s->file != NULL)
		(void)fclose(s->file);
	pcapng_free(s->pcapng);
	free(s->buffers[0]);
	free(s->buffers[1]);
	s->buffers[0] = s->buffers[1] = NULL;
	s->pcap = NULL;
	s->pcapng = NULL;
	s->file = NULL;
	s->unpack = NULL;
	s->loaded = false;
}

/* The first four octets, which stay to be read; *n: how many there are. False: they cannot be read. */
static bool
peek(FILE *f, uint32_t *magic, size_t *n)
{
	uint8_t m[4] = {0};
	size_t i;

	*n = fread(m, 1, sizeof(m), f);
	for (i = *n; i > 0; i--)
		if (ungetc(m[i - 1], f) == EOF)
			return false;
	*magic = (uint32_t)m[0] << 24 | (uint32_t)m[1] << 16 | (uint32_t)m[2] << 8 | m[3];
	return !ferror(f);
}

static FILE *
open_stdin(void)
{
	int fd = dup(STDIN_FILENO);
	FILE *f = fd >= 0 ? fdopen(fd, "rb") : NULL;

	if (f == NULL && fd >= 0)
		(void)close(fd);
	return f;
}

/* LINKTYPE_ values are the same everywhere, DLT_RAW is not. */
static int
link_type(int dlt)
{
	return dlt == DLT_RAW ? 101 : dlt;
}

static void
link_note(struct capture_info *info, int dlt)
{
	size_t i;

	for (i = 0; i < info->links_total; i++)
		if (info->links[i] == dlt)
			return;
	if (info->links_total < CAPTURE_LINKS_MAX)
		info->links[info->links_total++] = dlt;
	else
		info->links_more = true;
}

static void
comment_note(struct source *s, uint64_t frame, struct slice text)
{
	struct capture_info *info = &s->info;
	struct capture_comment *more;
	char *copy;

	/* What stands up to the first frame was read when it was opened first. */
	if (text.n == 0 || (s->again && info->frames == 0))
		return;
	if (info->comments_total == CAPTURE_COMMENTS_MAX) {
		info->comments_dropped++;
		return;
	}
	more = realloc(info->comments, (info->comments_total + 1) * sizeof(*more));
	copy = more != NULL ? strndup((const char *)text.p, text.n) : NULL;
	if (more != NULL)
		info->comments = more;
	if (copy == NULL) {
		info->comments_dropped++;
		return;
	}
	more[info->comments_total++] = (struct capture_comment){frame, copy};
}

/* A large buffer for a file: libc looks at the size only where it is handed the octets too. NULL: its own. */
static char *
buffer_give(FILE *f)
{
	char *buffer = malloc(BUFFER);

	if (buffer != NULL && setvbuf(f, buffer, _IOFBF, BUFFER) != 0) {
		free(buffer);
		buffer = NULL;
	}
	return buffer;
}

/* Opens the file and sees that it can be read. */
static int
file_open(struct source *s, struct err *e)
{
	const char *name = s->info.file;
	struct stat st;

	s->file = strcmp(name, "-") == 0 ? open_stdin() : fopen(name, "rbe");
	if (s->file == NULL || fstat(fileno(s->file), &st) != 0)
		return err_set(e, "%s: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(e, "%s: is a directory", name);
	s->live = !S_ISREG(st.st_mode);
	s->seekable = !s->live && strcmp(name, "-") != 0;
	s->buffers[0] = buffer_give(s->file);
	return 0;
}

/* The first octets of what is to be read, in a stream that unpacks it if need be. */
static int
magic_read(struct source *s, uint32_t *magic, struct err *e)
{
	const char *name = s->info.file;
	enum unpack_kind kind;
	struct unpack *u;
	size_t n;
	FILE *f;

	errno = 0;
	if (!peek(s->file, magic, &n))
		return err_set(e, "%s: %s", name, strerror(errno ? errno : EIO));
	kind = unpack_kind(*magic);
	if (kind != UNPACK_NONE) {
		f = unpack_open(s->file, kind, &u);
		if (f == NULL)
			return err_set(e, "%s: is compressed with %s: %s", name,
			               unpack_name(kind), strerror(errno));
		s->file = f;
		s->unpack = u;
		s->info.packing = unpack_name(kind);
		s->buffers[1] = buffer_give(f);
		if (!peek(f, magic, &n) || unpack_trouble(u)[0] != '\0')
			return err_set(e, "%s: %s", name, unpack_trouble(u));
		if (unpack_kind(*magic) != UNPACK_NONE)
			return err_set(e, "%s: is compressed twice", name);
	}
	if (n == 0)
		return err_set(e, "%s: is empty", name);
	if (foreign_what(*magic) != NULL)
		return err_set(e, "%s: %s", name, foreign_what(*magic));
	return 0;
}

static int
ng_open(struct source *s, struct err *e)
{
	s->info.format = "pcapng";
	s->pcapng = pcapng_new(s->file);
	if (s->pcapng == NULL)
		return err_set(e, "out of memory");
	if (pcapng_begin(s->pcapng) != PCAPNG_FRAME)
		return err_set(e, "%s: not a capture that can be read: offset %llu: %s",
		               s->info.file, (unsigned long long)pcapng_offset(s->pcapng),
		               pcapng_why(s->pcapng));
	link_note(&s->info, pcapng_dlt(s->pcapng));
	comment_note(s, 0, pcapng_comment(s->pcapng));
	return 0;
}

static int
classic_open(struct source *s, uint32_t magic, struct err *e)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	bool nano = magic == 0xA1B23C4D || magic == 0x4D3CB2A1;

	s->info.format = nano ? "pcap (nanoseconds)" : "pcap";
	s->pcap = pcap_fopen_offline_with_tstamp_precision(
	    s->file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (s->pcap == NULL)
		return err_set(e, "%s: not a capture that can be read: %s", s->info.file,
		               why);
	link_note(&s->info, link_type(pcap_datalink(s->pcap)));
	if (nano)
		s->info.precision = 9;
	/* Kuznetzov's records are longer. */
	s->at = magic != 0xA1B2CD34 && magic != 0x34CDB2A1 ? PCAP_HEADER : 0;
	return 0;
}

static int
source_open(struct source *s, struct err *e)
{
	uint32_t magic = 0;

	s->info.precision = s->info.precision ? s->info.precision : 6;
	if (file_open(s, e) != 0 || magic_read(s, &magic, e) != 0 ||
	    (magic == 0x0A0D0D0A ? ng_open(s, e) : classic_open(s, magic, e)) != 0) {
		source_close(s);
		return -1;
	}
	return 0;
}

/* libpcap's time, as a number that can be calculated with. A pcap file has 32 bits without sign,
 * which libpcap takes for signed ones; a fraction beyond a second says nothing. */
static int64_t
time_of(const struct timeval *ts)
{
	int64_t seconds = (uint32_t)ts->tv_sec, fraction = ts->tv_usec;

	if (fraction < 0 || fraction >= SECOND)
		fraction = SECOND - 1;
	return seconds * SECOND + fraction;
}

/* Why the reading ends here; cut: in the midst of a record, which says all. */
static void
trouble(struct source *s, bool cut, uint64_t offset, const char *why)
{
	unsigned long long frame = s->info.frames + 1;
	char where[48] = "";

	if (s->unpack != NULL && unpack_trouble(s->unpack)[0] != '\0') {
		cut = false;
		why = unpack_trouble(s->unpack);
	}
	if (offset != 0)
		(void)snprintf(where, sizeof(where), " (offset %llu)",
		               (unsigned long long)offset);
	(void)snprintf(s->info.trouble, sizeof(s->info.trouble), "%s %llu%s%s%.150s",
	               cut ? "cut short in the middle of frame" : "damaged at frame",
	               frame, where, cut ? "" : ": ", cut ? "" : why);
}

static bool
classic_load(struct source *s)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	struct frame *f = &s->head;
	off_t at;
	int got = pcap_next_ex(s->pcap, &h, &bytes);
	const char *why = pcap_geterr(s->pcap);

	if (got != 1) {
		s->info.complete = got == PCAP_ERROR_BREAK;
		/* libpcap tells the ways of ending apart by its words only. */
		if (got != PCAP_ERROR_BREAK)
			trouble(s, strncmp(why, "truncated", 9) == 0, s->at, why);
		return false;
	}
	f->time_ns = time_of(&h->ts);
	f->bytes = slice_of(bytes, h->caplen);
	f->wire = h->len;
	f->dlt = s->info.links[0];
	f->offset = 0;
	if (s->at != 0) {
		f->offset = s->at + PCAP_RECORD;
		s->at = f->offset + h->caplen;
		/* A record longer than the snap length was clipped by libpcap: ask where we are. */
		if (h->caplen >= (bpf_u_int32)pcap_snapshot(s->pcap)) {
			at = ftello(s->file);
			s->at = at > 0 ? (uint64_t)at : 0;
		}
	}
	return true;
}

static bool
ng_load(struct source *s)
{
	struct pcapng_frame in;
	struct frame *f = &s->head;
	enum pcapng_answer got = pcapng_next(s->pcapng, &in);

	comment_note(s, 0, pcapng_comment(s->pcapng));
	if (got != PCAPNG_FRAME) {
		s->info.complete = got == PCAPNG_END;
		if (got != PCAPNG_END)
			trouble(s, got == PCAPNG_CUT, pcapng_offset(s->pcapng),
			        pcapng_why(s->pcapng));
		return false;
	}
	comment_note(s, s->info.frames + 1, in.comment);
	/* What has no time came right after what stands before it. */
	if (in.timed)
		f->time_ns = in.time_ns;
	f->bytes = in.bytes;
	f->wire = in.wire;
	f->dlt = in.dlt;
	f->offset = in.offset;
	link_note(&s->info, in.dlt);
	return true;
}

/* Loads the next record into head; false at the end or at trouble, with the file closed. */
static bool
source_load(struct source *s)
{
	struct frame *f = &s->head;

	if (!(s->pcapng != NULL ? ng_load(s) : classic_load(s))) {
		/* The end of what was unpacked may not be the end of the file. */
		if (s->info.complete && s->unpack != NULL &&
		    unpack_trouble(s->unpack)[0] != '\0') {
			s->info.complete = false;
			trouble(s, false, 0, "");
		}
		source_close(s);
		return false;
	}
	f->number = s->info.frames + 1;
	if (f->wire < f->bytes.n)
		f->wire = (uint32_t)f->bytes.n;
	if (f->time_ns % 1000 != 0)
		s->info.precision = 9;
	s->loaded = true;
	return true;
}

/* ---- all files ---- */

static size_t
digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* As people count: "out9" before "out10". Below 0, 0, above 0. */
static int
compare_names(const char *a, const char *b)
{
	size_t m, n;
	int d;

	/* Each round goes on by a number, or by a character. */
	while (*a != '\0' && *b != '\0') {
		m = digits(a);
		n = digits(b);
		if (m == 0 || n == 0) {
			if (*a != *b)
				break;
			a++;
			b++;
			continue;
		}
		for (; m > 1 && *a == '0'; a++, m--)
			;
		for (; n > 1 && *b == '0'; b++, n--)
			;
		d = m != n ? (m > n) - (m < n) : strncmp(a, b, n);
		if (d != 0)
			return d;
		a += m;
		b += n;
	}
	return (int)(unsigned char)*a - (int)(unsigned char)*b;
}

/* The order at the seams of rotated files, whatever that on the command line: a file that began
 * earlier, one whose name comes earlier. */
static int
compare_files(const struct source *a, const struct source *b)
{
	int d;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	d = compare_names(a->info.file, b->info.file);
	if (d != 0)
		return d;
	return a->head.capture < b->head.capture ? -1 : 1;
}

static bool
earlier(const struct source *a, const struct source *b)
{
	if (a->head.time_ns != b->head.time_ns)
		return a->head.time_ns < b->head.time_ns;
	return compare_files(a, b) < 0;
}

static void
heap_sink(struct capture *c, size_t i)
{
	struct source *s = c->heap[i];
	size_t child;

	/* Each round goes one level down. */
	while ((child = 2 * i + 1) < c->heap_total) {
		if (child + 1 < c->heap_total &&
		    earlier(c->heap[child + 1], c->heap[child]))
			child++;
		if (!earlier(c->heap[child], s))
			break;
		c->heap[i] = c->heap[child];
		i = child;
	}
	c->heap[i] = s;
}

static void
heap_push(struct capture *c, struct source *s)
{
	size_t i = c->heap_total++;

	while (i > 0 && earlier(s, c->heap[(i - 1) / 2])) {
		c->heap[i] = c->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	c->heap[i] = s;
}

static void
heap_pop(struct capture *c)
{
	c->heap[0] = c->heap[--c->heap_total];
	if (c->heap_total != 0)
		heap_sink(c, 0);
}

static int
by_start(const void *a, const void *b)
{
	const struct source *x = *(struct source *const *)a,
	                    *y = *(struct source *const *)b;

	return compare_files(x, y);
}

struct capture *
capture_new(char *const *files, size_t files_total, struct err *e)
{
	struct capture *c = calloc(1, sizeof(*c));
	size_t room = files_total ? files_total : 1, i;
	bool stdin_taken = false;
	struct source *s;

	if (c == NULL)
		goto no_memory;
	c->sources = calloc(room, sizeof(*c->sources));
	c->heap = calloc(room, sizeof(struct source *));
	c->later = calloc(room, sizeof(struct source *));
	if (c->sources == NULL || c->heap == NULL || c->later == NULL)
		goto no_memory;
	for (i = 0; i < files_total; i++) {
		s = &c->sources[c->total++];
		s->info.file = files[i];
		s->head.capture = (uint32_t)i;
		if (strcmp(files[i], "-") == 0) {
			if (stdin_taken) {
				err_set(e, "-: standard input can be read only once");
				goto fail;
			}
			stdin_taken = true;
		}
		if (source_open(s, e) != 0)
			goto fail;
		if (!source_load(s))
			continue;
		s->start_ns = s->head.time_ns;
		if (files_total > OPEN_MAX_FEW && s->seekable) {
			source_close(s);
			s->again = true;
			c->later[c->later_total++] = s;
		} else {
			heap_push(c, s);
		}
	}
	if (c->later_total > 1)
		qsort(c->later, c->later_total, sizeof(struct source *), by_start);
	return c;
no_memory:
	err_set(e, "out of memory");
fail:
	capture_free(c);
	return NULL;
}

/* Opens again whatever begins before the clock of the open ones. */
static void
open_later(struct capture *c)
{
	struct source *s;
	struct err e = {.text = ""};

	while (c->later_first < c->later_total) {
		s = c->later[c->later_first];
		if (c->heap_total != 0 && (c->heap[0]->head.time_ns < s->start_ns))
			break;
		c->later_first++;
		if (source_open(s, &e) != 0) {
			(void)snprintf(s->info.trouble, sizeof(s->info.trouble),
			               "cannot be opened again: %.200s", e.text);
			e.text[0] = '\0';
		} else if (source_load(s)) {
			heap_push(c, s);
		}
	}
}

int
capture_next(struct capture *c, struct frame *out)
{
	struct capture_info *info;
	struct source *s = c->given;

	c->given = NULL;
	if (s != NULL) {
		if (source_load(s))
			heap_sink(c, 0);
		else
			heap_pop(c);
	}
	open_later(c);
	if (c->heap_total == 0)
		return 0;
	s = c->heap[0];
	c->given = s;
	*out = s->head;
	info = &s->info;
	info->frames++;
	info->bytes += out->bytes.n;
	if (info->frames == 1 || out->time_ns < info->first_ns)
		info->first_ns = out->time_ns;
	if (info->frames == 1 || out->time_ns > info->last_ns)
		info->last_ns = out->time_ns;
	return 1;
}

bool
capture_live(const struct capture *c)
{
	size_t i;

	for (i = 0; i < c->total; i++)
		if (c->sources[i].live)
			return true;
	return false;
}

size_t
capture_total(const struct capture *c)
{
	return c->total;
}

const struct capture_info *
capture_info(const struct capture *c, size_t i)
{
	return i < c->total ? &c->sources[i].info : NULL;
}

void
capture_free(struct capture *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; c->sources != NULL && i < c->total; i++) {
		struct capture_info *info = &c->sources[i].info;

		source_close(&c->sources[i]);
		while (info->comments_total != 0)
			free(info->comments[--info->comments_total].text);
		free(info->comments);
	}
	free(c->sources);
	free(c->heap);
	free(c->later);
	free(c);
}
