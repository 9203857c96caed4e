/* Session descriptions, of any call: RFC 8866 (4566), RFC 3264. */
#include "src/check.h"

#include "dissect/chars.h"

static struct slice
letter(const struct sdp_line *l)
{
	return slice_head(l->text, 1);
}

static uint32_t
line_of(const struct sdp *s, const struct sdp_line *l)
{
	return (uint32_t)(l - s->lines) + 1;
}

/* RFC 8866 5: in this order; t, r and z take turns. */
static const char session_order[] = "vosiuepcbtka";
static const char media_order[] = "micbka";

static bool
is_known(uint8_t type)
{
	return memchr("vosiuepcbtrzkam", type, 15) != NULL;
}

/* Its place in the order; sizeof(session_order): none. */
static size_t
rank(const struct sdp_line *l)
{
	const char *order = l->level == 0 ? session_order : media_order;
	uint8_t type = l->type == 'r' || l->type == 'z' ? 't' : l->type;
	const char *at = strchr(order, type);

	return at ? (size_t)(at - order) : sizeof(session_order);
}

/* What is wrong with the place of a line, behind that one; NULL: nothing. */
static const char *
misplaced(const struct sdp_line *before, const struct sdp_line *l)
{
	if (rank(l) == sizeof(session_order))
		return "it belongs to the session";
	if (before == NULL || before->level != l->level)
		return NULL;
	if (rank(l) < rank(before))
		return "a later line stands before it";
	if (l->type == before->type && strchr("vosiuk", l->type) != NULL)
		return "it stands twice";
	return NULL;
}

static void
order(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sdp_line *before = NULL, *l;
	const char *what;
	uint32_t i;

	for (i = 0; i < m->sdp->lines_total; i++) {
		l = &m->sdp->lines[i];
		if (l->type == 0 || !is_known(l->type))
			continue;
		if (l->type == 'v' && before != NULL && m->sdp->first['v'] == 1)
			return; /* another description begins: sdp-several */
		what = misplaced(before, l);
		if (what != NULL) {
			found(c, m, p, RULE_SDP_ORDER, VALUE(l->text),
			      .line = line_of(m->sdp, l),
			      ARGS({"line", letter(l)}, {"detail", slice_str(what)}));
			return; /* one is enough: the others are moved by it */
		}
		before = l;
	}
}

/* RFC 8866 9, byte-string: all octets but NUL, CR and LF. */
static bool
is_line(const struct sdp_line *l)
{
	return l->type != 0 && memchr(l->text.p, '\0', l->text.n) == NULL &&
	       memchr(l->text.p, '\r', l->text.n) == NULL;
}

static void
lines(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sdp_line *l, *lf = NULL;
	bool malformed = false, unknown = false;
	uint32_t i;

	for (i = 0; i < m->sdp->lines_total; i++) {
		l = &m->sdp->lines[i];
		if (l->end == SDP_END_LF && lf == NULL)
			lf = l;
		if (!is_line(l) && !malformed) {
			malformed = true;
			found(c, m, p, RULE_SDP_SYNTAX, VALUE(l->text),
			      .line = line_of(m->sdp, l), ARGS({"line", l->text}));
		} else if (l->type != 0 && !is_known(l->type) && !unknown &&
		           !(p->dialog->gb && (l->type == 'y' || l->type == 'f'))) {
			unknown = true;
			found(c, m, p, RULE_SDP_UNKNOWN, VALUE(l->text),
			      .line = line_of(m->sdp, l), ARGS({"line", l->text}));
		}
	}
	if (lf != NULL)
		found(c, m, p, RULE_SDP_LINE_END, .line = line_of(m->sdp, lf),
		      ARGS({"what", SLICE("lines")}));
	else if (m->content_dis != DIS_LIMIT &&
	         m->sdp->lines[m->sdp->lines_total - 1].end == SDP_END_NONE)
		found(c, m, p, RULE_SDP_LINE_END, .line = m->sdp->lines_total,
		      ARGS({"what", SLICE("the last line")}));
}

static void
missing(const struct checker *c, const struct message *m, const struct place *p,
        const char *line)
{
	found(c, m, p, RULE_SDP_LINE_MISSING, ARGS({"line", slice_str(line)}));
}

