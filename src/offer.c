#include "src/offer.h"

#include <stdlib.h>

enum {
	TEXT_MAX = 8192, /* octets of a description that is compared with others */
	LEGS_MAX = 4,    /* hops of a dialog */
};

/* A description, shared by all that point at it. */
struct text {
	size_t uses, n;
	struct ref ref;
	uint8_t bytes[];
};

/* An offer on its way. */
struct exchange_open {
	bool there;    /* its request was seen, and it is neither refused nor replaced */
	bool done;     /* the answer is given */
	int side;      /* who offered */
	uint32_t cseq; /* of the request that began it */
	enum method method;
	struct text *offer;  /* NULL: not kept */
	struct text *answer; /* what was given, or told in an early response */
};

/* An INVITE's lasts until its final response; meanwhile PRACK and UPDATE may make others. */
enum { OPEN_INVITE, OPEN_OTHER, OPENS };

/* One hop of a call. */
struct offer_leg {
	struct offer_leg *next;          /* the same dialog's */
	struct offer_leg *older, *newer; /* of those that hold a description */
	bool listed;
	struct addr ends[2];
	int side;                /* of ends[0] */
	struct awaited *awaited; /* of all hops; the dialog's first one has it */
	int64_t confirmed_ns;    /* the 2xx to its INVITE; 0: none. Likewise */
	bool closed;
	struct exchange_open open[OPENS];
	struct text *agreed[2]; /* of each side: 0 is who began the dialog */
};

/* ---- texts ---- */

static struct text *
text_use(struct text *t)
{
	if (t != NULL)
		t->uses++;
	return t;
}

static void
text_leave(struct offers *o, struct text **at)
{
	struct text *t = *at;

	*at = NULL;
	if (t == NULL || --t->uses != 0)
		return;
	o->held -= t->n;
	free(t);
}

static void
text_set(struct offers *o, struct text **at, struct text *t)
{
	(void)text_use(t);
	text_leave(o, at);
	*at = t;
}

static struct text *
text_new(struct offers *o, const struct message *m)
{
	struct text *t;

	if (m->body.n > TEXT_MAX)
		return NULL;
	t = malloc(sizeof(*t) + m->body.n);
	if (t == NULL)
		return NULL;
	t->uses = 0;
	t->n = m->body.n;
	t->ref = (struct ref){
	    .capture = m->rec.capture, .frame = m->rec.frame, .time_ns = m->rec.time_ns};
	memcpy(t->bytes, m->body.p, m->body.n);
	o->held += t->n;
	return t;
}

/* Decoded, in the arena. NULL: there is none, or no room. */
static const struct sdp *
text_sdp(const struct text *t, struct arena *a)
{
	struct sdp *s;
	struct slice copy;
	enum dis dis;

	if (t == NULL)
		return NULL;
	s = ARENA_NEW(a, struct sdp);
	copy = arena_keep(a, slice_of(t->bytes, t->n));
	if (s == NULL || copy.n == 0)
		return NULL;
	dis = sdp_dissect(copy, a, s);
	return (dis == DIS_OK || dis == DIS_BAD) && s->levels_total != 0 ? s : NULL;
}

/* ---- hops ---- */

static void
open_clear(struct offers *o, struct exchange_open *x)
{
	text_leave(o, &x->offer);
	text_leave(o, &x->answer);
	*x = (struct exchange_open){.there = false};
}

static void
leg_clear(struct offers *o, struct offer_leg *l)
{
	int i;

	for (i = 0; i < OPENS; i++)
		open_clear(o, &l->open[i]);
	text_leave(o, &l->agreed[0]);
	text_leave(o, &l->agreed[1]);
}

static void
leg_out(struct offers *o, struct offer_leg *l)
{
	if (!l->listed)
		return;
	l->listed = false;
	if (l->older != NULL)
		l->older->newer = l->newer;
	else
		o->oldest = l->newer;
	if (l->newer != NULL)
		l->newer->older = l->older;
	else
		o->newest = l->older;
}

static void
leg_in(struct offers *o, struct offer_leg *l)
{
	l->listed = true;
	l->newer = NULL;
	l->older = o->newest;
	if (o->newest != NULL)
		o->newest->newer = l;
	else
		o->oldest = l;
	o->newest = l;
}

static struct offer_leg *
leg_find(const struct dialog *d, const struct addr *a, const struct addr *b)
{
	struct offer_leg *l;

	for (l = d->offer; l != NULL; l = l->next)
		if ((addr_eq(&l->ends[0], a) && addr_eq(&l->ends[1], b)) ||
		    (addr_eq(&l->ends[0], b) && addr_eq(&l->ends[1], a)))
			return l;
	return NULL;
}

