/* Answers of GB/T 28181 against their offers: 2022 Annex G. */
#include "src/check_offer.h"

#include "dissect/deviceid.h"

static uint32_t
line_of(const struct sdp *s, uint8_t type)
{
	return s->first[type];
}

/* Digits 4 to 8 of the callee's id are those of y=: the same domain, which should have kept it. */
static bool
is_own_domain(const struct message *m, const struct sdp_y *y)
{
	struct slice id = m->to.uri.user;

	return deviceid_is20(id) && slice_eq(slice_head(slice_tail(id, 3), 5), y->domain);
}

static void
ssrc(const struct checker *c, const struct message *m, const struct place *p,
     const struct sdp *offer)
{
	const struct sdp_y *a = sdp_y_first(offer), *b = sdp_y_first(m->sdp);

	if (a->dis != DIS_OK || a->ssrc == 0)
		return;
	if (b->dis == DIS_OTHER)
		found(c, m, p, RULE_ANSWER_Y_MISSING, .field = SLICE("sdp.y"),
		      EXPECTED(a->value), ARGS({"offered", a->value}));
	else if (b->dis == DIS_OK && b->ssrc != 0 && a->ssrc != b->ssrc)
		found(c, m, p, RULE_ANSWER_Y,
		      .severity = is_own_domain(m, a) ? SEVERITY_OFF : SEVERITY_NOTE,
		      .field = SLICE("sdp.y"), VALUE(b->value), EXPECTED(a->value),
		      ARGS({"offered", a->value}, {"answered", b->value}));
}

static bool
is_session(struct slice s)
{
	static const char *const names[] = {"Play", "Playback", "Download", "Talk"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_ieq(s, slice_str(names[i])))
			return true;
	return false;
}

/* Any other text of an answer says nothing: devices write their model there. */
static void
session(const struct checker *c, const struct message *m, const struct place *p,
        const struct sdp *offer)
{
	struct slice a = slice_trim(sdp_value(offer, 's')),
	             b = slice_trim(sdp_value(m->sdp, 's'));

	if (is_session(a) && is_session(b) && !slice_ieq(a, b))
		found(c, m, p, RULE_ANSWER_SESSION, .field = SLICE("sdp.session_name"),
		      VALUE(b), EXPECTED(a), .line = line_of(m->sdp, 's'),
		      ARGS({"offered", a}, {"answered", b}));
}

/* By name, or as it stands. */
static struct slice
f_text(const struct sdp_f *f, enum sdp_f_part part)
{
	const char *name = sdp_f_meaning(part, f->part[part]);

	return name != NULL && name[0] != '\0' ? slice_str(name) : f->part[part];
}

static void
format(const struct checker *c, const struct message *m, const struct place *p,
       const struct sdp *offer)
{
	static const enum sdp_f_part parts[] = {SDP_F_VIDEO, SDP_F_RESOLUTION,
	                                        SDP_F_AUDIO};
	const struct sdp_f *a = sdp_f_first(offer), *b = sdp_f_first(m->sdp);
	size_t i;

	for (i = 0;
	     a->dis == DIS_OK && b->dis == DIS_OK && i < sizeof(parts) / sizeof(parts[0]);
	     i++) {
		struct slice x = f_text(a, parts[i]), y = f_text(b, parts[i]);

		if (x.n == 0 || y.n == 0 || slice_ieq(x, y))
			continue;
		found(c, m, p, RULE_ANSWER_F, .field = SLICE("sdp.f"), VALUE(b->value),
		      EXPECTED(a->value),
		      ARGS({"part", slice_str(sdp_f_name(parts[i]))}, {"offered", x},
		           {"answered", y}));
		return;
	}
}

static void
filesize(const struct checker *c, const struct message *m, const struct place *p,
         const struct sdp *offer)
{
	uint32_t i;

	if (!slice_ieq(slice_trim(sdp_value(offer, 's')), SLICE("Download")) ||
	    m->sdp->levels_total < 2 || m->request || m->sip.status < 200)
		return;
	for (i = 0; i < m->sdp->levels_total; i++)
		if (sdp_attr(m->sdp, i, SDP_FILESIZE) != NULL)
			return;
	found(c, m, p, RULE_ANSWER_FILESIZE, .field = SLICE("sdp.media_attr"));
}

void
check_offer_gb(const struct checker *c, const struct message *m, const struct place *p,
               const struct sdp *offer)
{
	ssrc(c, m, p, offer);
	session(c, m, p, offer);
	format(c, m, p, offer);
	filesize(c, m, p, offer);
}
