#include "src/sessions.h"

#include <stdlib.h>

#include "src/call.h"
#include "src/map.h"
#include "src/offer.h"
#include "src/secret.h"
#include "src/session_what.h"
#include "src/list.h"

#define SECOND INT64_C(1000000000)
#define BROADCAST_WAIT (60 * SECOND) /* from its Notify to its INVITE */
#define KILLS_WITHIN                                                                     \
	(5 *                                                                             \
	 SECOND) /* a session that ends so soon behind another one's INVITE was ended by it */

enum { SESSION_BYTES = 65536, SESSION_FIRST = 1024, TEXT_KEPT = 256 };

struct list {
	struct gb_session *first, *last;
	uint64_t total;
};

struct sessions {
	struct limits *limits;
	struct hash_key key;
	struct map channels, servers;  /* those that are in use */
	struct list broadcasts, ended; /* broadcasts without an INVITE so far */
	struct gb_session *given;
	struct session_counts counts;
	uint32_t ids;
};

struct sessions *
sessions_new(struct limits *l, const struct hash_key *key)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->limits = l;
		s->key = *key;
	}
	return s;
}

/* ---- lists and maps ---- */

static void
list_add(struct list *l, struct gb_session *x)
{
	LIST_ADD(l, x, prev, next);
	l->total++;
}

static void
list_drop(struct list *l, struct gb_session *x)
{
	LIST_DROP(l, x, prev, next);
	l->total--;
}

static uint64_t
channel_hash(const struct sessions *s, struct slice channel)
{
	return hash_bytes(&s->key, slice_head(channel, TEXT_KEPT));
}

static uint64_t
server_hash(const struct sessions *s, const struct addr *a)
{
	return hash_bytes(&s->key, slice_of(a->ip, a->n));
}

static void
index_in(struct sessions *s, struct gb_session *x)
{
	if (x->indexed || x->channel.n == 0)
		return;
	x->indexed = map_put(&s->channels, channel_hash(s, x->channel), x);
	if (x->indexed && !map_put(&s->servers, server_hash(s, &x->server), x)) {
		map_drop(&s->channels, channel_hash(s, x->channel), x);
		x->indexed = false;
	}
}

static void
index_out(struct sessions *s, struct gb_session *x)
{
	if (!x->indexed)
		return;
	map_drop(&s->channels, channel_hash(s, x->channel), x);
	map_drop(&s->servers, server_hash(s, &x->server), x);
	x->indexed = false;
}

static void
session_free(struct gb_session *x)
{
	struct media_stream *m;

	while ((m = x->streams) != NULL) {
		x->streams = m->next;
		media_stream_free(m);
	}
	arena_free(&x->mem);
	free(x);
}

/* ---- what is kept ---- */

static struct slice
keep(struct gb_session *x, struct slice s)
{
	return arena_keep(&x->mem, secret_head(s, TEXT_KEPT));
}

static struct ref
ref_keep(const struct message *m)
{
	return (struct ref){
	    .capture = m->rec.capture, .frame = m->rec.frame, .time_ns = m->rec.time_ns};
}

static void
ref_once(struct ref *at, const struct message *m)
{
	if (at->frame == 0)
		*at = ref_keep(m);
}

static struct slice
header(const struct message *m, enum sip_hdr id)
{
	const struct sip_header *h = sip_find(&m->sip, id, 0);

	return h ? h->value : SLICE_EMPTY;
}

static struct gb_session *
session_new(struct sessions *s, const struct message *m)
{
	struct gb_session *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	arena_init(&x->mem, SESSION_BYTES);
	x->mem.first = SESSION_FIRST;
	x->id = ++s->ids;
	x->first = ref_keep(m);
	x->subject_dis = DIS_OTHER;
	x->bye_by = x->cancel_by = SIDE_UNKNOWN;
	x->call_id = keep(x, m->call_id);
	return x;
}

static struct gb_session *
session_of(struct sessions *s, struct dialog *d, const struct message *m)
{
	struct gb_session *x = d->gb_session;

	if (x == NULL && !d->gb_session_told) {
		x = session_new(s, m);
		if (x == NULL)
			return NULL;
		x->dialog = d->id;
		d->gb_session = x;
	}
	if (x != NULL) {
		x->gb |= d->gb;
		if (x->device.n == 0)
			x->device = keep(x, d->device);
	}
	return x;
}

/* ---- broadcasts ---- */

