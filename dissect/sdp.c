#include "dissect/sdp.h"

#include "dissect/chars.h"

#define NAME(s)                                                                          \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}

static const struct {
	struct slice name;
	enum sdp_attr attr;
} attrs[] = {
    {NAME("rtpmap"), SDP_RTPMAP},
    {NAME("fmtp"), SDP_FMTP},
    {NAME("sendrecv"), SDP_DIRECTION},
    {NAME("sendonly"), SDP_DIRECTION},
    {NAME("recvonly"), SDP_DIRECTION},
    {NAME("inactive"), SDP_DIRECTION},
    {NAME("setup"), SDP_SETUP},
    {NAME("connection"), SDP_TCP_CONNECTION},
    {NAME("downloadspeed"), SDP_DOWNLOADSPEED},
    {NAME("filesize"), SDP_FILESIZE},
    {NAME("fileszie"), SDP_FILESIZE}, /* as the supplement of 2014 is often copied */
    {NAME("svcspace"), SDP_SVCSPACE},
    {NAME("svctime"), SDP_SVCTIME},
    {NAME("ssvcratio"), SDP_SSVCRATIO},
    {NAME("streamnumber"), SDP_STREAMNUMBER},
    {NAME("stream"), SDP_STREAM},
    {NAME("streamprofile"), SDP_STREAMPROFILE},
    {NAME("streamMode"), SDP_STREAMMODE},
};

const char *
sdp_attr_name(enum sdp_attr a)
{
	size_t i;

	if (a == SDP_DIRECTION)
		return "direction";
	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		if (attrs[i].attr == a)
			return (const char *)attrs[i].name.p;
	return "other";
}

static enum sdp_attr
attr_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		if (name.n == attrs[i].name.n &&
		    (slice_eq(name, attrs[i].name) || slice_ieq(name, attrs[i].name)))
			return attrs[i].attr;
	return SDP_OTHER;
}

bool
sdp_word(struct slice *rest, struct slice *word)
{
	struct slice s = slice_trim(*rest);

	*word = slice_head(s, chars_word(s));
	*rest = slice_tail(s, word->n);
	return word->n != 0;
}

/* One space between fields, none at the ends: RFC 8866 9. */
static bool
is_spaced(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (ascii_space(s.p[i]) &&
		    (s.p[i] != ' ' || i == 0 || i + 1 == s.n || s.p[i - 1] == ' '))
			return false;
	return true;
}

enum dis
sdp_origin_dissect(struct slice in, struct arena *a, struct sdp_origin *out)
{
	struct slice *fields[] = {&out->username, &out->sess_id,  &out->sess_version,
	                          &out->nettype,  &out->addrtype, &out->address};
	struct slice rest = in, more;
	size_t i;

	(void)a; /* nothing to keep */

	*out = (struct sdp_origin){.dis = DIS_OK};
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!sdp_word(&rest, fields[i]))
			return out->dis = DIS_MORE;
	if (sdp_word(&rest, &more) || !is_spaced(in) || !slice_digits(out->sess_id) ||
	    !slice_digits(out->sess_version))
		out->dis = DIS_BAD;
	return out->dis;
}

enum dis
sdp_connection_dissect(struct slice in, struct arena *a, struct sdp_connection *out)
{
	struct slice rest = in, more;

	(void)a; /* nothing to keep */

	*out = (struct sdp_connection){.dis = DIS_OK};
	if (!sdp_word(&rest, &out->nettype) || !sdp_word(&rest, &out->addrtype) ||
	    !sdp_word(&rest, &out->address))
		return out->dis = DIS_MORE;
	if (sdp_word(&rest, &more) || !is_spaced(in))
		out->dis = DIS_BAD;
	out->has_ttl = slice_cut(out->address, '/', &out->address, &out->ttl);
	return out->dis;
}

enum dis
sdp_time_dissect(struct slice in, struct arena *a, struct sdp_time *out)
{
	struct slice rest = in, more;

	(void)a; /* nothing to keep */

	*out = (struct sdp_time){.dis = DIS_OK};
	if (!sdp_word(&rest, &out->start_text) || !sdp_word(&rest, &out->stop_text))
		out->dis = DIS_MORE;
	else if (sdp_word(&rest, &more) || !is_spaced(in))
		out->dis = DIS_BAD;
	if ((!parse_u64(out->start_text, INT64_MAX, &out->start) ||
	     !parse_u64(out->stop_text, INT64_MAX, &out->stop)) &&
	    out->dis == DIS_OK)
		out->dis = DIS_BAD;
	return out->dis;
}

