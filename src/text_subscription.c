#include "src/text_subscription.h"

#include "src/notices.h"
#include "src/subscriptions.h"
#include "src/text.h"

static void
put(struct out *o, const char *before, struct slice s)
{
	(void)fputs(before, o->f);
	tty_put(o, s.n != 0 ? s : SLICE("?"));
}

static void
state(struct out *o, const struct gb_subscription *s)
{
	static const enum ink inks[] = {
	    [SUBSCRIPTION_UNKNOWN] = INK_DIM,     [SUBSCRIPTION_PENDING] = INK_WARN,
	    [SUBSCRIPTION_ACTIVE] = INK_GOOD,     [SUBSCRIPTION_EXPIRED] = INK_WARN,
	    [SUBSCRIPTION_CANCELLED] = INK_PLAIN, [SUBSCRIPTION_REFUSED] = INK_BAD,
	    [SUBSCRIPTION_TERMINATED] = INK_WARN,
	};
	char t[TIME_TEXT];

	(void)fputs("  ", o->f);
	inked(o, inks[s->state], subscription_state_name(s->state));
	if (s->ended_ns != 0)
		(void)fprintf(o->f, " %s", text_time(o, s->ended_ns, t));
	if (s->reason.n != 0) {
		put(o, " (", last_text(&s->reason));
		(void)fputc(')', o->f);
	}
}

static void
expires(struct out *o, const struct gb_subscription *s)
{
	if (s->has_granted && s->granted != 0)
		(void)fprintf(o->f, "  %u s", s->granted);
	else if (s->has_asked && s->asked != 0)
		(void)fprintf(o->f, "  %u s asked for", s->asked);
	if (s->refreshes != 0) {
		(void)fputs("  refreshed ", o->f);
		count_put(o, s->refreshes, "time");
	}
	if (s->refreshes_late != 0)
		(void)fprintf(o->f, " (%u late)", s->refreshes_late);
	if (s->has_interval)
		(void)fprintf(o->f, "  each %u s", s->Interval);
}

static void
notifications(struct out *o, const struct gb_subscription *s)
{
	int i;

	(void)fprintf(o->f, "  %u NOTIFY", s->notifies);
	if (s->notifies_refused != 0) {
		ink(o, INK_BAD);
		(void)fprintf(o->f, ", %u refused", s->notifies_refused);
		ink(o, INK_PLAIN);
	}
	if (s->messages != 0) {
		ink(o, s->subject == SUBJECT_ALARM ? INK_PLAIN : INK_WARN);
		(void)fprintf(o->f, ", %u as MESSAGE", s->messages);
		ink(o, INK_PLAIN);
	}
	for (i = 0; i < CHANGE_EVENTS; i++)
		if (s->changes[i] != 0)
			(void)fprintf(o->f, ", %llu %s",
			              (unsigned long long)s->changes[i],
			              catalog_event_name((enum catalog_event)i));
	if (s->position == NULL)
		return;
	put(o, ", at ", last_text(&s->position->values[POSITION_Longitude]));
	put(o, " ", last_text(&s->position->values[POSITION_Latitude]));
}

void
subscription_line(struct out *o, const struct gb_subscription *s)
{
	static const char *const subjects[] = {
	    [SUBJECT_UNKNOWN] = "unknown",  [SUBJECT_CATALOG] = "catalog",
	    [SUBJECT_ALARM] = "alarms",     [SUBJECT_POSITION] = "positions",
	    [SUBJECT_PTZ] = "PTZ position", [SUBJECT_OTHER] = "other",
	};
	unsigned i;

	(void)fprintf(o->f, "%-12s", subjects[s->subject]);
	put(o, "  ", s->subscriber);
	put(o, " > ", s->notifier);
	if (s->DeviceID.n != 0 && !slice_eq(s->DeviceID, s->notifier))
		put(o, " of ", s->DeviceID);
	if (s->event.n != 0)
		put(o, "  ", s->event);
	if (s->event_id.n != 0)
		put(o, ";id=", last_text(&s->event_id));
	state(o, s);
	expires(o, s);
	notifications(o, s);
	for (i = 0; i < s->refusals_kept; i++)
		if (s->refusals[i].status == 481) {
			(void)fputs(s->refusals[i].notify
			                ? "  481 to NOTIFY in frame "
			                : "  481 to SUBSCRIBE in frame ",
			            o->f);
			text_place(o, s->refusals[i].ref.capture,
			           s->refusals[i].ref.frame);
			break;
		}
	(void)fputs("  frame ", o->f);
	text_place(o, s->first.capture, s->first.frame);
}

