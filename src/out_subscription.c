/* Records of subscriptions: docs/report.schema.json. */
#include "src/member.h"
#include "src/out_record.h"
#include "src/subscriptions.h"

static void
time_if(struct writer *w, const char *key, int64_t ns, uint32_t capture)
{
	if (ns != 0)
		record_time(w, key, ns, capture);
	else
		member_string(&w->json, key, NULL);
}

static void
refreshes(struct emit *j, const struct gb_subscription *s, struct writer *w)
{
	emit_key(j, "refreshes");
	emit_open(j, '{');
	member_number(j, "count", s->refreshes);
	time_if(w, "last", s->refreshed_ns, s->first.capture);
	member_number(j, "late", s->refreshes_late);
	member_number(j, "refused", s->refreshes_refused);
	member_number(j, "ids_changed", s->ids_changed);
	emit_close(j, '}');
}

static void
refusals(struct writer *w, const struct gb_subscription *s)
{
	struct emit *j = &w->json;
	unsigned i;

	emit_key(j, "refusals");
	emit_open(j, '[');
	for (i = 0; i < s->refusals_kept; i++) {
		const struct subscription_refusal *r = &s->refusals[i];

		emit_open(j, '{');
		member_string(j, "method", r->notify ? "NOTIFY" : "SUBSCRIBE");
		member_number(j, "status", r->status);
		member_string(j, "cause",
		              r->status == 481 ? refusal_cause_name(r->cause) : NULL);
		member_number(j, "capture", r->ref.capture);
		member_number(j, "frame", r->ref.frame);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

static void
notifications(struct writer *w, const struct gb_subscription *s)
{
	struct emit *j = &w->json;
	int i;

	emit_key(j, "notifications");
	emit_open(j, '{');
	member_number(j, "notifies", s->notifies);
	member_number(j, "messages", s->messages);
	member_number(j, "refused", s->notifies_refused);
	record_ref(w, "first", &s->notify_first);
	record_ref(w, "last", &s->notify_last);
	record_ref(w, "first_message", &s->message_first);
	member_ms(j, "gap_least_ms", s->gap_least_ns >= 0, s->gap_least_ns);
	member_ms(j, "gap_most_ms", s->gap_most_ns >= 0, s->gap_most_ns);
	member_number(j, "cseq_gaps", s->cseq_gaps);
	member_number(j, "cseq_lower", s->cseq_lower);
	member_number(j, "SN_lower", s->SN_lower);
	member_number(j, "items", s->items);
	emit_key(j, "changes");
	emit_open(j, '{');
	for (i = 0; i < CHANGE_EVENTS; i++)
		member_number(j, catalog_event_name((enum catalog_event)i),
		              s->changes[i]);
	emit_close(j, '}');
	emit_close(j, '}');
}

static void
position(struct writer *w, const struct position *x)
{
	struct emit *j = &w->json;
	int i;

	emit_key(j, "position");
	if (x == NULL) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	for (i = 0; i < POSITION_TOTAL; i++)
		member_text(j, position_value_name((enum position_value)i),
		            last_text(&x->values[i]));
	member_number(j, "capture", x->ref.capture);
	member_number(j, "frame", x->ref.frame);
	emit_close(j, '}');
}

void
record_subscription(struct writer *w, const struct gb_subscription *s)
{
	struct emit *j = &w->json;

	member_number(j, "id", s->id);
	member_number(j, "dialog", s->dialog);
	member_string(j, "subject", subscription_subject_name(s->subject));
	member_text(j, "CmdType", s->CmdType);
	member_text(j, "event", s->event);
	member_text(j, "event_id", last_text(&s->event_id));
	member_text(j, "subscriber", s->subscriber);
	member_text(j, "notifier", s->notifier);
	member_text(j, "DeviceID", s->DeviceID);
	member_number_if(j, "Interval", s->has_interval, s->Interval);
	member_number_if(j, "expires_asked", s->has_asked, s->asked);
	member_number_if(j, "expires_granted", s->has_granted, s->granted);
	member_text(j, "Result", last_text(&s->Result));
	member_string(j, "state", subscription_state_name(s->state));
	record_ref(w, "request", &s->request);
	time_if(w, "accepted", s->accepted_ns, s->first.capture);
	refreshes(j, s, w);
	time_if(w, "ended", s->ended_ns, s->first.capture);
	record_ref(w, "ended_by", &s->ended);
	member_text(j, "reason", last_text(&s->reason));
	notifications(w, s);
	refusals(w, s);
	position(w, s->position);
}
