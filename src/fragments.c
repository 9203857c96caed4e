#include "src/fragments.h"

#include <stdlib.h>

#include "dissect/cursor.h"
#include "dissect/sip.h"
#include "src/mix.h"
#include "src/pieces.h"
#include "src/table.h"

enum {
	WAIT_V4_S = 30, /* Linux's ipfrag_time; RFC 791 3.2 has 15 and lets it grow */
	WAIT_V6_S = 60, /* RFC 8200 4.5 */
	PACKET_MAX = 65535,
	GOT_FIRST = 4,
	LOSSES_MAX = 65536, /* held for a caller that does not pull them */
};

enum state {
	OPEN,
	DONE, /* became whole; kept for a while to know late copies of its fragments */
	DEAD, /* will not become whole; kept to swallow the rest of it */
};

/* A fragment as it came. */
struct got {
	uint64_t frame, hash; /* hash of its bytes */
	uint32_t capture, at, length;
};

struct set {
	struct table_entry entry;
	enum state state;
	uint8_t version, proto;
	bool overlap, has_total;
	/* All so far are copies of fragments of the packet in `done`: a repeat of it, or frames that
	 * were captured twice. It is no loss if it does not become whole. */
	bool echo;
	uint32_t total;   /* length of the packet; has_total */
	uint32_t covered; /* octets of it that pieces stand for */
	struct pieces pieces;
	struct got *got, *done;
	size_t got_total, got_room, done_total;
	int64_t since_ns;     /* on the capture's clock */
	struct net_loss loss; /* what can be said when it is lost */
};

struct fragments {
	struct limits *limits;
	struct clock clock;
	struct table tables[2]; /* IPv4, IPv6: they wait for different times */
	size_t held;            /* in bytes */
	struct net_loss *losses;
	size_t losses_first, losses_total, losses_room;
	uint8_t *packet; /* the last whole one */
	uint64_t *frames;
	struct origin *origins;
	size_t frames_room;
};

struct fragments *
fragments_new(struct limits *l)
{
	struct fragments *fs = calloc(1, sizeof(*fs));

	if (fs == NULL)
		return NULL;
	fs->limits = l;
	fs->packet = malloc(PACKET_MAX);
	table_init(&fs->tables[0]);
	table_init(&fs->tables[1]);
	if (fs->packet == NULL) {
		fragments_free(fs);
		return NULL;
	}
	return fs;
}

static struct table *
table_of(struct fragments *fs, const struct set *s)
{
	return &fs->tables[s->version == 6];
}

static size_t
set_held(const struct set *s)
{
	return s->pieces.held + (s->got_room + s->done_total) * sizeof(struct got);
}

static void
set_free(struct fragments *fs, struct set *s)
{
	table_remove(table_of(fs, s), &s->entry);
	fs->held -= set_held(s);
	pieces_free(&s->pieces);
	free(s->got);
	free(s->done);
	free(s);
}

/* Forgets the fragments, keeps the set. */
static void
set_clear(struct fragments *fs, struct set *s)
{
	fs->held -= set_held(s);
	pieces_free(&s->pieces);
	free(s->got);
	s->got = NULL;
	s->got_total = s->got_room = 0;
	s->has_total = s->overlap = false;
	s->total = s->covered = 0;
	fs->held += set_held(s);
}

/* ---- losses ---- */

/* From the first fragment, if it is there: ports, and whether SIP begins in it. */
static void
loss_look(const struct set *s, struct net_loss *out)
{
	const struct piece *p = pieces_peek(&s->pieces);
	struct cursor c;
	uint32_t head;

	if (p == NULL || p->at != 0)
		return;
	if (s->proto != IP_PROTO_UDP && s->proto != IP_PROTO_TCP)
		return;
	c = cursor(slice_of(p->bytes, p->n));
	out->src.port = cur_be16(&c);
	out->dst.port = cur_be16(&c);
	if (s->proto == IP_PROTO_UDP) {
		cur_skip(&c, 4);
	} else {
		cur_skip(&c, 8);
		head = (cur_u8(&c) >> 4) * 4u;
		cur_skip(&c, head > 13 ? head - 13 : 0);
	}
	out->sip = !c.ended && sip_probe(c.rest) == DIS_OK;
}

