#include "src/subscriptions.h"

#include <stdlib.h>

#include "src/body_value.h"
#include "src/map.h"
#include "src/secret.h"
#include "src/list.h"
#include "src/usage.h"

#define SECOND INT64_C(1000000000)
#define SLACK (1 * SECOND) /* on the way */

enum {
	SUBSCRIPTION_BYTES = 8192,
	SUBSCRIPTION_FIRST = 400, /* what most of them need */
	TEXT_KEPT = 256,
	PAIR_LOOKED_AT = 64,
};

struct list {
	struct gb_subscription *first, *last;
};

struct subscriptions {
	struct limits *limits;
	struct hash_key key;
	struct map by_dialog, by_pair;
	struct list open, ended;
	struct gb_subscription *given;
	uint64_t total;
	uint32_t ids;
};

static const struct {
	const char *name, *CmdType;
} subjects[SUBJECT_TOTAL] = {
    [SUBJECT_UNKNOWN] = {"unknown", ""},
    [SUBJECT_CATALOG] = {"catalog", "Catalog"},
    [SUBJECT_ALARM] = {"alarm", "Alarm"},
    [SUBJECT_POSITION] = {"mobile_position", "MobilePosition"},
    [SUBJECT_PTZ] = {"ptz_position", "PTZPosition"},
    [SUBJECT_OTHER] = {"other", ""},
};

const char *
subscription_subject_name(enum subscription_subject s)
{
	return subjects[s].name;
}

enum subscription_subject
subscription_subject_of(struct slice CmdType)
{
	int i;

	if (CmdType.n == 0)
		return SUBJECT_UNKNOWN;
	for (i = SUBJECT_CATALOG; i < SUBJECT_OTHER; i++)
		if (slice_eq(CmdType, slice_str(subjects[i].CmdType)))
			break;
	return (enum subscription_subject)i;
}

const char *
subscription_state_name(enum subscription_state s)
{
	static const char *const names[] = {"unknown",   "pending",   "active",
	                                    "expired",   "cancelled", "refused",
	                                    "terminated"};

	return names[s];
}

static const char *const catalog_events[CHANGE_EVENTS] = {
    "ON", "OFF", "VLOST", "DEFECT", "ADD", "DEL", "UPDATE", "other"};

const char *
catalog_event_name(enum catalog_event e)
{
	return catalog_events[e];
}

const char *
position_value_name(enum position_value v)
{
	static const char *const names[POSITION_TOTAL] = {
#define POSITION_NAME(name) #name,
	    POSITION_VALUES(POSITION_NAME)
#undef POSITION_NAME
	};

	return names[v];
}

const char *
refusal_cause_name(enum refusal_cause c)
{
	static const char *const names[CAUSE_TOTAL] = {
	    "unknown",    "no_dialog", "event_id", "expired", "cancelled",
	    "terminated", "refused",   "tag",      "call_id", "forgotten"};

	return names[c];
}

void
last_text_put(struct last_text *t, struct slice s)
{
	s = secret_head(s, LAST_TEXT);
	if (s.n != 0)
		memmove(t->bytes, s.p, s.n);
	t->n = s.n;
}

struct subscriptions *
subscriptions_new(struct limits *l, const struct hash_key *key)
{
	struct subscriptions *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->limits = l;
		s->key = *key;
	}
	return s;
}

static uint64_t
dialog_hash(const struct subscriptions *s, uint32_t dialog)
{
	return hash_bytes(&s->key, slice_of(&dialog, sizeof(dialog)));
}

static uint64_t
pair_hash(const struct subscriptions *s, struct slice subscriber, struct slice notifier)
{
	uint64_t h = hash_bytes(&s->key, slice_head(subscriber, TEXT_KEPT));

	return hash_more(&s->key, h, slice_head(notifier, TEXT_KEPT));
}

static struct ref
ref_of_message(const struct message *m)
{
	return (struct ref){
	    .capture = m->rec.capture, .frame = m->rec.frame, .time_ns = m->rec.time_ns};
}

