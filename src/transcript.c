#include "src/transcript.h"

#include <stdlib.h>

#include "dissect/chars.h"
#include "src/hash.h"
#include "src/map.h"
#include "src/output.h"
#include "src/secret.h"
#include "src/sink.h"

/* Lines and values beyond these are written, but not found again and not numbered. */
enum {
	LINES_MAX = 8000000,
	VALUES_MAX = 1000000,
	LINE_ARENA = 256 << 20,
	COLUMNS_MAX = 65535
};
/* What a line is: a header by its id, or ... */
enum { LINE_START = 1000, LINE_BODY };

struct line {
	uint16_t what, letters;
};

struct block {
	uint32_t capture;
	uint64_t frame, line; /* the first line of the message in the file */
	size_t at, total;     /* its lines, in lines[] */
};

struct value {
	uint32_t n;
	size_t length;
	uint8_t text[];
};

enum token { CALL_ID, TAG, BRANCH, NONCE, OPAQUE, SN, SSRC, TOKENS };

struct transcript {
	const struct capture *captures;
	struct file {
		struct sink *sink;
		uint64_t messages, lines;
	} * files;
	size_t files_total;
	struct line *lines;
	size_t lines_total, lines_size;
	struct block *blocks;
	size_t blocks_total, blocks_size;
	struct hash_key key;
	struct map values;
	uint32_t numbers[TOKENS];
	struct arena mem;
	bool sorted; /* the blocks, by frame: none comes any more */
};

static const char *const names[TOKENS] = {"call-id", "tag", "branch", "nonce",
                                          "opaque",  "sn",  "ssrc"};

struct transcript *
transcript_new(const struct capture *captures, struct err *e)
{
	struct transcript *t = calloc(1, sizeof(*t));
	size_t total = capture_total(captures), i;
	char path[4096];

	if (t != NULL)
		t->files = calloc(total + 1, sizeof(*t->files));
	if (t == NULL || t->files == NULL) {
		err_set(e, "out of memory");
		free(t);
		return NULL;
	}
	t->captures = captures;
	t->key = hash_key_random();
	arena_init(&t->mem, LINE_ARENA);
	for (i = 0; i < total; i++) {
		const char *file = capture_info(captures, i)->file;
		int n = snprintf(path, sizeof(path), "%s.sip.txt", file);

		if (strcmp(file, "-") == 0)
			err_set(e, "standard input has no place for a transcript");
		else if (n < 0 || (size_t)n >= sizeof(path))
			err_set(e, "%s: the name is too long for a transcript", file);
		else
			t->files[i].sink = sink_open(path, e);
		if (t->files[i].sink == NULL) {
			(void)transcript_close(t, false, e);
			return NULL;
		}
		t->files_total++;
	}
	return t;
}

/* Which one of its kind it is, in the order of first use. 0: there are too many. */
static uint32_t
number_of(struct transcript *t, enum token kind, struct slice text)
{
	uint64_t hash =
	    hash_more(&t->key, hash_bytes(&t->key, text), slice_str(names[kind]));
	struct value *x;
	size_t pos = 0, n = strlen(names[kind]);

	while ((x = map_next(&t->values, hash, &pos)) != NULL)
		if (x->length == n + text.n && memcmp(x->text, names[kind], n) == 0 &&
		    slice_eq(slice_of(x->text + n, text.n), text))
			return x->n;
	x = t->values.used < VALUES_MAX ? malloc(sizeof(*x) + n + text.n) : NULL;
	if (x == NULL)
		return 0;
	x->n = ++t->numbers[kind];
	x->length = n + text.n;
	memcpy(x->text, names[kind], n);
	if (text.n != 0)
		memcpy(x->text + n, text.p, text.n);
	if (!map_put(&t->values, hash, x)) {
		free(x);
		return 0;
	}
	return x->n;
}

struct row {
	const char *begin, *end; /* what stands before; the octets that end it */
	int token;               /* or -1: no number, it is left out */
	uint8_t at_start;        /* only at the start of ... */
	const char *name;
};
enum { AT_HEAD = 1, AT_BODY };

