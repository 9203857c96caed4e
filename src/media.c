#include "src/media.h"

#include <stdlib.h>

#include "dissect/cursor.h"
#include "src/hash.h"
#include "src/map.h"

enum { HOSTS_MAX = 65536 };

/* A machine: as the one that RTP goes to, or comes from. */
struct host {
	struct addr ip; /* without port */
	bool from;
	struct media_seen
	    stray; /* FROM: the last one that nobody waited for; frame 0: none */
	struct addr stray_dst;
	uint64_t hash;
};

struct media {
	struct limits *limits;
	struct hash_key key;
	struct map flows, hosts;
	struct media_flow *oldest, *newest; /* that nobody waits for */
	struct media_flow *last;            /* the last one that was found */
	int64_t now_ns;
};

struct media *
media_new(struct limits *l)
{
	struct media *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->limits = l;
	m->key = hash_key_random();
	return m;
}

/* ---- machines ---- */

static uint64_t
host_hash(const struct media *m, const struct addr *ip, bool from)
{
	return hash_bytes(&m->key, slice_of(ip->ip, ip->n)) + from;
}

static struct host *
host_find(const struct media *m, const struct addr *ip, bool from)
{
	struct host *h;
	size_t pos = 0;

	while ((h = map_next(&m->hosts, host_hash(m, ip, from), &pos)) != NULL)
		if (addr_ip_eq(&h->ip, ip) && h->from == from)
			return h;
	return NULL;
}

static void
hosts_forget(struct media *m)
{
	struct host *h;
	size_t pos = 0;

	while ((h = map_each(&m->hosts, &pos)) != NULL)
		free(h);
	map_free(&m->hosts);
}

static struct host *
host_make(struct media *m, const struct addr *ip, bool from)
{
	struct host *h = host_find(m, ip, from);

	if (h != NULL)
		return h;
	if (m->hosts.used >= HOSTS_MAX)
		hosts_forget(m);
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->ip = *ip;
	h->from = from;
	h->hash = host_hash(m, ip, from);
	if (!map_put(&m->hosts, h->hash, h)) {
		free(h);
		return NULL;
	}
	return h;
}

/* ---- flows ---- */

static uint64_t
flow_hash(const struct media *m, const struct addr *dst)
{
	uint8_t key[18];

	memcpy(key, dst->ip, dst->n);
	key[dst->n] = (uint8_t)(dst->port >> 8);
	key[dst->n + 1] = (uint8_t)dst->port;
	return hash_bytes(&m->key, slice_of(key, dst->n + 2u));
}

static struct media_flow *
flow_find(struct media *m, const struct addr *dst, uint64_t *hash)
{
	struct media_flow *f = m->last;
	size_t pos = 0;

	*hash = 0;
	if (f != NULL && addr_eq(&f->dst, dst))
		return f;
	*hash = flow_hash(m, dst);
	while ((f = map_next(&m->flows, *hash, &pos)) != NULL)
		if (addr_eq(&f->dst, dst))
			return m->last = f;
	return NULL;
}

static void
idle_out(struct media *m, struct media_flow *f)
{
	if (f->older != NULL)
		f->older->newer = f->newer;
	else
		m->oldest = f->newer;
	if (f->newer != NULL)
		f->newer->older = f->older;
	else
		m->newest = f->older;
}

static void
idle_in(struct media *m, struct media_flow *f)
{
	f->newer = NULL;
	f->older = m->newest;
	if (m->newest != NULL)
		m->newest->newer = f;
	else
		m->oldest = f;
	m->newest = f;
}

static void
flow_free(struct media *m, struct media_flow *f)
{
	map_drop(&m->flows, f->hash, f);
	if (m->last == f)
		m->last = NULL;
	free(f);
}

/* One that nobody waits for yet. */
static struct media_flow *
flow_new(struct media *m, const struct addr *dst, uint64_t hash)
{
	struct media_flow *f = m->oldest;

	if (m->flows.used >= m->limits->max[LIMIT_MEDIA_FLOWS]) {
		if (f == NULL)
			return NULL;
		idle_out(m, f);
		flow_free(m, f);
	}
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->dst = *dst;
	f->hash = hash;
	if (!map_put(&m->flows, hash, f)) {
		free(f);
		return NULL;
	}
	idle_in(m, f);
	m->last = f;
	return f;
}