/* NULL: too many hops, or no memory. */
static struct offer_leg *
leg_make(struct offers *o, struct dialog *d, const struct addr *a, const struct addr *b,
         int side)
{
	struct offer_leg *l = leg_find(d, a, b), **end;
	int n = 0;

	if (l != NULL) {
		leg_out(o, l);
		leg_in(o, l);
		return l;
	}
	for (end = &d->offer; *end != NULL; end = &(*end)->next)
		n++;
	l = n < LEGS_MAX ? calloc(1, sizeof(*l)) : NULL;
	if (l == NULL)
		return NULL;
	l->ends[0] = *a;
	l->ends[1] = *b;
	l->side = side;
	*end = l;
	leg_in(o, l);
	return l;
}

/* Too much is held: what was not touched for longest is forgotten, and its dialog is as one whose beginning is
 * not in the capture. */
static void
make_room(struct offers *o)
{
	struct offer_leg *l;

	while (o->held > o->max && (l = o->oldest) != o->newest) {
		leg_clear(o, l);
		leg_out(o, l);
	}
}

/* ---- offers and answers ---- */

static bool
has_sdp(const struct message *m)
{
	return m->sdp != NULL && m->sdp->levels_total != 0;
}

/* All of it is here, and it is one that can be compared with others. */
static bool
is_sound(const struct message *m)
{
	return has_sdp(m) && m->missing == 0 && (m->rec.faults & RECORD_PARTIAL) == 0 &&
	       m->content_dis != DIS_LIMIT;
}

static enum offer_carried
carried(const struct message *m)
{
	if (is_sound(m))
		return OFFER_THERE;
	if (m->body.n != 0 || m->behind != 0 || m->missing != 0 ||
	    (m->length_dis != DIS_OK && m->length_dis != DIS_OTHER) ||
	    (m->rec.faults & RECORD_PARTIAL) != 0)
		return OFFER_UNKNOWN; /* cut, or wrapped into something */
	return OFFER_ABSENT;
}

/* Of a response, who got the request. */
static int
side_of(const struct dialog *d, const struct message *m)
{
	int from = slice_ieq(d->from.tag, slice_head(m->from.tag, 1024)) ? 0 : 1;

	return m->request ? from : !from;
}

static bool
is_reliable(const struct message *m)
{
	const struct sip_header *h;
	struct slice rest, value;
	unsigned i;

	if (sip_find(&m->sip, SIP_RSEQ, 0) == NULL)
		return false;
	for (i = 0; (h = sip_find(&m->sip, SIP_REQUIRE, i)) != NULL; i++)
		for (rest = h->value; sip_list_next(&rest, &value);)
			if (slice_ieq(value, SLICE("100rel")))
				return true;
	return false;
}

static void
place_set(struct place *p, struct arena *a, const struct offer_place *x)
{
	struct offer_place *kept = ARENA_NEW(a, struct offer_place);

	if (kept == NULL)
		return;
	*kept = *x;
	p->offer = kept;
}

static void
lacks(struct place *p, struct arena *a, enum offer_lack what)
{
	struct offer_place x = {.lack = what};

	place_set(p, a, &x);
}

static void
opens(struct offers *o, struct offer_leg *l, int which, const struct message *m, int side,
      struct place *p, struct arena *a)
{
	struct exchange_open *x = &l->open[which];
	struct offer_place place = {.role = OFFER_OFFER};

	/* How the last one ended was not seen: what holds now is not known. */
	if (x->there && !x->done) {
		text_leave(o, &l->agreed[0]);
		text_leave(o, &l->agreed[1]);
	}
	open_clear(o, x);
	x->there = true;
	x->side = side;
	x->cseq = m->cseq.seq;
	x->method = m->method;
	text_set(o, &x->offer, is_sound(m) ? text_new(o, m) : NULL);
	if (!is_sound(m))
		return;
	place.before = text_sdp(l->agreed[side], a);
	if (place.before != NULL)
		place.other = l->agreed[side]->ref;
	place_set(p, a, &place);
}

/* Who waits for which media now. */
static void
awaits(struct offers *o, const struct offer_leg *l, const struct exchange_open *x,
       const struct message *m, struct place *p, const struct sdp *offer)
{
	struct agreement a = {.leg = l,
	                      .offerer = x->side,
	                      .offered_ns = x->offer->ref.time_ns,
	                      .agreed_ns = m->rec.time_ns,
	                      .gb = p->dialog->gb};

	a.sdp[x->side] = offer;
	a.sdp[!x->side] = m->sdp;
	a.signalling[l->side] = l->ends[0];
	a.signalling[!l->side] = l->ends[1];
	awaited_agree(&p->dialog->offer->awaited, o->media, &a);
}