enum dis
sdp_media_dissect(struct slice in, struct arena *a, struct sdp_media *out)
{
	struct slice rest = in, port, word;
	bool sound = is_spaced(in);

	(void)a; /* nothing to keep */

	*out = (struct sdp_media){.dis = DIS_OK};
	if (!sdp_word(&rest, &out->media) || !sdp_word(&rest, &port))
		return out->dis = DIS_MORE;
	out->port_text = port;
	if (slice_cut(port, '/', &out->port_text, &out->ports_text)) {
		out->has_ports = parse_u32(out->ports_text, 65535, &out->ports);
		sound = sound && out->has_ports && out->ports != 0;
	}
	out->has_port = parse_u32(out->port_text, 65535, &out->port);
	if (!sdp_word(&rest, &out->proto))
		return out->dis = DIS_MORE;
	out->formats = slice_trim(rest);
	if (!sdp_word(&rest, &word))
		return out->dis = DIS_MORE;
	if (!out->has_port || !sound)
		out->dis = DIS_BAD;
	return out->dis;
}

enum dis
sdp_rtpmap_dissect(struct slice in, struct arena *a, struct sdp_rtpmap *out)
{
	struct slice rest = in, more, map, clock;

	(void)a; /* nothing to keep */

	*out = (struct sdp_rtpmap){.dis = DIS_OK};
	if (!sdp_word(&rest, &out->pt_text) || !sdp_word(&rest, &map))
		out->dis = DIS_MORE;
	else if (sdp_word(&rest, &more))
		out->dis = DIS_BAD;
	out->has_pt = parse_u32(out->pt_text, 127, &out->pt);
	if (out->dis == DIS_MORE)
		return out->dis;
	if (!slice_cut(map, '/', &out->encoding, &clock)) {
		out->encoding = map;
		return out->dis = DIS_MORE;
	}
	out->clock_text = clock;
	(void)slice_cut(clock, '/', &out->clock_text, &out->params);
	out->has_clock = parse_u32(out->clock_text, UINT32_MAX, &out->clock);
	if (!out->has_pt || !out->has_clock || out->clock == 0 || out->encoding.n == 0)
		out->dis = DIS_BAD;
	return out->dis;
}

enum dis
sdp_y_dissect(struct slice in, struct arena *a, struct sdp_y *out)
{
	(void)a; /* nothing to keep */

	*out = (struct sdp_y){.dis = DIS_BAD, .value = in};
	if (in.n == 0)
		out->dis = DIS_MORE;
	if (in.n != 10 || !slice_digits(in))
		return out->dis;
	out->has_ssrc = parse_u64(in, UINT64_MAX, &out->ssrc);
	out->history = in.p[0] == '1';
	out->domain = slice_head(slice_tail(in, 1), 5);
	out->stream = slice_tail(in, 6);
	if (in.p[0] == '0' || in.p[0] == '1')
		out->dis = DIS_OK;
	return out->dis;
}

/* Levels begin as empty as this. */
static const struct sdp_level level_empty = {.m.dis = DIS_OTHER,
                                             .connection.dis = DIS_OTHER,
                                             .y.dis = DIS_OTHER,
                                             .f.dis = DIS_OTHER};

/* The next line of *rest, and its end. The measure: rest gets shorter by one octet at least. */
static struct sdp_line
line_next(struct slice *rest)
{
	struct sdp_line l = {.end = SDP_END_NONE};
	size_t i = slice_index(*rest, '\n');

	l.text = slice_head(*rest, i);
	if (i != rest->n) {
		*rest = slice_tail(*rest, i + 1);
		l.end = SDP_END_LF;
		if (l.text.n != 0 && l.text.p[l.text.n - 1] == '\r') {
			l.text.n--;
			l.end = SDP_END_CRLF;
		}
	} else {
		*rest = SLICE_EMPTY;
	}
	if (l.text.n < 2 || l.text.p[1] != '=' || !ascii_alpha(l.text.p[0]))
		return l;
	l.type = l.text.p[0];
	l.value = slice_tail(l.text, 2);
	if (l.type != 'a')
		return l;
	if (!slice_cut(l.value, ':', &l.name, &l.rest))
		l.name = l.value;
	l.attr = (uint8_t)attr_find(slice_trim(l.name));
	return l;
}

static size_t
lines_count(struct slice in)
{
	size_t n = 0, i;

	/* Each round takes a line feed. */
	while (n <= SDP_LINES_MAX && (i = slice_index(in, '\n')) != in.n) {
		in = slice_tail(in, i + 1);
		n++;
	}
	return n + (in.n != 0);
}

static size_t
media_count(const struct sdp_line *lines, size_t total)
{
	size_t i, n = 0;

	for (i = 0; i < total; i++)
		n += lines[i].type == 'm';
	return n;
}

