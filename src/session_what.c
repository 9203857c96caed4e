#include "src/session_what.h"

#include "dissect/deviceid.h"

#include "src/secret.h"

enum { VALUE_KEPT = 256 };

const char *
session_kind_name(enum session_kind k)
{
	static const char *const names[SESSION_KINDS] = {"other",    "play", "playback",
	                                                 "download", "talk", "broadcast"};

	return names[k];
}

const char *
session_state_name(enum session_state s)
{
	static const char *const names[SESSION_STATES] = {
	    "unknown", "trying",    "open",       "ended",
	    "refused", "cancelled", "unanswered", "no_invite"};

	return names[s];
}

const char *
session_side_name(enum session_side s)
{
	static const char *const names[] = {"caller", "callee", NULL};

	return names[s];
}

const char *
session_cause(uint32_t status, enum session_kind k)
{
	static const struct {
		uint32_t status;
		const char *text;
	} rows[] = {
	    {401,
	     "the credentials are wrong, or there were none: see the findings on authentication"},
	    {407,
	     "the credentials are wrong, or there were none: see the findings on authentication"},
	    {400,
	     "the device cannot read the request: its SDP (y=, f=, the order of lines), a Subject that is missing or "
	     "malformed, or a channel that it does not have"},
	    {403,
	     "not allowed: the asker is not the platform that the device is registered to, or has no right to this "
	     "channel"},
	    {404,
	     "no such channel: its id is not in the device's catalog, or another one than the Request-URI has"},
	    {405, "the device does not take INVITE"},
	    {408, "the device behind a platform did not answer in time, or is offline"},
	    {410, "the channel is no longer there"},
	    {413, "the request is larger than the device takes"},
	    {415, "the device does not take this Content-Type"},
	    {420, "the request requires an extension that the device does not have"},
	    {480,
	     "the channel is offline: its camera does not answer the recorder or platform"},
	    {481,
	     "the device takes the INVITE for one of a call that it does not know: a To tag, or an old Call-ID"},
	    {486,
	     "busy: no more streams at once, or the channel is in use by another session"},
	    {487, "cancelled before it was answered"},
	    {488,
	     "the SDP does not fit: codec, transport (TCP or UDP), or a time range without recording"},
	    {491, "another request of this call was open"},
	    {500,
	     "the device failed: often no recording for the time range, or no resources"},
	    {501, "the device does not know the method"},
	    {503, "overloaded, or its media server is down"},
	    {600, "busy everywhere"},
	    {603, "declined by a person or a rule"},
	    {606, "the SDP does not fit anywhere"},
	};
	size_t i;

	if (status == 400 && (k == SESSION_TALK || k == SESSION_BROADCAST))
		return "no audio output or input at this channel, or an audio codec that the device does not take";
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return status >= 600   ? "refused for good"
	       : status >= 500 ? "the device failed"
	       : status >= 400 ? "the request was refused"
	                       : "redirected";
}

static struct slice
keep(struct arena *a, struct slice s)
{
	return arena_keep(a, secret_head(s, VALUE_KEPT));
}

static struct slice
attr(struct arena *a, const struct sdp *s, uint32_t level, enum sdp_attr which)
{
	const struct sdp_line *l = level != 0 ? sdp_attr_of(s, level, which) : NULL;

	if (l == NULL)
		return SLICE_EMPTY;
	return keep(a, which == SDP_DIRECTION ? l->name : l->rest);
}

/* What the first payload type is, by its map. */
static struct slice
encoding_of(const struct sdp *s, const struct sdp_level *x)
{
	struct slice rest = x->m.formats, first;
	struct sdp_rtpmap r;
	uint32_t i;

	if (!sdp_word(&rest, &first))
		return SLICE_EMPTY;
	for (i = x->line; i < x->line + x->lines; i++) {
		if (s->lines[i].attr != SDP_RTPMAP)
			continue;
		(void)sdp_rtpmap_dissect(s->lines[i].rest, NULL, &r);
		if (slice_eq(r.pt_text, first))
			return r.encoding;
	}
	return SLICE_EMPTY;
}