static void
subscription_free(struct gb_subscription *x)
{
	arena_free(&x->mem);
	free(x);
}

static void
close(struct subscriptions *s, struct gb_subscription *x)
{
	map_drop(&s->by_dialog, x->hash, x);
	map_drop(&s->by_pair, x->pair_hash, x);
	LIST_DROP(&s->open, x, prev, next);
	LIST_ADD(&s->ended, x, prev, next);
	s->total--;
}

/* ---- Event ---- */

/* As it is kept. */
static struct event
event_of(const struct message *m, const struct place *p)
{
	const struct sip_header *h = m->request ? sip_find(&m->sip, SIP_EVENT, 0) : NULL;
	struct event e = event_read(h != NULL              ? h->value
	                            : p->tx->asked != NULL ? p->tx->asked->event
	                                                   : SLICE_EMPTY);

	e.package = secret_head(e.package, TEXT_KEPT);
	e.id = secret_head(slice_trim(e.id), LAST_TEXT);
	return e;
}

/* That of a dialog with this Event; *near is the newest one of the same package. Where only a response was seen its
 * Event is not known, and any will do. */
static struct gb_subscription *
find(const struct subscriptions *s, uint32_t dialog, const struct event *e,
     struct gb_subscription **near)
{
	struct gb_subscription *x;
	size_t pos = 0;

	*near = NULL;
	while ((x = map_next(&s->by_dialog, dialog_hash(s, dialog), &pos)) != NULL) {
		if (x->dialog != dialog)
			continue;
		if (e->package.n == 0 || x->event.n == 0) {
			if (*near == NULL)
				*near = x;
			continue;
		}
		if (!slice_ieq(x->event, e->package))
			continue;
		if (slice_eq(last_text(&x->event_id), e->id))
			return x;
		if (*near == NULL)
			*near = x;
	}
	return NULL;
}

static struct slice
keep(struct gb_subscription *x, struct slice s)
{
	return arena_keep(&x->mem, secret_head(s, TEXT_KEPT));
}

static void
event_put(struct gb_subscription *x, const struct event *e)
{
	if (x->event.n == 0)
		x->event = keep(x, e->package);
	last_text_put(&x->event_id, e->id);
}

