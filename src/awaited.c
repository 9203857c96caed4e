#include "src/awaited.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000000)
/* A stream that begins so long before or behind the agreement may be the one that was meant. */
#define STRAY_BEFORE (1 * SECOND)
#define STRAY_BEHIND (10 * SECOND)

enum { SENDS = 1, RECEIVES = 2 };

static int
direction_of(const struct sdp *s, uint32_t level)
{
	const struct sdp_line *l = sdp_attr_of(s, level, SDP_DIRECTION);

	if (l == NULL)
		return SENDS | RECEIVES;
	return slice_ieq(l->name, SLICE("sendonly"))   ? SENDS
	       : slice_ieq(l->name, SLICE("recvonly")) ? RECEIVES
	       : slice_ieq(l->name, SLICE("inactive")) ? 0
	                                               : SENDS | RECEIVES;
}

/* With ICE the address is found later: RFC 8839. */
static bool
has_ice(const struct sdp *s, uint32_t level)
{
	uint32_t i;

	for (i = 0; i < s->lines_total; i++)
		if (s->lines[i].attr == SDP_OTHER && s->lines[i].type == 'a' &&
		    (s->lines[i].level == 0 || s->lines[i].level == level) &&
		    (slice_istarts(s->lines[i].value, SLICE("ice-")) ||
		     slice_istarts(s->lines[i].value, SLICE("candidate"))))
			return true;
	return false;
}

static bool
is_rtp(const struct sdp_media *m)
{
	return m->dis == DIS_OK && m->port != 0 &&
	       !slice_istarts(m->proto, SLICE("TCP")) &&
	       slice_find(m->proto, SLICE("RTP/")) != m->proto.n;
}

/* Where the level's media goes; false: to no address that could be seen. */
static bool
address_of(const struct sdp *s, uint32_t level, struct addr *out)
{
	if (!addr_parse(sdp_connection_of(s, level)->address, out) ||
	    addr_unreachable(out)[0] != '\0')
		return false;
	out->port = (uint16_t)s->levels[level].m.port;
	return out->n == 4 ? (out->ip[0] & 0xF0) != 0xE0 : out->ip[0] != 0xFF;
}

static void
types_add(struct awaited *w, struct slice formats)
{
	struct slice word;
	uint32_t pt;

	while (sdp_word(&formats, &word))
		if (parse_u32(word, 127, &pt))
			w->types[pt / 64] |= UINT64_C(1) << pt % 64;
}

static void
let_go(struct awaited *w, struct media *m)
{
	if (w->flow != NULL)
		media_leave(m, w->flow);
	w->flow = NULL;
}

/* The one of that stream, with a flow at dst; a new one if need be. NULL: too many, or another hop has it. */
static struct awaited *
slot(struct awaited **list, struct media *m, const struct agreement *a, int side,
     uint32_t level, const struct addr *dst)
{
	struct awaited **at, *w;
	unsigned n = 0;

	for (at = list; (w = *at) != NULL; at = &w->next, n++) {
		if (w->leg == a->leg && w->side == side && w->level == level)
			break;
		if (addr_eq(&w->dst, dst))
			return NULL;
	}
	if (w != NULL && addr_eq(&w->dst, dst))
		return w;
	if (w == NULL) {
		w = n < AWAITED_MAX ? calloc(1, sizeof(*w)) : NULL;
		if (w == NULL)
			return NULL;
		*at = w;
	} else {
		struct awaited *next = w->next;

		let_go(w, m);
		*w = (struct awaited){.next = next};
	}
	w->leg = a->leg;
	w->side = side;
	w->level = level;
	w->dst = *dst;
	w->since_ns = a->agreed_ns;
	w->flow = media_wait(m, dst, a->offered_ns);
	return w;
}

