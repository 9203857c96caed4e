#include "src/out_media.h"

#include "src/member.h"
#include "src/secret.h"

/* The member's object begins, or it is null and false is answered. */
static bool
open_if(struct emit *j, const char *key, enum dis dis)
{
	emit_key(j, key);
	if (dis == DIS_OTHER) {
		emit_null(j);
		return false;
	}
	emit_open(j, '{');
	return true;
}

static void
origin(struct emit *j, const struct sdp_origin *o)
{
	if (!open_if(j, "origin", o->dis))
		return;
	member_text(j, "username", o->username);
	member_text(j, "sess_id", o->sess_id);
	member_text(j, "sess_version", o->sess_version);
	member_text(j, "nettype", o->nettype);
	member_text(j, "addrtype", o->addrtype);
	member_text(j, "address", o->address);
	emit_close(j, '}');
}

static void
connection(struct emit *j, const struct sdp_connection *c)
{
	if (!open_if(j, "connection", c->dis))
		return;
	member_text(j, "nettype", c->nettype);
	member_text(j, "addrtype", c->addrtype);
	member_text(j, "address", c->address);
	emit_close(j, '}');
}

/* The values of all lines of one letter at a level. */
static void
values(struct emit *j, const char *key, const struct sdp *s, uint32_t level, uint8_t type)
{
	const struct sdp_level *x = &s->levels[level];
	uint32_t i;

	emit_key(j, key);
	emit_open(j, '[');
	for (i = x->line; i < x->line + x->lines; i++)
		if (s->lines[i].type == type)
			emit_text(j, s->lines[i].value, NULL);
	emit_close(j, ']');
}