static bool
is_broadcast(const struct message *m)
{
	return slice_eq(m->mans.m.CmdType, SLICE("Broadcast"));
}

static bool
is_media_status(const struct message *m)
{
	return slice_eq(m->mans.m.CmdType, SLICE("MediaStatus")) &&
	       slice_eq(m->mans.m.root, SLICE("Notify"));
}

bool
sessions_wants(const struct message *m)
{
	return m->request && (is_media_status(m) || is_broadcast(m));
}

static struct slice
element(const struct message *m, struct slice name)
{
	const struct manscdp *x = &m->mans.m;
	size_t i;

	for (i = 0; i < x->nodes_total; i++)
		if (x->nodes[i].depth == 1 && slice_eq(x->nodes[i].name, name))
			return slice_trim(x->nodes[i].text);
	return SLICE_EMPTY;
}

static void
count(struct sessions *s, const struct gb_session *x)
{
	struct session_counts *c = &s->counts;

	c->total++;
	c->kinds[x->kind]++;
	c->invites += x->invite.frame != 0 && !x->forked;
	c->answered += x->answered.frame != 0;
	c->refused += x->state == SESSION_REFUSED;
	c->cancelled += x->state == SESSION_CANCELLED;
	c->unanswered += x->state == SESSION_UNANSWERED;
	c->open += x->state == SESSION_OPEN;
	c->ended += x->state == SESSION_ENDED;
	c->with_media += x->packets != 0;
}

static void
told(struct sessions *s, struct gb_session *x, enum ended_how how, int64_t now_ns)
{
	x->how = how;
	x->now_ns = now_ns;
	index_out(s, x);
	count(s, x);
	list_add(&s->ended, x);
}

static void
broadcast_over(struct sessions *s, struct gb_session *x, enum ended_how how,
               int64_t now_ns)
{
	list_drop(&s->broadcasts, x);
	x->kind = SESSION_BROADCAST;
	x->state = SESSION_NO_INVITE;
	told(s, x, how, now_ns);
}

static void
broadcast_notify(struct sessions *s, const struct message *m, const struct place *p,
                 int64_t now_ns)
{
	struct gb_session *x;
	struct session_broadcast *b;

	if (s->broadcasts.total >= s->limits->max[LIMIT_BROADCASTS]) {
		s->limits->dropped[LIMIT_BROADCASTS]++;
		broadcast_over(s, s->broadcasts.first, ENDED_EVICTED, now_ns);
	}
	x = session_new(s, m);
	b = x ? ARENA_NEW(&x->mem, struct session_broadcast) : NULL;
	if (b == NULL) {
		free(x);
		return;
	}
	x->gb = true;
	x->broadcast = b;
	x->caller = keep(x, m->from.uri.user);
	x->callee = keep(x, m->to.uri.user);
	b->notify = ref_keep(m);
	b->SN = keep(x, m->mans.m.SN);
	b->source = keep(x, element(m, SLICE("SourceID")));
	b->target = keep(x, element(m, SLICE("TargetID")));
	x->channel = b->target;
	x->device = keep(x, p->dialog->device);
	b->client = m->rec.src;
	b->server = m->rec.dst;
	b->dialog = p->dialog->id;
	b->tx = p->tx->id;
	list_add(&s->broadcasts, x);
}

static void
broadcast_response(struct sessions *s, const struct message *m)
{
	struct gb_session *x;

	for (x = s->broadcasts.last; x != NULL; x = x->prev) {
		if (!slice_eq(slice_number(x->broadcast->SN),
		              slice_number(slice_head(m->mans.m.SN, TEXT_KEPT))) ||
		    !slice_eq(x->callee, slice_head(m->from.uri.user, TEXT_KEPT)) ||
		    x->broadcast->response.frame != 0)
			continue;
		x->broadcast->response = ref_keep(m);
		x->broadcast->result = keep(x, element(m, SLICE("Result")));
		return;
	}
}

