/* Offers and answers: RFC 3264, RFC 3261 13.2.1, RFC 4145 4, 5. */
#include "src/check_offer.h"

#include <stdio.h>

#include "src/offer.h"

enum { PORT_DISCARD = 9 };

/* A description's line, as findings name it. */
static uint32_t
line_of(const struct sdp *s, const struct sdp_line *l)
{
	return l != NULL ? (uint32_t)(l - s->lines) + 1 : 0;
}

static bool
has_rtp(const struct sdp_level *x)
{
	return slice_find(x->m.proto, SLICE("RTP/")) != x->m.proto.n;
}

static bool
has_tcp(const struct sdp_level *x)
{
	return slice_istarts(x->m.proto, SLICE("TCP"));
}

static bool
is_multicast(const struct sdp *s, uint32_t level)
{
	struct addr a;

	if (!addr_parse(sdp_connection_of(s, level)->address, &a))
		return false;
	return a.n == 4 ? (a.ip[0] & 0xF0) == 0xE0 : a.ip[0] == 0xFF;
}

/* An offered stream that the answer takes. Of those that cannot be read other rules speak. */
static bool
is_taken(const struct sdp *offer, const struct sdp *answer, uint32_t i)
{
	const struct sdp_media *a = &offer->levels[i].m, *b = &answer->levels[i].m;

	return a->dis == DIS_OK && b->dis == DIS_OK && a->port != 0 && b->port != 0 &&
	       slice_eq(a->media, b->media) && !is_multicast(offer, i);
}

/* ---- there, or not ---- */

static void
lacks(const struct checker *c, const struct message *m, const struct place *p,
      enum offer_lack lack)
{
	struct slice status = m->request ? SLICE_EMPTY : number(c, m->sip.status);

	switch (lack) {
	case OFFER_LACKS_OFFER:
		found(c, m, p, RULE_OFFER_MISSING, ARGS({"status", status}));
		break;
	case OFFER_LACKS_ANSWER:
		found(c, m, p, RULE_ANSWER_MISSING, ARGS({"status", status}));
		break;
	case OFFER_LACKS_ACK_ANSWER:
		found(c, m, p, RULE_ANSWER_ACK_MISSING);
		break;
	case OFFER_LACKS_NOTHING:
		break;
	}
}

/* ---- answers ---- */

/* RFC 3264 6: as many lines, in the same order. True: they can be compared one by one. */
static bool
lines_fit(const struct checker *c, const struct message *m, const struct place *p,
          const struct sdp *offer)
{
	const struct sdp *s = m->sdp;
	struct slice detail = SLICE_EMPTY;
	char text[64];
	uint32_t i, line = 0;

	if (s->levels_total != offer->levels_total) {
		(void)snprintf(text, sizeof(text), "%u m= lines instead of %u",
		               s->levels_total - 1, offer->levels_total - 1);
		detail = arena_keep(c->scratch, slice_str(text));
	}
	for (i = 1; detail.n == 0 && i < s->levels_total; i++) {
		const struct sdp_media *a = &offer->levels[i].m, *b = &s->levels[i].m;

		if (a->dis == DIS_MORE || b->dis == DIS_MORE ||
		    slice_eq(a->media, b->media))
			continue;
		line = s->levels[i].line + 1;
		detail = SLICE("a medium is another one");
	}
	if (detail.n == 0)
		return true;
	found(c, m, p, RULE_ANSWER_MEDIA, .field = SLICE("sdp.media"), .line = line,
	      ARGS({"detail", detail}));
	return false;
}

enum direction { SENDRECV, SENDONLY, RECVONLY, INACTIVE, DIRECTIONS };
static const char *const direction_names[DIRECTIONS] = {"sendrecv", "sendonly",
                                                        "recvonly", "inactive"};

static enum direction
direction_of(const struct sdp *s, uint32_t level)
{
	const struct sdp_line *l = sdp_attr_of(s, level, SDP_DIRECTION);
	int i;

	for (i = 0; l != NULL && i < DIRECTIONS; i++)
		if (slice_ieq(slice_trim(l->name), slice_str(direction_names[i])))
			return (enum direction)i;
	return SENDRECV;
}