/* notified: made by a NOTIFY, or by the response to one. */
static struct gb_subscription *
open_new(struct subscriptions *s, const struct message *m, const struct place *p,
         const struct event *e, bool notified)
{
	/* The subscriber is in From of a SUBSCRIBE and of its response, in To of a NOTIFY. */
	const struct party *subscriber = notified ? &m->to : &m->from,
	                   *notifier = notified ? &m->from : &m->to;
	bool from_subscriber = notified != m->request;
	struct gb_subscription *x;

	if (s->total >= s->limits->max[LIMIT_SUBSCRIPTIONS] && s->open.first != NULL) {
		s->limits->dropped[LIMIT_SUBSCRIPTIONS]++;
		s->open.first->evicted = true;
		close(s, s->open.first);
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	arena_init(&x->mem, SUBSCRIPTION_BYTES);
	x->mem.first = SUBSCRIPTION_FIRST;
	x->id = ++s->ids;
	x->dialog = p->dialog->id;
	event_put(x, e);
	x->subscriber = keep(x, subscriber->uri.user);
	x->notifier = keep(x, notifier->uri.user);
	x->call_id = keep(x, m->call_id);
	x->subscriber_tag = keep(x, subscriber->tag);
	x->notifier_tag = keep(x, notifier->tag);
	x->subscriber_addr = from_subscriber ? m->rec.src : m->rec.dst;
	x->notifier_addr = from_subscriber ? m->rec.dst : m->rec.src;
	x->gb = p->dialog->gb || m->gb;
	x->first = ref_of_message(m);
	x->gap_least_ns = x->gap_most_ns = -1;
	x->hash = dialog_hash(s, x->dialog);
	x->pair_hash = pair_hash(s, x->subscriber, x->notifier);
	LIST_ADD(&s->open, x, prev, next);
	s->total++;
	(void)map_put(&s->by_dialog, x->hash, x);
	(void)map_put(&s->by_pair, x->pair_hash, x);
	return x;
}

/* ---- bodies ---- */

static void
subject_put(struct gb_subscription *x, const struct manscdp *b)
{
	if (x->CmdType.n == 0 && b->CmdType.n != 0) {
		x->CmdType = keep(x, b->CmdType);
		x->subject = subscription_subject_of(b->CmdType);
	}
	if (x->DeviceID.n == 0)
		x->DeviceID = keep(x, b->DeviceID);
}

static void
query(struct gb_subscription *x, const struct manscdp *b)
{
	struct slice interval = body_value(b, "Interval", 1);

	subject_put(x, b);
	x->has_interval = parse_u32(interval, UINT32_MAX, &x->Interval);
}

static enum catalog_event
catalog_event(struct slice text)
{
	int i;

	for (i = 0; i < CHANGE_OTHER; i++)
		if (slice_eq(text, slice_str(catalog_events[i])))
			break;
	return (enum catalog_event)i;
}

static void
catalog_told(struct gb_subscription *x, const struct manscdp *b)
{
	size_t i;
	uint64_t events = 0;

	for (i = 0; i < b->nodes_total; i++)
		if (b->nodes[i].depth == 3 && !b->nodes[i].attribute &&
		    slice_eq(b->nodes[i].name, SLICE("Event"))) {
			x->changes[catalog_event(slice_trim(b->nodes[i].text))]++;
			events++;
		}
	if (b->items > events)
		x->changes[CHANGE_OTHER] += b->items - events;
}

/* Depth 1 until 2016; of the last item in 2022. */
static void
position_told(struct gb_subscription *x, const struct manscdp *b, const struct message *m)
{
	size_t i;
	int v;

	x->positions++;
	if (x->position == NULL)
		x->position = ARENA_NEW(&x->mem, struct position);
	if (x->position == NULL)
		return;
	x->position->ref = ref_of_message(m);
	for (v = 0; v < POSITION_TOTAL; v++)
		x->position->values[v].n = 0;
	for (i = 0; i < b->nodes_total; i++) {
		const struct manscdp_node *n = &b->nodes[i];

		if (n->attribute || (n->depth != 1 && n->depth != 3))
			continue;
		for (v = 0; v < POSITION_TOTAL; v++)
			if (slice_eq(n->name, slice_str(position_value_name(
			                          (enum position_value)v))) ||
			    (v == POSITION_Time &&
			     slice_eq(n->name, SLICE("CaptureTime"))))
				last_text_put(&x->position->values[v],
				              slice_trim(n->text));
	}
}

/* What a NOTIFY, or a MESSAGE in its place, tells. */
static void
told(struct gb_subscription *x, const struct message *m)
{
	const struct manscdp *b = &m->mans.m;
	uint32_t SN;

	if (m->mans.verdict == BODY_NONE)
		return;
	subject_put(x, b);
	x->items += b->items;
	if (parse_u32(b->SN, UINT32_MAX, &SN)) {
		if (x->has_SN && SN < x->SN)
			x->SN_lower++;
		x->has_SN = true;
		x->SN = SN;
	}
	if (slice_eq(b->CmdType, SLICE("Catalog")))
		catalog_told(x, b);
	else if (slice_eq(b->CmdType, SLICE("MobilePosition")))
		position_told(x, b, m);
}

/* Another one was told: how long after the one before? */
static void
gap(struct gb_subscription *x, const struct message *m)
{
	int64_t before = x->notify_last.time_ns, gap_ns;

	if (x->notify_last.frame != 0) {
		gap_ns = m->rec.time_ns > before ? m->rec.time_ns - before : 0;
		if (x->gap_least_ns < 0 || gap_ns < x->gap_least_ns)
			x->gap_least_ns = gap_ns;
		if (gap_ns > x->gap_most_ns)
			x->gap_most_ns = gap_ns;
	} else {
		x->notify_first = ref_of_message(m);
	}
	x->notify_last = ref_of_message(m);
}

/* ---- SUBSCRIBE ---- */

static bool
is_over(enum subscription_state state)
{
	return state >= SUBSCRIPTION_EXPIRED;
}

static void
end(struct gb_subscription *x, enum subscription_state state, const struct message *m,
    struct slice reason)
{
	x->state = state;
	x->ended = ref_of_message(m);
	x->ended_ns = m->rec.time_ns;
	last_text_put(&x->reason, reason);
}

static void
id_changed(struct gb_subscription *x, const struct event *e, const struct place *p,
           struct notice_note *note)
{
	x->id_before = x->event_id;
	x->id_tx = p->tx->id;
	x->ids_changed++;
	last_text_put(&x->event_id, e->id);
	note->facts |= NOTICE_EVENT_ID;
	note->text = last_text(&x->id_before);
}

static void
subscribe(struct subscriptions *s, const struct message *m, const struct place *p,
          int64_t now_ns, struct notice_note *note)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	struct event e = event_of(m, p);
	struct gb_subscription *near, *x = find(s, p->dialog->id, &e, &near);
	uint32_t seconds;

	if (x == NULL && near != NULL && near->event.n == 0) {
		x = near; /* only its response was seen so far */
		event_put(x, &e);
	} else if (x == NULL && near != NULL && m->to.tag.n != 0 && near->gb) {
		x = near;
		id_changed(x, &e, p, note);
	} else if (x == NULL) {
		x = open_new(s, m, p, &e, false);
	}
	if (x == NULL)
		return;
	note->subscription = x;
	x->before = x->state;
	x->before_ends_ns = x->ends_ns;
	if (m->to.tag.n == 0 && x->request.frame == 0) {
		x->request = ref_of_message(m);
		x->whole = true;
	}
	x->leaving =
	    h != NULL && parse_u32(h->value, UINT32_MAX, &seconds) && seconds == 0;
	/* What its end asks for says nothing of how long it lasted. */
	if (!x->leaving) {
		x->has_asked = h != NULL && parse_u32(h->value, UINT32_MAX, &x->asked);
		if (!x->has_asked)
			x->asked = 0;
	}
	if (x->confirmed && x->ends_ns != 0 && now_ns - x->ends_ns > SLACK)
		x->refreshes_late++;
	if (x->state == SUBSCRIPTION_UNKNOWN || (is_over(x->state) && !x->leaving)) {
		x->state = SUBSCRIPTION_PENDING;
		x->ended_ns = 0;
		x->ended = (struct ref){0};
		x->reason.n = 0;
	}
	if (m->mans.verdict != BODY_NONE)
		query(x, &m->mans.m);
}

