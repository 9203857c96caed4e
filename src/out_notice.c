/* Records of alarms, snapshots, upgrades and uploads: docs/report.schema.json. */
#include "src/member.h"
#include "src/notices.h"
#include "src/out_record.h"

static void
steps(struct writer *w, const struct gb_notice *x)
{
	struct emit *j = &w->json;
	unsigned i;

	emit_key(j, "steps");
	emit_open(j, '[');
	for (i = 0; i < x->steps_kept; i++) {
		const struct ref *r = &x->steps[i].ref;

		emit_open(j, '{');
		member_string(j, "step", notice_step_name(x->steps[i].step));
		record_seen(w, r->capture, r->frame, r->time_ns);
		member_number(j, "dialog", x->steps[i].dialog);
		member_text(j, "value", x->steps[i].value);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

/* Opens the part of its kind; of another kind it is null. */
static bool
part(struct emit *j, const struct gb_notice *x, enum notice_kind kind)
{
	emit_key(j, notice_kind_name(kind));
	if (x->kind != kind) {
		emit_null(j);
		return false;
	}
	emit_open(j, '{');
	return true;
}

static void
alarm(struct emit *j, const struct gb_notice *x)
{
	if (!part(j, x, NOTICE_ALARM))
		return;
	member_text(j, "AlarmPriority", x->AlarmPriority);
	member_text(j, "AlarmMethod", x->AlarmMethod);
	member_text(j, "AlarmType", x->AlarmType);
	member_text(j, "EventType", x->EventType);
	member_text(j, "AlarmTime", x->AlarmTime);
	member_text(j, "AlarmDescription", x->AlarmDescription);
	member_text(j, "meaning", x->words);
	member_bool(j, "reset", x->reset);
	member_string(j, "guard", guard_name(x->guard));
	member_number_if(j, "passed_on_from", x->hop_of != 0, x->hop_of);
	emit_close(j, '}');
}

static void
snapshot(struct emit *j, const struct gb_notice *x)
{
	uint32_t i;

	if (!part(j, x, NOTICE_SNAPSHOT))
		return;
	member_number_if(j, "SnapNum", x->has_SnapNum, x->SnapNum);
	member_number_if(j, "Interval", x->has_Interval, x->Interval);
	member_text(j, "UploadURL", x->UploadURL);
	member_number(j, "files_total", x->files_total);
	emit_key(j, "files");
	emit_open(j, '[');
	for (i = 0; x->files != NULL && i < x->files_total && i < SNAPSHOT_FILES_MAX; i++)
		emit_text(j, x->files[i], NULL);
	emit_close(j, ']');
	emit_close(j, '}');
}

static void
upgrade(struct emit *j, const struct gb_notice *x)
{
	if (!part(j, x, NOTICE_UPGRADE))
		return;
	member_text(j, "Firmware", x->Firmware);
	member_text(j, "FileURL", x->FileURL);
	member_bool(j, "registered", x->registered);
	member_text(j, "UpgradeResult", x->UpgradeResult);
	member_text(j, "Firmware_now", x->FirmwareNow);
	member_text(j, "UpgradeFailedReason", x->UpgradeFailedReason);
	emit_close(j, '}');
}

void
record_notice(struct writer *w, const struct gb_notice *x)
{
	struct emit *j = &w->json;
	int64_t first = x->steps[0].ref.time_ns,
	        last = x->steps[x->steps_kept - 1].ref.time_ns;

	member_number(j, "id", x->id);
	member_string(j, "kind", notice_kind_name(x->kind));
	member_string(j, "outcome", notice_outcome_name(x->outcome));
	member_text(j, "from", x->from);
	member_text(j, "to", x->to);
	member_text(j, "DeviceID", x->DeviceID);
	member_text(j, "SN", x->SN);
	member_text(j, "SessionID", x->SessionID);
	member_string(j, "carrier", x->method == METHOD_NOTIFY ? "NOTIFY" : "MESSAGE");
	member_number_if(j, "subscription", x->subscription != 0, x->subscription);
	member_text(j, "Result", x->Result);
	member_number_if(j, "refused", x->status != 0, x->status);
	record_time(w, "started", first, x->steps[0].ref.capture);
	member_ms(j, "duration_ms", last >= first, last - first);
	member_number(j, "steps_total", x->steps_total);
	steps(w, x);
	alarm(j, x);
	snapshot(j, x);
	upgrade(j, x);
	if (part(j, x, NOTICE_UPLOAD)) {
		member_text(j, "Time", x->Time);
		emit_close(j, '}');
	}
}
