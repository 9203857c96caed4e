/* What GB/T 28181 puts into an INVITE: its SDP (2022 Annex G) and its Subject (Annex L). */
#include "src/check.h"

#include "dissect/deviceid.h"
#include "dissect/subject.h"

enum session {
	SESSION_OTHER,
	SESSION_PLAY,
	SESSION_PLAYBACK,
	SESSION_DOWNLOAD,
	SESSION_TALK
};

/* NTP's 2000-01-01; as Unix time that is 2070. */
#define NTP_ERA UINT64_C(3155673600)

enum { SVC_MAX = 3 };

static enum session
session_of(const struct sdp *s)
{
	static const char *const names[] = {"", "Play", "Playback", "Download", "Talk"};
	struct slice name = slice_trim(sdp_value(s, 's'));
	int i;

	for (i = 1; i <= SESSION_TALK; i++)
		if (slice_ieq(name, slice_str(names[i])))
			return (enum session)i;
	return SESSION_OTHER;
}

static bool
is_recording(enum session s)
{
	return s == SESSION_PLAYBACK || s == SESSION_DOWNLOAD;
}

static uint32_t
line_of(const struct sdp *s, uint8_t type)
{
	return s->first[type];
}

static void
session_name(const struct checker *c, const struct message *m, const struct place *p)
{
	static const char *const names[] = {"Play", "Playback", "Download", "Talk"};
	struct slice name = sdp_value(m->sdp, 's');
	size_t i;

	if (sdp_find(m->sdp, 's') == NULL)
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq(name, slice_str(names[i])))
			return;
	found(c, m, p, RULE_SDP_SESSION_NAME,
	      .severity =
	          session_of(m->sdp) != SESSION_OTHER ? SEVERITY_NOTE : SEVERITY_OFF,
	      .field = SLICE("sdp.session_name"), VALUE(name),
	      .line = line_of(m->sdp, 's'), ARGS({"value", name}));
}

static void
times(const struct checker *c, const struct message *m, const struct place *p,
      enum session session)
{
	const struct sdp_time *t = &m->sdp->time;
	struct slice value = sdp_value(m->sdp, 't'), name = sdp_value(m->sdp, 's');
	uint32_t line = line_of(m->sdp, 't');

	if (t->dis != DIS_OK)
		return;
	if (session == SESSION_PLAY && (t->start != 0 || t->stop != 0))
		found(c, m, p, RULE_SDP_TIME_PLAY, .field = SLICE("sdp.time"),
		      VALUE(value), EXPECTED(SLICE("0 0")), .line = line,
		      ARGS({"value", value}));
	if (!is_recording(session))
		return;
	if (t->start >= NTP_ERA || t->stop >= NTP_ERA)
		found(c, m, p, RULE_SDP_TIME_NTP, .field = SLICE("sdp.time"),
		      VALUE(value), .line = line, ARGS({"value", value}));
	if (t->start >= t->stop)
		found(
		    c, m, p, RULE_SDP_TIME_RANGE, .field = SLICE("sdp.time"),
		    VALUE(value), .line = line,
		    ARGS({"s", name}, {"start", t->start_text}, {"stop", t->stop_text}));
}

/* "34020000001310000001:0", or where the file is. */
static bool
is_source(struct slice u)
{
	struct slice id, type;
	uint32_t n;

	if (slice_istarts(u, SLICE("http://")) || slice_istarts(u, SLICE("https://")))
		return true;
	return slice_cut(u, ':', &id, &type) && deviceid_is20(id) &&
	       parse_u32(type, 3, &n);
}

static void
source(const struct checker *c, const struct message *m, const struct place *p,
       enum session session)
{
	struct slice u = sdp_value(m->sdp, 'u');

	if (!is_recording(session))
		return;
	if (sdp_find(m->sdp, 'u') == NULL)
		found(c, m, p, RULE_SDP_URI_MISSING, .field = SLICE("sdp.uri"),
		      ARGS({"s", sdp_value(m->sdp, 's')}));
	else if (!is_source(u))
		found(c, m, p, RULE_SDP_URI, .field = SLICE("sdp.uri"), VALUE(u),
		      .line = line_of(m->sdp, 'u'), ARGS({"value", u}));
}

static bool
is_zero(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return s.n != 0;
}

static void
y_form(const struct checker *c, const struct message *m, const struct place *p,
       const struct sdp_y *y)
{
	const char *what = y->value.n == 0          ? "empty"
	                   : is_zero(y->value)      ? "zero"
	                   : y->has_ssrc            ? "neither live nor history"
	                   : slice_digits(y->value) ? "not of ten digits"
	                                            : "no number";
	bool zero = y->has_ssrc && y->ssrc == 0;

	if (y->dis == DIS_OTHER || (y->dis == DIS_OK && !zero))
		return;
	found(c, m, p, RULE_SDP_Y, .severity = zero ? SEVERITY_NOTE : SEVERITY_OFF,
	      .field = SLICE("sdp.y"), VALUE(y->value),
	      ARGS({"value", y->value}, {"what", slice_str(what)}));
}