static void
accepted(struct gb_subscription *x, const struct message *m, const struct place *p,
         int64_t now_ns)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	bool known = x->has_asked;
	uint32_t seconds = x->asked;

	if (x->notifier_tag.n == 0)
		x->notifier_tag = keep(x, m->to.tag);
	if (m->mans.verdict != BODY_NONE)
		last_text_put(&x->Result, m->mans.m.Result);
	if (x->leaving) {
		end(x, SUBSCRIPTION_CANCELLED, m, SLICE_EMPTY);
		x->ends_ns = 0;
		return;
	}
	if (h != NULL)
		known = parse_u32(h->value, UINT32_MAX, &seconds);
	x->has_granted = known;
	x->granted = known ? seconds : 0;
	if (known && seconds == 0) {
		end(x, SUBSCRIPTION_TERMINATED, m, SLICE("Expires 0"));
		x->ends_ns = 0;
		return;
	}
	x->confirmed = true;
	x->state = SUBSCRIPTION_ACTIVE;
	if (x->accepted_ns == 0)
		x->accepted_ns = m->rec.time_ns;
	if (p->tx->to_tag.n != 0) {
		x->refreshes++;
		x->refreshed_ns = m->rec.time_ns;
	}
	x->ends_ns = known ? now_ns + (int64_t)seconds * SECOND : 0;
}

