#include "src/tracker_call.h"
#include "src/tracker_own.h"

#include <stdlib.h>

enum { SCRATCH_BYTES = 1 << 20 };

const char *
dialog_kind_name(enum dialog_kind k)
{
	static const char *const names[] = {"registration", "call", "subscription",
	                                    "message", "other"};

	return names[k];
}

const char *
dialog_state_name(enum dialog_state s)
{
	static const char *const names[] = {"trying", "early", "confirmed", "terminated",
	                                    "unknown"};

	return names[s];
}

const char *
dialog_outcome_name(enum dialog_outcome o)
{
	static const char *const names[] = {"ok",        "rejected", "timeout",
	                                    "cancelled", "open",     "unknown"};

	return names[o];
}

const char *
exchange_outcome_name(enum exchange_outcome o)
{
	static const char *const names[] = {
	    "complete",   "incomplete", "unanswered", "unsolicited",
	    "not_needed", "unknown",    "refused",    "mismatched",
	};

	return names[o];
}

const char *
nonce_check_name(enum nonce_check n)
{
	static const char *const names[] = {NULL,      "challenged", "unknown",
	                                    "foreign", "stale",      "replayed"};

	return names[n];
}

const char *
auth_decision_name(enum auth_decision d)
{
	static const char *const names[] = {"none", "accepted", "stale", "rejected",
	                                    "other"};

	return names[d];
}

const char *
device_kind_name(enum device_kind k)
{
	static const char *const names[] = {"unknown", "device", "platform", "user"};

	return names[k];
}

static bool
has_parts(const struct tracker *t)
{
	return t->nonces != NULL && t->devices != NULL && t->exchanges != NULL &&
	       t->subscriptions != NULL && t->notices != NULL && t->sessions != NULL;
}

struct tracker *
tracker_new(struct limits *l, struct auth *au, const struct tracker_options *o)
{
	struct tracker *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limits = l;
	t->auth = au;
	t->options = *o;
	t->key = hash_key_random();
	t->answer_wait_ns = threshold_ns(o->thresholds, THRESHOLD_TRANSACTION_TIMEOUT);
	t->offers.media = o->media;
	t->offers.max = l->max[LIMIT_OFFER_BYTES];
	arena_init(&t->scratch, SCRATCH_BYTES);
	t->nonces = nonces_new(l, &t->key);
	t->devices = devices_new(l, &t->key);
	t->exchanges =
	    exchanges_new(l, &t->key, o->exchange_timeout_ns, o->keep_tree != NULL);
	t->subscriptions = subscriptions_new(l, &t->key);
	t->notices = notices_new(l, &t->key);
	t->sessions = sessions_new(l, &t->key);
	if (!has_parts(t)) {
		tracker_free(t);
		return NULL;
	}
	return t;
}

void
event_push(struct tracker *t, const struct tracker_event *e)
{
	if (t->events_total == t->events_size) {
		size_t i, size = t->events_size ? t->events_size * 2 : 64;
		struct tracker_event *bigger = calloc(size, sizeof(*bigger));

		if (bigger == NULL)
			abort(); /* some hundred bytes: nothing goes on without them */
		for (i = 0; i < t->events_total; i++)
			bigger[i] = t->events[(t->events_first + i) % t->events_size];
		free(t->events);
		t->events = bigger;
		t->events_size = size;
		t->events_first = 0;
	}
	t->events[(t->events_first + t->events_total++) % t->events_size] = *e;
}

/* One damaged time stamp must not end everything: a frame more than an hour ahead moves the clock
 * only when the next one agrees. */
static void
clock_move(struct tracker *t, int64_t now_ns)
{
	if (!t->started) {
		t->started = true;
		t->now_ns = now_ns;
		return;
	}
	if (now_ns - t->now_ns > DIALOG_IDLE) {
		if (!t->jumping || t->jump_ns - now_ns > DIALOG_IDLE ||
		    now_ns - t->jump_ns > DIALOG_IDLE) {
			t->jumping = true;
			t->jump_ns = now_ns;
			return;
		}
	}
	t->jumping = false;
	if (now_ns > t->now_ns)
		t->now_ns = now_ns;
}

/* Has it waited so long? What a damaged time stamp put far into the future waits from now on. */
static bool
due(const struct tracker *t, int64_t *queued_ns, int64_t wait_ns)
{
	if (!t->jumping && *queued_ns - t->now_ns > DIALOG_IDLE)
		*queued_ns = t->now_ns;
	return t->now_ns - *queued_ns >= wait_ns;
}