static void
direction(const struct checker *c, const struct message *m, const struct place *p,
          const struct sdp *offer, uint32_t level)
{
	static const bool fits[DIRECTIONS][DIRECTIONS] = {
	    [SENDRECV] = {true, true, true, true},
	    [SENDONLY] = {[RECVONLY] = true, [INACTIVE] = true},
	    [RECVONLY] = {[SENDONLY] = true, [INACTIVE] = true},
	    [INACTIVE] = {[INACTIVE] = true},
	};
	const struct sdp_line *l = sdp_attr_of(m->sdp, level, SDP_DIRECTION);
	enum direction a = direction_of(offer, level), b = direction_of(m->sdp, level);

	if (fits[a][b])
		return;
	found(c, m, p, RULE_ANSWER_DIRECTION,
	      .severity = l == NULL && p->dialog->gb ? SEVERITY_NOTE : SEVERITY_OFF,
	      .field = SLICE("sdp.media_attr"),
	      .line = l ? line_of(m->sdp, l) : m->sdp->levels[level].line + 1,
	      ARGS({"offered", slice_str(direction_names[a])},
	           {"answered", l ? slice_str(direction_names[b])
	                          : SLICE("without a direction (sendrecv)")}));
}

/* RFC 4145 4.1; who says nothing is active as offerer and passive as answerer. */
static void
setup(const struct checker *c, const struct message *m, const struct place *p,
      const struct sdp *offer, uint32_t level)
{
	static const struct {
		const char *offered, *answered;
	} fit[] = {{"active", "passive"},   {"active", "holdconn"},
	           {"passive", "active"},   {"passive", "holdconn"},
	           {"actpass", "active"},   {"actpass", "passive"},
	           {"actpass", "holdconn"}, {"holdconn", "holdconn"}};
	const struct sdp_line *a = sdp_attr_of(offer, level, SDP_SETUP),
	                      *b = sdp_attr_of(m->sdp, level, SDP_SETUP);
	struct slice offered = a ? slice_trim(a->rest) : SLICE("active"),
	             answered = b ? slice_trim(b->rest) : SLICE("passive");
	const char *detail = "nobody knows who connects";
	size_t i;

	for (i = 0; i < sizeof(fit) / sizeof(fit[0]); i++)
		if (slice_ieq(offered, slice_str(fit[i].offered)) &&
		    slice_ieq(answered, slice_str(fit[i].answered)))
			return;
	if (slice_ieq(answered, offered))
		detail = slice_ieq(offered, SLICE("active"))    ? "both connect"
		         : slice_ieq(offered, SLICE("passive")) ? "both wait"
		                                                : detail;
	found(c, m, p, RULE_ANSWER_SETUP,
	      .severity = b == NULL && p->dialog->gb ? SEVERITY_WARNING : SEVERITY_OFF,
	      .field = SLICE("sdp.media_attr"),
	      .line = b ? line_of(m->sdp, b) : m->sdp->levels[level].line + 1,
	      ARGS({"offered", offered},
	           {"answered", b ? answered : SLICE("nothing (passive)")},
	           {"detail", slice_str(detail)}));
}

static bool
is_existing(const struct sdp_line *l)
{
	return l != NULL && slice_ieq(slice_trim(l->rest), SLICE("existing"));
}

static void
tcp(const struct checker *c, const struct message *m, const struct place *p,
    const struct sdp *offer, uint32_t level)
{
	const struct sdp_line *l = sdp_attr_of(m->sdp, level, SDP_TCP_CONNECTION);

	setup(c, m, p, offer, level);
	if (is_existing(l) && !is_existing(sdp_attr_of(offer, level, SDP_TCP_CONNECTION)))
		found(c, m, p, RULE_ANSWER_CONNECTION, .field = SLICE("sdp.media_attr"),
		      VALUE(l->value), EXPECTED(SLICE("connection:new")),
		      .line = line_of(m->sdp, l));
}

static void
formats(const struct checker *c, const struct message *m, const struct place *p,
        const struct sdp *offer, uint32_t level)
{
	const struct sdp_level *a = &offer->levels[level], *b = &m->sdp->levels[level];
	struct codecs offered, answered;
	uint32_t pt, as;
	bool number_told = false;

	if (codecs_chosen(offer, a, m->sdp, b))
		return;
	codecs_of(offer, a, &offered);
	codecs_of(m->sdp, b, &answered);
	if (offered.total == 0 || answered.total == 0)
		return;
	if (!codecs_common(&offered, &answered)) {
		found(c, m, p, RULE_ANSWER_FORMATS, .field = SLICE("sdp.media"),
		      VALUE(b->m.formats), EXPECTED(a->m.formats), .line = b->line + 1,
		      ARGS({"offered", codecs_text(&offered, c->scratch)},
		           {"answered", codecs_text(&answered, c->scratch)}));
		return;
	}
	for (pt = 0; pt < PAYLOAD_TYPES && !number_told; pt++) {
		if (!answered.there[pt] || offered.there[pt])
			continue;
		as = codecs_find(&offered, &answered, pt);
		if (as == PAYLOAD_TYPES || answered.there[as])
			continue;
		number_told = true;
		found(c, m, p, RULE_ANSWER_NUMBER, .field = SLICE("sdp.media"),
		      VALUE(number(c, pt)), EXPECTED(number(c, as)), .line = b->line + 1,
		      ARGS({"codec", codec_text(&answered, pt, c->scratch)},
		           {"offered", number(c, as)}, {"answered", number(c, pt)}));
	}
}