/* ---- refused ---- */

static bool
same_call(const struct gb_subscription *x, const struct gb_subscription *y)
{
	return slice_eq(x->call_id, y->call_id);
}

/* Is there another one of the same two that this one was meant to be? The same call before all others, then one that
 * goes on, then the newest. */
static const struct gb_subscription *
meant(const struct subscriptions *s, const struct gb_subscription *x)
{
	const struct gb_subscription *y, *best = NULL;
	size_t pos = 0, n = 0;

	while ((y = map_next(&s->by_pair, x->pair_hash, &pos)) != NULL &&
	       n++ < PAIR_LOOKED_AT) {
		if (y == x || !y->confirmed ||
		    (y->accepted_ns == 0 && is_over(y->state)) ||
		    y->first.time_ns > x->first.time_ns ||
		    !slice_eq(x->subscriber, y->subscriber) ||
		    !slice_eq(x->notifier, y->notifier) ||
		    (x->event.n != 0 && y->event.n != 0 &&
		     !slice_ieq(x->event, y->event)))
			continue;
		if (best == NULL || (same_call(x, y) && !same_call(x, best)) ||
		    (same_call(x, y) == same_call(x, best) && is_over(best->state) &&
		     !is_over(y->state)))
			best = y;
	}
	return best;
}

static enum refusal_cause
cause_of_state(enum subscription_state state)
{
	switch (state) {
	case SUBSCRIPTION_CANCELLED:
		return CAUSE_CANCELLED;
	case SUBSCRIPTION_TERMINATED:
		return CAUSE_TERMINATED;
	case SUBSCRIPTION_REFUSED:
		return CAUSE_REFUSED;
	default:
		return CAUSE_UNKNOWN;
	}
}

static enum refusal_cause
cause_of(const struct subscriptions *s, const struct gb_subscription *x,
         const struct tx *tx, struct notice_note *note)
{
	bool notify = tx->method == METHOD_NOTIFY;
	enum subscription_state state = notify ? x->state : x->before;
	int64_t ends_ns = notify ? x->ends_ns : x->before_ends_ns;
	const struct gb_subscription *y;

	if (!notify && tx->to_tag.n == 0 && tx->request.frame != 0)
		return CAUSE_NO_DIALOG;
	if (!notify && x->id_tx == tx->id) {
		note->text = last_text(&x->id_before);
		return CAUSE_EVENT_ID;
	}
	if (cause_of_state(state) != CAUSE_UNKNOWN) {
		note->other = x->ended;
		return cause_of_state(state);
	}
	if (x->confirmed && ends_ns != 0 && tx->request.time_ns - ends_ns > SLACK) {
		note->number = (uint64_t)((tx->request.time_ns - ends_ns) / SECOND);
		return CAUSE_EXPIRED;
	}
	/* A NOTIFY alone says no more than that its sender believes in it. */
	if (x->accepted_ns != 0)
		return CAUSE_FORGOTTEN;
	y = meant(s, x);
	if (y == NULL)
		return CAUSE_UNKNOWN;
	note->other = y->first;
	note->text =
	    same_call(x, y) ? notify ? y->subscriber_tag : y->notifier_tag : y->call_id;
	return same_call(x, y) ? CAUSE_TAG : CAUSE_CALL_ID;
}