/* The INVITE that it comes to is sent by its target, or by the device that has it. */
static void
broadcast_join(struct sessions *s, struct gb_session *x)
{
	struct gb_session *n;
	struct session_broadcast *b, *from;

	for (n = s->broadcasts.last; n != NULL; n = n->prev) {
		from = n->broadcast;
		if ((slice_eq(from->target, x->caller) ||
		     slice_eq(n->callee, x->caller)) &&
		    addr_ip_eq(&from->client, &x->server))
			break;
	}
	b = n ? ARENA_NEW(&x->mem, struct session_broadcast) : NULL;
	if (b == NULL)
		return;
	*b = *from;
	b->SN = keep(x, from->SN);
	b->source = keep(x, from->source);
	b->target = keep(x, from->target);
	b->result = keep(x, from->result);
	x->broadcast = b;
	x->channel = b->target;
	/* Two became one: the number of the first is kept, that of the second is free again. */
	if (x->id == s->ids) {
		s->ids--;
		x->id = n->id;
	}
	list_drop(&s->broadcasts, n);
	session_free(n);
}

void
sessions_clock(struct sessions *s, int64_t now_ns)
{
	struct gb_session *x;

	while ((x = s->broadcasts.first) != NULL &&
	       now_ns - x->first.time_ns >= BROADCAST_WAIT)
		broadcast_over(s, x, ENDED_TIMEOUT, now_ns);
}

/* ---- the INVITE ---- */

static void
hop_add(struct gb_session *x, const struct message *m)
{
	unsigned i;

	for (i = 0; i < x->hops_total; i++)
		if (addr_eq(&x->hops[i].client, &m->rec.src) &&
		    addr_eq(&x->hops[i].server, &m->rec.dst))
			return;
	if (x->hops_total < SESSION_HOPS)
		x->hops[x->hops_total++] =
		    (struct session_hop){m->rec.src, m->rec.dst, ref_keep(m)};
}

static bool
is_in_use(const struct gb_session *x)
{
	return x->answered.frame != 0 && x->bye.frame == 0;
}

static bool
same_subject(const struct gb_session *x, const struct gb_session *y)
{
	return x->subject_dis == DIS_OK && y->subject_dis == DIS_OK &&
	       slice_eq(x->parts.sender, y->parts.sender) &&
	       slice_eq(x->parts.sender_stream, y->parts.sender_stream) &&
	       slice_eq(x->parts.receiver, y->parts.receiver);
}

/* What else is asked of this channel, at the same element. */
static void
rivals(struct sessions *s, struct gb_session *x)
{
	uint64_t hash = channel_hash(s, x->channel);
	struct gb_session *y;
	size_t pos = 0;

	while ((y = map_next(&s->channels, hash, &pos)) != NULL) {
		if (y == x || !slice_eq(y->channel, x->channel) || !is_in_use(y) ||
		    !addr_eq(&y->server, &x->server) ||
		    session_kind_now(y) != session_kind_now(x) ||
		    slice_eq(y->call_id, x->call_id))
			continue;
		if (x->rival.frame == 0) {
			x->rival = y->invite.frame ? y->invite : y->first;
			x->rival_id = y->id;
		}
		if (x->in_use.frame == 0 && same_subject(x, y))
			x->in_use = y->invite;
	}
}

static void
invite_first(struct sessions *s, struct gb_session *x, const struct message *m,
             const struct place *p)
{
	x->invite = ref_keep(m);
	x->invite_tx = p->tx->id;
	x->client = m->rec.src;
	x->server = m->rec.dst;
	x->caller = keep(x, m->from.uri.user);
	x->callee = keep(x, m->uri_dis == DIS_OK && m->uri.user.n != 0 ? m->uri.user
	                                                               : m->to.uri.user);
	x->invite_to = keep(x, m->to.uri.user);
	/* Its parts are told one by one. */
	x->subject = secret_mask(keep(x, header(m, SIP_SUBJECT)), &x->mem);
	if (x->subject.n != 0)
		x->subject_dis = subject_dissect(x->subject, NULL, &x->parts);
	x->channel = x->callee;
	if (x->subject_dis == DIS_OK && !slice_eq(x->parts.sender, x->caller))
		x->channel = x->parts.sender;
	if (s->broadcasts.total != 0)
		broadcast_join(s, x);
	if (!x->gb)
		return;
	rivals(s, x);
	index_in(s, x);
}

static void
offer_keep(struct gb_session *x, struct session_sdp *at, const struct message *m)
{
	struct ref ref = ref_keep(m);

	if (m->sdp != NULL && m->sdp->levels_total != 0)
		session_sdp_keep(at, m->sdp, &ref, &x->mem);
}