static bool
losses_room(struct fragments *fs)
{
	struct net_loss *p;
	size_t room;

	if (fs->losses_first == fs->losses_total)
		fs->losses_first = fs->losses_total = 0;
	if (fs->losses_total < fs->losses_room)
		return true;
	if (fs->losses_room >= LOSSES_MAX)
		return false;
	room = fs->losses_room ? fs->losses_room * 2 : 16;
	p = realloc(fs->losses, room * sizeof(*p));
	if (p == NULL)
		return false;
	fs->losses = p;
	fs->losses_room = room;
	return true;
}

/* The set will not become whole. */
static void
set_lose(struct fragments *fs, struct set *s, enum limit why)
{
	if (s->state != OPEN || s->echo)
		return;
	if (why != LIMIT_TOTAL)
		fs->limits->dropped[why]++;
	if (!losses_room(fs))
		return;
	s->loss.evicted = why == LIMIT_FRAGMENT_SETS || why == LIMIT_FRAGMENT_BYTES;
	loss_look(s, &s->loss);
	fs->losses[fs->losses_total++] = s->loss;
}

static void
set_kill(struct fragments *fs, struct set *s, enum limit why)
{
	set_lose(fs, s, why);
	s->state = DEAD;
	set_clear(fs, s);
}

bool
fragments_lost(struct fragments *fs, struct net_loss *out)
{
	if (fs->losses_first == fs->losses_total)
		return false;
	*out = fs->losses[fs->losses_first++];
	return true;
}

/* ---- age and limits ---- */

static struct set *
oldest(const struct table *t)
{
	/* The entry is the set's first member. */
	return (struct set *)(void *)t->oldest;
}

void
fragments_clock(struct fragments *fs, const struct clock *c)
{
	static const int64_t wait_s[] = {WAIT_V4_S, WAIT_V6_S};
	struct set *s;
	int i;

	fs->clock = *c;
	for (i = 0; i < 2; i++) {
		while ((s = oldest(&fs->tables[i])) != NULL &&
		       clock_passed(c, s->since_ns, wait_s[i] * CLOCK_SECOND)) {
			set_lose(fs, s, LIMIT_TOTAL);
			set_free(fs, s);
		}
	}
}

static struct set *
oldest_of_all(const struct fragments *fs)
{
	struct set *a = oldest(&fs->tables[0]), *b = oldest(&fs->tables[1]);

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	return a->since_ns <= b->since_ns ? a : b;
}

/* The set just fed is the newest; it may go like any other. */
static void
enforce_limits(struct fragments *fs)
{
	struct set *s;
	enum limit why;

	while ((s = oldest_of_all(fs)) != NULL) {
		if (fs->tables[0].total + fs->tables[1].total >
		    fs->limits->max[LIMIT_FRAGMENT_SETS])
			why = LIMIT_FRAGMENT_SETS;
		else if (fs->held > fs->limits->max[LIMIT_FRAGMENT_BYTES])
			why = LIMIT_FRAGMENT_BYTES;
		else
			break;
		set_lose(fs, s, why);
		set_free(fs, s);
	}
}

void
fragments_end(struct fragments *fs)
{
	struct set *s;

	while ((s = oldest_of_all(fs)) != NULL) {
		set_lose(fs, s, LIMIT_TOTAL);
		set_free(fs, s);
	}
}

/* ---- one fragment ---- */

/* RFC 791 2.3: source, destination, protocol, identification. RFC 8200 4.5: without protocol. */
static void
key_of(const struct ip *ip, uint8_t key[TABLE_KEY])
{
	memset(key, 0, TABLE_KEY);
	memcpy(key, ip->src, ip->src_n);
	memcpy(key + 16, ip->dst, ip->src_n);
	key[32] = (uint8_t)(ip->id >> 24);
	key[33] = (uint8_t)(ip->id >> 16);
	key[34] = (uint8_t)(ip->id >> 8);
	key[35] = (uint8_t)ip->id;
	key[36] = ip->version == 4 ? ip->proto : 0;
}

