/* Sessions of play, playback, download, talk and broadcast: GB/T 28181-2022 9.2, 9.8, 9.9, 9.12. */
#include "src/check.h"
#include "src/sessions.h"

#define SECOND INT64_C(1000000000)

enum {
	LINGER =
	    5, /* s: what is on its way, and what a sender takes to hear of the end */
	BYE_WAIT = 32, /* s, after a MediaStatus */
};

static bool
is_here(const struct ref *r, const struct message *m)
{
	return r->frame == m->rec.frame && r->capture == m->rec.capture && r->frame != 0;
}

static struct slice
seconds(const struct checker *c, int64_t ns)
{
	return number(c, ns > 0 ? (uint64_t)(ns / SECOND) : 0);
}

static struct slice
kind_text(const struct gb_session *x)
{
	enum session_kind kind = session_kind_now(x);

	return kind == SESSION_OTHER ? SLICE("session")
	                             : slice_str(session_kind_name(kind));
}

/* 121 is the only type that the standard has: the recording is at its end. */
static bool
is_over(const struct gb_session *x)
{
	return x->media_status.frame != 0 && slice_eq(x->NotifyType, SLICE("121"));
}

/* ---- a message ---- */

static void
invite(const struct checker *c, const struct message *m, const struct place *p,
       const struct gb_session *x)
{
	if (!is_here(&x->invite, m) || x->in_use.frame == 0)
		return;
	found(c, m, p, RULE_SUBJECT_IN_USE, .field = header_name(SIP_SUBJECT),
	      VALUE(x->subject),
	      ARGS({"sender", x->parts.sender}, {"stream", x->parts.sender_stream},
	           {"frame", number(c, x->in_use.frame)}));
}

/* The users of the dialog are those of its INVITE: RFC 3261 12.2.1.1. */
static void
bye_target(const struct checker *c, const struct message *m, const struct place *p,
           const struct gb_session *x)
{
	struct slice expected = x->bye_by == SIDE_CALLER ? x->invite_to : x->caller;

	if (x->bye_by == SIDE_UNKNOWN || expected.n == 0 || x->bye_to.n == 0 ||
	    slice_eq(expected, x->bye_to))
		return;
	found(c, m, p, RULE_BYE_TARGET, .field = SLICE("sip.To"), VALUE(x->bye_to),
	      EXPECTED(expected), ARGS({"value", x->bye_to}, {"expected", expected}));
}

/* Live media from the one that was invited. Who was killed by another session, or never got its ACK, has a reason. */
static void
device_bye(const struct checker *c, const struct message *m, const struct place *p,
           const struct gb_session *x)
{
	enum session_kind k = session_kind_now(x);

	if (x->bye_by != SIDE_CALLEE || (k != SESSION_PLAY && k != SESSION_TALK) ||
	    x->answered.frame == 0 || x->acked.frame == 0 || x->media_status.frame != 0 ||
	    x->killed)
		return;
	found(c, m, p, RULE_SESSION_DEVICE_BYE,
	      ARGS({"kind", kind_text(x)},
	           {"seconds", seconds(c, x->bye.time_ns - x->answered.time_ns)}));
}

/* "600", "12.5", "0:10:00" as ms; false: "now" or none of these. */
static bool
npt_read(struct slice s, uint64_t *ms)
{
	uint64_t part = 0, whole = 0, scale = 100;
	bool digits = false, fraction = false;
	size_t i;

	*ms = 0;
	for (i = 0; i < s.n && i < 16; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9') {
			digits = true;
			if (!fraction)
				part = part * 10 + (s.p[i] - '0');
			else {
				*ms += scale * (s.p[i] - '0');
				scale /= 10;
			}
		} else if (s.p[i] == ':' && digits && !fraction) {
			whole = (whole + part) * 60;
			part = 0;
		} else if (s.p[i] == '.' && digits && !fraction) {
			fraction = true;
		} else {
			return false;
		}
	}
	*ms += (whole + part) * 1000;
	return digits && i == s.n;
}

