#include "src/expects.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXPECTS_ARENA = 32 << 20, SEEN_TEXT = 160 };

/* Of one device, or of all. */
struct subject {
	struct slice id;
	size_t order; /* in the configuration */
	uint64_t seen, failed, unknown;
	int64_t slowest_ns;
	struct ref missed,
	    last; /* the first that failed; the last of all. frame 0: none */
};

struct watch {
	struct watch *next; /* of the same fact */
	const struct expectation *x;
	struct slice word;        /* the command or method; empty: any */
	struct subject *subjects; /* by id */
	size_t total;
	size_t first; /* number of its first subject among all */
};

struct expects {
	struct watch *of[FACT_TOTAL];
	struct watch **watches; /* in their order */
	size_t watches_total;
	bool complete;
	struct arena mem;
};

/* What happened once. */
enum outcome { GOOD, FAILED, UNKNOWN };

struct happening {
	enum fact fact;
	enum outcome outcome;
	uint64_t n;               /* ITEMS: how many at once */
	int64_t took_ns;          /* -1: not known */
	struct slice word, word2; /* command or method, and its other name; or empty */
	struct slice ids[3];
	const struct ref *at;
};

static int
by_id(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;
	size_t n = x->id.n < y->id.n ? x->id.n : y->id.n;
	int c = n ? memcmp(x->id.p, y->id.p, n) : 0;

	if (c != 0)
		return c;
	return x->id.n < y->id.n ? -1 : x->id.n > y->id.n;
}

static bool
watch_new(struct expects *s, const struct expectation *x, struct slice word,
          size_t *order)
{
	struct watch *w = ARENA_NEW(&s->mem, struct watch), **last = &s->of[x->fact];
	size_t i;

	if (w == NULL)
		return false;
	w->x = x;
	w->word = word;
	w->total = x->by_total ? x->by_total : 1;
	w->subjects = arena_array(&s->mem, w->total, sizeof(*w->subjects));
	if (w->subjects == NULL)
		return false;
	w->first = *order;
	for (i = 0; i < w->total; i++)
		w->subjects[i] =
		    (struct subject){.id = x->by_total ? x->by[i] : SLICE_EMPTY,
		                     .order = (*order)++,
		                     .slowest_ns = -1};
	qsort(w->subjects, w->total, sizeof(*w->subjects), by_id);
	while (*last != NULL)
		last = &(*last)->next;
	*last = w;
	s->watches[s->watches_total++] = w;
	return true;
}

struct expects *
expects_new(const struct expectation *list, struct err *e)
{
	struct expects *s = list ? calloc(1, sizeof(*s)) : NULL;
	const struct expectation *x;
	size_t n = 0, order = 0, i;
	bool fine;

	if (list == NULL)
		return NULL;
	if (s != NULL) {
		arena_init(&s->mem, EXPECTS_ARENA);
		for (x = list; x != NULL; x = x->next)
			n += x->words_total ? x->words_total : 1;
		s->watches = arena_array(&s->mem, n, sizeof(struct watch *));
	}
	fine = s != NULL && s->watches != NULL;
	for (x = list; x != NULL && fine; x = x->next)
		for (i = 0; (i == 0 || i < x->words_total) && fine; i++)
			fine = watch_new(s, x, x->words_total ? x->words[i] : SLICE_EMPTY,
			                 &order);
	if (fine)
		return s;
	expects_free(s);
	(void)err_set(e, "out of memory");
	return NULL;
}

void
expects_free(struct expects *s)
{
	if (s == NULL)
		return;
	arena_free(&s->mem);
	free(s);
}

/* ---- counting ---- */

static struct ref
place_of(const struct ref *r)
{
	return (struct ref){
	    .capture = r->capture, .frame = r->frame, .time_ns = r->time_ns};
}