/* RFC 3264 8.3.2. */
static void
bindings(const struct checker *c, const struct message *m, const struct place *p,
         const struct sdp *before, uint32_t level)
{
	const struct sdp_level *a = &before->levels[level], *b = &m->sdp->levels[level];
	struct codecs was, is;
	uint32_t pt;

	if (codecs_chosen(before, a, m->sdp, b))
		return;
	codecs_of(before, a, &was);
	codecs_of(m->sdp, b, &is);
	for (pt = PAYLOAD_DYNAMIC; pt < PAYLOAD_TYPES; pt++) {
		if (!was.there[pt] || !is.there[pt] || was.name[pt].n == 0 ||
		    is.name[pt].n == 0 || codec_same(&was, pt, &is, pt))
			continue;
		found(c, m, p, RULE_PAYLOAD_CHANGED, .field = SLICE("sdp.media_attr"),
		      VALUE(codec_text(&is, pt, c->scratch)),
		      EXPECTED(codec_text(&was, pt, c->scratch)), .line = b->line + 1,
		      ARGS({"pt", number(c, pt)},
		           {"before", codec_text(&was, pt, c->scratch)},
		           {"codec", codec_text(&is, pt, c->scratch)}));
		return;
	}
}

static void
stream(const struct checker *c, const struct message *m, const struct place *p,
       const struct sdp *offer, uint32_t level)
{
	const struct sdp_level *a = &offer->levels[level], *b = &m->sdp->levels[level];

	if (a->m.dis == DIS_OK && b->m.dis == DIS_OK && a->m.port == 0 && b->m.port != 0)
		found(c, m, p, RULE_ANSWER_PORT, .field = SLICE("sdp.media"),
		      VALUE(b->m.port_text), EXPECTED(SLICE("0")), .line = b->line + 1,
		      ARGS({"port", b->m.port_text}));
	if (!is_taken(offer, m->sdp, level))
		return;
	direction(c, m, p, offer, level);
	if (!slice_ieq(a->m.proto, b->m.proto)) {
		found(c, m, p, RULE_ANSWER_TRANSPORT, .field = SLICE("sdp.media"),
		      VALUE(b->m.proto), EXPECTED(a->m.proto), .line = b->line + 1,
		      ARGS({"offered", a->m.proto}, {"answered", b->m.proto}));
		return;
	}
	if (has_tcp(a))
		tcp(c, m, p, offer, level);
	if (has_rtp(a)) {
		formats(c, m, p, offer, level);
		bindings(c, m, p, offer, level);
	}
}

/* Each stream that was wanted is refused. */
static bool
is_refused(const struct sdp *offer, const struct sdp *answer)
{
	uint32_t i;
	bool wanted = false;

	for (i = 1; i < answer->levels_total; i++) {
		if (answer->levels[i].m.dis != DIS_OK || answer->levels[i].m.port != 0)
			return false;
		wanted = wanted || offer->levels[i].m.port != 0;
	}
	return wanted;
}

/* Of two descriptions, the first line that is not in the other one too; NULL: they say the same. */
static const struct sdp_line *
differs(const struct sdp *a, const struct sdp *b, bool but_origin)
{
	uint32_t i;

	for (i = 0; i < b->lines_total; i++)
		if ((i >= a->lines_total ||
		     !slice_eq(a->lines[i].text, b->lines[i].text)) &&
		    !(but_origin && b->lines[i].type == 'o'))
			return &b->lines[i];
	return a->lines_total > b->lines_total && b->lines_total != 0
	           ? &b->lines[b->lines_total - 1]
	           : NULL;
}

