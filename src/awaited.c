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

static bool
is_rtp_in_tcp(const struct sdp_media *m)
{
	return m->dis == DIS_OK && slice_istarts(m->proto, SLICE("TCP")) &&
	       slice_find(m->proto, SLICE("RTP/")) != m->proto.n;
}

static bool
setup_is(const struct sdp *s, uint32_t level, struct slice word)
{
	const struct sdp_line *l = sdp_attr_of(s, level, SDP_SETUP);

	return l != NULL && slice_ieq(slice_trim(l->rest), word);
}

/* Who takes the connection: RFC 4145 4. Where neither says so, it is the one who asks for media. */
static int
listener(const struct agreement *a, uint32_t level)
{
	const struct sdp *offer = a->sdp[a->offerer], *answer = a->sdp[!a->offerer];

	if (setup_is(answer, level, SLICE("passive")) ||
	    (setup_is(offer, level, SLICE("active")) &&
	     !setup_is(answer, level, SLICE("active"))))
		return !a->offerer;
	return a->offerer;
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

/* The second list behind the first one. */
static struct media_stream *
joined(struct media_stream *a, struct media_stream *b)
{
	struct media_stream **end = &a;

	while (*end != NULL)
		end = &(*end)->next;
	*end = b;
	return a;
}

/* What came to the address that it leaves is kept; of very many such, the last ones. */
static struct media_stream *
left(struct awaited *w, struct media *m)
{
	struct media_stream *list, *s;
	unsigned n = 0;

	media_leave(m, &w->wait);
	list = joined(w->before, media_take(m, &w->wait));
	for (s = list; s != NULL; s = s->next)
		n++;
	for (; n > AWAITED_BEFORE; n--) {
		s = list;
		list = s->next;
		media_give(m, s);
	}
	return list;
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
		struct media_stream *before = left(w, m);

		*w = (struct awaited){.next = next, .before = before};
	}
	w->leg = a->leg;
	w->side = side;
	w->level = level;
	w->dst = *dst;
	w->since_ns = a->agreed_ns;
	return w;
}

/* How the time stamps of its payload types count. */
static void
clocks_add(struct media_waiter *w, const struct sdp *s, const struct sdp_level *x)
{
	struct sdp_rtpmap r;
	uint32_t i;

	for (i = x->line; i < x->line + x->lines; i++) {
		if (s->lines[i].attr != SDP_RTPMAP ||
		    w->clocks_total == MEDIA_CLOCKS_MAX ||
		    sdp_rtpmap_dissect(s->lines[i].rest, NULL, &r) != DIS_OK ||
		    r.pt > 127)
			continue;
		w->clocks[w->clocks_total].type = (uint8_t)r.pt;
		w->clocks[w->clocks_total++].hz = r.clock;
	}
}

static void
wait_for(struct awaited *w, struct media *m, const struct agreement *a, int side,
         const struct addr at[2])
{
	const struct sdp_y *y[2] = {sdp_y_first(a->sdp[a->offerer]),
	                            sdp_y_first(a->sdp[!a->offerer])};
	struct media_waiter *x = &w->wait;
	int i;

	x->since_ns = a->offered_ns;
	x->tcp = w->tcp;
	/* Who asks for the stream says its SSRC; the answer may have another one. */
	x->has_ssrc =
	    a->gb && side == a->offerer && y[0]->dis == DIS_OK && y[0]->ssrc != 0;
	for (i = 0; i < 2; i++)
		x->ssrc[i] =
		    (uint32_t)y[y[i]->dis == DIS_OK && y[i]->ssrc != 0 ? i : 0]->ssrc;
	x->sender[0] = at[!side];
	x->sender[1] = a->signalling[!side];
	x->clocks_total = 0;
	clocks_add(x, a->sdp[side], &a->sdp[side]->levels[w->level]);
	/* An agreement that only confirms the last one changes nothing. */
	w->waits = w->waits || media_wait(m, x, &w->dst);
}

/* at: of each side; n is 0 where it cannot be seen. */
static void
await(struct awaited **list, struct media *m, const struct agreement *a, int side,
      uint32_t level, const struct addr at[2])
{
	const struct sdp *s = a->sdp[side], *peer = a->sdp[!side];
	const struct sdp_level *x = &s->levels[level];
	struct awaited *w;

	if (at[side].n == 0 || has_ice(s, level) ||
	    (w = slot(list, m, a, side, level, &at[side])) == NULL)
		return;
	/* Cameras that answer recvonly with recvonly send all the same. */
	w->comes = (direction_of(s, level) & RECEIVES) != 0 &&
	           (direction_of(peer, level) & (a->gb ? SENDS | RECEIVES : SENDS)) != 0;
	types_add(w, x->m.formats);
	w->medium_n = slice_head(x->m.media, AWAITED_MEDIUM).n;
	memcpy(w->medium, x->m.media.p, w->medium_n);
	wait_for(w, m, a, side, at);
}