static void
count(const struct watch *w, struct subject *s, const struct happening *h)
{
	bool late = w->x->within_ns != 0 && h->outcome == GOOD &&
	            (h->took_ns < 0 || h->took_ns > w->x->within_ns);

	if (h->took_ns > s->slowest_ns && h->outcome == GOOD)
		s->slowest_ns = h->took_ns;
	if (h->outcome == UNKNOWN)
		s->unknown++;
	else if (h->outcome == FAILED || late)
		s->failed++;
	else if (w->x->fact == FACT_ITEMS)
		s->seen = h->n > s->seen ? h->n : s->seen;
	else
		s->seen++;
	s->last = place_of(h->at);
	if ((h->outcome == FAILED || late) && s->missed.frame == 0)
		s->missed = s->last;
}

static struct subject *
subject_of(const struct watch *w, struct slice id)
{
	struct subject key = {.id = id};

	if (id.n == 0)
		return NULL;
	return bsearch(&key, w->subjects, w->total, sizeof(key), by_id);
}

static void
happened(const struct expects *e, const struct happening *h)
{
	struct subject *s, *before[3];
	struct watch *w;
	size_t i, k, n;

	for (w = e->of[h->fact]; w != NULL; w = w->next) {
		if (w->word.n != 0 && !slice_eq(w->word, h->word) &&
		    !slice_eq(w->word, h->word2))
			continue;
		if (w->x->by_total == 0) {
			count(w, &w->subjects[0], h);
			continue;
		}
		for (i = n = 0; i < 3; i++) {
			s = subject_of(w, h->ids[i]);
			for (k = 0; k < n && before[k] != s; k++)
				;
			if (s == NULL || k != n)
				continue;
			before[n++] = s;
			count(w, s, h);
		}
	}
}

/* ---- messages ---- */

void
expects_message(struct expects *e, const struct message *m, const struct place *p)
{
	struct ref at = {
	    .capture = m->rec.capture, .frame = m->rec.frame, .time_ns = m->rec.time_ns};
	struct happening h = {.fact = FACT_MESSAGES,
	                      .took_ns = -1,
	                      .ids = {m->from.uri.user, m->to.uri.user},
	                      .at = &at};
	const struct manscdp *x = &m->mans.m;

	happened(e, &h);
	if (p->repeat) {
		h.fact = FACT_RETRANSMISSIONS;
		happened(e, &h);
		return;
	}
	/* The same message on its next hop is not another one. */
	if (!m->request || m->mans.verdict == BODY_NONE || x->CmdType.n == 0 ||
	    p->previous_hop != NULL)
		return;
	h.fact = FACT_SENT;
	h.word = x->CmdType;
	h.word2 = x->command != NULL ? x->command->CmdType : SLICE_EMPTY;
	h.ids[1] = SLICE_EMPTY;
	happened(e, &h);
}

/* ---- transactions ---- */

/* A challenge to a request without credentials, or with credentials for an old nonce, is no refusal yet. */
static bool
is_challenge(const struct tx *x)
{
	const struct auth_entry *a;

	if (x->status != 401 && x->status != 407)
		return false;
	for (a = x->auths; a != NULL; a = a->next)
		if (a->decision != DECISION_STALE)
			return false;
	return true;
}

/* What became of a request that wants a 2xx; false: nothing can be said. */
static bool
tx_outcome(const struct tracker_event *ev, enum outcome *out)
{
	const struct tx *x = ev->tx;

	*out = x->status >= 200 && x->status < 300 ? GOOD : FAILED;
	/* The 2xx of a call with forks stands with the fork. */
	if (x->status == 0)
		return x->request.frame != 0 && ev->how != ENDED_EVICTED && x->forks == 0;
	return !is_challenge(x);
}

static void
credentials(const struct expects *e, const struct tx *x, struct happening *h)
{
	const struct auth_entry *a;

	h->fact = FACT_VERIFIED;
	for (a = x->auths; a != NULL; a = a->next) {
		h->outcome = a->out.verdict == AUTH_VERIFIED      ? GOOD
		             : a->out.verdict == AUTH_NO_PASSWORD ? UNKNOWN
		                                                  : FAILED;
		h->ids[0] = a->username;
		h->ids[1] = x->user;
		happened(e, h);
	}
}

