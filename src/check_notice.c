/* Subscriptions, alarms, snapshots, upgrades: GB/T 28181-2022 9.4, 9.11, 9.13, 9.14. */
#include "src/check.h"

#include "src/notices.h"

enum {
	EXPIRES_LEAST = 30, /* seconds */
	EXPIRES_MOST = 7 * 86400,
	INTERVAL_USUAL = 5, /* A.2.4 */
	INTERVALS_SEEN =
	    3, /* so many of them must be in the capture to say that few came */
};

/* ---- SUBSCRIBE ---- */

static bool
is_id(struct slice id)
{
	return slice_digits(id);
}

static struct slice
event_id(struct slice value, struct slice *package)
{
	struct sip_param id = {.has_value = false};
	struct slice params;

	*package = value;
	if (slice_cut(value, ';', package, &params))
		(void)sip_param_find(params, SLICE("id"), &id);
	*package = slice_trim(*package);
	return slice_trim(id.value);
}

/* Catalog;id=NUMBER from 2014 on, else presence. */
static void
event_form(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EVENT, 0);
	bool catalog = slice_eq(m->mans.m.CmdType, SLICE("Catalog"));
	struct slice package, id, expected = SLICE("presence");
	enum subscription_subject subject = subscription_subject_of(m->mans.m.CmdType);

	if (h == NULL ||
	    (!catalog && subject != SUBJECT_ALARM && subject != SUBJECT_POSITION))
		return;
	id = event_id(h->value, &package);
	if (slice_ieq(package, SLICE("presence")) &&
	    (!catalog || m->spoken == 0 || m->spoken == EDITION_2011))
		return;
	if (catalog) {
		if (slice_ieq(package, SLICE("Catalog")) && is_id(id))
			return;
		expected = SLICE("Catalog;id=NUMBER");
	}
	found(c, m, p, RULE_GB_EVENT_FORM, .field = header_name(SIP_EVENT),
	      VALUE(h->value), EXPECTED(expected),
	      ARGS({"CmdType", m->mans.m.CmdType}, {"event", h->value},
	           {"expected", expected}));
}

static void
subscribe_body(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct manscdp *b = &m->mans.m;
	struct slice what = SLICE_EMPTY;

	if (m->mans.verdict == BODY_NONE) {
		if (m->to.tag.n == 0 && m->body.n == 0 && m->missing == 0 &&
		    body_whole(m))
			what = SLICE("has no body, and says nothing of its subject");
	} else if (b->root.n != 0 && !slice_eq(b->root, SLICE("Query"))) {
		what = SLICE("carries no Query");
	} else if (b->CmdType.n != 0 &&
	           subscription_subject_of(b->CmdType) == SUBJECT_OTHER) {
		what = SLICE("is to something that is asked for in a MESSAGE");
	}
	if (what.n != 0)
		found(c, m, p, RULE_GB_SUBSCRIBE_BODY,
		      .field = header_name(SIP_CONTENT_TYPE), VALUE(b->CmdType),
		      ARGS({"what", what}));
	else
		event_form(c, m, p);
}

static void
subscribe_expires(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EXPIRES, 0);
	struct slice what = SLICE_EMPTY;
	uint32_t seconds;

	if (h == NULL)
		what = SLICE("the SUBSCRIBE has no Expires");
	else if (!parse_u32(h->value, UINT32_MAX, &seconds) || seconds == 0)
		return; /* other rules' business; or the end */
	else if (seconds < EXPIRES_LEAST)
		what = SLICE("the SUBSCRIBE asks for less than 30 s");
	else if (seconds > EXPIRES_MOST)
		what = SLICE("the SUBSCRIBE asks for more than seven days");
	if (what.n != 0)
		found(c, m, p, RULE_GB_SUBSCRIBE_EXPIRES, .severity = SEVERITY_NOTE,
		      .field = header_name(SIP_EXPIRES),
		      VALUE(h ? h->value : SLICE_EMPTY), ARGS({"what", what}));
}

static void
subscribe(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_EVENT, 0);
	struct slice package, id = h ? event_id(h->value, &package) : SLICE_EMPTY;

	subscribe_body(c, m, p);
	subscribe_expires(c, m, p);
	if (notice_facts(p) & NOTICE_EVENT_ID)
		found(c, m, p, RULE_GB_EVENT_ID, .field = header_name(SIP_EVENT),
		      VALUE(h ? h->value : SLICE_EMPTY), EXPECTED(p->notice->text),
		      ARGS({"id", id.n ? id : SLICE("none")},
		           {"before",
		            p->notice->text.n ? p->notice->text : SLICE("none")}));
}