/* Digits 4 to 8 of an id of 20 digits, or of a domain of ten: GB/T 28181-2022 Annex E, G. */
static struct slice
domain_digits(struct slice id)
{
	if (!deviceid_is20(id) && !(id.n == 10 && slice_digits(id)))
		return SLICE_EMPTY;
	return slice_head(slice_tail(id, 3), 5);
}

static void
y_domain(const struct checker *c, const struct message *m, const struct place *p,
         const struct sdp_y *y)
{
	const struct slice ids[] = {m->from.uri.user, m->to.uri.user,
	                            m->uri.user,      m->from.uri.host,
	                            m->to.uri.host,   m->sdp->origin.username};
	struct slice expected = SLICE_EMPTY, digits;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		digits = domain_digits(ids[i]);
		if (slice_eq(digits, y->domain))
			return;
		if (expected.n == 0)
			expected = digits;
	}
	if (expected.n != 0)
		found(c, m, p, RULE_SDP_Y_DOMAIN, .field = SLICE("sdp.y"),
		      VALUE(y->domain), EXPECTED(expected),
		      ARGS({"value", y->domain}, {"expected", expected}));
}

static void
y_offer(const struct checker *c, const struct message *m, const struct place *p,
        enum session session)
{
	const struct sdp_y *y = sdp_y_first(m->sdp);

	if (y->dis == DIS_OTHER && m->sdp->levels_total > 1)
		found(c, m, p, RULE_SDP_Y_MISSING, .field = SLICE("sdp.y"));
	if (y->dis != DIS_OK || y->ssrc == 0)
		return;
	if (session != SESSION_OTHER && y->history != is_recording(session))
		found(c, m, p, RULE_SDP_Y_KIND, .field = SLICE("sdp.y"), VALUE(y->value),
		      ARGS({"value", y->value},
		           {"kind", y->history ? SLICE("history") : SLICE("live")},
		           {"s", sdp_value(m->sdp, 's')}));
	y_domain(c, m, p, y);
}

static void
f_codes(const struct checker *c, const struct message *m, const struct place *p,
        const struct sdp_f *f)
{
	static const enum sdp_f_part pair[] = {SDP_F_AUDIO, SDP_F_AUDIO_RATE,
	                                       SDP_F_SAMPLING};
	struct slice names[3];
	int i;

	for (i = 0; i < SDP_F_TOTAL; i++)
		if (sdp_f_meaning((enum sdp_f_part)i, f->part[i]) == NULL) {
			found(c, m, p, RULE_SDP_F_CODE, .field = SLICE("sdp.f"),
			      VALUE(f->value),
			      ARGS({"part", slice_str(sdp_f_name((enum sdp_f_part)i))},
			           {"value", f->part[i]}));
			return;
		}
	for (i = 0; i < 3; i++) {
		names[i] = slice_str(sdp_f_meaning(pair[i], f->part[pair[i]]));
		if (names[i].n == 0)
			names[i] = SLICE("no value");
	}
	if (!sdp_f_plausible(f))
		found(c, m, p, RULE_SDP_F_PAIR, .field = SLICE("sdp.f"), VALUE(f->value),
		      ARGS({"codec", names[0]}, {"rate", names[1]},
		           {"sampling", names[2]}));
}

static void
f_of(const struct checker *c, const struct message *m, const struct place *p,
     const struct sdp_f *f)
{
	if (f->dis == DIS_OTHER)
		return;
	if (f->dis != DIS_OK)
		found(c, m, p, RULE_SDP_F, .field = SLICE("sdp.f"), VALUE(f->value),
		      ARGS({"value", f->value}));
	else
		f_codes(c, m, p, f);
}

/* One of a=NAME:VALUE that is not as it should be. */
static void
attribute(const struct checker *c, const struct message *m, const struct place *p,
          enum rule rule, const struct sdp_line *l, const char *expected)
{
	found(c, m, p, rule, .field = SLICE("sdp.media_attr"), VALUE(l->value),
	      .line = (uint32_t)(l - m->sdp->lines) + 1,
	      ARGS({"name", l->name}, {"value", l->rest},
	           {rule == RULE_SDP_SETUP ? "what" : "expected", slice_str(expected)}));
}