static struct slice
uri_user(struct slice text)
{
	struct sip_uri u;

	(void)sip_uri_dissect(text, NULL, &u);
	return u.user;
}

static void
responded(const struct expects *e, const struct tracker_event *ev, struct happening *h)
{
	const struct tx *x = ev->tx;

	if (x->method == METHOD_ACK || x->request.frame == 0 || x->fork ||
	    (x->status == 0 && (ev->how == ENDED_EVICTED || x->forks != 0)))
		return;
	h->fact = FACT_RESPONDED;
	h->outcome = x->status != 0 ? GOOD : FAILED;
	h->word = x->method_name;
	h->ids[0] = uri_user(x->uri);
	happened(e, h);
}

static void
tx_ended(const struct expects *e, const struct tracker_event *ev)
{
	const struct tx *x = ev->tx;
	const struct dialog *d = x->dialog;
	const struct ref *at = x->request.frame != 0 ? &x->request
	                       : x->last != NULL     ? &x->last->ref
	                                             : &d->first;
	struct happening h = {.took_ns = x->request.frame != 0 && x->status != 0
	                                     ? x->final_ns - x->request.time_ns
	                                     : -1,
	                      .at = at};
	struct happening same = h;

	if (e->of[FACT_VERIFIED] != NULL)
		credentials(e, x, &same);
	same = h;
	if (e->of[FACT_RESPONDED] != NULL)
		responded(e, ev, &same);
	if (!tx_outcome(ev, &h.outcome))
		return;
	if (x->method == METHOD_REGISTER && !x->logout) {
		h.fact = FACT_REGISTERED;
		h.ids[0] = d->to.user;
		happened(e, &h);
	} else if (x->keepalive) {
		h.fact = FACT_KEEPALIVES;
		h.ids[0] = x->user;
		happened(e, &h);
	} else if (x->method == METHOD_INVITE && x->to_tag.n == 0 && x->status != 487) {
		h.fact = FACT_CALLS;
		h.ids[0] = d->from.user;
		h.ids[1] = d->to.user;
		h.ids[2] = d->device;
		happened(e, &h);
	} else if (x->method == METHOD_SUBSCRIBE &&
	           !(x->has_expires && x->expires == 0)) {
		h.fact = FACT_SUBSCRIBED;
		h.word = x->body != NULL ? x->body->CmdType : SLICE_EMPTY;
		h.ids[0] = uri_user(x->uri);
		h.ids[1] = d->to.user;
		happened(e, &h);
	}
}

/* ---- exchanges ---- */

static void
exchange_ended(const struct expects *e, const struct tracker_event *ev)
{
	const struct exchange *x = ev->exchange;
	const struct exchange_part *last = x->last;
	struct happening h = {.fact = FACT_ANSWERED,
	                      .took_ns = last != NULL && x->request.frame != 0
	                                     ? last->ref.time_ns - x->request.time_ns
	                                     : -1,
	                      .word = x->CmdType,
	                      .word2 = x->name,
	                      .ids = {x->to},
	                      .at = last != NULL ? &last->ref : &x->request};

	if (x->request.frame != 0 && !x->needs)
		return;
	if (last != NULL) {
		h.fact = FACT_ITEMS;
		h.n = x->received;
		happened(e, &h);
		h.fact = FACT_ANSWERED;
	}
	if (x->request.frame == 0 || ev->how == ENDED_EVICTED)
		return;
	h.outcome = x->outcome == EXCHANGE_COMPLETE ? GOOD : FAILED;
	if (h.outcome == FAILED)
		h.at = &x->request;
	happened(e, &h);
}

void
expects_ended(struct expects *e, const struct tracker_event *ev)
{
	if (ev->kind == TRACKER_TX)
		tx_ended(e, ev);
	else if (ev->kind == TRACKER_EXCHANGE)
		exchange_ended(e, ev);
}

/* ---- the end ---- */

