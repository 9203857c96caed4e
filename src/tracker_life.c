/* How long dialogs live: their queues, when they are written, when they are put aside. */
#include "src/tracker_call.h"
#include "src/tracker_own.h"
#include "src/list.h"

#include <stdlib.h>

static void
list_add(struct dialog_list *q, struct dialog *d)
{
	LIST_ADD(q, d, queue_prev, queue_next);
	q->total++;
}

static void
list_drop(struct dialog_list *q, struct dialog *d)
{
	LIST_DROP(q, d, queue_prev, queue_next);
	q->total--;
}

void
dialog_hold(struct tracker *t, struct dialog *d)
{
	if (d->holding)
		return;
	d->holding = true;
	LIST_ADD(&t->hold, d, hold_prev, hold_next);
}

static void
hold_drop(struct tracker *t, struct dialog *d)
{
	if (!d->holding)
		return;
	d->holding = false;
	LIST_DROP(&t->hold, d, hold_prev, hold_next);
}

/* Media comes when no message does. */
static int64_t
time_seen(const struct tracker *t)
{
	int64_t media = t->offers.media ? media_now(t->offers.media) : 0;

	return media > t->now_ns ? media : t->now_ns;
}

void
dialog_release(struct tracker *t, struct dialog *d)
{
	hold_drop(t, d);
	if (d->queue != DIALOG_NONE)
		list_drop(&t->dialog_queues[d->queue], d);
	map_drop(&t->dialogs, d->hash, d);
	call_release(t, d);
	dialog_session(t, d,
	               t->ending                                    ? ENDED_CAPTURE_OVER
	               : t->now_ns - d->last.time_ns >= DIALOG_IDLE ? ENDED_TIMEOUT
	                                                            : ENDED_EVICTED);
	d->queue = DIALOG_NONE;
	d->queue_next = t->dead_dialogs;
	t->dead_dialogs = d;
}

void
dialog_bury(struct tracker *t)
{
	struct dialog *d;

	while ((d = t->dead_dialogs) != NULL) {
		t->dead_dialogs = d->queue_next;
		offer_drop(&t->offers, d);
		arena_free(&d->mem);
		free(d);
	}
}

/* To the tail of the queue that it stands in. */
static void
queue_again(struct tracker *t, struct dialog *d)
{
	list_drop(&t->dialog_queues[d->queue], d);
	d->queued_ns = queue_time(t);
	list_add(&t->dialog_queues[d->queue], d);
}

void
dialog_queue(struct tracker *t, struct dialog *d, enum dialog_queue q)
{
	struct dialog *old;

	if (d->queue != DIALOG_NONE)
		list_drop(&t->dialog_queues[d->queue], d);
	d->queue = (int)q;
	d->queued_ns = queue_time(t);
	list_add(&t->dialog_queues[q], d);
	if (q == DIALOG_FINAL &&
	    t->dialog_queues[q].total > t->limits->max[LIMIT_DIALOGS_DONE]) {
		dialog_write(t, t->dialog_queues[q].first, true, true);
	} else if (q == DIALOG_LIGHT &&
	           t->dialog_queues[q].total > t->limits->max[LIMIT_DIALOGS_DONE]) {
		old = t->dialog_queues[q].first;
		if (old->alive_txs == 0)
			dialog_release(t, old);
		else
			queue_again(t, old);
	} else if (q == DIALOG_OPEN &&
	           t->dialog_queues[q].total > t->limits->max[LIMIT_DIALOGS]) {
		t->limits->dropped[LIMIT_DIALOGS]++;
		dialog_write(t, t->dialog_queues[q].first, true, true);
	}
}

void
dialog_session(struct tracker *t, struct dialog *d, enum ended_how how)
{
	const struct device *device;

	if (d->gb_session == NULL)
		return;
	device = devices_find(t->devices, d->gb_session->callee);
	if (device != NULL && device->logout)
		d->gb_session->offline = device->decided;
	sessions_dialog_ended(t->sessions, d, how, time_seen(t));
}

/* What came of its media. One that was not ended may still be: it is known by name for a while. */
static void
session_written(struct tracker *t, struct dialog *d)
{
	if (d->gb_session == NULL)
		return;
	if (d->offer != NULL)
		sessions_media(t->sessions, d, offer_streams(&t->offers, d));
	if (d->state == STATE_TERMINATED)
		dialog_session(t, d, t->ending ? ENDED_CAPTURE_OVER : ENDED_TIMEOUT);
}

/* Marks what is to be written and says so. Not all: what still waits for a response stays, unless all does. */
void
dialog_write(struct tracker *t, struct dialog *d, bool all, bool last)
{
	struct tracker_event e = {.kind = TRACKER_DIALOG, .dialog = d, .last = last};
	struct tx *x;
	uint32_t marked = 0;

	if (last) {
		dialog_queue(t, d, DIALOG_LIGHT);
		e.place.usage = usage_dialog_ended(t, d);
		e.place.device = registration_ended(t, d);
	}
	e.over = last && d->offer != NULL && offer_close(&t->offers, d, time_seen(t));
	if (last)
		session_written(t, d);
	if ((d->txs == NULL && e.place.usage == NULL && e.place.device == NULL) ||
	    d->writing)
		return;
	for (x = d->txs; x != NULL; x = x->dialog_next) {
		x->write = all || x->closed;
		marked += x->write;
	}
	for (x = d->txs; x != NULL && marked == 0; x = x->dialog_next)
		x->write = true;
	d->writing = true;
	event_push(t, &e);
}

void
dialog_written(struct tracker *t, struct dialog *d)
{
	struct tx *x, *next, **link = &d->txs;

	d->part++;
	d->writing = false;
	d->txs_last = NULL;
	hold_drop(t, d);
	for (x = d->txs; x != NULL; x = next) {
		next = x->dialog_next;
		if (!x->write) {
			d->txs_last = x;
			link = &x->dialog_next;
			continue;
		}
		*link = next;
		d->txs_held--;
		x->write = false;
		x->listed = false;
		x->written = true;
		tx_release(t, x);
	}
	if (d->txs != NULL)
		dialog_hold(t, d);
}

/* Too much is held: parts of those dialogs are written that have held something for longest. */
void
dialogs_flush(struct tracker *t)
{
	struct dialog *d, *next;
	unsigned n = 0;

	for (d = t->hold.first; d != NULL && n < FLUSH_MAX &&
	                        t->details > t->limits->max[LIMIT_DETAIL_BYTES];
	     d = next) {
		next = d->hold_next;
		if (d->writing)
			continue;
		dialog_write(t, d, false, false);
		n++;
	}
}

bool
dialog_transient(const struct dialog *d)
{
	switch (d->kind) {
	case DIALOG_REGISTRATION:
		return d->logout;
	case DIALOG_MESSAGE:
	case DIALOG_OTHER:
		return d->transactions_total == 1;
	default:
		return true;
	}
}
