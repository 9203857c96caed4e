/* Subscriptions and notices of GB/T 28181: which messages go to them, and what they say of a message's place. */
#include "src/tracker_own.h"

/* What is in no dialog of SUBSCRIBE and NOTIFY, and yet tells something of a subscription. */
static bool
tells(const struct message *m)
{
	return m->request && m->method == METHOD_MESSAGE &&
	       slice_eq(m->mans.m.root, SLICE("Notify"));
}

void
notice_place(struct tracker *t, const struct message *m, struct place *p)
{
	bool subscription = p->dialog->kind == DIALOG_SUBSCRIPTION;
	bool wanted = notices_wants(t->notices, m);
	struct notice_note *note;

	if (p->repeat || (!subscription && !wanted))
		return;
	note = ARENA_NEW(&t->scratch, struct notice_note);
	if (note == NULL)
		return;
	if (subscription)
		subscriptions_feed(t->subscriptions, m, p, queue_time(t), note);
	if (wanted && tells(m))
		(void)subscriptions_message(t->subscriptions, m, note);
	if (wanted)
		notices_feed(t->notices, m, p, queue_time(t), note->subscription, note);
	p->notice = note;
}

bool
notice_next(struct tracker *t, struct tracker_event *e)
{
	e->subscription = subscriptions_next(t->subscriptions);
	if (e->subscription != NULL) {
		e->kind = TRACKER_SUBSCRIPTION;
		e->how = e->subscription->evicted ? ENDED_EVICTED : ENDED_CAPTURE_OVER;
		e->direction_seen = peers_shown(t, &e->subscription->notifier_addr,
		                                &e->subscription->subscriber_addr);
		e->now_ns = t->now_ns;
		return true;
	}
	e->notice = notices_next(t->notices, &e->how);
	if (e->notice == NULL)
		return false;
	e->kind = TRACKER_NOTICE;
	e->direction_seen = peers_shown(t, &e->notice->server, &e->notice->client);
	e->now_ns = t->now_ns;
	return true;
}