/* A line's place among those of its level. */
static void
line_note(struct sdp *s, struct sdp_level *level, uint32_t i)
{
	const struct sdp_line *l = &s->lines[i];

	if (l->level == 0 && l->type != 0 && s->first[l->type] == 0)
		s->first[l->type] = i + 1;
	switch (l->type) {
	case 'c':
		if (level->connections++ == 0)
			(void)sdp_connection_dissect(l->value, NULL, &level->connection);
		break;
	case 'm':
		(void)sdp_media_dissect(l->value, NULL, &level->m);
		break;
	case 'y':
		if (level->y.dis == DIS_OTHER)
			(void)sdp_y_dissect(l->value, NULL, &level->y);
		break;
	case 'f':
		if (level->f.dis == DIS_OTHER)
			(void)sdp_f_dissect(l->value, NULL, &level->f);
		break;
	case 'a':
		if (level->times[l->attr]++ == 0)
			level->attr[l->attr] = i + 1;
		break;
	default:
		break;
	}
}

/* Lines into levels. */
static enum dis
levels_make(struct sdp *s, struct sdp_line *lines, struct arena *a)
{
	size_t media = media_count(lines, s->lines_total), n = 0;
	struct sdp_level *levels;
	uint32_t i;

	if (media > SDP_MEDIA_MAX)
		media = SDP_MEDIA_MAX;
	levels = arena_array(a, media + 1, sizeof(*levels));
	if (levels == NULL)
		return DIS_LIMIT;
	levels[0] = level_empty;
	s->levels = levels;
	for (i = 0; i < s->lines_total; i++) {
		if (lines[i].type == 'm') {
			if (n == media) {
				s->lines_total = i;
				s->levels_total = (uint32_t)n + 1;
				return DIS_LIMIT;
			}
			levels[++n] = level_empty;
			levels[n].line = i;
		}
		lines[i].level = (uint32_t)n;
		levels[n].lines++;
		line_note(s, &levels[n], i);
	}
	s->levels_total = (uint32_t)n + 1;
	return DIS_OK;
}

enum dis
sdp_dissect(struct slice in, struct arena *a, struct sdp *out)
{
	size_t total = lines_count(in);
	struct sdp_line *lines;
	enum dis dis = DIS_OK, sound = DIS_OK;

	*out = (struct sdp){.origin.dis = DIS_OTHER, .time.dis = DIS_OTHER};
	if (in.n == 0)
		return DIS_MORE;
	if (total > SDP_LINES_MAX) {
		total = SDP_LINES_MAX;
		dis = DIS_LIMIT;
	}
	lines = arena_array(a, total, sizeof(*lines));
	if (lines == NULL)
		return DIS_LIMIT;
	out->lines = lines;
	for (; out->lines_total < total; out->lines_total++) {
		lines[out->lines_total] = line_next(&in);
		if (lines[out->lines_total].type == 0)
			sound = DIS_BAD;
	}
	if (levels_make(out, lines, a) != DIS_OK)
		dis = DIS_LIMIT;
	if (sdp_find(out, 'o') != NULL)
		(void)sdp_origin_dissect(sdp_value(out, 'o'), NULL, &out->origin);
	if (sdp_find(out, 't') != NULL)
		(void)sdp_time_dissect(sdp_value(out, 't'), NULL, &out->time);
	return dis != DIS_OK ? dis : sound;
}

const struct sdp_line *
sdp_find(const struct sdp *s, uint8_t type)
{
	return s->first[type] != 0 ? &s->lines[s->first[type] - 1] : NULL;
}

struct slice
sdp_value(const struct sdp *s, uint8_t type)
{
	const struct sdp_line *l = sdp_find(s, type);

	return l ? l->value : SLICE_EMPTY;
}

const struct sdp_line *
sdp_attr(const struct sdp *s, uint32_t level, enum sdp_attr a)
{
	uint32_t at = level < s->levels_total ? s->levels[level].attr[a] : 0;

	return at != 0 ? &s->lines[at - 1] : NULL;
}

const struct sdp_line *
sdp_attr_of(const struct sdp *s, uint32_t level, enum sdp_attr a)
{
	const struct sdp_line *l = sdp_attr(s, level, a);

	return l ? l : sdp_attr(s, 0, a);
}

const struct sdp_connection *
sdp_connection_of(const struct sdp *s, uint32_t level)
{
	return s->levels[level].connection.dis != DIS_OTHER ? &s->levels[level].connection
	                                                    : &s->levels[0].connection;
}

const struct sdp_y *
sdp_y_first(const struct sdp *s)
{
	uint32_t i;

	for (i = 1; i < s->levels_total; i++)
		if (s->levels[i].y.dis != DIS_OTHER)
			return &s->levels[i].y;
	return s->levels_total != 0 ? &s->levels[0].y : &level_empty.y;
}

const struct sdp_f *
sdp_f_first(const struct sdp *s)
{
	uint32_t i;

	for (i = 1; i < s->levels_total; i++)
		if (s->levels[i].f.dis != DIS_OTHER)
			return &s->levels[i].f;
	return s->levels_total != 0 ? &s->levels[0].f : &level_empty.f;
}