static void
invite(struct sessions *s, struct gb_session *x, const struct message *m,
       const struct place *p)
{
	hop_add(x, m);
	if (x->invite.frame != 0 && x->answered.frame != 0) {
		x->reinvites += p->previous_hop == NULL;
		return;
	}
	if (x->offer.ref.frame == 0)
		offer_keep(x, &x->offer, m);
	if (x->invite.frame == 0)
		invite_first(s, x, m, p);
	/* Once more, with credentials: what was refused is no refusal. */
	if (p->previous_hop == NULL)
		x->status = 0;
}

static bool
is_challenge(const struct place *p, uint32_t status)
{
	return (status == 401 || status == 407) && p->tx->auths == NULL;
}

static void
invite_final(struct gb_session *x, const struct message *m, const struct place *p)
{
	if (x->answered.frame != 0 || is_challenge(p, m->sip.status))
		return;
	x->refused = ref_keep(m);
	x->status = m->sip.status;
	x->reason = keep(x, m->sip.reason);
}

static void
invite_response(struct gb_session *x, const struct message *m, const struct place *p)
{
	uint32_t status = m->sip.status;
	bool offered =
	    x->offer.ref.frame != 0 || (x->forked && p->tx->offered == OFFER_THERE);
	struct session_sdp *at = offered ? &x->answer : &x->offer;

	if (status > 100 && status < 200)
		ref_once(&x->ringing, m);
	if (status >= 300)
		invite_final(x, m, p);
	if (status < 200 || status >= 300)
		return;
	if (x->answered.frame == 0) {
		x->answered = ref_keep(m);
		x->status = status;
		x->reason = keep(x, m->sip.reason);
	}
	/* The answer of the hop on which the offer was seen. */
	if (at->ref.frame == 0 ||
	    (at == &x->answer && x->reinvites == 0 && addr_eq(&m->rec.dst, &x->client) &&
	     addr_eq(&m->rec.src, &x->server)))
		offer_keep(x, at, m);
}

/* ---- in the session ---- */

static enum session_side
side_of(const struct gb_session *x, const struct message *m, const struct place *p)
{
	if (x->invite.frame == 0)
		return SIDE_UNKNOWN;
	(void)m;
	return call_side_of(p->tx) == CALL_CALLER ? SIDE_CALLER : SIDE_CALLEE;
}

/* A session that the device ended right behind the INVITE for another one. */
static void
killed(struct sessions *s, struct gb_session *x)
{
	uint64_t hash = channel_hash(s, x->channel);
	struct gb_session *y;
	size_t pos = 0;

	while ((y = map_next(&s->channels, hash, &pos)) != NULL)
		if (y != x && y->rival_id == x->id && y->rival_ended.frame == 0 &&
		    x->bye.time_ns - y->invite.time_ns <= KILLS_WITHIN) {
			y->rival_ended = x->bye;
			x->killed = true;
		}
}

static void
bye(struct sessions *s, struct gb_session *x, const struct message *m,
    const struct place *p)
{
	if (x->bye.frame != 0)
		return;
	x->bye = ref_keep(m);
	x->bye_tx = p->tx->id;
	x->bye_by = side_of(x, m, p);
	x->bye_uri = keep(x, m->uri.user);
	x->bye_to = keep(x, m->to.uri.user);
	x->why = keep(x, header(m, SIP_REASON));
	if (x->bye_by == SIDE_CALLEE && x->indexed)
		killed(s, x);
	index_out(s, x);
}

static void
control(struct gb_session *x, const struct message *m, const struct place *p)
{
	const struct mansrtsp *r = m->rtsp;
	struct mansrtsp_range range;
	struct session_control *c;

	if (x->controls_total++ >= SESSION_CONTROLS)
		return;
	c = ARENA_NEW(&x->mem, struct session_control);
	if (c == NULL)
		return;
	c->ref = ref_keep(m);
	c->tx = p->tx->id;
	c->by = side_of(x, m, p);
	c->method = keep(x, r->method);
	c->CSeq = keep(x, mansrtsp_value(r, MANSRTSP_CSEQ));
	c->scale = keep(x, mansrtsp_value(r, MANSRTSP_SCALE));
	c->has_range = r->range.dis != DIS_OTHER;
	(void)mansrtsp_range_dissect(
	    secret_mask(keep(x, mansrtsp_value(r, MANSRTSP_RANGE)), &x->mem), NULL,
	    &range);
	c->unit = range.unit;
	c->start = range.start;
	c->stop = range.stop;
	if (x->controls_last != NULL)
		x->controls_last->next = c;
	else
		x->controls = c;
	x->controls_last = c;
}