/* at: of each side; n is 0 where it cannot be seen. */
static void
await(struct awaited **list, struct media *m, const struct agreement *a, int side,
      uint32_t level, const struct addr at[2])
{
	const struct sdp *s = a->sdp[side], *peer = a->sdp[!side];
	const struct sdp_level *x = &s->levels[level];
	const struct sdp_y *y[2] = {sdp_y_first(a->sdp[a->offerer]),
	                            sdp_y_first(a->sdp[!a->offerer])};
	struct awaited *w;
	int i;

	if (at[side].n == 0 || has_ice(s, level) ||
	    (w = slot(list, m, a, side, level, &at[side])) == NULL)
		return;
	/* Cameras that answer recvonly with recvonly send all the same. */
	w->comes = (direction_of(s, level) & RECEIVES) != 0 &&
	           (direction_of(peer, level) & (a->gb ? SENDS | RECEIVES : SENDS)) != 0;
	types_add(w, x->m.formats);
	w->medium_n = slice_head(x->m.media, AWAITED_MEDIUM).n;
	memcpy(w->medium, x->m.media.p, w->medium_n);
	/* Who asks for the stream says its SSRC; the answer may have another one. */
	w->has_ssrc =
	    a->gb && side == a->offerer && y[0]->dis == DIS_OK && y[0]->ssrc != 0;
	for (i = 0; i < 2; i++)
		w->ssrc[i] =
		    (uint32_t)y[y[i]->dis == DIS_OK && y[i]->ssrc != 0 ? i : 0]->ssrc;
	w->sender[0] = at[!side];
	w->sender[1] = a->signalling[!side];
}

void
awaited_agree(struct awaited **list, struct media *m, const struct agreement *a)
{
	struct addr at[2];
	uint32_t i;
	int side;

	for (i = 1; i < a->sdp[0]->levels_total && i < a->sdp[1]->levels_total; i++) {
		if (!is_rtp(&a->sdp[0]->levels[i].m) || !is_rtp(&a->sdp[1]->levels[i].m))
			continue;
		for (side = 0; side < 2; side++)
			if (!address_of(a->sdp[side], i, &at[side]))
				at[side].n = 0;
		for (side = 0; side < 2; side++)
			await(list, m, a, side, i, at);
	}
}

/* ---- the end ---- */

static void
result(struct awaited *w, const struct media *m)
{
	const struct media_flow *f = w->flow;
	const struct media_seen *stray;
	struct addr dst;
	int i;

	w->packets = f->packets;
	w->others = f->others;
	w->seen_total = f->seen_total;
	memcpy(w->seen, f->seen, sizeof(w->seen));
	w->shown = media_shown(m, &w->dst);
	for (i = 0; i < 2 && w->stray.frame == 0; i++) {
		stray = w->sender[i].n != 0 ? media_stray(m, &w->sender[i], &dst) : NULL;
		if (stray == NULL || stray->first_ns < w->since_ns - STRAY_BEFORE ||
		    stray->first_ns > w->since_ns + STRAY_BEHIND ||
		    stray->first_ns > w->until_ns)
			continue;
		w->stray = *stray;
		w->stray_dst = dst;
	}
}

void
awaited_close(struct awaited *list, struct media *m, int64_t until_ns)
{
	struct awaited *w, *v;

	for (w = list; w != NULL; w = w->next) {
		if (w->closed || w->flow == NULL)
			continue;
		w->until_ns = until_ns;
		result(w, m);
	}
	for (w = list; w != NULL; w = w->next) {
		if (w->closed || w->flow == NULL)
			continue;
		for (v = list; v != NULL; v = v->next)
			if (v->leg == w->leg && v->level == w->level &&
			    v->side != w->side)
				w->reverse = v->packets != 0;
	}
	for (w = list; w != NULL; w = w->next) {
		w->closed = w->closed || w->flow != NULL;
		let_go(w, m);
	}
}

void
awaited_free(struct awaited **list, struct media *m)
{
	struct awaited *w;

	while ((w = *list) != NULL) {
		*list = w->next;
		let_go(w, m);
		free(w);
	}
}