static void
expire(struct tracker *t)
{
	struct tx *x;
	struct dialog *d;

	while ((x = t->tx_queues[TX_OPEN].first) != NULL &&
	       due(t, &x->queued_ns, t->answer_wait_ns))
		tx_end(t, x, ENDED_TIMEOUT);
	while ((x = t->tx_queues[TX_RINGING].first) != NULL &&
	       due(t, &x->queued_ns, INVITE_WAIT))
		tx_end(t, x, ENDED_TIMEOUT);
	while ((x = t->tx_queues[TX_DONE].first) != NULL &&
	       due(t, &x->queued_ns, TX_WAIT))
		tx_end(t, x, ENDED_ANSWERED);
	while ((d = t->dialog_queues[DIALOG_FINAL].first) != NULL &&
	       due(t, &d->queued_ns, DIALOG_WAIT))
		dialog_write(t, d, true, true);
	while ((d = t->dialog_queues[DIALOG_OPEN].first) != NULL &&
	       due(t, &d->queued_ns, DIALOG_IDLE)) {
		/* A call is not idle while its media flows. */
		if (d->offer != NULL && t->now_ns - offer_heard_ns(d) < DIALOG_IDLE)
			dialog_queue(t, d, DIALOG_OPEN);
		else
			dialog_write(t, d, true, true);
	}
	exchanges_clock(t->exchanges, t->now_ns);
	notices_clock(t->notices, t->now_ns);
	sessions_clock(t->sessions, t->now_ns);
}

static void
clean_up(struct tracker *t)
{
	if (!t->has_given)
		return;
	t->has_given = false;
	if (t->given.kind == TRACKER_DIALOG) {
		dialog_written(t, t->given.dialog);
		if (t->given.last) {
			subscriptions_dialog_ended(t->subscriptions, t->given.dialog,
			                           t->now_ns);
			offer_drop(&t->offers, t->given.dialog);
		}
	} else if (t->given.kind == TRACKER_TX) {
		t->given.tx->ended = true;
		tx_release(t, t->given.tx);
	}
}

int64_t
queue_time(const struct tracker *t)
{
	return t->jumping ? t->jump_ns : t->now_ns;
}

void
tracker_feed(struct tracker *t, const struct message *m)
{
	/* What the last message ended could be pointed at until now. */
	clean_up(t);
	tx_bury(t);
	dialog_bury(t);
	nonces_forget(t->nonces);
	clock_move(t, m->rec.time_ns);
	expire(t);
	t->pending = m;
}

/* RFC 3261 17.1.3, 17.2.3: an ACK to a non-2xx is of its INVITE's transaction. */
static struct tx *
ack_of(struct tracker *t, const struct message *m)
{
	struct tx *x = tx_find(t, m, METHOD_INVITE, m->via.branch);

	if (x == NULL || x->status < 300)
		return NULL;
	return x;
}

/* Cut in its head by the capture: what would tie it to others is perhaps missing. */
static bool
is_partial(const struct message *m)
{
	return m->dis == DIS_MORE && (m->rec.faults & RECORD_PARTIAL) != 0;
}

/* Nothing of these is known of two cut messages: that does not make them the same. */
static bool
is_untied(const struct message *m)
{
	return is_partial(m) &&
	       (m->call_id.n == 0 || m->cseq_dis != DIS_OK || m->via.branch.n == 0);
}

static void
note_peers(struct tracker *t, const struct message *m)
{
	if (!is_partial(m))
		peers_note(t, PEERS_SENT, &m->rec.src, &m->rec.dst);
	if ((m->rec.faults & RECORD_PARTIAL) != 0)
		peers_note(t, PEERS_CUT, &m->rec.src, &m->rec.dst);
}

static void
place_request(struct tracker *t, const struct message *m, struct place *p)
{
	struct tx *x = m->method == METHOD_ACK ? ack_of(t, m) : NULL;
	bool partial = is_partial(m);

	note_peers(t, m);
	if (x != NULL) {
		p->repeat = x->ack_seen;
		x->ack_seen = true;
		call_ack(x, m);
		p->tx = x;
		p->dialog = x->dialog;
		return;
	}
	x = is_untied(m) ? NULL : tx_find(t, m, m->method, m->via.branch);
	if (x != NULL && x->request.frame != 0) {
		call_repeat(t, x, m, p);
		x->repeats++;
		x->repeated_ns = m->rec.time_ns;
		p->repeat = true;
		p->tx = x;
		p->dialog = x->dialog;
		if (x->status == 0 && !partial)
			tx_queue(t, x,
			         x->provisional && x->method == METHOD_INVITE ? TX_RINGING
			                                                      : TX_OPEN);
		return;
	}
	p->dialog = x ? x->dialog : dialog_place(t, m, m->method, p);
	if (x == NULL)
		x = tx_new(t, p->dialog, m, m->method);
	tx_request(t, x, m);
	x->cut = partial;
	p->tx = x;
	dialog_request(t, x, m, p);
	call_request(t, x, m, p);
	auth_request(t, x, m, p);
	device_request(t, x, m, p);
	if (!partial)
		usage_request(t, x, m, p);
	/* An ACK to a 2xx gets no response. */
	if (x->status != 0 || m->method == METHOD_ACK || partial)
		tx_queue(t, x, TX_DONE);
	else
		tx_queue(t, x, TX_OPEN);
	if (m->method == METHOD_ACK || partial)
		tx_close(x);
}