static void
outcome(struct out *o, const struct gb_notice *x)
{
	static const struct {
		const char *text;
		enum ink ink;
	} rows[] = {
	    [OUTCOME_NOTICE_COMPLETE] = {NULL, INK_GOOD},
	    [OUTCOME_NOTICE_PARTIAL] = {"not all of it", INK_WARN},
	    [OUTCOME_NOTICE_REFUSED] = {"refused", INK_BAD},
	    [OUTCOME_NOTICE_FAILED] = {"failed", INK_BAD},
	    [OUTCOME_NOTICE_UNANSWERED] = {NULL, INK_BAD},
	    [OUTCOME_NOTICE_UNSOLICITED] = {"not asked for in this capture", INK_WARN},
	    [OUTCOME_NOTICE_NOT_NEEDED] = {"needs no Response", INK_DIM},
	    [OUTCOME_NOTICE_UNKNOWN] = {"open when the capture ended", INK_DIM},
	};
	static const char *const done[NOTICE_KINDS] = {"answered", "uploaded", "done",
	                                               "INVITE came"};
	static const char *const undone[NOTICE_KINDS] = {
	    "not answered", "not finished", "not finished", "no INVITE came"};
	const char *text = rows[x->outcome].text;

	if (text == NULL)
		text = x->outcome == OUTCOME_NOTICE_COMPLETE ? done[x->kind]
		                                             : undone[x->kind];
	(void)fputs("  ", o->f);
	inked(o, rows[x->outcome].ink, text);
	if (x->status != 0)
		(void)fprintf(o->f, " (%u)", x->status);
}

static void
alarm(struct out *o, const struct gb_notice *x)
{
	if (x->AlarmPriority.n != 0)
		put(o, "  priority ", x->AlarmPriority);
	if (x->words.n != 0)
		put(o, "  ", x->words);
	if (x->AlarmDescription.n != 0) {
		put(o, "  \"", x->AlarmDescription);
		(void)fputc('"', o->f);
	}
	if (x->method == METHOD_NOTIFY)
		(void)fputs("  in a NOTIFY", o->f);
	if (guard_name(x->guard) != NULL)
		(void)fprintf(o->f, "  %s", guard_name(x->guard));
	if (x->reset)
		(void)fputs("  reset", o->f);
	if (x->hop_of != 0)
		(void)fputs("  passed on", o->f);
}

static void
upgrade(struct out *o, const struct gb_notice *x)
{
	if (x->Firmware.n != 0)
		put(o, "  to ", x->Firmware);
	if (x->FirmwareNow.n != 0)
		put(o, ", has ", x->FirmwareNow);
	if (x->registered)
		(void)fputs("  registered again", o->f);
	if (x->UpgradeFailedReason.n != 0)
		put(o, "  reason ", x->UpgradeFailedReason);
}

void
notice_line(struct out *o, const struct gb_notice *x)
{
	unsigned i;

	(void)fprintf(o->f, "%-8s", notice_kind_name(x->kind));
	put(o, "  ", x->DeviceID.n != 0 ? x->DeviceID : x->from);
	put(o, "  ", x->from);
	put(o, " > ", x->to);
	if (x->kind == NOTICE_ALARM)
		alarm(o, x);
	else if (x->kind == NOTICE_SNAPSHOT && x->has_SnapNum)
		(void)fprintf(o->f, "  %u of %u pictures", x->files_total, x->SnapNum);
	else if (x->kind == NOTICE_UPGRADE)
		upgrade(o, x);
	outcome(o, x);
	(void)fputs("  frame ", o->f);
	for (i = 0; i < x->steps_kept; i++) {
		(void)fputs(i != 0 ? ", " : "", o->f);
		text_place(o, x->steps[i].ref.capture, x->steps[i].ref.frame);
	}
}

static bool
subscription_in_trouble(const struct gb_subscription *s)
{
	return s->state == SUBSCRIPTION_REFUSED || s->state == SUBSCRIPTION_EXPIRED ||
	       s->refusals_kept != 0 || s->notifies_refused != 0 ||
	       (s->messages != 0 && s->subject != SUBJECT_ALARM);
}

void
text_subscription_ended(struct out *o, struct told *t, const struct gb_subscription *s)
{
	char clock[TIME_TEXT];
	FILE *f = o->f;

	o->f =
	    told_begin(t, subscription_in_trouble(s), s->first.time_ns, s->first.frame);
	if (o->f != NULL) {
		(void)fprintf(o->f, "  %s  ", text_time(o, s->first.time_ns, clock));
		subscription_line(o, s);
		(void)fputc('\n', o->f);
		told_done(t, o->f);
	}
	o->f = f;
	arena_reset(&o->scratch);
}

static bool
notice_in_trouble(const struct gb_notice *x)
{
	return x->outcome != OUTCOME_NOTICE_COMPLETE &&
	       x->outcome != OUTCOME_NOTICE_NOT_NEEDED &&
	       x->outcome != OUTCOME_NOTICE_UNKNOWN;
}

void
text_notice_ended(struct out *o, struct told *t, const struct gb_notice *x)
{
	const struct ref *first = &x->steps[0].ref;
	char clock[TIME_TEXT];
	FILE *f = o->f;

	o->f = told_begin(t, notice_in_trouble(x), first->time_ns, first->frame);
	if (o->f != NULL) {
		(void)fprintf(o->f, "  %s  ", text_time(o, first->time_ns, clock));
		notice_line(o, x);
		(void)fputc('\n', o->f);
		told_done(t, o->f);
	}
	o->f = f;
	arena_reset(&o->scratch);
}