static void
refused(struct subscriptions *s, struct gb_subscription *x, const struct message *m,
        const struct place *p, struct notice_note *note)
{
	bool notify = p->tx->method == METHOD_NOTIFY;
	struct subscription_refusal *r;
	enum refusal_cause cause = CAUSE_UNKNOWN;

	if (m->sip.status == 481) {
		cause = cause_of(s, x, p->tx, note);
		note->facts |= NOTICE_REFUSED;
		note->cause = cause;
	}
	if (x->refusals == NULL)
		x->refusals = arena_array(&x->mem, REFUSALS_KEPT, sizeof(*x->refusals));
	if (x->refusals != NULL && x->refusals_kept < REFUSALS_KEPT) {
		r = &x->refusals[x->refusals_kept++];
		*r = (struct subscription_refusal){.ref = ref_of_message(m),
		                                   .notify = notify,
		                                   .status = m->sip.status,
		                                   .cause = cause};
	}
	if (notify)
		x->notifies_refused++;
	else if (x->confirmed)
		x->refreshes_refused++;
	if (!notify && !x->confirmed)
		end(x, SUBSCRIPTION_REFUSED, m, m->sip.status_text);
	else if (m->sip.status == 481 && !is_over(x->state))
		end(x, SUBSCRIPTION_TERMINATED, m, m->sip.status_text);
}

static void
answered(struct subscriptions *s, const struct message *m, const struct place *p,
         int64_t now_ns, struct notice_note *note)
{
	bool notify = p->tx->method == METHOD_NOTIFY;
	struct event e = event_of(m, p);
	struct gb_subscription *near, *x = find(s, p->dialog->id, &e, &near);
	uint32_t status = m->sip.status;

	if (status < 200 || (p->facts & PLACE_SECOND_FINAL) != 0)
		return;
	if (x == NULL)
		x = near;
	if (x == NULL)
		x = open_new(s, m, p, &e, notify);
	if (x == NULL)
		return;
	note->subscription = x;
	if (status >= 300 && status != 401 && status != 407)
		refused(s, x, m, p, note);
	else if (status < 300 && !notify)
		accepted(x, m, p, now_ns);
}

/* ---- NOTIFY ---- */

static void
notify_state(struct gb_subscription *x, const struct message *m, int64_t now_ns)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_SUBSCRIPTION_STATE, 0);
	struct slice state = h ? h->value : SLICE_EMPTY, params = SLICE_EMPTY;
	struct sip_param param;
	uint32_t seconds;

	(void)slice_cut(state, ';', &state, &params);
	state = slice_trim(state);
	if (slice_ieq(state, SLICE("terminated"))) {
		param.value = SLICE_EMPTY;
		(void)sip_param_find(params, SLICE("reason"), &param);
		if (x->state == SUBSCRIPTION_CANCELLED || x->leaving)
			end(x, SUBSCRIPTION_CANCELLED, m, param.value);
		else
			end(x, SUBSCRIPTION_TERMINATED, m, param.value);
		return;
	}
	if (x->state == SUBSCRIPTION_UNKNOWN) {
		x->state = slice_ieq(state, SLICE("pending")) ? SUBSCRIPTION_PENDING
		                                              : SUBSCRIPTION_ACTIVE;
		x->confirmed = true;
	}
	if (x->ends_ns == 0 && !is_over(x->state) &&
	    sip_param_find(params, SLICE("expires"), &param) &&
	    parse_u32(param.value, UINT32_MAX, &seconds))
		x->ends_ns = now_ns + (int64_t)seconds * SECOND;
}

static void
notify(struct subscriptions *s, const struct message *m, const struct place *p,
       int64_t now_ns, struct notice_note *note)
{
	struct event e = event_of(m, p);
	struct gb_subscription *near, *x = find(s, p->dialog->id, &e, &near);

	if (slice_ieq(e.package, SLICE("refer")))
		return; /* of a REFER: RFC 3515 */
	if (x == NULL)
		x = near;
	if (x == NULL)
		x = open_new(s, m, p, &e, true);
	if (x == NULL)
		return;
	note->subscription = x;
	if (x->event.n == 0)
		event_put(x, &e);
	x->notifies++;
	x->cseq_gaps += (p->facts & PLACE_CSEQ_GAP) != 0;
	x->cseq_lower += (p->facts & PLACE_CSEQ_LOWER) != 0;
	gap(x, m);
	told(x, m);
	notify_state(x, m, now_ns);
}