/* Does this response make, or belong to, a further dialog of its INVITE? */
static bool
forks(const struct tx *x, const struct message *m)
{
	return x->method == METHOD_INVITE && m->sip.status > 100 && m->sip.status < 300 &&
	       m->to.tag.n != 0 && x->dialog->to.tag.n != 0 &&
	       !slice_ieq(x->dialog->to.tag, slice_head(m->to.tag, TEXT_KEPT)) &&
	       x->to_tag.n == 0;
}

static struct tx *
fork_make(struct tracker *t, struct tx *x, const struct message *m)
{
	struct tx *f = tx_fork(t, x, dialog_fork(t, x->dialog, m), m);

	f->offered = x->offered;
	offer_fork(&t->offers, x->dialog, f->dialog, x);
	return f;
}

static void
place_response(struct tracker *t, const struct message *m, struct place *p)
{
	struct tx *x = NULL, *f;
	bool first_final, unknown;

	if (!is_untied(m)) {
		x = tx_find(t, m, m->method, m->via.branch);
		if (x == NULL)
			x = tx_by_branch(t, m);
		if (x == NULL && peers_seen(t, &m->rec.dst, &m->rec.src))
			p->facts |= PLACE_STRAY;
	}
	note_peers(t, m);
	if (x != NULL && forks(x, m)) {
		f = tx_find_fork(t, x, m->to.tag);
		if (f == NULL && x->forks < FORKS_MAX)
			f = fork_make(t, x, m);
		if (f != NULL)
			x = f;
	}
	unknown = x == NULL;
	if (unknown) {
		p->dialog = dialog_place(t, m, m->method, p);
		x = tx_new(t, p->dialog, m, m->method);
		x->server = m->rec.src;
		x->client = m->rec.dst;
	}
	p->tx = x;
	p->dialog = x->dialog;
	first_final = x->status == 0 && m->sip.status >= 200;
	p->response = tx_response(t, x, m, p);
	if (p->repeat) {
		usage_repeated(t, x, m, p);
		call_answer(t, x, m, p);
		/* A repeated final response to an INVITE waits for its ACK: 13.3.1.4, 17.2.1. */
		if (x->queue == TX_DONE && x->method == METHOD_INVITE)
			tx_queue(t, x, TX_DONE);
		return;
	}
	dialog_response(t, x, m, m->sip.status);
	if (x->inv != NULL || x->dialog->call != NULL || x->method == METHOD_CANCEL)
		call_answer(t, x, m, p);
	auth_response(t, x, m, p);
	device_response(t, x, m, p, first_final);
	if (m->dis == DIS_OK || !is_partial(m))
		usage_response(t, x, m, p);
	if (first_final && unknown)
		notices_stray(t->notices, m);
	if (first_final && unknown && m->method == METHOD_MESSAGE)
		exchanges_stray(t->exchanges, m);
	else if (first_final)
		exchanges_answered(t->exchanges, x->id, m->sip.status);
	if (x->status != 0)
		tx_queue(t, x, TX_DONE);
	else
		tx_queue(t, x, x->method == METHOD_INVITE ? TX_RINGING : TX_OPEN);
}

static void
place(struct tracker *t, const struct message *m)
{
	struct tracker_event e = {.kind = TRACKER_PLACE};
	struct dialog *d;

	arena_reset(&t->scratch);
	if (m->request)
		place_request(t, m, &e.place);
	else
		place_response(t, m, &e.place);
	d = e.place.dialog;
	d->last = ref_of(&m->rec, NULL);
	d->ended_ns = m->rec.time_ns > d->ended_ns ? m->rec.time_ns : d->ended_ns;
	d->gb = t->options.profile == 2 || (t->options.profile == 0 && (d->gb || m->gb));
	if (d->device.n == 0)
		d->device = text_keep(&d->mem, device_of(m));
	if (d->kind == DIALOG_CALL && !e.place.repeat)
		offer_follow(&t->offers, m, &e.place, &t->scratch);
	notice_place(t, m, &e.place);
	/* What a NOTIFY carries is asked for by its SUBSCRIBE, whatever its root says. */
	if (m->mans.verdict != BODY_NONE && !e.place.repeat &&
	    !(m->request && m->method == METHOD_NOTIFY))
		e.place.exchange =
		    exchanges_feed(t->exchanges, m, &e.place, queue_time(t));
	event_push(t, &e);
	if (d->kind == DIALOG_CALL || (m->mans.verdict != BODY_NONE && sessions_wants(m)))
		sessions_feed(t->sessions, m, &e.place, queue_time(t));
	dialog_queue(t, d,
	             d->state == STATE_TERMINATED && d->open_txs == 0 &&
	                     dialog_transient(d)
	                 ? DIALOG_FINAL
	                 : DIALOG_OPEN);
	if (d->txs_held >= t->limits->max[LIMIT_DIALOG_PART])
		dialog_write(t, d, false, false);
	dialogs_flush(t);
}