static void
control_answer(struct gb_session *x, const struct message *m, const struct place *p)
{
	struct session_control *c;

	for (c = x->controls; c != NULL && c->tx != p->tx->id; c = c->next)
		;
	if (c == NULL || c->status != 0 || m->sip.status < 200)
		return;
	c->status = m->sip.status;
	c->answer = ref_keep(m);
	if (m->rtsp == NULL)
		return;
	c->rtsp_status = m->rtsp->status;
	c->rtsp_reason = keep(x, m->rtsp->reason);
	c->rtsp_CSeq = keep(x, mansrtsp_value(m->rtsp, MANSRTSP_CSEQ));
}

static void
media_status(struct gb_session *x, const struct message *m, const struct place *p,
             bool inside)
{
	if (x->media_status.frame != 0)
		return;
	x->media_status = ref_keep(m);
	x->media_status_tx = p->tx->id;
	x->media_status_inside = inside;
	x->NotifyType = keep(x, element(m, SLICE("NotifyType")));
	x->media_status_from = keep(x, m->from.uri.user);
}

/* ... that came with a Call-ID of its own: the session of its channel that is in use and was not told of yet; else the
 * only one of a recording that this machine sends. */
static void
media_status_outside(struct sessions *s, const struct message *m, const struct place *p)
{
	struct slice id = m->mans.m.DeviceID;
	uint64_t hash = channel_hash(s, id);
	struct gb_session *x, *found = NULL;
	unsigned n = 0;
	size_t pos = 0;

	while ((x = map_next(&s->channels, hash, &pos)) != NULL)
		if (slice_eq(x->channel, slice_head(id, TEXT_KEPT)) && is_in_use(x) &&
		    x->media_status.frame == 0 &&
		    (found == NULL || session_kind_now(x) == SESSION_PLAYBACK ||
		     session_kind_now(x) == SESSION_DOWNLOAD))
			found = x;
	hash = server_hash(s, &m->rec.src);
	for (pos = 0;
	     found == NULL && n < 2 && (x = map_next(&s->servers, hash, &pos)) != NULL;)
		if (addr_ip_eq(&x->server, &m->rec.src) && is_in_use(x) &&
		    (session_kind_now(x) == SESSION_PLAYBACK ||
		     session_kind_now(x) == SESSION_DOWNLOAD)) {
			n++;
			found = n == 1 ? x : NULL;
		}
	if (found != NULL)
		media_status(found, m, p, false);
}

/* Where the INVITE is not in the capture, who sent it: an ACK, a CANCEL, a response to it tell. */
static void
parties(struct gb_session *x, const struct message *m, const struct place *p)
{
	if (x->caller.n != 0 ||
	    !(m->request ? m->method == METHOD_ACK || m->method == METHOD_CANCEL
	                 : p->tx->method == METHOD_INVITE))
		return;
	x->caller = keep(x, m->from.uri.user);
	x->callee = keep(x, m->to.uri.user);
	x->channel = x->callee;
}

static void
request(struct sessions *s, struct gb_session *x, const struct message *m,
        const struct place *p)
{
	switch (m->method) {
	case METHOD_INVITE:
		invite(s, x, m, p);
		break;
	case METHOD_ACK:
		if (x->answered.frame != 0)
			ref_once(&x->acked, m);
		if (x->answer.ref.frame == 0 && x->offer.ref.frame != 0 &&
		    x->offer.ref.frame != x->invite.frame)
			offer_keep(x, &x->answer, m);
		break;
	case METHOD_CANCEL:
		ref_once(&x->cancel, m);
		x->cancel_by = SIDE_CALLER;
		if (x->why.n == 0)
			x->why = keep(x, header(m, SIP_REASON));
		break;
	case METHOD_BYE:
		bye(s, x, m, p);
		break;
	case METHOD_INFO:
		if (m->rtsp != NULL && p->previous_hop == NULL)
			control(x, m, p);
		break;
	case METHOD_MESSAGE:
		if (m->mans.verdict != BODY_NONE && is_media_status(m))
			media_status(x, m, p, true);
		break;
	default:
		break;
	}
}

/* A further dialog of an INVITE begins with a response. */
static void
forked(struct gb_session *x, const struct tx *t)
{
	x->forked = true;
	x->invite = (struct ref){.capture = t->request.capture,
	                         .frame = t->request.frame,
	                         .time_ns = t->request.time_ns};
	x->invite_tx = t->id;
	x->client = t->client;
	x->server = t->server;
}