static void
control(const struct checker *c, const struct message *m, const struct place *p,
        const struct gb_session *x)
{
	const struct session_sdp *d = &x->offer;
	struct slice method = m->rtsp->method;
	uint64_t ms, has;

	if (is_over(x) && slice_eq(method, SLICE("PLAY")))
		found(c, m, p, RULE_MANSRTSP_AFTER_END, .field = SLICE("mansrtsp.start"),
		      VALUE(m->rtsp->start_line), .line = 1,
		      ARGS({"method", method},
		           {"frame", number(c, x->media_status.frame)}));
	if (d->ref.frame == 0 || !d->has_time || d->stop <= d->start ||
	    !slice_ieq(m->rtsp->range.unit, SLICE("npt")) ||
	    !slice_eq(method, SLICE("PLAY")) || !npt_read(m->rtsp->range.start, &ms))
		return;
	has = d->stop - d->start;
	if (ms / 1000 > has)
		found(c, m, p, RULE_MANSRTSP_OUTSIDE, .field = SLICE("mansrtsp.Range"),
		      VALUE(mansrtsp_value(m->rtsp, MANSRTSP_RANGE)),
		      ARGS({"start", number(c, ms / 1000)}, {"seconds", number(c, has)}));
}

static const struct session_control *
control_of(const struct gb_session *x, uint32_t tx)
{
	const struct session_control *k;

	for (k = x->controls; k != NULL && k->tx != tx; k = k->next)
		;
	return k;
}

static bool
same_number(struct slice a, struct slice b)
{
	uint32_t n, k;

	return !parse_u32(a, UINT32_MAX, &n) || !parse_u32(b, UINT32_MAX, &k) || n == k;
}

static void
control_answer(const struct checker *c, const struct message *m, const struct place *p,
               const struct gb_session *x)
{
	const struct session_control *k = control_of(x, p->tx->id);
	bool inside = m->sip.status < 300;
	uint32_t status;

	if (k == NULL || !is_here(&k->answer, m))
		return;
	status = inside ? k->rtsp_status : k->status;
	if (status >= 300)
		found(c, m, p, RULE_MANSRTSP_REFUSED,
		      .field =
		          inside ? SLICE("mansrtsp.status") : SLICE("sip.Status-Code"),
		      VALUE(number(c, status)),
		      ARGS({"method", k->method}, {"status", number(c, status)},
		           {"reason", inside ? k->rtsp_reason : m->sip.reason}));
	if (k->rtsp_CSeq.n != 0 && k->CSeq.n != 0 && !same_number(k->rtsp_CSeq, k->CSeq))
		found(c, m, p, RULE_MANSRTSP_ANSWER_CSEQ, .field = SLICE("mansrtsp.CSeq"),
		      VALUE(k->rtsp_CSeq), EXPECTED(k->CSeq),
		      ARGS({"value", k->rtsp_CSeq}, {"expected", k->CSeq}));
}

static bool
is_child(const struct message *m, const char *name)
{
	const struct manscdp *x = &m->mans.m;
	size_t i;

	for (i = 0; i < x->nodes_total; i++)
		if (x->nodes[i].depth == 1 && slice_eq(x->nodes[i].name, slice_str(name)))
			return true;
	return false;
}

/* Without a To tag it is in no dialog, whatever the capture began in the middle of. */
static void
bodies(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct manscdp *x = &m->mans.m;

	if (m->method != METHOD_MESSAGE)
		return;
	if (slice_eq(x->CmdType, SLICE("MediaStatus")) &&
	    slice_eq(x->root, SLICE("Notify")) && m->to.tag.n == 0 && m->to.there)
		found(c, m, p, RULE_MEDIASTATUS_OUTSIDE, .field = SLICE("sip.to.tag"),
		      ARGS({"DeviceID", x->DeviceID}));
	if (slice_eq(x->CmdType, SLICE("DeviceConfig")) &&
	    slice_eq(x->root, SLICE("Control")) && is_child(m, "BasicParam") &&
	    x->DeviceID.n == 20 && m->to.uri.user.n == 20 &&
	    !slice_eq(x->DeviceID, m->to.uri.user))
		found(c, m, p, RULE_CONFIG_TARGET, .field = SLICE("/Control/DeviceID"),
		      VALUE(x->DeviceID), EXPECTED(m->to.uri.user),
		      ARGS({"DeviceID", x->DeviceID}, {"user", m->to.uri.user}));
}

