#include "src/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BUFFER = 131072,   /* bytes of a file's read buffer */
	OPEN_MAX_FEW = 16, /* so few files just stay open */
	PCAP_HEADER = 24,  /* bytes of a pcap file's header ... */
	PCAP_RECORD = 16,  /* ... and of a record's */
	SECOND = 1000000000,
};

static const int64_t seconds_max =
    INT64_MAX / SECOND - 1; /* year 2262: what int64_t ns can hold */

struct source {
	struct capture_info info;
	FILE *file;    /* owned by pcap when that is there */
	pcap_t *pcap;  /* NULL: not open now */
	bool seekable; /* can be opened again */
	bool live;     /* no regular file */
	bool plain;    /* pcap, not pcapng: offsets can be counted */
	uint64_t at;   /* plain: offset of the next record; 0: not known any more */
	bool loaded;   /* head is a record that was not handed out yet */
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
	s->pcap = NULL;
	s->file = NULL;
	s->loaded = false;
}

/* What the first octets say; they stay to be read. */
static const char *
peek_format(struct source *s, uint32_t *magic)
{
	uint8_t m[4];
	size_t n = fread(m, 1, sizeof(m), s->file), i;
	const char *format = "pcap";

	for (i = n; i > 0; i--)
		if (ungetc(m[i - 1], s->file) == EOF)
			return NULL;
	if (n == 0)
		return "";
	if (n < sizeof(m))
		return format;
	*magic = (uint32_t)m[0] << 24 | (uint32_t)m[1] << 16 | (uint32_t)m[2] << 8 | m[3];
	if (*magic == 0x0A0D0D0A)
		format = "pcapng";
	else if (*magic == 0xA1B23C4D || *magic == 0x4D3CB2A1)
		format = "pcap (nanoseconds)";
	s->plain = *magic != 0x0A0D0D0A && *magic != 0xA1B2CD34 && *magic != 0x34CDB2A1;
	return format;
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

static const char *
compression(uint32_t magic)
{
	if (magic >> 8 == 0x1F8B08)
		return "gzip";
	if (magic == 0x28B52FFD)
		return "zstd";
	if (magic == 0xFD377A58)
		return "xz";
	if (magic >> 8 == 0x425A68)
		return "bzip2";
	return NULL;
}

/* LINKTYPE_ values are the same everywhere, DLT_RAW is not. */
static int
link_type(int dlt)
{
	return dlt == DLT_RAW ? 101 : dlt;
}

static int
source_open(struct source *s, struct err *e)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	const char *name = s->info.file;
	struct stat st;
	uint32_t magic = 0;

	s->file = strcmp(name, "-") == 0 ? open_stdin() : fopen(name, "rbe");
	if (s->file == NULL)
		return err_set(e, "%s: %s", name, strerror(errno));
	if (fstat(fileno(s->file), &st) != 0) {
		err_set(e, "%s: %s", name, strerror(errno));
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		err_set(e, "%s: is a directory", name);
		goto fail;
	}
	s->live = !S_ISREG(st.st_mode);
	s->seekable = !s->live && strcmp(name, "-") != 0;
	(void)setvbuf(s->file, NULL, _IOFBF, BUFFER);
	errno = 0;
	s->info.format = peek_format(s, &magic);
	if (s->info.format == NULL || ferror(s->file)) {
		err_set(e, "%s: %s", name, strerror(errno ? errno : EIO));
		goto fail;
	}
	if (s->info.format[0] == '\0') {
		err_set(e, "%s: is empty", name);
		goto fail;
	}
	if (compression(magic) != NULL) {
		err_set(e, "%s: is compressed with %s; decompress it first", name,
		        compression(magic));
		goto fail;
	}
	s->pcap = pcap_fopen_offline_with_tstamp_precision(
	    s->file, PCAP_TSTAMP_PRECISION_NANO, why);
	if (s->pcap == NULL) {
		err_set(e, "%s: not a capture that can be read: %s", name, why);
		goto fail;
	}
	s->info.dlt = link_type(pcap_datalink(s->pcap));
	if (s->info.precision == 0)
		s->info.precision = s->info.format[4] == ' ' ? 9 : 6;
	s->at = s->plain ? PCAP_HEADER : 0;
	return 0;
fail:
	source_close(s);
	return -1;
}

/* libpcap's time, as a number that can be calculated with. A pcap file has 32 bits without sign,
 * which libpcap takes for signed ones; a fraction beyond a second says nothing. */
static int64_t
time_of(const struct source *s, const struct timeval *ts)
{
	int64_t seconds = ts->tv_sec, fraction = ts->tv_usec;

	if (s->plain)
		seconds = (uint32_t)seconds;
	if (seconds < 0)
		return 0;
	if (seconds > seconds_max)
		seconds = seconds_max;
	if (fraction < 0 || fraction >= SECOND)
		fraction = SECOND - 1;
	return seconds * SECOND + fraction;
}

/* libpcap tells the ways of ending apart by its words only. */
static void
source_trouble(struct source *s)
{
	static const struct {
		const char *begins, *means;
		bool whole; /* nothing to add */
	} rows[] = {
	    {"truncated", "cut short in the middle of frame", true},
	    {"an interface has", "cannot be read from frame",
	     false}, /* libpcap allows one link type a file */
	    {"", "damaged at frame", false},
	};
	const char *why = pcap_geterr(s->pcap);
	unsigned long long frame = s->info.frames + 1;
	char where[48] = "";
	size_t i = 0;

	while (strncmp(why, rows[i].begins, strlen(rows[i].begins)) != 0)
		i++;
	if (s->at != 0)
		(void)snprintf(where, sizeof(where), " (offset %llu)",
		               (unsigned long long)s->at);
	(void)snprintf(s->info.trouble, sizeof(s->info.trouble), "%s %llu%s%s%.150s",
	               rows[i].means, frame, where, rows[i].whole ? "" : ": ",
	               rows[i].whole ? "" : why);
}

/* Loads the next record into head; false at the end or at trouble, with the file closed. */
static bool
source_load(struct source *s)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	struct frame *f = &s->head;
	off_t at;
	int got = pcap_next_ex(s->pcap, &h, &bytes);

	if (got != 1) {
		if (got == PCAP_ERROR_BREAK)
			s->info.complete = true;
		else
			source_trouble(s);
		source_close(s);
		return false;
	}
	f->number = s->info.frames + 1;
	f->time_ns = time_of(s, &h->ts);
	f->bytes = slice_of(bytes, h->caplen);
	f->wire = h->len > h->caplen ? h->len : h->caplen;
	f->dlt = s->info.dlt;
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
	if (f->time_ns % 1000 != 0)
		s->info.precision = 9;
	s->loaded = true;
	return true;
}

/* ---- all files ---- */

static bool
earlier(const struct source *a, const struct source *b)
{
	if (a->head.time_ns != b->head.time_ns)
		return a->head.time_ns < b->head.time_ns;
	return a->head.capture < b->head.capture;
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

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return x->head.capture < y->head.capture ? -1 : 1;
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
		s->info.dlt = -1;
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
	for (i = 0; c->sources != NULL && i < c->total; i++)
		source_close(&c->sources[i]);
	free(c->sources);
	free(c->heap);
	free(c->later);
	free(c);
}