/* ---- what answers ---- */

/* "the id in Event is not the one before, 1894" */
static struct slice
cause_text(const struct checker *c, const struct notice_note *n, bool notify)
{
	static const struct {
		const char *text;
		enum { NOTHING, TEXT, NUMBER, FRAME } then;
		const char *end;
	} rows[CAUSE_TOTAL] = {
	    [CAUSE_UNKNOWN] = {"its subscription is not in this capture", NOTHING, ""},
	    [CAUSE_NO_DIALOG] = {"it asks for a new subscription, and is in no dialog",
	                         NOTHING, ""},
	    [CAUSE_EVENT_ID] = {"the id in Event was ", TEXT, " before"},
	    [CAUSE_EXPIRED] = {"the subscription had expired ", NUMBER, " s before"},
	    [CAUSE_CANCELLED] = {"the subscription was cancelled in frame ", FRAME, ""},
	    [CAUSE_TERMINATED] = {"the subscription was ended in frame ", FRAME, ""},
	    [CAUSE_REFUSED] = {"the subscription was refused in frame ", FRAME, ""},
	    [CAUSE_TAG] =
	        {"the To tag is not the one of the subscription in this Call-ID, ", TEXT,
	         ""},
	    [CAUSE_CALL_ID] = {"the subscription of these two has the Call-ID ", TEXT,
	                       ""},
	    [CAUSE_FORGOTTEN] = {"all fits, the receiver has forgotten it", NOTHING, ""},
	};
	struct slice then = SLICE_EMPTY;
	char text[400];
	int len;

	(void)notify;
	if (rows[n->cause].then == TEXT)
		then = slice_head(n->text.n != 0 ? n->text : SLICE("none"), 256);
	else if (rows[n->cause].then == NUMBER)
		then = number(c, n->number);
	else if (rows[n->cause].then == FRAME)
		then = number(c, n->other.frame);
	len = snprintf(text, sizeof(text), "%s" SLICE_FMT "%s", rows[n->cause].text,
	               SLICE_ARG(then), rows[n->cause].end);
	return arena_keep(c->scratch, slice_of(text, len > 0 && (size_t)len < sizeof(text)
	                                                 ? (size_t)len
	                                                 : sizeof(text) - 1));
}

/* What was over anyway is refused rightly; what the capture does not show is no error. */
static enum severity
cause_severity(enum refusal_cause cause)
{
	switch (cause) {
	case CAUSE_UNKNOWN:
		return SEVERITY_NOTE;
	case CAUSE_EXPIRED:
	case CAUSE_CANCELLED:
	case CAUSE_TERMINATED:
	case CAUSE_REFUSED:
		return SEVERITY_WARNING;
	default:
		return SEVERITY_OFF;
	}
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct notice_note *n = p->notice;
	const struct tx *x = p->tx;
	bool said = n != NULL && (n->facts & NOTICE_REFUSED) != 0;
	uint32_t granted;
	const struct sip_header *h;

	if (said)
		found(c, m, p, RULE_GB_SUBSCRIPTION_481,
		      .severity = cause_severity(n->cause),
		      .field = SLICE("sip.Status-Code"), VALUE(m->sip.status_text),
		      ARGS({"method", x->method_name},
		           {"cause", cause_text(c, n, x->method == METHOD_NOTIFY)}));
	if (m->sip.status / 100 != 2)
		return;
	if (slice_eq(m->mans.m.Result, SLICE("ERROR")))
		found(c, m, p, RULE_GB_SUBSCRIBE_RESULT,
		      .field = SLICE("/Response/Result"), VALUE(m->mans.m.Result),
		      ARGS({"status", number(c, m->sip.status)},
		           {"method", m->cseq.method}, {"result", m->mans.m.Result}));
	h = sip_find(&m->sip, SIP_EXPIRES, 0);
	if (x->method == METHOD_SUBSCRIBE && h != NULL && x->request.frame != 0 &&
	    x->has_expires && x->expires != 0 &&
	    parse_u32(h->value, UINT32_MAX, &granted) && granted == 0)
		found(c, m, p, RULE_GB_SUBSCRIBE_EXPIRES,
		      .field = header_name(SIP_EXPIRES), VALUE(h->value),
		      EXPECTED(number(c, x->expires)),
		      ARGS({"what", SLICE("the subscription is granted for 0 s")}));
}

/* ---- Notify ---- */