void
check_play(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct gb_session *x = p->dialog->gb_session;

	if (!p->dialog->gb)
		return;
	if (m->request && m->mans.verdict != BODY_NONE)
		bodies(c, m, p);
	if (x == NULL)
		return;
	if (m->request && m->method == METHOD_INVITE) {
		invite(c, m, p, x);
	} else if (m->request && m->method == METHOD_BYE && is_here(&x->bye, m)) {
		bye_target(c, m, p, x);
		device_bye(c, m, p, x);
	} else if (m->method == METHOD_INFO && m->request && m->rtsp != NULL) {
		control(c, m, p, x);
	} else if (m->method == METHOD_INFO && !m->request) {
		control_answer(c, m, p, x);
	}
}

/* ---- what ended ---- */

/* A session as the dialog of its findings. */
static struct dialog
dialog_of(const struct gb_session *x)
{
	struct slice device = x->device.n != 0 ? x->device : x->channel;

	return (struct dialog){.id = x->dialog,
	                       .kind = x->dialog != 0 ? DIALOG_CALL : DIALOG_MESSAGE,
	                       .gb = x->gb,
	                       .device = device};
}

static void
refused(const struct checker *c, const struct gb_session *x)
{
	struct dialog d = dialog_of(x);
	bool talk = x->kind == SESSION_TALK || x->kind == SESSION_BROADCAST;
	struct finding f = {.rule = talk ? RULE_TALK_REFUSED : RULE_INVITE_REFUSED};

	if (x->state != SESSION_REFUSED || x->status < 400)
		return;
	f.args[0] = (struct finding_arg){"kind", kind_text(x)};
	f.args[1] = (struct finding_arg){"channel", x->channel};
	f.args[2] = (struct finding_arg){"status", number(c, x->status)};
	f.args[3] = (struct finding_arg){"reason", x->reason};
	f.args[4] =
	    (struct finding_arg){"cause", slice_str(session_cause(x->status, x->kind))};
	found_at(c, &d, x->invite_tx, &x->refused, &f);
}

/* 404 and the like are no matter of another session. */
static bool
is_busy(uint32_t status)
{
	return status == 400 || status == 403 || status == 480 || status == 486 ||
	       status == 503 || status == 600;
}

static void
single(const struct checker *c, const struct gb_session *x)
{
	struct dialog d = dialog_of(x);
	struct finding f = {.rule = RULE_SINGLE_SESSION};
	bool kills = x->rival_ended.frame != 0;

	if (!kills &&
	    (x->rival.frame == 0 || x->state != SESSION_REFUSED || !is_busy(x->status)))
		return;
	f.args[0] = (struct finding_arg){
	    "what", kills ? SLICE("a second INVITE, and the device ends the first,")
	                  : SLICE("a second INVITE is refused")};
	f.args[1] = (struct finding_arg){"frame", number(c, x->rival.frame)};
	f.args[2] = (struct finding_arg){"channel", x->channel};
	found_at(c, &d, x->invite_tx, kills ? &x->rival_ended : &x->refused, &f);
}

static const struct media_stream *
orphan(const struct gb_session *x, int64_t since_ns)
{
	const struct media_stream *s, *worst = NULL;

	for (s = x->streams; s != NULL; s = s->next)
		if (s->ended && s->packets != s->at_end &&
		    s->last_ns - since_ns > LINGER * SECOND &&
		    (worst == NULL || s->last_ns > worst->last_ns))
			worst = s;
	return worst;
}