void
subscriptions_feed(struct subscriptions *s, const struct message *m,
                   const struct place *p, int64_t now_ns, struct notice_note *note)
{
	enum method method = p->tx->method;

	if (p->repeat || (method != METHOD_SUBSCRIBE && method != METHOD_NOTIFY))
		return;
	if (!m->request)
		answered(s, m, p, now_ns, note);
	else if (method == METHOD_SUBSCRIBE)
		subscribe(s, m, p, now_ns, note);
	else
		notify(s, m, p, now_ns, note);
}

/* One of this subscriber that goes on, to this notifier or of this device. */
static struct gb_subscription *
subscribed_to(const struct subscriptions *s, enum subscription_subject subject,
              struct slice subscriber, struct slice notifier, struct slice DeviceID)
{
	uint64_t hash = pair_hash(s, subscriber, notifier);
	struct gb_subscription *x, *best = NULL;
	size_t pos = 0, n = 0;

	while ((x = map_next(&s->by_pair, hash, &pos)) != NULL && n++ < PAIR_LOOKED_AT)
		if (x->subject == subject && !is_over(x->state) &&
		    slice_eq(x->subscriber, slice_head(subscriber, TEXT_KEPT)) &&
		    slice_eq(x->notifier, slice_head(notifier, TEXT_KEPT)) &&
		    (best == NULL || (slice_eq(x->DeviceID, DeviceID) &&
		                      !slice_eq(best->DeviceID, DeviceID))))
			best = x;
	return best;
}

struct gb_subscription *
subscriptions_message(struct subscriptions *s, const struct message *m,
                      struct notice_note *note)
{
	enum subscription_subject subject = subscription_subject_of(m->mans.m.CmdType);
	struct slice DeviceID = m->mans.m.DeviceID, to = m->to.uri.user;
	struct gb_subscription *x;

	if (subject == SUBJECT_UNKNOWN || subject == SUBJECT_OTHER)
		return NULL;
	if (subject != SUBJECT_ALARM)
		note->facts |= NOTICE_BY_MESSAGE;
	x = subscribed_to(s, subject, to, m->from.uri.user, DeviceID);
	if (x == NULL) /* some tell it in the name of the channel */
		x = subscribed_to(s, subject, to, DeviceID, DeviceID);
	if (x == NULL)
		return NULL;
	note->subscription = x;
	if (x->messages++ == 0)
		x->message_first = ref_of_message(m);
	gap(x, m);
	told(x, m);
	return x;
}

void
subscriptions_dialog_ended(struct subscriptions *s, const struct dialog *d,
                           int64_t now_ns)
{
	struct gb_subscription *x;
	size_t pos = 0;

	if (d->kind != DIALOG_SUBSCRIPTION)
		return;
	while ((x = map_next(&s->by_dialog, dialog_hash(s, d->id), &pos)) != NULL) {
		if (x->dialog != d->id)
			continue;
		if (!is_over(x->state) && x->confirmed && x->ends_ns != 0 &&
		    now_ns - x->ends_ns > SLACK) {
			x->state = SUBSCRIPTION_EXPIRED;
			x->ended_ns = x->ends_ns;
		}
		close(s, x);
		pos = 0; /* the map has changed */
	}
}

struct gb_subscription *
subscriptions_next(struct subscriptions *s)
{
	struct gb_subscription *x = s->ended.first;

	if (s->given != NULL)
		subscription_free(s->given);
	s->given = x;
	if (x != NULL)
		LIST_DROP(&s->ended, x, prev, next);
	return x;
}

void
subscriptions_free(struct subscriptions *s)
{
	struct gb_subscription *x;

	if (s == NULL)
		return;
	while ((x = s->open.first) != NULL) {
		LIST_DROP(&s->open, x, prev, next);
		subscription_free(x);
	}
	while ((x = subscriptions_next(s)) != NULL)
		continue;
	map_free(&s->by_dialog);
	map_free(&s->by_pair);
	free(s);
}
