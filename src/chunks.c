#include "src/chunks.h"

#include <stdlib.h>
#include <string.h>

#include "src/table.h"

enum {
	WAIT_S = 60, /* RTO.Max of RFC 9260 16: no retransmission is later */
	PARTS_FIRST = 8,
	PART_COST = 64, /* bytes charged for a part beside its octets */
};

struct part {
	uint32_t
	    order; /* its place in the message: TSN of a DATA chunk, FSN of an I-DATA one */
	uint32_t n, length;
	struct origin at;
	uint8_t bytes[];
};

/* One message: a direction of an association, a stream, a number in it. */
struct set {
	struct table_entry entry;
	bool has_first, has_last, overlap;
	bool done; /* it became whole; kept for a while to know copies of its chunks */
	uint32_t first, last; /* the order of these */
	struct part **row;    /* ascending by order */
	size_t total, room, held, size;
	int64_t since_ns;
};

struct chunks {
	struct limits *limits;
	struct clock clock;
	struct table table;
	size_t held; /* in bytes */
	/* The last whole one. */
	uint8_t *message;
	uint64_t *frames;
	struct origin *origins;
};

struct chunks *
chunks_new(struct limits *l)
{
	struct chunks *cs = calloc(1, sizeof(*cs));

	if (cs == NULL)
		return NULL;
	cs->limits = l;
	table_init(&cs->table);
	return cs;
}

/* Forgets the parts, keeps the set. */
static void
set_clear(struct chunks *cs, struct set *s)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		free(s->row[i]);
	free(s->row);
	cs->held -= s->held;
	s->row = NULL;
	s->total = s->room = s->held = s->size = 0;
	s->has_first = s->has_last = s->overlap = s->done = false;
}

static void
set_free(struct chunks *cs, struct set *s)
{
	set_clear(cs, s);
	table_remove(&cs->table, &s->entry);
	free(s);
}

static struct set *
oldest(const struct chunks *cs)
{
	/* The entry is the set's first member. */
	return (struct set *)(void *)cs->table.oldest;
}

void
chunks_clock(struct chunks *cs, const struct clock *c)
{
	struct set *s;

	cs->clock = *c;
	/* Each round frees a set. */
	while ((s = oldest(cs)) != NULL &&
	       clock_passed(c, s->since_ns, WAIT_S * CLOCK_SECOND))
		set_free(cs, s);
}

static void
enforce_limits(struct chunks *cs)
{
	struct set *s;
	enum limit why;

	/* Each round frees a set. */
	while ((s = oldest(cs)) != NULL) {
		if (cs->table.total > cs->limits->max[LIMIT_CHUNK_SETS])
			why = LIMIT_CHUNK_SETS;
		else if (cs->held > cs->limits->max[LIMIT_CHUNK_BYTES])
			why = LIMIT_CHUNK_BYTES;
		else
			break;
		if (!s->done)
			cs->limits->dropped[why]++;
		set_free(cs, s);
	}
}

static struct set *
set_for(struct chunks *cs, const struct addr *src, const struct addr *dst,
        const struct sctp_data *d)
{
	uint8_t key[TABLE_KEY] = {0};
	const uint16_t numbers[] = {src->port, dst->port, d->stream, (uint16_t)d->number};
	struct set *s;
	size_t i;

	memcpy(key, src->ip, 16);
	memcpy(key + 16, dst->ip, 16);
	for (i = 0; i < 4; i++) {
		key[32 + 2 * i] = (uint8_t)(numbers[i] >> 8);
		key[33 + 2 * i] = (uint8_t)numbers[i];
	}
	s = (struct set *)(void *)table_find(&cs->table, key);
	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	memcpy(s->entry.key, key, TABLE_KEY);
	s->since_ns = cs->clock.now_ns;
	if (!table_add(&cs->table, &s->entry)) {
		free(s);
		return NULL;
	}
	return s;
}

