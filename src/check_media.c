/* What a call agreed on, and the RTP that came: RFC 3264 5.1, 6.1, 7; GB/T 28181-2022 Annex G. */
#include "src/check.h"

#include "src/offer.h"

#define SECOND INT64_C(1000000000)

enum { PATIENCE = 5 /* s */, COMFORT_NOISE = 13, COMFORT_NOISE_OLD = 19 };

static struct ref
ref_of(const struct media_seen *s)
{
	return (struct ref){
	    .capture = s->capture, .frame = s->frame, .time_ns = s->first_ns};
}

static void
missing(const struct checker *c, const struct dialog *d, const struct ref *at,
        const struct awaited *w, int64_t waited_ns)
{
	struct finding f = {.rule = RULE_MEDIA_MISSING};

	f.args[0] = (struct finding_arg){"medium", slice_of(w->medium, w->medium_n)};
	f.args[1] = (struct finding_arg){"address", address(c, &w->dst)};
	f.args[2] =
	    (struct finding_arg){"seconds", number(c, (uint64_t)(waited_ns / SECOND))};
	f.args[3] = (struct finding_arg){
	    "evidence", w->reverse
	                    ? SLICE("it comes in the other direction")
	                    : SLICE("other RTP to this machine is in the capture")};
	found_at(c, d, 0, at, &f);
}

static void
elsewhere(const struct checker *c, const struct dialog *d, const struct awaited *w)
{
	struct finding f = {.rule = RULE_MEDIA_ELSEWHERE};
	struct ref at = ref_of(&w->stray);

	/* Behind a NAT the address of the description is of no use: who sends to where packets come from is right. */
	if (addr_private(&w->dst) && !addr_ip_eq(&w->dst, &w->stray_dst))
		f.severity = SEVERITY_NOTE;
	f.args[0] = (struct finding_arg){"medium", slice_of(w->medium, w->medium_n)};
	f.args[1] = (struct finding_arg){"address", address(c, &w->dst)};
	f.args[2] = (struct finding_arg){"instead", address(c, &w->stray_dst)};
	f.args[3] = (struct finding_arg){"source", address(c, &w->stray.src)};
	found_at(c, d, 0, &at, &f);
}

static void
packets(const struct checker *c, const struct dialog *d, const struct awaited *w)
{
	bool type_told = false, ssrc_told = false;
	unsigned i;

	for (i = 0; i < w->seen_total; i++) {
		const struct media_seen *s = &w->seen[i];
		uint8_t pt = s->payload_type;
		struct finding f = {.rule = RULE_MEDIA_TYPE};
		struct ref at = ref_of(s);

		f.args[0] = (struct finding_arg){"address", address(c, &w->dst)};
		if ((w->types[pt / 64] >> pt % 64 & 1) == 0 && !type_told &&
		    pt != COMFORT_NOISE && pt != COMFORT_NOISE_OLD) {
			type_told = true;
			f.args[1] = (struct finding_arg){"pt", number(c, pt)};
			found_at(c, d, 0, &at, &f);
		}
		if (w->wait.has_ssrc && s->ssrc != w->wait.ssrc[0] &&
		    s->ssrc != w->wait.ssrc[1] && !ssrc_told) {
			ssrc_told = true;
			f.rule = RULE_MEDIA_SSRC;
			f.args[1] = (struct finding_arg){"ssrc", number(c, s->ssrc)};
			f.args[2] = (struct finding_arg){"y", number(c, w->wait.ssrc[1])};
			found_at(c, d, 0, &at, &f);
		}
	}
}

void
check_media(const struct checker *c, const struct dialog *d, const struct ref *at)
{
	const struct awaited *w;
	int64_t waited_ns;

	for (w = offer_awaited(d); w != NULL; w = w->next) {
		if (!w->closed)
			continue;
		packets(c, d, w);
		waited_ns = w->until_ns - w->since_ns;
		if (!w->comes || w->packets != 0 || w->others != 0 || w->shared)
			continue;
		if (w->stray.frame != 0)
			elsewhere(c, d, w);
		/* Within one machine nothing need be seen. */
		else if (!addr_ip_eq(&w->wait.sender[0], &w->dst) &&
		         waited_ns >= PATIENCE * SECOND && (w->reverse || w->shown))
			missing(c, d, at, w, waited_ns);
	}
}
