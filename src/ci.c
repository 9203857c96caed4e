#include "src/ci.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/hash.h"
#include "src/map.h"

enum { SEEN_MAX = 100000 };

int
ci_open(struct ci *c, const struct options *o, const struct capture *captures,
        struct err *e)
{
	c->fail_on = o->fail_on;
	c->allow_incomplete = o->allow_incomplete;
	c->allow_empty = o->allow_empty;
	c->folder = getcwd(NULL, 0);
	if (o->transcript) {
		c->transcript = transcript_new(captures, e);
		if (c->transcript == NULL)
			return -1;
	}
	if (c->counted) {
		c->topics = topics_new(capture_total(captures));
		if (c->topics == NULL)
			return err_set(e, "out of memory");
	}
	return 0;
}

int
ci_close(struct ci *c, bool keep, struct err *e)
{
	int result = 0;

	if (c->transcript != NULL && transcript_close(c->transcript, keep, e) < 0)
		result = -1;
	c->transcript = NULL;
	if (c->step_summary != NULL &&
	    (ferror(c->step_summary) | fclose(c->step_summary)) != 0)
		result = err_set(e, "the summary of the step: cannot write: %s",
		                 strerror(errno ? errno : EIO));
	c->step_summary = NULL;
	topics_free(c->topics);
	c->topics = NULL;
	free(c->folder);
	c->folder = NULL;
	return result;
}

void
ci_walk(struct ci_walk *w, const struct out *o, const struct results *r, size_t max)
{
	*w = (struct ci_walk){.findings = r->findings,
	                      .severity = SEVERITY_ERROR,
	                      .fail_on = o->ci->fail_on,
	                      .left = max};
	(void)findings_rewind(r->findings);
}

static void
untold(struct ci_walk *w)
{
	enum severity s;

	w->untold = w->untold_failing = 0;
	for (s = SEVERITY_NOTE; s <= SEVERITY_ERROR; s++) {
		uint64_t n = findings_count(w->findings, s) - w->told[s];

		w->untold += n;
		w->untold_failing += s >= w->fail_on ? n : 0;
	}
}

bool
ci_next(struct ci_walk *w, struct finding *out)
{
	while (w->left != 0 && w->severity != SEVERITY_OFF) {
		if (w->told[w->severity] == findings_count(w->findings, w->severity) ||
		    !findings_read(w->findings, out)) {
			w->severity--;
			(void)findings_rewind(w->findings);
			continue;
		}
		if (out->severity != w->severity)
			continue;
		w->told[w->severity] += out->count;
		if (out->state == BASELINE_UNCHANGED && !w->known)
			continue;
		w->left--;
		return true;
	}
	untold(w);
	return false;
}

bool
ci_trouble(const struct out *o, const struct results *r, size_t n, struct ci_trouble *out)
{
	size_t total = capture_total(r->captures), i;

	for (i = 0; i <= total + 1; i++) {
		const struct capture_info *c =
		    i < total ? capture_info(r->captures, i) : NULL;

		out->capture = (uint32_t)(i < total ? i : total);
		out->allowed = o->ci->allow_incomplete;
		out->text[0] = '\0';
		if (c != NULL && !c->complete)
			(void)snprintf(out->text, sizeof(out->text),
			               "the capture was not read to its end: %s",
			               c->trouble);
		else if (c != NULL && ledger_skipped(r->ledger, i, SKIP_LINK) != 0)
			(void)snprintf(
			    out->text, sizeof(out->text),
			    "%llu frames have a link type that is not known",
			    (unsigned long long)ledger_skipped(r->ledger, i, SKIP_LINK));
		else if (i == total && limits_incomplete(r->limits))
			(void)snprintf(
			    out->text, sizeof(out->text),
			    "a table was full and unfinished state was dropped");
		else if (i > total && r->summary->messages == 0) {
			out->allowed = o->ci->allow_empty;
			(void)snprintf(out->text, sizeof(out->text),
			               "there is no SIP message in the captures");
		}
		if (out->text[0] != '\0' && n-- == 0)
			return true;
	}
	return false;
}