static void
carrier(const struct checker *c, const struct message *m, const struct place *p,
        enum severity severity, const char *expected, struct slice what)
{
	found(c, m, p, RULE_GB_NOTIFY_CARRIER, .severity = severity,
	      .field = SLICE("sip.Method"), VALUE(m->sip.method),
	      EXPECTED(slice_str(expected)),
	      ARGS({"root", m->mans.m.root}, {"CmdType", m->mans.m.CmdType},
	           {"method", m->sip.method}, {"expected", slice_str(expected)},
	           {"what", what}));
}

static void
notify(const struct checker *c, const struct message *m, const struct place *p)
{
	static const char *const messages[] = {
	    "Keepalive",         "MediaStatus",
	    "Broadcast",         "UploadSnapShotFinished",
	    "VideoUploadNotify", "DeviceUpgradeResult"};
	const struct manscdp *b = &m->mans.m;
	size_t i;

	if (m->mans.verdict == BODY_NONE || b->root.n == 0)
		return;
	if (!slice_eq(b->root, SLICE("Notify"))) {
		if (!slice_eq(b->root, SLICE("Response")) || m->spoken != EDITION_2011)
			found(c, m, p, RULE_GB_NOTIFY_ROOT, VALUE(b->root),
			      EXPECTED(SLICE("Notify")), ARGS({"root", b->root}));
		return;
	}
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (slice_eq(b->CmdType, slice_str(messages[i])))
			carrier(c, m, p, SEVERITY_OFF, "MESSAGE", SLICE_EMPTY);
}

static struct slice
of_frame(const struct checker *c, const char *before, uint64_t frame)
{
	char text[96];
	int len =
	    snprintf(text, sizeof(text), "%s%llu", before, (unsigned long long)frame);

	return arena_keep(c->scratch, slice_of(text, (size_t)len));
}

static void
by_message(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct gb_subscription *s = p->notice->subscription;

	carrier(c, m, p, s != NULL ? SEVERITY_OFF : SEVERITY_NOTE, "NOTIFY",
	        s != NULL ? of_frame(c, ", though it is subscribed to in frame ",
	                             s->first.frame)
	                  : SLICE("; no subscription to it is in this capture"));
}

static void
session(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct notice_note *n = p->notice;
	bool unasked = (n->facts & NOTICE_UNASKED) != 0;
	struct slice own = SLICE_EMPTY,
	             asked = SLICE("which nobody asked for in this capture");
	size_t i;

	for (i = 0; i < m->mans.m.nodes_total; i++)
		if (m->mans.m.nodes[i].depth == 1 &&
		    slice_eq(m->mans.m.nodes[i].name, SLICE("SessionID")))
			own = slice_trim(m->mans.m.nodes[i].text);
	if (!unasked)
		asked = of_frame(c, "not that of the request in frame ", n->other.frame);
	found(c, m, p, RULE_GB_SESSION_ID,
	      .severity = unasked ? SEVERITY_NOTE : SEVERITY_OFF,
	      .field = SLICE("/Notify/SessionID"), .has_value = own.n != 0, .value = own,
	      .has_expected = !unasked, .expected = unasked ? SLICE_EMPTY : n->text,
	      ARGS({"CmdType", m->mans.m.CmdType},
	           {"session", own.n ? own : SLICE("none")}, {"asked", asked}));
}

static void
snapshot_files(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct manscdp *b = &m->mans.m;
	size_t i;

	for (i = 0; i < b->nodes_total; i++) {
		struct slice id = slice_trim(b->nodes[i].text);

		if (b->nodes[i].depth != 2 || b->nodes[i].attribute ||
		    !slice_eq(b->nodes[i].name, SLICE("SnapShotFileID")) ||
		    snapshot_file_id(id))
			continue;
		found(c, m, p, RULE_GB_SNAPSHOT_FILE,
		      .field = SLICE("/Notify/SnapShotList/SnapShotFileID"),
		      .line = b->nodes[i].line, VALUE(id), EXPECTED(SLICE("41 digits")),
		      ARGS({"value", id.n != 0 ? id : SLICE("empty")}));
		return;
	}
}