static void
numbers(const struct checker *c, const struct message *m, const struct place *p,
        uint32_t level)
{
	static const struct {
		enum sdp_attr attr;
		uint32_t max;
		const char *expected;
	} rows[] = {
	    {SDP_SVCSPACE, SVC_MAX, "a number from 0 to 3"},
	    {SDP_SVCTIME, SVC_MAX, "a number from 0 to 3"},
	    {SDP_STREAMNUMBER, UINT32_MAX, "a number from 0 on"},
	    {SDP_DOWNLOADSPEED, UINT32_MAX, "a whole number"},
	};
	const struct sdp_line *l;
	uint32_t n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l = sdp_attr(m->sdp, level, rows[i].attr);
		if (l != NULL && !parse_u32(slice_trim(l->rest), rows[i].max, &n))
			attribute(c, m, p, RULE_SDP_ATTRIBUTE, l, rows[i].expected);
	}
	l = sdp_attr(m->sdp, level, SDP_FILESIZE);
	if (l != NULL &&
	    (!slice_ieq(l->name, SLICE("filesize")) || is_zero(slice_trim(l->rest)) ||
	     !slice_digits(slice_trim(l->rest))))
		attribute(c, m, p, RULE_SDP_FILESIZE, l, "");
}

static bool
is_tcp(struct slice proto)
{
	return slice_istarts(proto, SLICE("TCP"));
}

/* GB/T 28181-2022 Annex G; RFC 4145 4 has two more values, for offers. */
static bool
is_setup(struct slice value)
{
	return slice_ieq(value, SLICE("active")) || slice_ieq(value, SLICE("passive")) ||
	       slice_ieq(value, SLICE("actpass")) || slice_ieq(value, SLICE("holdconn"));
}

static void
setup(const struct checker *c, const struct message *m, const struct place *p,
      uint32_t level)
{
	const struct sdp_level *x = &m->sdp->levels[level];
	const struct sdp_line *l = sdp_attr_of(m->sdp, level, SDP_SETUP),
	                      *own = sdp_attr(m->sdp, level, SDP_SETUP);

	if (x->m.dis != DIS_OK)
		return;
	if (is_tcp(x->m.proto) && l == NULL && x->m.port != 0)
		found(c, m, p, RULE_SDP_SETUP_MISSING, .field = SLICE("sdp.media_attr"),
		      .line = x->line + 1);
	if (own == NULL)
		own = sdp_attr(m->sdp, level, SDP_TCP_CONNECTION);
	else if (!is_setup(slice_trim(own->rest)))
		attribute(c, m, p, RULE_SDP_SETUP, own, "is neither active nor passive");
	if (own != NULL && slice_eq(x->m.proto, SLICE("RTP/AVP")))
		found(c, m, p, RULE_SDP_SETUP, .severity = SEVERITY_NOTE,
		      .field = SLICE("sdp.media_attr"), VALUE(own->value),
		      .line = (uint32_t)(own - m->sdp->lines) + 1,
		      ARGS({"name", own->name}, {"value", own->rest},
		           {"what", SLICE("stands beside media over UDP (RTP/AVP)")}));
}

/* The payload type of PS, where it is offered, but behind another one. */
static struct slice
ps_later(const struct sdp *s, const struct sdp_level *x)
{
	struct slice rest = x->m.formats, first;
	struct sdp_rtpmap r;
	uint32_t i;

	(void)sdp_word(&rest, &first);
	for (i = x->line; i < x->line + x->lines; i++) {
		if (s->lines[i].attr != SDP_RTPMAP)
			continue;
		(void)sdp_rtpmap_dissect(s->lines[i].rest, NULL, &r);
		if (!slice_ieq(r.encoding, SLICE("PS")))
			continue;
		if (slice_eq(r.pt_text, first))
			return SLICE_EMPTY;
		rest = x->m.formats;
		while (sdp_word(&rest, &first))
			if (slice_eq(r.pt_text, first))
				return r.pt_text;
		return SLICE_EMPTY;
	}
	return SLICE_EMPTY;
}

static void
media_offer(const struct checker *c, const struct message *m, const struct place *p,
            uint32_t level)
{
	const struct sdp_level *x = &m->sdp->levels[level];
	const struct sdp_line *direction = sdp_attr_of(m->sdp, level, SDP_DIRECTION);
	struct slice value = m->sdp->lines[x->line].value, ps = ps_later(m->sdp, x);

	if (x->m.dis == DIS_OK && x->m.port == 0)
		found(c, m, p, RULE_SDP_PORT_ZERO, .field = SLICE("sdp.media"),
		      VALUE(value), .line = x->line + 1);
	if (ps.n != 0)
		found(c, m, p, RULE_SDP_PS_FIRST, .field = SLICE("sdp.media"),
		      VALUE(value), .line = x->line + 1, ARGS({"pt", ps}));
	if (direction != NULL && slice_ieq(direction->name, SLICE("sendonly")) &&
	    slice_ieq(x->m.media, SLICE("video")))
		found(c, m, p, RULE_SDP_DIRECTION_OFFER, .field = SLICE("sdp.media_attr"),
		      VALUE(direction->value), EXPECTED(SLICE("recvonly")),
		      .line = (uint32_t)(direction - m->sdp->lines) + 1,
		      ARGS({"value", direction->name}));
}