static void
addr_of(struct addr *out, const uint8_t ip[16], uint8_t n)
{
	*out = (struct addr){.n = n};
	memcpy(out->ip, ip, n);
}

static void
set_begin(struct fragments *fs, struct set *s, const struct ip *ip, const struct frame *f)
{
	s->state = OPEN;
	s->proto = ip->proto;
	s->since_ns = fs->clock.now_ns;
	s->loss = (struct net_loss){
	    .capture = f->capture, .frame = f->number, .time_ns = f->time_ns};
	addr_of(&s->loss.src, ip->src, ip->src_n);
	addr_of(&s->loss.dst, ip->dst, ip->src_n);
}

static struct set *
set_for(struct fragments *fs, const struct ip *ip, const struct frame *f)
{
	struct table *t = &fs->tables[ip->version == 6];
	uint8_t key[TABLE_KEY];
	struct set *s;

	key_of(ip, key);
	s = (struct set *)(void *)table_find(t, key);
	if (s != NULL && s->state == DONE) {
		set_begin(fs, s, ip, f);
		s->echo = true;
		table_touch(t, &s->entry);
	}
	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	memcpy(s->entry.key, key, TABLE_KEY);
	s->version = ip->version;
	set_begin(fs, s, ip, f);
	if (!table_add(t, &s->entry)) {
		free(s);
		return NULL;
	}
	return s;
}

static bool
got_add(struct fragments *fs, struct set *s, const struct got *g)
{
	struct got *p;
	size_t room, i;

	if (s->got_total == s->got_room) {
		room = s->got_room ? s->got_room * 2 : GOT_FIRST;
		p = realloc(s->got, room * sizeof(*p));
		if (p == NULL)
			return false;
		fs->held += (room - s->got_room) * sizeof(*p);
		s->got = p;
		s->got_room = room;
	}
	s->got[s->got_total++] = *g;
	for (i = 0; s->echo; i++) {
		if (i == s->done_total)
			s->echo = false;
		else if (s->done[i].at == g->at && s->done[i].length == g->length &&
		         s->done[i].hash == g->hash)
			break;
	}
	return true;
}

/* The last fragment fixes the length; the first one to say so wins. */
static void
set_total(struct set *s, uint32_t total)
{
	size_t i;

	if (s->has_total) {
		s->overlap = s->overlap || total != s->total;
		return;
	}
	s->has_total = true;
	s->total = total;
	/* What stands for octets behind it does not count. */
	s->covered = 0;
	for (i = s->pieces.first; i < s->pieces.end; i++) {
		const struct piece *p = s->pieces.row[i];

		if (p->at + p->length > total)
			s->overlap = true;
		if (p->at < total)
			s->covered +=
			    p->at + p->length > total ? total - p->at : p->length;
	}
}

/* Octets up to the first that the capture lacks. */
static void
set_assemble(struct fragments *fs, struct set *s, const struct frame *f,
             struct fragments_whole *out)
{
	uint32_t at = 0, n;
	struct piece *p;
	struct origin *origins;
	size_t i;
	uint64_t *frames;

	*out = (struct fragments_whole){
	    .length = s->total, .proto = s->proto, .overlap = s->overlap};
	for (i = s->pieces.first; i < s->pieces.end && at < s->total; i++) {
		p = s->pieces.row[i];
		n = p->n < s->total - at ? p->n : s->total - at;
		memcpy(fs->packet + at, p->bytes, n);
		at += n;
		if (n < p->length)
			break;
	}
	out->payload = slice_of(fs->packet, at);
	if (fs->frames_room < s->got_total) {
		frames = realloc(fs->frames, s->got_total * sizeof(*frames));
		origins = realloc(fs->origins, s->got_total * sizeof(*origins));
		fs->frames = frames != NULL ? frames : fs->frames;
		fs->origins = origins != NULL ? origins : fs->origins;
		if (frames != NULL && origins != NULL)
			fs->frames_room = s->got_total;
	}
	/* In one capture, frames come with ascending numbers. */
	for (i = 0; i < s->got_total && i < fs->frames_room; i++) {
		fs->origins[i] = (struct origin){s->got[i].capture, s->got[i].frame};
		out->origins_total++;
		if (s->got[i].capture == f->capture)
			fs->frames[out->frames_total++] = s->got[i].frame;
	}
	out->frames = fs->frames;
	out->origins = fs->origins;
	/* What came is kept to know copies by. */
	fs->held -= set_held(s);
	free(s->done);
	s->done = s->got;
	s->done_total = s->got_total;
	s->got = NULL;
	s->got_total = s->got_room = 0;
	fs->held += set_held(s);
	set_clear(fs, s);
	s->state = DONE;
	s->echo = false;
}