/* Of several media, the first one with a port; of none, the first. */
static uint32_t
level_of(const struct sdp *s)
{
	uint32_t i;

	for (i = 1; i < s->levels_total; i++)
		if (s->levels[i].m.port != 0)
			return i;
	return s->levels_total > 1 ? 1 : 0;
}

void
session_sdp_keep(struct session_sdp *out, const struct sdp *s, const struct ref *at,
                 struct arena *a)
{
	uint32_t level = level_of(s), i;
	const struct sdp_media *m = &s->levels[level].m;

	*out = (struct session_sdp){.ref = *at};
	out->levels = s->levels_total - 1;
	out->s = keep(a, sdp_value(s, 's'));
	out->u = keep(a, sdp_value(s, 'u'));
	out->y = keep(a, sdp_y_first(s)->value);
	out->f = keep(a, sdp_f_first(s)->value);
	out->media = keep(a, m->media);
	out->proto = keep(a, m->proto);
	out->payloads = keep(a, m->formats);
	out->encoding = keep(a, encoding_of(s, &s->levels[level]));
	out->address = keep(a, sdp_connection_of(s, level)->address);
	out->has_port = m->has_port;
	out->port = m->port;
	out->direction = attr(a, s, level, SDP_DIRECTION);
	out->setup = attr(a, s, level, SDP_SETUP);
	out->connection = attr(a, s, level, SDP_TCP_CONNECTION);
	out->downloadspeed = attr(a, s, level, SDP_DOWNLOADSPEED);
	out->filesize = attr(a, s, level, SDP_FILESIZE);
	out->streamnumber = attr(a, s, level, SDP_STREAMNUMBER);
	out->audio_only = slice_ieq(m->media, SLICE("audio"));
	for (i = 1; i < s->levels_total; i++)
		if (s->levels[i].m.port != 0 &&
		    !slice_ieq(s->levels[i].m.media, SLICE("audio")))
			out->audio_only = false;
	out->has_time = s->time.dis == DIS_OK;
	out->start = s->time.start;
	out->stop = s->time.stop;
}

/* Type code of a 20-digit id, GB/T 28181-2022 Annex E: 200 and above are centres and platforms. */
static bool
is_platform(struct slice id)
{
	return id.n == 20 && slice_digits(id) && id.p[10] == '2';
}

static bool
is_history(struct slice digits)
{
	return digits.n != 0 && digits.p[0] == '1';
}

/* s= says it in words; where it does not, the digit of Subject or of y=, and the range. */
enum session_kind
session_kind_now(const struct gb_session *x)
{
	const struct session_sdp *d = x->offer.ref.frame != 0    ? &x->offer
	                              : x->answer.ref.frame != 0 ? &x->answer
	                                                         : NULL;
	struct slice digits =
	    x->subject_dis == DIS_OK ? x->parts.sender_stream : SLICE_EMPTY;

	if (x->broadcast != NULL)
		return SESSION_BROADCAST;
	if (!x->gb)
		return SESSION_OTHER;
	if (d != NULL) {
		if (slice_ieq(d->s, SLICE("Download")))
			return SESSION_DOWNLOAD;
		if (slice_ieq(d->s, SLICE("Playback")))
			return SESSION_PLAYBACK;
		if (d->audio_only && is_platform(x->callee) && !is_platform(x->caller))
			return SESSION_BROADCAST;
		if (slice_ieq(d->s, SLICE("Talk")) || d->audio_only)
			return SESSION_TALK;
		if (slice_ieq(d->s, SLICE("Play")))
			return SESSION_PLAY;
		if (d->has_time && d->stop > d->start)
			return SESSION_PLAYBACK;
		if (d->y.n == 10)
			digits = d->y;
	}
	if (digits.n == 0)
		return SESSION_OTHER;
	return is_history(digits) ? SESSION_PLAYBACK : SESSION_PLAY;
}

int64_t
session_duration_ns(const struct gb_session *x)
{
	if (x->answered.frame == 0 || x->bye.frame == 0)
		return -1;
	return x->bye.time_ns - x->answered.time_ns;
}