static void
flow_restart(struct media_flow *f)
{
	f->seen_total = f->last = 0;
	f->packets = f->others = 0;
}

/* ---- datagrams ---- */

/* The first packet of its kind. */
static void
seen_add(struct media *m, struct media_flow *f, const struct datagram *d, uint32_t ssrc,
         uint8_t type)
{
	struct media_seen *s;
	struct host *h;

	if (f->seen_total == MEDIA_SEEN_MAX)
		return;
	f->last = f->seen_total++;
	s = &f->seen[f->last];
	*s = (struct media_seen){.ssrc = ssrc,
	                         .payload_type = type,
	                         .src = d->src,
	                         .capture = d->capture,
	                         .frame = d->frame,
	                         .first_ns = d->time_ns,
	                         .packets = 1};
	if (f->last != 0)
		return;
	f->first_ns = d->time_ns;
	(void)host_make(m, &d->dst, false);
	h = f->waiters == 0 ? host_make(m, &d->src, true) : NULL;
	if (h != NULL) {
		h->stray = *s;
		h->stray_dst = f->dst;
	}
}

void
media_note(struct media *m, const struct datagram *d, bool rtp)
{
	struct cursor c = cursor(d->payload);
	struct media_flow *f;
	struct media_seen *s;
	uint32_t ssrc;
	uint8_t type;
	uint64_t hash;
	unsigned i;

	if (m->flows.used == 0 && !rtp)
		return;
	if (d->time_ns > m->now_ns)
		m->now_ns = d->time_ns;
	f = flow_find(m, &d->dst, &hash);
	if (!rtp) {
		if (f != NULL)
			f->others++;
		return;
	}
	cur_skip(&c, 1);
	type = cur_u8(&c) & 0x7F;
	cur_skip(&c, 6);
	ssrc = cur_be32(&c);
	if (c.ended || (f == NULL && (f = flow_new(m, &d->dst, hash)) == NULL))
		return;
	f->packets++;
	s = &f->seen[f->last];
	if (f->seen_total != 0 && s->ssrc == ssrc && s->payload_type == type) {
		s->packets++;
		return;
	}
	for (i = 0; i < f->seen_total; i++) {
		s = &f->seen[i];
		if (s->ssrc != ssrc || s->payload_type != type)
			continue;
		s->packets++;
		f->last = i;
		return;
	}
	seen_add(m, f, d, ssrc, type);
}

/* ---- those who wait ---- */

struct media_flow *
media_wait(struct media *m, const struct addr *dst, int64_t since_ns)
{
	uint64_t hash;
	struct media_flow *f = flow_find(m, dst, &hash);

	if (f == NULL)
		f = flow_new(m, dst, hash);
	if (f == NULL)
		return NULL;
	/* What came before belonged to somebody else; media may come before the answer. */
	if (f->waiters != 0 || f->first_ns < since_ns)
		flow_restart(f);
	if (f->waiters++ == 0)
		idle_out(m, f);
	return f;
}

void
media_leave(struct media *m, struct media_flow *f)
{
	if (--f->waiters == 0)
		idle_in(m, f);
}

const struct media_seen *
media_stray(const struct media *m, const struct addr *from, struct addr *dst)
{
	const struct host *h = m->hosts.used != 0 ? host_find(m, from, true) : NULL;

	if (h == NULL || h->stray.frame == 0)
		return NULL;
	*dst = h->stray_dst;
	return &h->stray;
}

bool
media_shown(const struct media *m, const struct addr *to)
{
	return m->hosts.used != 0 && host_find(m, to, false) != NULL;
}

int64_t
media_now(const struct media *m)
{
	return m->now_ns;
}

void
media_free(struct media *m)
{
	struct media_flow *f;
	size_t pos = 0;

	if (m == NULL)
		return;
	while ((f = map_each(&m->flows, &pos)) != NULL)
		free(f);
	map_free(&m->flows);
	hosts_forget(m);
	free(m);
}