static void
mandatory(const struct checker *c, const struct message *m, const struct place *p)
{
	static const char *const needed[] = {"v", "o", "s", "t"};
	const struct sdp *s = m->sdp;
	uint32_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (sdp_find(s, (uint8_t)needed[i][0]) == NULL)
			missing(c, m, p, needed[i]);
	for (i = 1; i < s->levels_total; i++)
		if (sdp_connection_of(s, i)->dis == DIS_OTHER &&
		    s->levels[i].m.port != 0) {
			missing(c, m, p, "c");
			return;
		}
}

static void
session(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sdp *s = m->sdp;
	const struct sdp_origin *o = &s->origin;
	const struct sdp_line *l = sdp_find(s, 'v');
	uint64_t n;

	if (l != NULL && !slice_eq(l->value, SLICE("0")))
		found(c, m, p, RULE_SDP_VERSION, .field = SLICE("sdp.version"),
		      VALUE(l->value), EXPECTED(SLICE("0")), .line = line_of(s, l),
		      ARGS({"value", l->value}));
	l = sdp_find(s, 'o');
	if (l != NULL && (o->dis != DIS_OK || !slice_eq(o->nettype, SLICE("IN")) ||
	                  (!slice_eq(o->addrtype, SLICE("IP4")) &&
	                   !slice_eq(o->addrtype, SLICE("IP6"))) ||
	                  !parse_u64(o->sess_id, UINT64_MAX, &n) ||
	                  !parse_u64(o->sess_version, UINT64_MAX, &n)))
		found(c, m, p, RULE_SDP_ORIGIN, .field = SLICE("sdp.owner"),
		      VALUE(l->value), .line = line_of(s, l), ARGS({"value", l->value}));
}

static void
times(const struct checker *c, const struct message *m, const struct place *p)
{
	struct sdp_time t;
	uint32_t i;

	for (i = 0; i < m->sdp->lines_total; i++) {
		const struct sdp_line *l = &m->sdp->lines[i];

		if (l->type != 't' || sdp_time_dissect(l->value, NULL, &t) == DIS_OK)
			continue;
		found(c, m, p, RULE_SDP_TIME, .field = SLICE("sdp.time"), VALUE(l->value),
		      .line = i + 1, ARGS({"value", l->value}));
		return;
	}
}

/* 224.0.0.0/4, ff00::/8. */
static bool
is_multicast(const struct addr *a)
{
	return a->n == 4 ? (a->ip[0] & 0xF0) == 0xE0 : a->ip[0] == 0xFF;
}

static const char *
slash_fault(const struct sdp_connection *x, const struct addr *a)
{
	uint32_t n;
	struct slice ttl = x->ttl, more;

	if (!x->has_ttl)
		return a->n == 4 && is_multicast(a) ? "a multicast address without /ttl"
		                                    : NULL;
	if (!is_multicast(a))
		return "a slash behind a unicast address";
	(void)slice_cut(ttl, '/', &ttl, &more);
	return parse_u32(ttl, a->n == 4 ? 255 : 65535, &n) ? NULL
	                                                   : "no number behind the slash";
}

/* A name has a letter; 192.168.1.999 is no name. */
static bool
is_host(struct slice s)
{
	size_t i;

	if (chars_span(s, CHARS_HOST) != s.n)
		return false;
	for (i = 0; i < s.n; i++)
		if (ascii_alpha(s.p[i]))
			return true;
	return false;
}

static const char *
connection_fault(const struct sdp_connection *x)
{
	bool ip4 = slice_eq(x->addrtype, SLICE("IP4"));
	struct slice host, port;
	struct addr a;

	if (x->dis == DIS_MORE)
		return "no address";
	if (x->dis != DIS_OK)
		return "not three fields with one space between them";
	if (!slice_eq(x->nettype, SLICE("IN")))
		return "the network is not IN";
	if (!ip4 && !slice_eq(x->addrtype, SLICE("IP6")))
		return "the type of address is neither IP4 nor IP6";
	if (addr_parse(x->address, &a))
		return (a.n == 4) != ip4 ? "an address of the other family"
		                         : slash_fault(x, &a);
	if (slice_cut(x->address, ':', &host, &port) && slice_digits(port) &&
	    (addr_parse(host, &a) || is_host(host)))
		return "a port behind the address";
	return is_host(x->address) ? NULL : "neither an address nor a host name";
}

/* The sender of this description only sends: nothing need reach its address. */
static bool
sends_only(const struct sdp *s, uint32_t level)
{
	const struct sdp_line *l = sdp_attr_of(s, level, SDP_DIRECTION);

	return l != NULL && (slice_ieq(l->name, SLICE("sendonly")) ||
	                     slice_ieq(l->name, SLICE("inactive")));
}