/* The capture is over: what is open ends, one thing a call, so that its event is pulled before the next one's. */
static bool
end_next(struct tracker *t)
{
	static const struct {
		enum tx_queue queue;
		enum ended_how how;
	} ends[] = {{TX_OPEN, ENDED_CAPTURE_OVER},
	            {TX_RINGING, ENDED_CAPTURE_OVER},
	            {TX_DONE, ENDED_ANSWERED}};
	static const enum dialog_queue dialogs[] = {DIALOG_FINAL, DIALOG_OPEN};
	struct dialog *d;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (t->tx_queues[ends[i].queue].first != NULL) {
			tx_end(t, t->tx_queues[ends[i].queue].first, ends[i].how);
			return true;
		}
	for (i = 0; i < sizeof(dialogs) / sizeof(dialogs[0]); i++) {
		d = t->dialog_queues[dialogs[i]].first;
		if (d != NULL) {
			dialog_write(t, d, true, true);
			return true;
		}
	}
	/* Sessions of dialogs that were written before and might have gone on. */
	for (d = t->dialog_queues[DIALOG_LIGHT].first; d != NULL; d = d->queue_next)
		dialog_session(t, d, ENDED_CAPTURE_OVER);
	t->ending = false;
	return true;
}

bool
tracker_next(struct tracker *t, struct tracker_event *out)
{
	struct tracker_event e = {.kind = TRACKER_EXCHANGE};
	const struct message *m;

	clean_up(t);
	for (;;) {
		if (t->events_total != 0) {
			t->given = t->events[t->events_first];
			t->events_first = (t->events_first + 1) % t->events_size;
			t->events_total--;
			t->has_given = true;
			*out = t->given;
			return true;
		}
		if (t->ending && end_next(t))
			continue;
		e.exchange = exchanges_next(t->exchanges, &e.how);
		if (e.exchange != NULL) {
			e.direction_seen =
			    peers_shown(t, &e.exchange->server, &e.exchange->client);
			if (!e.exchange->subscribed)
				device_exchange(t, e.exchange);
			*out = e;
			return true;
		}
		if (notice_next(t, &e)) {
			*out = e;
			return true;
		}
		e.session = sessions_next(t->sessions);
		if (e.session != NULL) {
			e.kind = TRACKER_SESSION;
			*out = e;
			return true;
		}
		m = t->pending;
		t->pending = NULL;
		if (m == NULL)
			return false;
		place(t, m);
	}
}

void
tracker_end(struct tracker *t)
{
	exchanges_end(t->exchanges);
	notices_end(t->notices);
	sessions_end(t->sessions, t->now_ns);
	t->ending = true;
}

const struct device *
tracker_device(const struct tracker *t, const struct device *after)
{
	return devices_next(t->devices, after);
}

struct device *
tracker_find_device(struct tracker *t, struct slice id)
{
	return devices_find(t->devices, id);
}

uint32_t
tracker_transactions(const struct tracker *t)
{
	return t->tx_ids;
}

uint32_t
tracker_dialogs(const struct tracker *t)
{
	return t->dialog_ids;
}

const struct session_counts *
tracker_sessions(const struct tracker *t)
{
	return sessions_counts(t->sessions);
}

void
tracker_free(struct tracker *t)
{
	struct tracker_event e;
	struct dialog *d;
	int i;

	if (t == NULL)
		return;
	if (has_parts(t)) {
		t->pending = NULL;
		tracker_end(t);
		while (tracker_next(t, &e))
			continue;
	}
	for (i = 0; i < DIALOG_QUEUES; i++)
		while ((d = t->dialog_queues[i].first) != NULL)
			dialog_release(t, d);
	tx_bury(t);
	dialog_bury(t);
	nonces_free(t->nonces);
	devices_free(t->devices);
	exchanges_free(t->exchanges);
	subscriptions_free(t->subscriptions);
	notices_free(t->notices);
	sessions_free(t->sessions);
	map_free(&t->txs);
	map_free(&t->dialogs);
	map_free(&t->branches);
	map_free(&t->peers);
	map_free(&t->messages);
	map_free(&t->tags);
	arena_free(&t->scratch);
	free(t->events);
	free(t);
}