static void
agrees(struct offers *o, struct offer_leg *l, struct exchange_open *x,
       const struct message *m, struct place *p, const struct sdp *offer)
{
	x->done = true;
	if (o->media != NULL && offer != NULL && is_sound(m) && !p->dialog->offer->closed)
		awaits(o, l, x, m, p, offer);
	text_set(o, &l->agreed[x->side], x->offer);
	text_set(o, &l->agreed[!x->side], x->answer);
}

/* final: it counts. Otherwise it only tells what will be answered. */
static void
answers(struct offers *o, struct offer_leg *l, struct exchange_open *x,
        const struct message *m, bool final, struct place *p, struct arena *a)
{
	struct offer_place place = {.role = final ? OFFER_ANSWER : OFFER_EARLY};

	place.offer = text_sdp(x->offer, a);
	if (x->offer != NULL)
		place.other = x->offer->ref;
	if (x->answer != NULL) {
		place.role = OFFER_AGAIN;
		place.same = text_sdp(x->answer, a);
		place.other = x->answer->ref;
	} else if (is_sound(m)) {
		text_set(o, &x->answer, text_new(o, m));
	}
	if (final && !x->done)
		agrees(o, l, x, m, p, place.offer);
	if (is_sound(m))
		place_set(p, a, &place);
}

/* ---- messages ---- */

static void
follow_ack(struct offers *o, const struct message *m, struct place *p, int side,
           struct offer_leg *l, struct arena *a)
{
	struct exchange_open *x = l ? &l->open[OPEN_INVITE] : NULL;
	struct offer_place extra = {.role = OFFER_EXTRA};

	if (x == NULL || !x->there || x->cseq != m->cseq.seq)
		return;
	if (x->side == side) {
		if (is_sound(m) && x->offer != NULL) {
			extra.other = x->offer->ref;
			place_set(p, a, &extra);
		}
		return;
	}
	if (x->done)
		return;
	if (carried(m) == OFFER_ABSENT)
		lacks(p, a, OFFER_LACKS_ACK_ANSWER);
	else if (has_sdp(m))
		answers(o, l, x, m, true, p, a);
	x->done = true;
}

static void
follow_request(struct offers *o, const struct message *m, struct place *p, int side,
               struct arena *a)
{
	struct dialog *d = p->dialog;
	struct offer_leg *l = leg_find(d, &m->rec.src, &m->rec.dst);
	struct exchange_open *x;
	int which = m->method == METHOD_INVITE ? OPEN_INVITE : OPEN_OTHER;

	if (m->method == METHOD_ACK) {
		follow_ack(o, m, p, side, l, a);
		return;
	}
	if (m->method == METHOD_INVITE) {
		p->tx->offered = (uint8_t)carried(m);
		if (l != NULL && p->tx->offered != OFFER_THERE)
			open_clear(o, &l->open[OPEN_INVITE]);
	}
	if (!has_sdp(m))
		return;
	x = l ? &l->open[OPEN_INVITE] : NULL;
	if (m->method == METHOD_PRACK && x != NULL && x->there && !x->done &&
	    x->side != side) {
		answers(o, l, x, m, true, p, a);
		return;
	}
	l = leg_make(o, d, &m->rec.src, &m->rec.dst, side);
	if (l != NULL)
		opens(o, l, which, m, side, p, a);
}

/* A 2xx, or a 1xx, to an INVITE that had an offer. */
static void
invite_answer(struct offers *o, const struct message *m, struct place *p,
              struct offer_leg *l, struct arena *a)
{
	struct exchange_open *x = &l->open[OPEN_INVITE];
	bool final = m->sip.status >= 200;

	if (!x->there || x->cseq != m->cseq.seq || x->side != !side_of(p->dialog, m))
		return;
	if (has_sdp(m))
		answers(o, l, x, m, final || is_reliable(m), p, a);
	else if (final && !x->done && carried(m) == OFFER_ABSENT)
		lacks(p, a, OFFER_LACKS_ANSWER);
	else if (!final && is_reliable(m) && carried(m) == OFFER_UNKNOWN)
		x->done = true; /* perhaps */
	if (final)
		x->done = true;
}

/* And to one that had none: it, or a reliable 1xx before it, is the offer. */
static void
invite_offer(struct offers *o, const struct message *m, struct place *p,
             struct offer_leg *l, struct arena *a)
{
	const struct exchange_open *x = l ? &l->open[OPEN_INVITE] : NULL;
	bool final = m->sip.status >= 200;
	bool made = x != NULL && x->there && x->cseq == m->cseq.seq;