static const struct row rows[] = {
    {"Call-ID:", "", CALL_ID, AT_HEAD, NULL},
    {"i:", "", CALL_ID, AT_HEAD, NULL},
    {"Date:", "", -1, AT_HEAD, "date"},
    {"o=", "", -1, AT_BODY, "origin"},
    {"y=", "", SSRC, AT_BODY, NULL},
    {"m=video ", " ", -1, AT_BODY, "port"},
    {"m=audio ", " ", -1, AT_BODY, "port"},
    {";tag=", ";>, \t", TAG, 0, NULL},
    {";branch=", ";>, \t", BRANCH, 0, NULL},
    {";rport=", ";>, \t", -1, 0, "port"},
    {"nonce=\"", "\"", NONCE, 0, NULL},
    {"opaque=\"", "\"", OPAQUE, 0, NULL},
    {"<SN>", "<", SN, 0, NULL},
};

static const struct row *
row_at(struct slice rest, bool first, bool body)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((rows[i].at_start == 0 ||
		     (first && (rows[i].at_start == AT_BODY) == body)) &&
		    slice_istarts(rest, slice_str(rows[i].begin)))
			return &rows[i];
	return NULL;
}

/* The line with what is new each time as "{tag-1}". In the arena. */
static struct slice
normal(struct transcript *t, struct slice line, bool body)
{
	/* "i:" and an octet is the least of them, "i:{call-id-4294967295}" what becomes of it. */
	uint8_t *p = arena_array(&t->mem, line.n + 4, 8);
	struct slice rest = line, value;
	size_t n = 0, k;

	if (p == NULL)
		return SLICE_EMPTY;
	/* Each round takes an octet at least. */
	while (rest.n != 0) {
		const struct row *r = row_at(rest, rest.p == line.p, body);

		if (r == NULL) {
			p[n++] = rest.p[0];
			rest = slice_tail(rest, 1);
			continue;
		}
		k = strlen(r->begin);
		memcpy(p + n, rest.p, k);
		n += k;
		rest = slice_tail(rest, k);
		while (r->at_start == AT_HEAD && rest.n != 0 && chars_blank(rest.p[0])) {
			p[n++] = rest.p[0];
			rest = slice_tail(rest, 1);
		}
		for (k = 0; k < rest.n &&
		            (rest.p[k] == '\0' || strchr(r->end, rest.p[k]) == NULL);
		     k++)
			;
		value = slice_head(rest, k);
		rest = slice_tail(rest, k);
		if (value.n == 0)
			continue;
		if (r->token < 0)
			n += (size_t)snprintf((char *)p + n, 20, "{%s}", r->name);
		else
			n += (size_t)snprintf((char *)p + n, 24, "{%s-%u}",
			                      names[r->token],
			                      number_of(t, (enum token)r->token, value));
	}
	return slice_of(p, n);
}

static bool
room(void **p, size_t total, size_t *size, size_t each)
{
	size_t more = *size ? *size * 2 : 1024;
	void *bigger;

	if (total < *size)
		return true;
	bigger = realloc(*p, more * each);
	if (bigger == NULL)
		return false;
	*p = bigger;
	*size = more;
	return true;
}

static size_t
letters(struct slice s)
{
	size_t n = 0, i;

	for (i = 0; i < s.n; i++)
		n += (s.p[i] & 0xC0) != 0x80;
	return n;
}

static void
put(struct transcript *t, struct file *f, struct block *b, struct slice line,
    unsigned what)
{
	size_t n;

	line = tty_text(normal(t, line, what == LINE_BODY), &t->mem);
	if (line.n != 0)
		(void)fwrite(line.p, line.n, 1, sink_file(f->sink));
	(void)fputc('\n', sink_file(f->sink));
	f->lines++;
	n = letters(line);
	if (t->lines_total < LINES_MAX &&
	    room((void **)&t->lines, t->lines_total, &t->lines_size, sizeof(*t->lines))) {
		t->lines[t->lines_total++] = (struct line){
		    (uint16_t)what, (uint16_t)(n < COLUMNS_MAX ? n : COLUMNS_MAX)};
		b->total++;
	}
}