static void
response(struct gb_session *x, const struct message *m, const struct place *p)
{
	switch (p->tx->method) {
	case METHOD_INVITE:
		if (x->invite.frame == 0 && p->tx->fork && p->tx->request.frame != 0)
			forked(x, p->tx);
		if (x->invite.frame != 0)
			invite_response(x, m, p);
		break;
	case METHOD_BYE:
		if (m->sip.status >= 200 && p->tx->id == x->bye_tx)
			x->bye_status = m->sip.status;
		break;
	case METHOD_INFO:
		control_answer(x, m, p);
		break;
	default:
		break;
	}
}

void
sessions_feed(struct sessions *s, const struct message *m, const struct place *p,
              int64_t now_ns)
{
	struct gb_session *x;

	if (p->repeat)
		return;
	if (p->dialog->kind != DIALOG_CALL) {
		if (is_media_status(m))
			media_status_outside(s, m, p);
		else if (slice_eq(m->mans.m.root, SLICE("Notify")))
			broadcast_notify(s, m, p, now_ns);
		else if (s->broadcasts.total != 0)
			broadcast_response(s, m);
		return;
	}
	x = session_of(s, p->dialog, m);
	if (x == NULL)
		return;
	if (x->invite.frame == 0)
		parties(x, m, p);
	if (m->request)
		request(s, x, m, p);
	else
		response(x, m, p);
}

/* ---- the end ---- */

void
sessions_media(struct sessions *s, const struct dialog *d, struct media_stream *streams)
{
	struct gb_session *x = d->gb_session;
	struct media_stream **end, *m;

	(void)s;
	for (end = &x->streams; *end != NULL; end = &(*end)->next)
		;
	*end = streams;
	for (m = streams; m != NULL; m = m->next) {
		m->dialog = x->dialog;
		m->session = x->id;
		x->streams_total++;
		x->packets += m->packets;
		x->bytes += m->bytes;
		x->lost += arrivals_lost(&m->arrivals);
		x->behind += m->ended ? m->packets - m->at_end : 0;
		if (x->rtp.frame == 0 || m->types[0].first_ns < x->rtp.time_ns)
			x->rtp = (struct ref){.capture = m->types[0].capture,
			                      .frame = m->types[0].frame,
			                      .time_ns = m->types[0].first_ns};
		if (m->last_ns > x->rtp_last_ns)
			x->rtp_last_ns = m->last_ns;
	}
}

static enum session_state
state_of(const struct gb_session *x, const struct dialog *d)
{
	if (x->bye.frame != 0)
		return SESSION_ENDED;
	if (x->answered.frame != 0)
		return SESSION_OPEN;
	if (x->status >= 300)
		return x->cancel.frame != 0 || x->status == 487 ? SESSION_CANCELLED
		                                                : SESSION_REFUSED;
	if (x->cancel.frame != 0)
		return SESSION_CANCELLED;
	if (d->state == STATE_TERMINATED && d->outcome == OUTCOME_TIMEOUT)
		return SESSION_UNANSWERED;
	return x->invite.frame != 0 ? SESSION_TRYING : SESSION_UNKNOWN;
}

void
sessions_dialog_ended(struct sessions *s, struct dialog *d, enum ended_how how,
                      int64_t now_ns)
{
	struct gb_session *x = d->gb_session;

	if (x == NULL)
		return;
	d->gb_session = NULL;
	d->gb_session_told = true;
	x->kind = session_kind_now(x);
	x->state = state_of(x, d);
	told(s, x, how, now_ns);
}

void
sessions_end(struct sessions *s, int64_t now_ns)
{
	while (s->broadcasts.first != NULL)
		broadcast_over(s, s->broadcasts.first, ENDED_CAPTURE_OVER, now_ns);
}

struct gb_session *
sessions_next(struct sessions *s)
{
	struct gb_session *x = s->ended.first;

	if (s->given != NULL)
		session_free(s->given);
	s->given = x;
	if (x != NULL)
		list_drop(&s->ended, x);
	return x;
}

const struct session_counts *
sessions_counts(const struct sessions *s)
{
	return &s->counts;
}

void
sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	sessions_end(s, 0);
	while (sessions_next(s) != NULL)
		;
	map_free(&s->channels);
	map_free(&s->servers);
	free(s);
}