static bool
met(const struct expectation *x, const struct subject *s)
{
	switch (x->quota) {
	case QUOTA_AT_LEAST:
		return s->seen >= x->n;
	case QUOTA_AT_MOST:
		return s->seen <= x->n;
	case QUOTA_EXACTLY:
		return s->seen == x->n;
	case QUOTA_EVERY:
		return s->seen != 0 && s->failed == 0;
	}
	return false;
}

/* "1 seen, 1 failed or late, the slowest after 6.200 s" */
static struct slice
seen_text(const struct watch *w, const struct subject *s, struct arena *a)
{
	char text[SEEN_TEXT];
	size_t n = (size_t)snprintf(text, sizeof(text), "%llu seen",
	                            (unsigned long long)s->seen);

	if (s->seen + s->failed + s->unknown == 0)
		return SLICE("none seen");
	if (fact_infos[w->x->fact].flags & FACT_FAILS)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ", %llu failed%s",
		                      (unsigned long long)s->failed,
		                      w->x->within_ns ? " or late" : "");
	if (s->unknown != 0)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		                      ", %llu without a known password",
		                      (unsigned long long)s->unknown);
	if (w->x->within_ns != 0 && s->slowest_ns > w->x->within_ns)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		                      ", the slowest after %lld.%03lld s",
		                      (long long)(s->slowest_ns / 1000000000),
		                      (long long)(s->slowest_ns / 1000000 % 1000));
	return arena_keep(a, slice_of(text, n));
}

static void
tell(const struct expects *e, const struct checker *c, const struct watch *w,
     const struct subject *s)
{
	const struct ref *at = s->missed.frame != 0 ? &s->missed : &s->last;
	struct finding f = {.rule = fact_infos[w->x->fact].rule,
	                    .has_place = at->frame != 0,
	                    .capture = at->capture,
	                    .frame = at->frame,
	                    .time_ns = at->time_ns,
	                    .kind = DIALOG_OTHER,
	                    .device = s->id,
	                    .gb = true,
	                    .has_value = true,
	                    .has_expected = true};
	char origin[SET_BY_TEXT];

	f.expected = expectation_text(w->x, w->word, c->scratch);
	f.value = seen_text(w, s, c->scratch);
	f.args[0] = (struct finding_arg){"who", s->id.n ? s->id : SLICE("the capture")};
	f.args[1] = (struct finding_arg){"expected", f.expected};
	f.args[2] = (struct finding_arg){"seen", f.value};
	f.args[3] = (struct finding_arg){
	    "incomplete",
	    e->complete ? SLICE_EMPTY : SLICE("; but not all of the capture was read")};
	f.args[4] = (struct finding_arg){
	    "config",
	    arena_keep(c->scratch, slice_str(set_by_text(&w->x->origin, origin)))};
	findings_add(c->findings, &f);
}

static int
by_order(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

void
expects_end(struct expects *e, const struct checker *c, bool complete)
{
	size_t i, k;

	e->complete = complete;
	for (i = 0; i < e->watches_total; i++) {
		struct watch *w = e->watches[i];

		/* Nothing is looked for by id any more. */
		qsort(w->subjects, w->total, sizeof(*w->subjects), by_order);
		for (k = 0; k < w->total; k++) {
			if (met(w->x, &w->subjects[k]))
				continue;
			tell(e, c, w, &w->subjects[k]);
			arena_reset(c->scratch);
		}
	}
}

bool
expects_each(const struct expects *e, size_t i, struct expected *out)
{
	size_t n;

	if (e == NULL)
		return false;
	for (n = 0; n < e->watches_total; n++) {
		const struct watch *w = e->watches[n];
		const struct subject *s;

		if (i - w->first >= w->total)
			continue;
		s = &w->subjects[i - w->first];
		*out = (struct expected){.x = w->x,
		                         .device = s->id,
		                         .word = w->word,
		                         .seen = s->seen,
		                         .failed = s->failed,
		                         .unknown = s->unknown,
		                         .slowest_ns = s->slowest_ns,
		                         .met = met(w->x, s)};
		return true;
	}
	return false;
}