/* One connection for both directions; its streams are those of the one who asks. That none came is not told. */
static void
await_tcp(struct awaited **list, struct media *m, const struct agreement *a,
          uint32_t level)
{
	const struct sdp_level *x = &a->sdp[a->offerer]->levels[level];
	struct addr at[2];
	struct awaited *w;
	int who = listener(a, level), side;

	for (side = 0; side < 2; side++)
		if (!address_of(a->sdp[side], level, &at[side]))
			at[side].n = 0;
	if (at[who].n == 0 || at[who].port == 0 ||
	    (w = slot(list, m, a, a->offerer, level, &at[who])) == NULL)
		return;
	w->tcp = true;
	w->comes = false;
	types_add(w, x->m.formats);
	w->medium_n = slice_head(x->m.media, AWAITED_MEDIUM).n;
	memcpy(w->medium, x->m.media.p, w->medium_n);
	wait_for(w, m, a, a->offerer, at);
}

void
awaited_agree(struct awaited **list, struct media *m, const struct agreement *a)
{
	struct addr at[2];
	uint32_t i;
	int side;

	for (i = 1; i < a->sdp[0]->levels_total && i < a->sdp[1]->levels_total; i++) {
		if (is_rtp_in_tcp(&a->sdp[0]->levels[i].m) &&
		    is_rtp_in_tcp(&a->sdp[1]->levels[i].m))
			await_tcp(list, m, a, i);
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

/* A type of packets, once for each SSRC. */
static void
seen_add(struct awaited *w, const struct media_seen *s)
{
	unsigned i;

	for (i = 0; i < w->seen_total; i++)
		if (w->seen[i].ssrc == s->ssrc &&
		    w->seen[i].payload_type == s->payload_type)
			return;
	if (w->seen_total < AWAITED_SEEN)
		w->seen[w->seen_total++] = *s;
}

static void
result(struct awaited *w, const struct media *m)
{
	const struct media_stream *s;
	const struct media_seen *stray;
	struct addr dst;
	unsigned k;
	int i;

	for (s = w->wait.streams; s != NULL; s = s->next) {
		w->packets += s->packets;
		for (k = 0; k < s->types_total; k++)
			seen_add(w, &s->types[k]);
	}
	w->others = media_others(&w->wait);
	w->shared = w->wait.shared;
	w->shown = media_shown(m, &w->dst);
	for (i = 0; i < 2 && w->stray.frame == 0; i++) {
		stray = w->wait.sender[i].n != 0
		            ? media_stray(m, &w->wait.sender[i], &dst)
		            : NULL;
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
		if (w->closed || !w->waits)
			continue;
		w->until_ns = until_ns;
		result(w, m);
	}
	for (w = list; w != NULL; w = w->next) {
		if (w->closed || !w->waits)
			continue;
		for (v = list; v != NULL; v = v->next)
			if (v->leg == w->leg && v->level == w->level &&
			    v->side != w->side)
				w->reverse = v->packets != 0 || v->shared;
	}
	for (w = list; w != NULL; w = w->next) {
		w->closed = w->closed || w->waits;
		media_leave(m, &w->wait);
	}
}

/* Before `list` by its id. */
static void
insert(struct media_stream **list, struct media_stream *s)
{
	while (*list != NULL && (*list)->id < s->id)
		list = &(*list)->next;
	s->next = *list;
	*list = s;
}

struct media_stream *
awaited_take(struct awaited *list, struct media *m)
{
	struct media_stream *out = NULL, *s, *next;
	struct awaited *w;

	for (w = list; w != NULL; w = w->next) {
		media_leave(m, &w->wait);
		for (s = joined(w->before, media_take(m, &w->wait)); s != NULL;
		     s = next) {
			next = s->next;
			insert(&out, s);
		}
		w->before = NULL;
	}
	return out;
}

int64_t
awaited_heard_ns(const struct awaited *list)
{
	const struct media_stream *s;
	int64_t last_ns = 0;

	for (; list != NULL; list = list->next)
		for (s = list->wait.streams; s != NULL; s = s->next)
			last_ns = s->last_ns > last_ns ? s->last_ns : last_ns;
	return last_ns;
}

void
awaited_free(struct awaited **list, struct media *m)
{
	struct media_stream *s, *next;
	struct awaited *w;

	for (s = awaited_take(*list, m); s != NULL; s = next) {
		next = s->next;
		media_give(m, s);
	}
	while ((w = *list) != NULL) {
		*list = w->next;
		free(w);
	}
}