	if (made || (!final && !is_reliable(m)))
		return;
	if (has_sdp(m)) {
		l = leg_make(o, p->dialog, &p->tx->client, &p->tx->server,
		             !side_of(p->dialog, m));
		if (l != NULL)
			opens(o, l, OPEN_INVITE, m, side_of(p->dialog, m), p, a);
	} else if (final && carried(m) == OFFER_ABSENT) {
		lacks(p, a, OFFER_LACKS_OFFER);
	}
}

static void
follow_response(struct offers *o, const struct message *m, struct place *p,
                struct arena *a)
{
	const struct tx *tx = p->tx;
	struct offer_leg *l = leg_find(p->dialog, &tx->client, &tx->server);
	struct exchange_open *x;
	int which = m->method == METHOD_INVITE ? OPEN_INVITE : OPEN_OTHER;

	if (m->method == METHOD_INVITE && p->dialog->offer != NULL &&
	    m->sip.status / 100 == 2 && p->dialog->offer->confirmed_ns == 0)
		p->dialog->offer->confirmed_ns = m->rec.time_ns;
	if (m->sip.status >= 300) {
		x = l ? &l->open[which] : NULL;
		if (x != NULL && x->there && x->cseq == m->cseq.seq &&
		    x->method == m->method)
			open_clear(o, x);
	} else if (m->method == METHOD_INVITE) {
		if (tx->offered == OFFER_THERE && l != NULL)
			invite_answer(o, m, p, l, a);
		else if (tx->offered == OFFER_ABSENT && tx->request.frame != 0)
			invite_offer(o, m, p, l, a);
	} else if (l != NULL && m->sip.status >= 200) {
		x = &l->open[OPEN_OTHER];
		if (has_sdp(m) && x->there && !x->done && x->cseq == m->cseq.seq &&
		    x->method == m->method)
			answers(o, l, x, m, true, p, a);
	}
}

void
offer_follow(struct offers *o, const struct message *m, struct place *p,
             struct arena *scratch)
{
	struct offer_place over = {.over = true};

	if (m->method == METHOD_BYE && m->request) {
		if (offer_close(o, p->dialog, m->rec.time_ns))
			place_set(p, scratch, &over);
		return;
	}
	if (m->method != METHOD_INVITE && m->method != METHOD_ACK &&
	    m->method != METHOD_PRACK && m->method != METHOD_UPDATE)
		return;
	if (p->dialog->kind != DIALOG_CALL || m->cseq_dis != DIS_OK ||
	    p->tx->method != m->method)
		return;
	if (m->request)
		follow_request(o, m, p, side_of(p->dialog, m), scratch);
	else
		follow_response(o, m, p, scratch);
	if (o->held > o->max)
		make_room(o);
}

void
offer_fork(struct offers *o, const struct dialog *of, struct dialog *d,
           const struct tx *x)
{
	const struct offer_leg *from = leg_find(of, &x->client, &x->server);
	const struct exchange_open *open = from ? &from->open[OPEN_INVITE] : NULL;
	struct offer_leg *l;

	if (open == NULL || !open->there || open->cseq != x->cseq)
		return;
	l = leg_make(o, d, &x->client, &x->server, from->side);
	if (l == NULL)
		return;
	open_clear(o, &l->open[OPEN_INVITE]);
	l->open[OPEN_INVITE] = (struct exchange_open){.there = true,
	                                              .side = open->side,
	                                              .cseq = open->cseq,
	                                              .method = open->method,
	                                              .offer = text_use(open->offer)};
}

bool
offer_close(struct offers *o, struct dialog *d, int64_t now_ns)
{
	struct offer_leg *l = d->offer;
	struct awaited *w;

	if (l == NULL || l->closed || l->awaited == NULL)
		return false;
	l->closed = true;
	for (w = l->awaited; w != NULL; w = w->next)
		if (w->since_ns < l->confirmed_ns)
			w->since_ns = l->confirmed_ns;
	awaited_close(l->awaited, o->media, now_ns);
	return l->confirmed_ns != 0;
}

const struct awaited *
offer_awaited(const struct dialog *d)
{
	return d->offer ? d->offer->awaited : NULL;
}

struct media_stream *
offer_streams(struct offers *o, struct dialog *d)
{
	return d->offer != NULL && o->media != NULL
	           ? awaited_take(d->offer->awaited, o->media)
	           : NULL;
}

int64_t
offer_heard_ns(const struct dialog *d)
{
	return d->offer != NULL ? awaited_heard_ns(d->offer->awaited) : 0;
}

void
offer_drop(struct offers *o, struct dialog *d)
{
	struct offer_leg *l;

	if (d->offer != NULL && o->media != NULL)
		awaited_free(&d->offer->awaited, o->media);

	while ((l = d->offer) != NULL) {
		d->offer = l->next;
		leg_clear(o, l);
		leg_out(o, l);
		free(l);
	}
}