static void
reachable(const struct checker *c, const struct message *m, const struct place *p,
          uint32_t level, const struct sdp_line *l)
{
	const struct sdp_connection *x = sdp_connection_of(m->sdp, level);
	const struct addr *src = &m->rec.src;
	enum severity severity = SEVERITY_OFF;
	char source[ADDR_TEXT];
	const char *what;
	struct addr a;

	if (!addr_parse(x->address, &a) || addr_ip_eq(&a, src))
		return;
	what = addr_unreachable(&a);
	if (what[0] == '\0' && addr_private(&a) && !addr_private(src) &&
	    addr_unreachable(src)[0] == '\0') {
		what = "a private address";
		severity = SEVERITY_WARNING;
	}
	/* Both on one machine: 127.0.1.1 is as good as 127.0.0.1. */
	if (what[0] == '\0' || strcmp(what, addr_unreachable(src)) == 0)
		return;
	if (sends_only(m->sdp, level))
		severity = SEVERITY_NOTE;
	found(c, m, p, RULE_SDP_ADDRESS, .severity = severity,
	      .field = SLICE("sdp.connection_info"), VALUE(x->address),
	      .line = line_of(m->sdp, l),
	      ARGS({"address", x->address}, {"what", slice_str(what)},
	           {"source",
	            arena_keep(c->scratch, slice_str(addr_ip_text(src, source)))}));
}

static void
connections(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sdp *s = m->sdp;
	bool told = false;
	uint32_t i;

	for (i = 0; i < s->lines_total; i++) {
		const struct sdp_line *l = &s->lines[i];
		struct sdp_connection x;
		const char *fault;

		if (l->type != 'c')
			continue;
		(void)sdp_connection_dissect(l->value, NULL, &x);
		fault = connection_fault(&x);
		if (fault != NULL)
			found(c, m, p, RULE_SDP_CONNECTION,
			      .field = SLICE("sdp.connection_info"), VALUE(l->value),
			      .line = line_of(s, l),
			      ARGS({"detail", slice_str(fault)}, {"value", l->value}));
		else if (!told && s->levels_total > 1) {
			/* The session's is that of the first medium: its direction decides. */
			told = true;
			reachable(c, m, p, l->level != 0 ? l->level : 1, l);
		}
	}
}

static void
rtpmap(const struct checker *c, const struct message *m, const struct place *p,
       const struct sdp_line *l, bool *mapped)
{
	enum severity severity = SEVERITY_OFF;
	struct sdp_rtpmap r;
	const char *fault = NULL;

	if (sdp_rtpmap_dissect(l->rest, NULL, &r) != DIS_OK)
		fault = r.has_pt ? "not ENCODING/CLOCK" : "no payload type from 0 to 127";
	else if (mapped[r.pt])
		fault = "this type was described before";
	/* "31 LPC" without a clock: even RFC 4475 3.1.1.1 has it in a message that is right. */
	if (fault != NULL && r.has_pt && r.encoding.n != 0 && r.clock_text.n == 0)
		severity = SEVERITY_WARNING;
	if (r.has_pt)
		mapped[r.pt] = true;
	if (fault != NULL)
		found(c, m, p, RULE_SDP_RTPMAP, .severity = severity,
		      .field = SLICE("sdp.media_attr"), VALUE(l->rest),
		      .line = line_of(m->sdp, l),
		      ARGS({"detail", slice_str(fault)}, {"value", l->rest}));
}

enum { PAYLOAD_TYPES = 128, PAYLOAD_DYNAMIC = 96 };

/* m= and its maps, against each other. */
static void
payload_types(const struct checker *c, const struct message *m, const struct place *p,
              const struct sdp_level *x)
{
	bool mapped[PAYLOAD_TYPES] = {false}, offered[PAYLOAD_TYPES] = {false};
	struct slice rest = x->m.formats, word;
	uint32_t i, pt, lacks = 0, stray = PAYLOAD_TYPES;

	for (i = x->line; i < x->line + x->lines; i++)
		if (m->sdp->lines[i].attr == SDP_RTPMAP)
			rtpmap(c, m, p, &m->sdp->lines[i], mapped);
	while (sdp_word(&rest, &word))
		if (parse_u32(word, PAYLOAD_TYPES - 1, &pt))
			offered[pt] = true;
	for (pt = PAYLOAD_TYPES; pt-- > 0;) {
		if (offered[pt] && !mapped[pt] && pt >= PAYLOAD_DYNAMIC)
			lacks = pt;
		if (mapped[pt] && !offered[pt])
			stray = pt;
	}
	if (lacks != 0)
		found(c, m, p, RULE_SDP_RTPMAP_MISSING, .field = SLICE("sdp.media"),
		      VALUE(x->m.formats), .line = x->line + 1,
		      ARGS({"pt", number(c, lacks)}));
	if (stray != PAYLOAD_TYPES)
		found(c, m, p, RULE_SDP_RTPMAP_STRAY, .field = SLICE("sdp.media_attr"),
		      VALUE(number(c, stray)), EXPECTED(x->m.formats),
		      .line = x->line + 1, ARGS({"pt", number(c, stray)}));
}