/* What only who asks can be told: an answer repeats much of it. */
static void
offer(const struct checker *c, const struct message *m, const struct place *p)
{
	enum session session = session_of(m->sdp);
	const struct sdp_line *speed;
	uint32_t i;

	session_name(c, m, p);
	times(c, m, p, session);
	source(c, m, p, session);
	y_offer(c, m, p, session);
	if (m->sdp->levels_total == 1)
		found(c, m, p, RULE_SDP_MEDIA_MISSING, .field = SLICE("sdp.media"));
	else if (sdp_f_first(m->sdp)->dis == DIS_OTHER)
		found(c, m, p, RULE_SDP_F_MISSING, .field = SLICE("sdp.f"));
	for (i = 1; i < m->sdp->levels_total; i++) {
		media_offer(c, m, p, i);
		speed = sdp_attr(m->sdp, i, SDP_DOWNLOADSPEED);
		if (speed != NULL && session != SESSION_DOWNLOAD)
			attribute(c, m, p, RULE_SDP_ATTRIBUTE, speed,
			          "of use without s=Download");
	}
}

static void
stream_number(const struct checker *c, const struct message *m, const struct place *p,
              struct slice value, const char *which, const char *detail)
{
	found(c, m, p, RULE_SUBJECT_STREAM, .field = SLICE("sip.Subject"), VALUE(value),
	      ARGS({"value", value}, {"which", slice_str(which)},
	           {"detail", slice_str(detail)}));
}

/* The first digit against s=, the receiver's against being no number at all. */
static void
streams(const struct checker *c, const struct message *m, const struct place *p,
        const struct subject *x)
{
	enum session session = m->sdp ? session_of(m->sdp) : SESSION_OTHER;
	uint8_t first = x->sender_stream.p[0];

	if (session == SESSION_PLAY && first == '1')
		stream_number(c, m, p, x->sender_stream, "sender's",
		              "it begins with 1 as for history, but s=Play");
	if (is_recording(session) && first == '0')
		stream_number(c, m, p, x->sender_stream, "sender's",
		              "it begins with 0 as for live, but a recording is wanted");
	if (slice_eq(x->receiver_stream, SLICE("0")))
		stream_number(c, m, p, x->receiver_stream, "receiver's",
		              "it is the same for all streams");
}

static void
subject(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_SUBJECT, 0);
	const char *detail = NULL;
	struct subject x;
	enum dis dis;

	if (h == NULL) {
		if (m->edition != EDITION_2011)
			found(c, m, p, RULE_SUBJECT_MISSING,
			      .field = SLICE("sip.Subject"));
		return;
	}
	dis = subject_dissect(h->value, NULL, &x);
	if (dis == DIS_MORE)
		detail = "not all four parts are there";
	else if (!deviceid_is20(x.sender) || !deviceid_is20(x.receiver))
		detail = "an id is not of 20 digits";
	else if (dis == DIS_BAD)
		detail = "a stream number is empty, too long or no number";
	else if (x.blanks)
		detail = "blanks in it";
	if (detail != NULL)
		found(c, m, p, RULE_SUBJECT, .field = SLICE("sip.Subject"),
		      VALUE(h->value),
		      ARGS({"detail", slice_str(detail)}, {"value", h->value}));
	if (dis == DIS_OK)
		streams(c, m, p, &x);
}

void
check_sdp_gb(const struct checker *c, const struct message *m, const struct place *p)
{
	bool invite = m->request && m->method == METHOD_INVITE;
	uint32_t i;

	if (!p->dialog->gb)
		return;
	/* Inside of a dialog the stream was named already. */
	if (invite && !m->to.has_tag)
		subject(c, m, p);
	if (m->sdp == NULL || m->sdp->levels_total == 0 || !body_whole(m) ||
	    m->content_dis == DIS_LIMIT)
		return;
	if (invite)
		offer(c, m, p);
	for (i = 0; i < m->sdp->levels_total; i++) {
		y_form(c, m, p, &m->sdp->levels[i].y);
		f_of(c, m, p, &m->sdp->levels[i].f);
		numbers(c, m, p, i);
		if (i != 0)
			setup(c, m, p, i);
	}
}