/* The file as it was named, or from the working directory. */
static struct slice
relative(const struct out *o, uint32_t capture)
{
	struct slice s, folder;

	if (capture >= capture_total(o->captures))
		capture = 0; /* what is said of all captures stands at the first */
	s = slice_str(capture_info(o->captures, capture)->file);
	folder = slice_str(o->ci->folder ? o->ci->folder : "");
	if (slice_eq(folder, SLICE("/")))
		folder.n = 0;
	if (o->ci->folder != NULL && slice_starts(s, folder) && s.n > folder.n &&
	    s.p[folder.n] == '/')
		s = slice_tail(s, folder.n + 1);
	/* Each round drops two octets. */
	while (slice_starts(s, SLICE("./"))) {
		s = slice_tail(s, 2);
		while (s.n != 0 && s.p[0] == '/')
			s = slice_tail(s, 1);
	}
	return s;
}

struct slice
ci_path(struct out *o, uint32_t capture)
{
	struct slice s = relative(o, capture);

	while (s.n != 0 && s.p[0] == '/')
		s = slice_tail(s, 1);
	return tty_text(s, &o->scratch);
}

struct slice
ci_uri(struct out *o, uint32_t capture, const char *ending)
{
	static const char hex[] = "0123456789ABCDEF";
	struct slice s = relative(o, capture), end = slice_str(ending);
	uint8_t *p = arena_alloc(&o->scratch, 3 * (s.n + end.n) + 8);
	size_t n = 0, i;

	if (p == NULL)
		return SLICE_EMPTY;
	if (s.n != 0 && s.p[0] == '/') {
		memcpy(p, "file://", 7);
		n = 7;
	}
	for (i = 0; i < s.n + end.n; i++) {
		uint8_t c = i < s.n ? s.p[i] : end.p[i - s.n];

		if (ascii_alpha(c) || (c >= '0' && c <= '9') ||
		    memchr("-._~/", c, 5) != NULL) {
			p[n++] = c;
		} else {
			p[n++] = '%';
			p[n++] = (uint8_t)hex[c >> 4];
			p[n++] = (uint8_t)hex[c & 15];
		}
	}
	return slice_of(p, n);
}

struct slice
ci_message(struct out *o, const struct finding *x)
{
	struct slice s = tty_text(finding_message(x, &o->scratch), &o->scratch);
	uint8_t *p = x->count > 1 ? arena_alloc(&o->scratch, s.n + 40) : NULL;

	if (p == NULL)
		return s;
	memcpy(p, s.p, s.n);
	return slice_of(p, s.n + (size_t)snprintf((char *)p + s.n, 40, " (and %llu more)",
	                                          (unsigned long long)(x->count - 1)));
}

struct seen {
	uint32_t n;
	size_t length;
	uint8_t text[];
};

struct ci_seen {
	struct hash_key key;
	struct map map;
};

struct ci_seen *
ci_seen_new(void)
{
	struct ci_seen *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->key = hash_key_random();
	return s;
}

uint32_t
ci_seen(struct ci_seen *s, struct slice text)
{
	uint64_t hash = hash_bytes(&s->key, text);
	struct seen *x;
	size_t pos = 0;

	while ((x = map_next(&s->map, hash, &pos)) != NULL)
		if (slice_eq(slice_of(x->text, x->length), text))
			return ++x->n;
	x = s->map.used < SEEN_MAX ? calloc(1, sizeof(*x) + text.n) : NULL;
	if (x == NULL)
		return 0;
	x->length = text.n;
	if (text.n != 0)
		memcpy(x->text, text.p, text.n);
	if (!map_put(&s->map, hash, x))
		free(x);
	return 0;
}

void
ci_seen_free(struct ci_seen *s)
{
	size_t pos = 0;
	void *item;

	if (s == NULL)
		return;
	while ((item = map_each(&s->map, &pos)) != NULL)
		free(item);
	map_free(&s->map);
	free(s);
}