static void
directions(const struct checker *c, const struct message *m, const struct place *p,
           const struct sdp_level *x)
{
	const struct sdp_line *first = NULL, *l;
	uint32_t i;

	for (i = x->line; x->times[SDP_DIRECTION] > 1 && i < x->line + x->lines; i++) {
		l = &m->sdp->lines[i];
		if (l->attr != SDP_DIRECTION)
			continue;
		if (first == NULL) {
			first = l;
			continue;
		}
		found(c, m, p, RULE_SDP_DIRECTION_REPEATED,
		      .field = SLICE("sdp.media_attr"), VALUE(l->name),
		      .line = line_of(m->sdp, l),
		      ARGS({"first", first->name}, {"second", l->name}));
		return;
	}
}

/* The media of RFC 8866 5.14, RFC 4566 5.14 and RFC 6466. */
static bool
is_medium(struct slice s)
{
	static const char *const media[] = {"audio",   "video", "text", "application",
	                                    "message", "image", "data", "control"};
	size_t i;

	for (i = 0; i < sizeof(media) / sizeof(media[0]); i++)
		if (slice_eq(s, slice_str(media[i])))
			return true;
	return false;
}

static bool
is_format_repeated(struct slice formats)
{
	bool seen[PAYLOAD_TYPES] = {false};
	struct slice word;
	uint32_t pt;

	while (sdp_word(&formats, &word)) {
		if (!parse_u32(word, PAYLOAD_TYPES - 1, &pt))
			continue;
		if (seen[pt])
			return true;
		seen[pt] = true;
	}
	return false;
}

static void
media(const struct checker *c, const struct message *m, const struct place *p,
      const struct sdp_level *x)
{
	struct slice value = m->sdp->lines[x->line].value;
	enum severity severity = SEVERITY_OFF;
	const char *detail = NULL;

	if (x->m.dis == DIS_MORE) {
		detail = "a field is missing";
	} else if (!x->m.has_port) {
		detail = "the port is no number from 0 to 65535";
	} else if (x->m.dis != DIS_OK) {
		detail = x->m.has_ports || x->m.ports_text.n == 0
		             ? "the fields are not separated by one space"
		             : "no number of ports behind the slash";
	} else {
		severity = SEVERITY_WARNING;
		if (!is_medium(x->m.media))
			detail = "there is no such medium";
		else if (is_format_repeated(x->m.formats))
			detail = "a format stands twice";
	}
	if (detail != NULL)
		found(c, m, p, RULE_SDP_MEDIA, .severity = severity,
		      .field = SLICE("sdp.media"), VALUE(value), .line = x->line + 1,
		      ARGS({"detail", slice_str(detail)}, {"value", value}));
}

static bool
has_rtp(struct slice proto)
{
	return slice_find(proto, SLICE("RTP")) != proto.n;
}

void
check_sdp(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sdp *s = m->sdp;
	uint32_t i;

	if (s == NULL || s->lines_total == 0)
		return;
	if (m->content_dis == DIS_LIMIT)
		found(c, m, p, RULE_SDP_LIMIT,
		      ARGS({"lines", number(c, s->lines_total)}));
	/* What a cut description lacks was perhaps in it. */
	if (!body_whole(m))
		return;
	lines(c, m, p);
	order(c, m, p);
	mandatory(c, m, p);
	session(c, m, p);
	times(c, m, p);
	connections(c, m, p);
	for (i = 0; i < s->levels_total; i++) {
		const struct sdp_level *x = &s->levels[i];

		directions(c, m, p, x);
		if (i == 0)
			continue;
		media(c, m, p, x);
		if (has_rtp(x->m.proto) && x->m.dis == DIS_OK)
			payload_types(c, m, p, x);
	}
}