enum fragments_verdict
fragments_add(struct fragments *fs, const struct ip *ip, const struct frame *f,
              struct fragments_whole *out)
{
	uint32_t length = ip->length;
	struct slice bytes = ip->payload;
	struct pieces_added added;
	struct piece_source source = {f->number, f->time_ns, f->capture};
	struct got got = {.frame = f->number, .capture = f->capture, .at = ip->offset};
	enum fragments_verdict answer;
	struct set *s;
	bool stored, overlap;

	/* All but the last are multiples of 8; Linux cuts IPv4 ones that are not, RFC 8200 4.5
	 * refuses such of IPv6. */
	if (ip->more && length % 8 != 0 && ip->version == 6)
		return FRAGMENTS_REFUSED;
	if (ip->more)
		length &= ~7u;
	if (length == 0 || ip->offset > PACKET_MAX || length > PACKET_MAX - ip->offset)
		return FRAGMENTS_REFUSED;
	bytes = slice_head(bytes, length);
	s = set_for(fs, ip, f);
	if (s == NULL || s->state == DEAD)
		return FRAGMENTS_REFUSED;
	if (s->got_total >= fs->limits->max[LIMIT_FRAGMENT_PIECES] ||
	    pieces_total(&s->pieces) >= fs->limits->max[LIMIT_FRAGMENT_PIECES]) {
		set_kill(fs, s, LIMIT_FRAGMENT_PIECES);
		return FRAGMENTS_REFUSED;
	}
	got.length = length;
	got.hash = mix(fs->tables[0].secret.k0 | 1, bytes);
	if (!got_add(fs, s, &got))
		return FRAGMENTS_REFUSED;
	s->loss.fragments++;
	if (ip->offset == 0)
		s->proto = ip->proto;
	fs->held -= s->pieces.held;
	stored = pieces_add(&s->pieces, ip->offset, bytes, length, &source, &added);
	fs->held += s->pieces.held;
	if (!stored) {
		set_kill(fs, s, LIMIT_FRAGMENT_BYTES);
		return FRAGMENTS_HELD;
	}
	overlap = s->overlap;
	s->overlap = s->overlap || added.differs;
	/* RFC 5722 4: one overlap, and no octet of the packet can be trusted. RFC 8200 4.5 excepts
	 * exact copies. */
	if (ip->version == 6 && added.covered != 0 &&
	    !(added.twin && added.fresh == 0 && !added.differs)) {
		set_kill(fs, s, LIMIT_TOTAL);
		return FRAGMENTS_OVERLAP;
	}
	if (s->has_total && ip->offset + length <= s->total) {
		s->covered += added.fresh;
	} else if (s->has_total) {
		s->has_total = false; /* count again: octets behind the end are none */
		set_total(s, s->total);
	}
	if (!ip->more)
		set_total(s, ip->offset + length);
	if (s->has_total && s->covered == s->total) {
		set_assemble(fs, s, f, out);
		enforce_limits(fs);
		return FRAGMENTS_WHOLE;
	}
	overlap = s->overlap && !overlap;
	answer = overlap ? FRAGMENTS_OVERLAP : s->echo ? FRAGMENTS_COPY : FRAGMENTS_HELD;
	enforce_limits(fs); /* the set may be gone */
	return answer;
}

void
fragments_free(struct fragments *fs)
{
	struct set *s;

	if (fs == NULL)
		return;
	while ((s = oldest_of_all(fs)) != NULL)
		set_free(fs, s);
	table_free(&fs->tables[0]);
	table_free(&fs->tables[1]);
	free(fs->losses);
	free(fs->packet);
	free(fs->frames);
	free(fs->origins);
	free(fs);
}