static void
session(const struct checker *c, const struct message *m, const struct place *p,
        const struct sdp *offer)
{
	const struct sdp *s = m->sdp;
	struct slice origin = sdp_value(s, 'o');

	if (s->time.dis == DIS_OK && offer->time.dis == DIS_OK &&
	    (s->time.start != offer->time.start || s->time.stop != offer->time.stop))
		found(c, m, p, RULE_ANSWER_TIME, .field = SLICE("sdp.time"),
		      VALUE(sdp_value(s, 't')), EXPECTED(sdp_value(offer, 't')),
		      .line = line_of(s, sdp_find(s, 't')),
		      ARGS({"offered", sdp_value(offer, 't')},
		           {"answered", sdp_value(s, 't')}));
	if (origin.n != 0 && slice_eq(origin, sdp_value(offer, 'o')) &&
	    differs(offer, s, true) != NULL)
		found(c, m, p, RULE_ANSWER_ORIGIN, .field = SLICE("sdp.owner"),
		      VALUE(origin), .line = line_of(s, sdp_find(s, 'o')),
		      ARGS({"value", origin}));
}

static void
answer(const struct checker *c, const struct message *m, const struct place *p,
       const struct sdp *offer)
{
	uint32_t i;

	session(c, m, p, offer);
	if (lines_fit(c, m, p, offer)) {
		for (i = 1; i < m->sdp->levels_total; i++)
			stream(c, m, p, offer, i);
		if (is_refused(offer, m->sdp))
			found(c, m, p, RULE_ANSWER_REFUSED, .field = SLICE("sdp.media"),
			      .line = m->sdp->levels[1].line + 1);
	}
	if (p->dialog->gb)
		check_offer_gb(c, m, p, offer);
}

/* RFC 3261 13.2.1: once more, and the same. */
static void
again(const struct checker *c, const struct message *m, const struct place *p,
      const struct sdp *same)
{
	const struct sdp_line *l = differs(same, m->sdp, true);
	struct slice before = SLICE("nothing");
	enum severity severity = SEVERITY_OFF;

	if (l == NULL) {
		severity = SEVERITY_NOTE; /* only o=, if anything */
		l = differs(same, m->sdp, false);
	}
	if (l == NULL)
		return;
	if ((size_t)(l - m->sdp->lines) < same->lines_total)
		before = same->lines[l - m->sdp->lines].text;
	found(c, m, p, RULE_ANSWER_DIFFERS, .severity = severity, VALUE(l->text),
	      EXPECTED(before), .line = line_of(m->sdp, l),
	      ARGS({"line", l->text}, {"before", before}));
}

/* ---- offers ---- */

/* What is wrong with o= behind that one; NULL: nothing. */
static const char *
origin_fault(const struct sdp *before, const struct sdp *s, enum severity *severity)
{
	const struct sdp_origin *a = &before->origin, *b = &s->origin;
	bool changed = differs(before, s, true) != NULL;
	uint64_t was, is;

	if (!parse_u64(a->sess_version, UINT64_MAX, &was) ||
	    !parse_u64(b->sess_version, UINT64_MAX, &is))
		return NULL;
	if (!changed && was == is && slice_eq(a->sess_id, b->sess_id))
		return NULL;
	if (!slice_eq(a->username, b->username) || !slice_eq(a->sess_id, b->sess_id) ||
	    !slice_eq(a->address, b->address))
		return changed ? "it names another session" : NULL;
	if (is < was)
		return "the version is lower";
	if (is == was)
		return changed ? "the same version, but not the same description" : NULL;
	if (is - was > 1 && changed) {
		*severity = SEVERITY_NOTE;
		return "the version goes up by more than one";
	}
	return NULL;
}

/* RFC 4145 5.1. */
static void
moved(const struct checker *c, const struct message *m, const struct place *p,
      const struct sdp *before, uint32_t level)
{
	const struct sdp_level *a = &before->levels[level], *b = &m->sdp->levels[level];
	const struct sdp_line *l = sdp_attr_of(m->sdp, level, SDP_TCP_CONNECTION);

	if (!has_tcp(a) || !has_tcp(b) || !is_existing(l))
		return;
	if (a->m.port != b->m.port ||
	    !slice_eq(sdp_connection_of(before, level)->address,
	              sdp_connection_of(m->sdp, level)->address))
		found(c, m, p, RULE_OFFER_CONNECTION, .field = SLICE("sdp.media_attr"),
		      VALUE(l->value), EXPECTED(SLICE("connection:new")),
		      .line = line_of(m->sdp, l));
}