static void
times(struct emit *j, const struct sdp *s)
{
	struct sdp_time t;
	uint32_t i;

	emit_key(j, "time");
	emit_open(j, '[');
	for (i = 0; i < s->lines_total; i++) {
		if (s->lines[i].type != 't')
			continue;
		(void)sdp_time_dissect(s->lines[i].value, NULL, &t);
		emit_open(j, '{');
		member_number_if(j, "start", t.dis == DIS_OK, t.start);
		member_number_if(j, "stop", t.dis == DIS_OK, t.stop);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

static void
y_value(struct emit *j, const struct sdp_y *x)
{
	if (!open_if(j, "y", x->dis))
		return;
	member_text_if(j, "value", true, x->value);
	member_string(j, "kind",
	              x->dis != DIS_OK ? NULL
	              : x->history     ? "history"
	                               : "live");
	member_text(j, "domain", x->domain);
	member_text(j, "stream", x->stream);
	member_number_if(j, "ssrc", x->has_ssrc, x->ssrc);
	emit_close(j, '}');
}

/* A code of f=, and what it means. */
static void
code(struct emit *j, const struct sdp_f *f, enum sdp_f_part part, const char *key,
     const char *key_meaning)
{
	const char *meaning = sdp_f_meaning(part, f->part[part]);

	member_text(j, key, f->part[part]);
	if (key_meaning == NULL)
		return;
	member_string(j, key_meaning,
	              meaning != NULL && meaning[0] != '\0' ? meaning : NULL);
}

static void
f_value(struct emit *j, const struct sdp_f *x)
{
	struct slice value = secret_mask(x->value, j->scratch);
	struct sdp_f masked;

	if (!open_if(j, "f", x->dis))
		return;
	/* An URL that is cut at its slashes is not known as one. */
	if (value.p != x->value.p) {
		(void)sdp_f_dissect(value, NULL, &masked);
		x = &masked;
	}
	member_text_if(j, "value", true, value);
	emit_key(j, "video");
	emit_open(j, '{');
	code(j, x, SDP_F_VIDEO, "codec", "codec_name");
	code(j, x, SDP_F_RESOLUTION, "resolution", "resolution_name");
	code(j, x, SDP_F_FPS, "fps", NULL);
	code(j, x, SDP_F_RATE_TYPE, "rate_type", "rate_type_name");
	code(j, x, SDP_F_KBPS, "kbps", NULL);
	emit_close(j, '}');
	emit_key(j, "audio");
	emit_open(j, '{');
	code(j, x, SDP_F_AUDIO, "codec", "codec_name");
	code(j, x, SDP_F_AUDIO_RATE, "rate", "rate_name");
	code(j, x, SDP_F_SAMPLING, "sampling", "sampling_name");
	emit_close(j, '}');
	emit_close(j, '}');
}

void
media_y_emit(struct emit *j, struct slice value)
{
	struct sdp_y y = {.dis = DIS_OTHER};

	if (value.n != 0)
		(void)sdp_y_dissect(value, NULL, &y);
	y_value(j, &y);
}

void
media_f_emit(struct emit *j, struct slice value)
{
	struct sdp_f f = {.dis = DIS_OTHER};

	if (value.n != 0)
		(void)sdp_f_dissect(value, NULL, &f);
	f_value(j, &f);
}

static void
maps(struct emit *j, const struct sdp *s, const struct sdp_level *x)
{
	struct sdp_rtpmap r;
	uint32_t i;

	emit_key(j, "rtpmap");
	emit_open(j, '[');
	for (i = x->line; i < x->line + x->lines; i++) {
		if (s->lines[i].attr != SDP_RTPMAP)
			continue;
		(void)sdp_rtpmap_dissect(s->lines[i].rest, NULL, &r);
		emit_open(j, '{');
		member_number_if(j, "pt", r.has_pt, r.pt);
		member_text(j, "encoding", r.encoding);
		member_number_if(j, "clock", r.has_clock, r.clock);
		member_text(j, "parameters", r.params);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	emit_key(j, "fmtp");
	emit_open(j, '[');
	for (i = x->line; i < x->line + x->lines; i++)
		if (s->lines[i].attr == SDP_FMTP)
			emit_text(j, s->lines[i].rest, NULL);
	emit_close(j, ']');
}

/* Attributes that have a member of their own, and the others as they stand. */
static void
attributes(struct emit *j, const struct sdp *s, uint32_t level)
{
	static const struct {
		enum sdp_attr attr;
		const char *key;
	} rows[] = {
	    {SDP_SETUP, "setup"},
	    {SDP_TCP_CONNECTION, "tcp_connection"},
	    {SDP_DOWNLOADSPEED, "downloadspeed"},
	    {SDP_FILESIZE, "filesize"},
	    {SDP_SVCSPACE, "svcspace"},
	    {SDP_SVCTIME, "svctime"},
	    {SDP_SSVCRATIO, "ssvcratio"},
	    {SDP_STREAMNUMBER, "streamnumber"},
	    {SDP_STREAM, "stream"},
	    {SDP_STREAMPROFILE, "streamprofile"},
	    {SDP_STREAMMODE, "streamMode"},
	};
	const struct sdp_level *x = &s->levels[level];
	const struct sdp_line *l = sdp_attr(s, level, SDP_DIRECTION);
	uint32_t i;
	size_t k;

	member_text(j, "direction", l ? l->name : SLICE_EMPTY);
	for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		l = sdp_attr(s, level, rows[k].attr);
		member_text(j, rows[k].key, l ? l->rest : SLICE_EMPTY);
	}
	maps(j, s, x);
	emit_key(j, "attributes");
	emit_open(j, '[');
	for (i = x->line; i < x->line + x->lines; i++)
		if (s->lines[i].type == 'a' && s->lines[i].attr == SDP_OTHER)
			emit_text(j, s->lines[i].value, NULL);
	emit_close(j, ']');
}

static void
medium(struct emit *j, const struct sdp *s, uint32_t level)
{
	const struct sdp_level *x = &s->levels[level];
	struct slice rest = x->m.formats, word;

	emit_open(j, '{');
	member_text(j, "media", x->m.media);
	member_number_if(j, "port", x->m.has_port, x->m.port);
	member_number_if(j, "ports", x->m.has_ports, x->m.ports);
	member_text(j, "proto", x->m.proto);
	emit_key(j, "formats");
	emit_open(j, '[');
	while (sdp_word(&rest, &word))
		emit_text(j, word, NULL);
	emit_close(j, ']');
	connection(j, &x->connection);
	values(j, "bandwidth", s, level, 'b');
	attributes(j, s, level);
	y_value(j, &x->y);
	f_value(j, &x->f);
	emit_close(j, '}');
}

/* Lines that have no member: of no form, or of an unknown letter. */
static void
others(struct emit *j, const struct sdp *s)
{
	uint32_t i;

	emit_key(j, "other");
	emit_open(j, '[');
	for (i = 0; i < s->lines_total; i++)
		if (s->lines[i].type == 0 ||
		    strchr("vosuctbmayf", s->lines[i].type) == NULL)
			emit_text(j, s->lines[i].text, NULL);
	emit_close(j, ']');
}

static void
sdp(struct emit *j, struct slice body)
{
	struct sdp s;
	uint32_t i;

	(void)sdp_dissect(body, j->scratch, &s);
	if (s.levels_total == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_text(j, "version", sdp_value(&s, 'v'));
	origin(j, &s.origin);
	member_text(j, "session_name", sdp_value(&s, 's'));
	member_text(j, "uri", sdp_value(&s, 'u'));
	connection(j, &s.levels[0].connection);
	values(j, "bandwidth", &s, 0, 'b');
	times(j, &s);
	attributes(j, &s, 0);
	emit_key(j, "media");
	emit_open(j, '[');
	for (i = 1; i < s.levels_total; i++)
		medium(j, &s, i);
	emit_close(j, ']');
	y_value(j, sdp_y_first(&s));
	f_value(j, sdp_f_first(&s));
	others(j, &s);
	emit_close(j, '}');
}

static void
range(struct emit *j, const struct mansrtsp *m)
{
	struct slice whole = mansrtsp_value(m, MANSRTSP_RANGE),
	             value = secret_mask(whole, j->scratch);
	const struct mansrtsp_range *r = &m->range;
	struct mansrtsp_range masked;

	if (!open_if(j, "Range", r->dis))
		return;
	if (value.p != whole.p) {
		(void)mansrtsp_range_dissect(value, NULL, &masked);
		r = &masked;
	}
	member_text(j, "unit", r->unit);
	member_text(j, "start", r->start);
	member_text(j, "stop", r->stop);
	emit_close(j, '}');
}

static void
mansrtsp(struct emit *j, struct slice body)
{
	static const enum mansrtsp_hdr plain[] = {MANSRTSP_CSEQ, MANSRTSP_SCALE,
	                                          MANSRTSP_PAUSE_TIME, MANSRTSP_RTP_INFO,
	                                          MANSRTSP_SESSION};
	struct mansrtsp m;
	uint32_t i;
	size_t k;

	(void)mansrtsp_dissect(body, NULL, &m);
	emit_open(j, '{');
	member_text(j, "method", m.method);
	member_text(j, "version", m.version);
	member_number_if(j, "status", m.status != 0, m.status);
	member_text(j, "reason", m.reason);
	for (k = 0; k < sizeof(plain) / sizeof(plain[0]); k++)
		member_text(j, mansrtsp_hdr_name(plain[k]), mansrtsp_value(&m, plain[k]));
	range(j, &m);
	emit_key(j, "other");
	emit_open(j, '[');
	for (i = 0; i < m.headers_total; i++)
		if (m.headers[i].id == MANSRTSP_OTHER)
			emit_text(j, m.headers[i].line, NULL);
	emit_close(j, ']');
	emit_close(j, '}');
}

void
media_emit(struct emit *j, const struct kept_body *b)
{
	if (b->text.n != 0 && b->content == CONTENT_SDP)
		sdp(j, b->text);
	else if (b->text.n != 0 && b->content == CONTENT_MANSRTSP)
		mansrtsp(j, b->text);
	else
		emit_null(j);
}

const char *
media_time_text(uint64_t seconds, char text[TIME_TEXT])
{
	char *dot;

	(void)time_text((int64_t)seconds * 1000000000, 6, text);
	dot = strchr(text, '.');
	if (dot != NULL)
		memcpy(dot, "Z", 2);
	return text;
}