void
transcript_message(struct transcript *t, const struct message *m)
{
	struct file *f = &t->files[m->rec.capture];
	struct block b = {.capture = m->rec.capture, .frame = m->rec.frame};
	struct slice rest, line, name, tail;
	unsigned what = LINE_START;

	arena_reset(&t->mem);
	(void)fprintf(sink_file(f->sink), "%s# message %llu\n", f->messages ? "\n" : "",
	              (unsigned long long)f->messages + 1);
	f->lines += f->messages++ ? 2 : 1;
	b.line = f->lines + 1;
	b.at = t->lines_total;
	rest = secret_mask(m->rec.bytes, &t->mem);
	while (rest.n != 0 && (rest.p[0] == '\r' || rest.p[0] == '\n'))
		rest = slice_tail(rest, 1);
	/* Each round takes a line. */
	while (rest.n != 0) {
		if (!slice_cut(rest, '\n', &line, &rest)) {
			line = rest;
			rest = SLICE_EMPTY;
		}
		if (line.n != 0 && line.p[line.n - 1] == '\r')
			line.n--;
		put(t, f, &b, line, what);
		if (what == LINE_BODY)
			continue;
		if (line.n == 0)
			what = LINE_BODY;
		else if (slice_cut(slice_head(rest, slice_index(rest, '\n')), ':', &name,
		                   &tail) &&
		         !chars_blank(name.n ? name.p[0] : ' '))
			what = (unsigned)sip_header_id(slice_trim(name));
		if (rest.n != 0 && (rest.p[0] == '\n' || rest.p[0] == '\r') &&
		    what != LINE_BODY)
			what = LINE_START;
	}
	if (room((void **)&t->blocks, t->blocks_total, &t->blocks_size,
	         sizeof(*t->blocks)) &&
	    t->blocks_total < LINES_MAX)
		t->blocks[t->blocks_total++] = b;
}

/* The kinds of line that a field may stand on, the likely one first. */
static bool
is_line(const struct finding *x, unsigned what)
{
	struct slice family, name, rest;

	if (!slice_cut(x->field, '.', &family, &rest))
		return false;
	if (!slice_cut(rest, '.', &name, &rest))
		name = rest;
	if (slice_eq(name, SLICE("auth")))
		return what == SIP_AUTHORIZATION || what == SIP_PROXY_AUTHORIZATION ||
		       what == SIP_WWW_AUTHENTICATE || what == SIP_PROXY_AUTHENTICATE;
	return what < SIP_HDR_TOTAL && what != SIP_HDR_OTHER &&
	       what == (unsigned)sip_header_id(name);
}

static size_t
line_in(const struct transcript *t, const struct block *b, const struct finding *x)
{
	size_t i, body;

	for (body = 0; body < b->total && t->lines[b->at + body].what != LINE_BODY;
	     body++)
		;
	if (x->line != 0)
		return body + x->line - 1 < b->total ? body + x->line - 1 : 0;
	for (i = 0; i < body; i++)
		if (is_line(x, t->lines[b->at + i].what))
			return i;
	return 0;
}

static int
by_frame(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	if (x->capture != y->capture)
		return x->capture < y->capture ? -1 : 1;
	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* The first block that is not before it. */
static size_t
first_at(struct transcript *t, uint32_t capture, uint64_t frame)
{
	struct block wanted = {.capture = capture, .frame = frame};
	size_t low = 0, high = t->blocks_total, middle;

	if (!t->sorted && t->blocks_total != 0)
		qsort(t->blocks, t->blocks_total, sizeof(*t->blocks), by_frame);
	t->sorted = true;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (by_frame(&t->blocks[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct transcript_place
transcript_find(struct transcript *t, const struct finding *x)
{
	struct transcript_place out = {1, 1};
	size_t i, k = 0;

	/* A frame may complete several: the one that has the line, else the last one. */
	for (i = first_at(t, x->capture, x->frame); i < t->blocks_total && k == 0; i++) {
		const struct block *b = &t->blocks[i];

		if (b->frame != x->frame || b->capture != x->capture)
			break;
		k = line_in(t, b, x);
		out.line = b->line + k;
		out.letters = k < b->total ? t->lines[b->at + k].letters : 1;
	}
	return out;
}

int
transcript_close(struct transcript *t, bool keep, struct err *e)
{
	int result = 0;
	size_t i, pos = 0;
	void *item;

	for (i = 0; i < t->files_total; i++)
		if (sink_close(t->files[i].sink, keep, e) < 0)
			result = -1;
	while ((item = map_each(&t->values, &pos)) != NULL)
		free(item);
	map_free(&t->values);
	arena_free(&t->mem);
	free(t->files);
	free(t->lines);
	free(t->blocks);
	free(t);
	return result;
}