static void
after_bye(const struct checker *c, const struct gb_session *x)
{
	struct dialog d = dialog_of(x);
	struct finding f = {.rule = RULE_MEDIA_AFTER_BYE};
	const struct media_stream *s =
	    x->bye.frame != 0 ? orphan(x, x->bye.time_ns) : NULL;
	struct ref at;

	if (s == NULL)
		return;
	at =
	    (struct ref){.capture = s->capture, .frame = s->frame, .time_ns = s->last_ns};
	f.args[0] = (struct finding_arg){"address", address(c, &s->dst)};
	f.args[1] =
	    (struct finding_arg){"seconds", seconds(c, s->last_ns - x->bye.time_ns)};
	f.args[2] = (struct finding_arg){"packets", number(c, s->packets - s->at_end)};
	found_at(c, &d, x->bye_tx, &at, &f);
}

/* From the logout on, as long as the capture shows. */
static void
offline(const struct checker *c, const struct gb_session *x)
{
	struct dialog d = dialog_of(x);
	struct finding f = {.rule = RULE_SESSION_OFFLINE};
	bool ended = x->bye.frame != 0;
	int64_t until_ns = ended ? x->bye.time_ns : x->now_ns;
	bool media = x->rtp_last_ns - x->offline.time_ns > BYE_WAIT * SECOND;

	if (x->offline.frame == 0 || x->answered.frame == 0 || x->how == ENDED_EVICTED ||
	    x->offline.time_ns < x->answered.time_ns ||
	    until_ns - x->offline.time_ns <= BYE_WAIT * SECOND)
		return;
	if (!media && !ended)
		f.severity = SEVERITY_NOTE;
	f.args[0] = (struct finding_arg){"device", d.device};
	f.args[1] = (struct finding_arg){"frame", number(c, x->offline.frame)};
	f.args[2] =
	    (struct finding_arg){"what", media   ? SLICE("its media still comes")
	                                 : ended ? SLICE("its BYE comes late")
	                                         : SLICE("no BYE in this capture")};
	found_at(c, &d, x->bye_tx, ended ? &x->bye : &x->offline, &f);
}

/* Somebody who was heard in this session before could have sent the BYE. */
static void
no_bye(const struct checker *c, const struct gb_session *x)
{
	struct dialog d = dialog_of(x);
	struct finding f = {.rule = RULE_MEDIASTATUS_NO_BYE};
	bool waited = x->now_ns - x->media_status.time_ns > BYE_WAIT * SECOND,
	     heard = x->invite.frame != 0 || x->acked.frame != 0;

	if (!is_over(x) || x->bye.frame != 0 || x->how == ENDED_EVICTED)
		return;
	if (!waited || !heard)
		f.severity = SEVERITY_NOTE;
	f.args[0] = (struct finding_arg){"type", x->NotifyType};
	f.args[1] = (struct finding_arg){"kind", kind_text(x)};
	f.args[2] = (struct finding_arg){
	    "when", waited && heard ? SLICE("in 32 s") : SLICE("in this capture")};
	found_at(c, &d, x->media_status_tx, &x->media_status, &f);
}

static void
no_invite(const struct checker *c, const struct gb_session *x)
{
	const struct session_broadcast *b = x->broadcast;
	struct dialog d = dialog_of(x);
	struct finding f = {.rule = RULE_BROADCAST_NO_INVITE};
	bool waited = x->how == ENDED_TIMEOUT;

	if (x->state != SESSION_NO_INVITE || b->response.frame == 0 ||
	    x->how == ENDED_EVICTED || !slice_ieq(b->result, SLICE("OK")))
		return;
	if (!waited)
		f.severity = SEVERITY_NOTE;
	d.id = b->dialog;
	f.args[0] = (struct finding_arg){"target", b->target};
	f.args[1] = (struct finding_arg){"when", waited ? SLICE("in 60 s")
	                                                : SLICE("in this capture")};
	found_at(c, &d, b->tx, &b->response, &f);
}

void
check_play_ended(const struct checker *c, const struct tracker_event *e)
{
	const struct gb_session *x = e->session;

	if (!x->gb)
		return;
	if (x->state == SESSION_NO_INVITE) {
		no_invite(c, x);
		return;
	}
	refused(c, x);
	single(c, x);
	after_bye(c, x);
	offline(c, x);
	no_bye(c, x);
}