static void
offer(const struct checker *c, const struct message *m, const struct place *p,
      const struct sdp *before)
{
	const struct sdp *s = m->sdp;
	enum severity severity = SEVERITY_OFF;
	const char *fault = origin_fault(before, s, &severity);
	struct slice was = sdp_value(before, 'o');
	uint32_t i;

	if (fault != NULL)
		found(c, m, p, RULE_OFFER_ORIGIN, .severity = severity,
		      .field = SLICE("sdp.owner"), VALUE(sdp_value(s, 'o')),
		      EXPECTED(was), .line = line_of(s, sdp_find(s, 'o')),
		      ARGS({"before", was}, {"detail", slice_str(fault)}));
	if (s->levels_total < before->levels_total)
		found(c, m, p, RULE_OFFER_MEDIA, .field = SLICE("sdp.media"),
		      ARGS({"count", number(c, s->levels_total - 1)},
		           {"before", number(c, before->levels_total - 1)}));
	for (i = 1; i < s->levels_total && i < before->levels_total; i++) {
		/* A slot that is free may be given to another stream: RFC 3264 8.1. */
		if (!is_taken(before, s, i))
			continue;
		if (has_rtp(&s->levels[i]) && has_rtp(&before->levels[i]))
			bindings(c, m, p, before, i);
		moved(c, m, p, before, i);
	}
}

/* ---- one by itself ---- */

static bool
has_attribute(const struct sdp *s, const struct sdp_level *x, struct slice name)
{
	uint32_t i;

	for (i = x->line; i < x->line + x->lines; i++)
		if (s->lines[i].type == 'a' && slice_eq(s->lines[i].name, name))
			return true;
	return false;
}

static void
ports(const struct checker *c, const struct message *m, const struct place *p,
      uint32_t level)
{
	const struct sdp *s = m->sdp;
	const struct sdp_level *x = &s->levels[level];
	const struct sdp_line *l = sdp_attr_of(s, level, SDP_SETUP);

	if (x->m.dis != DIS_OK || x->m.port == 0 || x->m.port == PORT_DISCARD)
		return;
	if (has_tcp(x) && l != NULL && slice_ieq(slice_trim(l->rest), SLICE("active")))
		found(c, m, p, RULE_SDP_SETUP_PORT, .field = SLICE("sdp.media"),
		      VALUE(x->m.port_text), EXPECTED(SLICE("9")), .line = x->line + 1,
		      ARGS({"port", x->m.port_text}));
	if (has_rtp(x) && !has_tcp(x) && x->m.port % 2 != 0 &&
	    !has_attribute(s, x, SLICE("rtcp")) &&
	    !has_attribute(s, x, SLICE("rtcp-mux")))
		found(c, m, p, RULE_SDP_PORT_ODD, .field = SLICE("sdp.media"),
		      VALUE(x->m.port_text), .line = x->line + 1,
		      ARGS({"port", x->m.port_text}));
}

static void
several(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sdp *s = m->sdp;
	uint32_t i, first = s->first['v'];

	for (i = 0; i < s->lines_total && first != 0; i++)
		if (s->lines[i].type == 'v' && i + 1 != first) {
			found(c, m, p, RULE_SDP_SEVERAL, VALUE(s->lines[i].text),
			      .line = i + 1);
			return;
		}
}

void
check_offer(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct offer_place *o = p->offer;
	uint32_t i;

	if (o != NULL && o->over)
		check_media(c, p->dialog,
		            &(struct ref){.capture = m->rec.capture,
		                          .frame = m->rec.frame,
		                          .time_ns = m->rec.time_ns});
	if (o != NULL && o->lack != OFFER_LACKS_NOTHING)
		lacks(c, m, p, o->lack);
	if (m->sdp == NULL || m->sdp->levels_total == 0 || !body_whole(m) ||
	    m->content_dis == DIS_LIMIT)
		return;
	several(c, m, p);
	for (i = 1; i < m->sdp->levels_total; i++)
		ports(c, m, p, i);
	if (o == NULL)
		return;
	if (o->role == OFFER_EXTRA)
		found(c, m, p, RULE_OFFER_EXTRA);
	else if (o->role == OFFER_OFFER && o->before != NULL)
		offer(c, m, p, o->before);
	else if (o->role == OFFER_AGAIN && o->same != NULL)
		again(c, m, p, o->same);
	else if ((o->role == OFFER_ANSWER || o->role == OFFER_EARLY) && o->offer != NULL)
		answer(c, m, p, o->offer);
}