static void
upgrade_result(const struct checker *c, const struct message *m, const struct place *p)
{
	static const struct {
		const char *code, *words;
	} reasons[] = {{"01", "it took too long"},
	               {"02", "the package is broken"},
	               {"03", "a fault of the system"},
	               {"99", "another reason"}};
	const struct gb_notice *x = p->notice->notice;
	struct slice reason = SLICE("no reason is told");
	size_t i;

	if (x == NULL || !slice_eq(x->UpgradeResult, SLICE("ERROR")))
		return;
	if (x->UpgradeFailedReason.n != 0)
		reason = x->UpgradeFailedReason;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (slice_eq(x->UpgradeFailedReason, slice_str(reasons[i].code)))
			reason = slice_str(reasons[i].words);
	found(c, m, p, RULE_GB_UPGRADE_FAILED, .field = SLICE("/Notify/UpgradeResult"),
	      VALUE(x->UpgradeResult), ARGS({"reason", reason}));
}

static void
lies(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct notice_note *n = p->notice;
	struct slice what = !m->request      ? SLICE("it takes a call")
	                    : n->number != 0 ? SLICE("the catalog has it ON")
	                                     : SLICE("the catalog has it OFF");

	found(c, m, p, RULE_GB_STATUS_LIES, VALUE(n->id),
	      ARGS({"frame", number(c, n->other.frame)}, {"channel", n->id},
	           {"told", n->text}, {"what", what}));
}

/* What the tracker says of a message that belongs to a chain. */
static void
chains(const struct checker *c, const struct message *m, const struct place *p)
{
	static const struct {
		enum notice_fact fact;
		enum rule rule;
	} rows[] = {
	    {NOTICE_NOT_RESET, RULE_GB_ALARM_NOT_RESET},
	    {NOTICE_UNGUARDED, RULE_GB_ALARM_UNGUARDED},
	    {NOTICE_NEEDLESS, RULE_GB_ALARM_RESPONSE},
	    {NOTICE_NO_REGISTER, RULE_GB_UPGRADE_REGISTER},
	};
	const struct notice_note *n = p->notice;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (n->facts & rows[i].fact)
			found(c, m, p, rows[i].rule,
			      ARGS({"frame", number(c, n->other.frame)},
			           {"DeviceID", m->mans.m.DeviceID}));
	if (n->facts & (NOTICE_SESSION | NOTICE_UNASKED))
		session(c, m, p);
	if (n->facts & NOTICE_BY_MESSAGE)
		by_message(c, m, p);
	if (n->facts & NOTICE_STATUS_LIES)
		lies(c, m, p);
	if (slice_eq(m->mans.m.CmdType, SLICE("UploadSnapShotFinished")))
		snapshot_files(c, m, p);
	else if (slice_eq(m->mans.m.CmdType, SLICE("DeviceUpgradeResult")))
		upgrade_result(c, m, p);
}

/* Alarm and MobilePosition are subscribed to; asked for in a MESSAGE they have no answer but Notify. */
static void
query(const struct checker *c, const struct message *m, const struct place *p)
{
	enum subscription_subject s = subscription_subject_of(m->mans.m.CmdType);

	if (slice_eq(m->mans.m.root, SLICE("Query")) &&
	    (s == SUBJECT_ALARM || s == SUBJECT_POSITION))
		carrier(c, m, p, SEVERITY_NOTE, "SUBSCRIBE", SLICE_EMPTY);
}

void
check_notice(const struct checker *c, const struct message *m, const struct place *p)
{
	if (p->notice != NULL)
		chains(c, m, p);
	if (!p->dialog->gb)
		return;
	if (!m->request) {
		if (p->tx->method == METHOD_SUBSCRIBE || p->tx->method == METHOD_NOTIFY)
			response(c, m, p);
	} else if (m->method == METHOD_SUBSCRIBE) {
		subscribe(c, m, p);
	} else if (m->method == METHOD_NOTIFY) {
		notify(c, m, p);
	} else if (m->method == METHOD_MESSAGE && m->mans.verdict != BODY_NONE) {
		query(c, m, p);
	}
}

/* ---- what ended ---- */