static int32_t
distance(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* Is it of another message with the same numbers: a later one, or one that has no order? */
static bool
is_another(const struct set *s, const struct sctp_data *d)
{
	size_t n = s->total;

	if (s->has_first &&
	    (distance(d->order, s->first) < 0 || (d->first && d->order != s->first)))
		return true;
	if (s->has_last &&
	    (distance(d->order, s->last) > 0 || (d->last && d->order != s->last)))
		return true;
	if (n == 0)
		return false;
	return (d->first && distance(d->order, s->row[0]->order) > 0) ||
	       (d->last && distance(d->order, s->row[n - 1]->order) < 0);
}

/* Where it stands, or belongs. */
static size_t
place_of(const struct set *s, uint32_t order)
{
	size_t low = 0, high = s->total, mid;

	/* They come in order, mostly. */
	if (high != 0 && distance(s->row[high - 1]->order, order) < 0)
		return high;
	/* Each round halves what is left. */
	while (low < high) {
		mid = low + (high - low) / 2;
		if (distance(s->row[mid]->order, order) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
set_add(struct chunks *cs, struct set *s, size_t i, const struct sctp_data *d,
        struct origin at)
{
	struct part *p, **more;
	size_t room = s->room ? 2 * s->room : PARTS_FIRST;

	if (s->total == s->room) {
		more = realloc(s->row, room * sizeof(struct part *));
		if (more == NULL)
			return false;
		s->row = more;
		s->room = room;
	}
	p = malloc(sizeof(*p) + d->payload.n);
	if (p == NULL)
		return false;
	*p = (struct part){.order = d->order,
	                   .n = (uint32_t)d->payload.n,
	                   .length = d->length,
	                   .at = at};
	if (d->payload.n != 0)
		memcpy(p->bytes, d->payload.p, d->payload.n);
	memmove(&s->row[i + 1], &s->row[i], (s->total - i) * sizeof(struct part *));
	s->row[i] = p;
	s->total++;
	s->size += p->length;
	s->held += p->n + PART_COST;
	cs->held += p->n + PART_COST;
	return true;
}

static bool
is_whole(const struct set *s)
{
	return s->has_first && s->has_last &&
	       s->total == (size_t)(uint32_t)(s->last - s->first) + 1;
}

/* The frame that brought a part, among those of the last one's capture. */
static void
frame_add(struct chunks_whole *out, uint64_t *frames, uint64_t frame)
{
	uint32_t i = out->frames_total, k;

	while (i > 0 && frames[i - 1] > frame)
		i--;
	if (i > 0 && frames[i - 1] == frame)
		return;
	for (k = out->frames_total; k > i; k--)
		frames[k] = frames[k - 1];
	frames[i] = frame;
	out->frames_total++;
}

static bool
set_assemble(struct chunks *cs, struct set *s, struct origin last,
             struct chunks_whole *out)
{
	uint8_t *message = realloc(cs->message, s->size ? s->size : 1);
	uint64_t *frames = realloc(cs->frames, s->total * sizeof(*frames));
	struct origin *origins = realloc(cs->origins, s->total * sizeof(*origins));
	size_t i, at = 0;
	bool cut = false;

	cs->message = message != NULL ? message : cs->message;
	cs->frames = frames != NULL ? frames : cs->frames;
	cs->origins = origins != NULL ? origins : cs->origins;
	if (message == NULL || frames == NULL || origins == NULL)
		return false;
	*out = (struct chunks_whole){.length = (uint32_t)s->size, .overlap = s->overlap};
	for (i = 0; i < s->total; i++) {
		const struct part *p = s->row[i];

		if (!cut) {
			memcpy(message + at, p->bytes, p->n);
			at += p->n;
		}
		cut = cut || p->n < p->length;
		origins[out->origins_total++] = p->at;
		if (p->at.capture == last.capture)
			frame_add(out, frames, p->at.frame);
	}
	out->payload = slice_of(message, at);
	out->frames = frames;
	out->origins = origins;
	return true;
}

enum chunks_verdict
chunks_add(struct chunks *cs, const struct addr *src, const struct addr *dst,
           const struct sctp_data *d, struct origin at, struct chunks_whole *out)
{
	struct set *s = set_for(cs, src, dst, d);
	enum chunks_verdict answer = CHUNKS_HELD;
	const struct part *p;
	size_t i;

	if (s == NULL)
		return CHUNKS_HELD;
	if (is_another(s, d)) {
		set_clear(cs, s);
		s->since_ns = cs->clock.now_ns;
		table_touch(&cs->table, &s->entry);
	}
	if (s->done)
		return CHUNKS_COPY;
	i = place_of(s, d->order);
	if (i < s->total && s->row[i]->order == d->order) {
		p = s->row[i];
		s->overlap = s->overlap || p->length != d->length ||
		             (p->n == d->payload.n && p->n != 0 &&
		              memcmp(p->bytes, d->payload.p, p->n) != 0);
		return CHUNKS_COPY;
	}
	if (s->total >= cs->limits->max[LIMIT_CHUNK_PIECES] ||
	    s->size + d->length > cs->limits->max[LIMIT_MESSAGE_BYTES]) {
		cs->limits->dropped[LIMIT_CHUNK_PIECES]++;
		set_free(cs, s);
		return CHUNKS_HELD;
	}
	if (!set_add(cs, s, i, d, at))
		return CHUNKS_HELD;
	if (d->first) {
		s->has_first = true;
		s->first = d->order;
	}
	if (d->last) {
		s->has_last = true;
		s->last = d->order;
	}
	if (is_whole(s) && set_assemble(cs, s, at, out)) {
		uint32_t first = s->first, last = s->last;

		set_clear(cs, s);
		s->done = s->has_first = s->has_last = true;
		s->first = first;
		s->last = last;
		answer = CHUNKS_WHOLE;
	}
	enforce_limits(cs); /* the set may be gone */
	return answer;
}

void
chunks_free(struct chunks *cs)
{
	struct set *s;

	if (cs == NULL)
		return;
	while ((s = oldest(cs)) != NULL)
		set_free(cs, s);
	table_free(&cs->table);
	free(cs->message);
	free(cs->frames);
	free(cs->origins);
	free(cs);
}