/* How many positions were due, and how many came? */
static void
position_interval(const struct checker *c, const struct tracker_event *e)
{
	const struct gb_subscription *s = e->subscription;
	uint64_t interval = s->has_interval ? s->Interval : INTERVAL_USUAL;
	uint64_t came = s->positions, seconds, due;
	int64_t until = s->ended_ns != 0 ? s->ended_ns : e->now_ns;
	struct dialog d = {.id = s->dialog,
	                   .kind = DIALOG_SUBSCRIPTION,
	                   .gb = s->gb,
	                   .device = s->notifier};
	struct finding f = {.rule = RULE_GB_POSITION_INTERVAL};

	if (s->subject != SUBJECT_POSITION || s->accepted_ns == 0 || interval == 0 ||
	    e->how == ENDED_EVICTED)
		return;
	if (s->ends_ns != 0 && s->ends_ns < until)
		until = s->ends_ns;
	if (until <= s->accepted_ns)
		return;
	seconds = (uint64_t)(until - s->accepted_ns) / 1000000000;
	due = seconds / interval;
	if (due < INTERVALS_SEEN || (came * 2 >= due && came <= due * 2 + INTERVALS_SEEN))
		return;
	/* None at all went elsewhere, perhaps; what CSeq jumps over was sent. */
	if (came == 0 || s->cseq_gaps != 0 || !e->direction_seen)
		f.severity = SEVERITY_NOTE;
	f.args[0] = (struct finding_arg){"interval", number(c, interval)};
	f.args[1] = (struct finding_arg){"count", number(c, came)};
	f.args[2] = (struct finding_arg){"seconds", number(c, seconds)};
	f.args[3] = (struct finding_arg){"when", f.severity == SEVERITY_NOTE
	                                             ? SLICE(" in this capture")
	                                             : SLICE_EMPTY};
	found_at(c, &d, 0, came != 0 ? &s->notify_last : &s->first, &f);
}

/* The message of a chain that a finding on its end is told of: the last of this kind, or the first message. */
static const struct ref *
step_of(const struct gb_notice *x, enum notice_step step, uint32_t *dialog)
{
	unsigned i, at = 0;

	for (i = 0; i < x->steps_kept; i++)
		if (x->steps[i].step == step)
			at = i;
	*dialog = x->steps[at].dialog;
	return &x->steps[at].ref;
}

static void
notice_ended(const struct checker *c, const struct tracker_event *e)
{
	const struct gb_notice *x = e->notice;
	bool open = x->outcome == OUTCOME_NOTICE_UNKNOWN ||
	            x->outcome == OUTCOME_NOTICE_UNANSWERED;
	bool sure = e->how == ENDED_TIMEOUT && e->direction_seen && !x->cut;
	struct slice when = sure ? SLICE("in time") : SLICE("in this capture");
	struct dialog d = {.kind = DIALOG_MESSAGE, .gb = x->gb};
	struct finding f = {.severity = sure ? SEVERITY_OFF : SEVERITY_NOTE};
	const struct ref *at;

	if (e->how == ENDED_EVICTED)
		return;
	d.device = x->kind == NOTICE_UPLOAD ? x->from : x->to;
	at = step_of(x, STEP_RESPONSE, &d.id);
	if (x->kind == NOTICE_SNAPSHOT && open && slice_eq(x->Result, SLICE("OK"))) {
		f.rule = RULE_GB_SNAPSHOT_UNFINISHED;
		f.args[0] = (struct finding_arg){"when", when};
	} else if (x->kind == NOTICE_UPGRADE && open &&
	           slice_eq(x->Result, SLICE("OK"))) {
		f.rule = RULE_GB_UPGRADE_UNFINISHED;
		f.args[0] = (struct finding_arg){
		    "what",
		    x->registered
		        ? SLICE("after the REGISTER no DeviceUpgradeResult came")
		        : SLICE("neither a REGISTER nor DeviceUpgradeResult came")};
		f.args[1] = (struct finding_arg){"when", when};
	} else if (x->kind == NOTICE_UPLOAD && open) {
		f.rule = RULE_GB_UPLOAD_NOT_FETCHED;
		f.args[0] = (struct finding_arg){"when", when};
	} else if (x->kind == NOTICE_SNAPSHOT && x->done && x->has_SnapNum &&
	           x->outcome != OUTCOME_NOTICE_UNSOLICITED &&
	           x->files_total != x->SnapNum) {
		f.rule = RULE_GB_SNAPSHOT_COUNT;
		/* More of it may come behind the end of the capture. */
		f.severity =
		    e->how == ENDED_CAPTURE_OVER || x->cut ? SEVERITY_NOTE : SEVERITY_OFF;
		f.args[0] = (struct finding_arg){"files", number(c, x->files_total)};
		f.args[1] = (struct finding_arg){"asked", number(c, x->SnapNum)};
		f.args[2] = (struct finding_arg){"when", f.severity == SEVERITY_NOTE
		                                             ? SLICE(" in this capture")
		                                             : SLICE_EMPTY};
		at = step_of(x, STEP_RESULT, &d.id);
	} else {
		return;
	}
	found_at(c, &d, 0, at, &f);
}

void
check_notice_ended(const struct checker *c, const struct tracker_event *e)
{
	if (e->kind == TRACKER_NOTICE)
		notice_ended(c, e);
	else if (e->subscription->gb)
		position_interval(c, e);
}
