#include "src/pcapng.h"

#include <errno.h>
#include <stdlib.h>

#include "dissect/cursor.h"

enum {
	BLOCK_SECTION = 0x0A0D0D0A,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE = 3,
	BLOCK_ENHANCED = 6,
	BLOCK_MIN = 12, /* type, length, length */
	SECTION_MIN = 28,
	ORDER_MAGIC = 0x1A2B3C4D,
	OPTION_COMMENT = 1,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14,
	TENTH_MAX = 19, /* 10^19 and 2^63 are the finest that 64 bits can count */
	HALF_MAX = 63,
	STEP = 65536, /* a block's memory grows by what is really there */
	SECOND = 1000000000,
};

static const int64_t seconds_max = INT64_MAX / SECOND - 1;

struct interface {
	int dlt;
	uint32_t snaplen;
	uint64_t
	    per_second; /* units of its time stamps; 0: two to the power of `halves` */
	uint8_t halves;
	int64_t offset_s;
};

struct pcapng {
	FILE *file;
	bool big; /* byte order of the section */
	struct interface *interfaces;
	size_t interfaces_total, interfaces_room;
	int first_dlt;
	uint8_t *block; /* what stands between the two lengths */
	size_t block_room;
	uint64_t at, next; /* offsets: of the block that is read, of the one behind it */
	uint8_t comment[PCAPNG_COMMENT_MAX];
	size_t comment_n;
	char why[96];
};

static enum pcapng_answer
answer(struct pcapng *p, enum pcapng_answer a, const char *why)
{
	(void)snprintf(p->why, sizeof(p->why), "%s", why);
	return a;
}

static uint16_t
read16(const struct pcapng *p, struct cursor *c)
{
	return p->big ? cur_be16(c) : cur_le16(c);
}

static uint32_t
read32(const struct pcapng *p, struct cursor *c)
{
	return p->big ? cur_be32(c) : cur_le32(c);
}

/* What fread answers, as what it means. */
static enum pcapng_answer
file_read(struct pcapng *p, void *to, size_t n)
{
	size_t got = fread(to, 1, n, p->file);

	p->next += got;
	if (got == n)
		return PCAPNG_FRAME;
	if (ferror(p->file))
		return answer(p, PCAPNG_ERROR, strerror(errno ? errno : EIO));
	return answer(p, PCAPNG_CUT, "");
}

static enum pcapng_answer
file_skip(struct pcapng *p, uint64_t n)
{
	uint8_t unread[4096];

	/* Each round takes what was asked for. */
	while (n != 0) {
		size_t part = n < sizeof(unread) ? (size_t)n : sizeof(unread);
		enum pcapng_answer a = file_read(p, unread, part);

		if (a != PCAPNG_FRAME)
			return a;
		n -= part;
	}
	return PCAPNG_FRAME;
}

/* A block's inside, into p->block. */
static enum pcapng_answer
block_read(struct pcapng *p, size_t n)
{
	size_t done = 0, part;
	enum pcapng_answer a;

	/* Each round takes a part; no memory is had for what is only claimed. */
	for (; done < n; done += part) {
		part = n - done < STEP ? n - done : STEP;
		if (done + part > p->block_room) {
			size_t room = 2 * (done + part);
			uint8_t *more = realloc(p->block, room);

			if (more == NULL)
				return answer(p, PCAPNG_ERROR, "out of memory");
			p->block = more;
			p->block_room = room;
		}
		a = file_read(p, p->block + done, part);
		if (a != PCAPNG_FRAME)
			return a;
	}
	return PCAPNG_FRAME;
}

/* Takes an option off the front. False: at the end, or (c->ended) it runs over it. */
static bool
option_next(const struct pcapng *p, struct cursor *c, uint16_t *code, struct slice *value)
{
	uint16_t length;

	if (cur_left(c) == 0)
		return false;
	*code = read16(p, c);
	length = read16(p, c);
	if (*code == 0)
		return false;
	*value = cur_take(c, length);
	cur_skip(c, (4u - (length & 3u)) & 3u);
	return !c->ended;
}

static void
comment_keep(struct pcapng *p, struct slice text)
{
	if (text.n == 0)
		return;
	if (p->comment_n != 0 && p->comment_n < sizeof(p->comment))
		p->comment[p->comment_n++] = '\n';
	text = slice_head(text, sizeof(p->comment) - p->comment_n);
	memcpy(p->comment + p->comment_n, text.p, text.n);
	p->comment_n += text.n;
}

static enum pcapng_answer
section_begin(struct pcapng *p, struct cursor *c)
{
	struct slice value;
	uint16_t code;

	if (read16(p, c) != 1)
		return answer(p, PCAPNG_BAD, "a section of an unknown version");
	cur_skip(c, 10); /* minor version; the section's length, which is often -1 */
	p->interfaces_total = 0;
	while (option_next(p, c, &code, &value))
		if (code == OPTION_COMMENT)
			comment_keep(p, value);
	return c->ended ? answer(p, PCAPNG_BAD, "an option runs over its block")
	                : PCAPNG_FRAME;
}

static bool
resolution_set(struct interface *i, struct slice value)
{
	uint8_t v = value.n != 0 ? value.p[0] : 6, n = v & 0x7F;

	if (n > (v & 0x80 ? HALF_MAX : TENTH_MAX))
		return false;
	i->per_second = v & 0x80 ? 0 : 1;
	i->halves = n;
	while (i->per_second != 0 && n-- != 0)
		i->per_second *= 10;
	return true;
}

static enum pcapng_answer
interface_add(struct pcapng *p, struct cursor *c)
{
	struct interface i = {.per_second = 1000000};
	struct slice value;
	struct cursor inner;
	uint16_t code;

	if (p->interfaces_total == PCAPNG_INTERFACES_MAX)
		return answer(p, PCAPNG_BAD, "more interfaces than gbscope follows");
	i.dlt = read16(p, c);
	cur_skip(c, 2);
	i.snaplen = read32(p, c);
	while (option_next(p, c, &code, &value)) {
		inner = cursor(value);
		if (code == OPTION_COMMENT)
			comment_keep(p, value);
		else if (code == OPTION_OFFSET && value.n >= 8) {
			uint64_t one = read32(p, &inner), two = read32(p, &inner);

			i.offset_s =
			    (int64_t)(p->big ? one << 32 | two : two << 32 | one);
		} else if (code == OPTION_RESOLUTION && !resolution_set(&i, value)) {
			return answer(p, PCAPNG_BAD,
			              "time stamps finer than 64 bits can count");
		}
	}
	if (c->ended)
		return answer(p, PCAPNG_BAD, "an option runs over its block");
	if (p->interfaces_total == p->interfaces_room) {
		size_t room = p->interfaces_room ? 2 * p->interfaces_room : 4;
		struct interface *more = realloc(p->interfaces, room * sizeof(*more));

		if (more == NULL)
			return answer(p, PCAPNG_ERROR, "out of memory");
		p->interfaces = more;
		p->interfaces_room = room;
	}
	p->interfaces[p->interfaces_total++] = i;
	if (p->first_dlt < 0)
		p->first_dlt = i.dlt;
	return PCAPNG_FRAME;
}

static int64_t
time_of(const struct interface *i, uint64_t units)
{
	uint64_t seconds, ns, rest;
	int64_t s;

	if (i->per_second != 0) {
		seconds = units / i->per_second;
		rest = units % i->per_second;
		ns = i->per_second <= SECOND ? rest * (SECOND / i->per_second)
		                             : rest / (i->per_second / SECOND);
	} else {
		seconds = units >> i->halves;
		rest = units & ((UINT64_C(1) << i->halves) - 1);
		/* More than 32 binary digits are finer than a nanosecond. */
		ns = i->halves <= 32 ? rest * SECOND >> i->halves
		                     : (rest >> (i->halves - 32)) * SECOND >> 32;
	}
	s = seconds > (uint64_t)seconds_max ? seconds_max : (int64_t)seconds;
	if (i->offset_s > seconds_max - s)
		s = seconds_max;
	else
		s += i->offset_s;
	return s < 0 ? 0 : s * SECOND + (int64_t)ns;
}

static enum pcapng_answer
data_read(struct pcapng *p, struct cursor *c, uint32_t captured, struct pcapng_frame *out)
{
	out->offset = p->at + 8 + (uint64_t)(c->rest.p - p->block);
	out->bytes = cur_take(c, captured);
	cur_skip(c, (4u - (captured & 3u)) & 3u);
	if (c->ended)
		return answer(p, PCAPNG_BAD, "a frame that is longer than its block");
	return PCAPNG_FRAME;
}

/* Enhanced and obsolete packet blocks. */
static enum pcapng_answer
packet_read(struct pcapng *p, bool obsolete, struct cursor *c, struct pcapng_frame *out)
{
	uint32_t number = obsolete ? read16(p, c) : read32(p, c), captured;
	enum pcapng_answer a;
	struct slice value;
	uint64_t units;
	uint16_t code;

	if (obsolete)
		cur_skip(c, 2); /* frames dropped */
	units = (uint64_t)read32(p, c) << 32;
	units |= read32(p, c);
	captured = read32(p, c);
	out->wire = read32(p, c);
	if (c->ended)
		return answer(p, PCAPNG_BAD, "a block that is too short");
	if (number >= p->interfaces_total)
		return answer(p, PCAPNG_BAD,
		              "a frame of an interface that the file does not have");
	out->dlt = p->interfaces[number].dlt;
	out->time_ns = time_of(&p->interfaces[number], units);
	out->timed = true;
	a = data_read(p, c, captured, out);
	/* Options of a frame that run over it take nothing from the frame. */
	while (a == PCAPNG_FRAME && option_next(p, c, &code, &value))
		if (code == OPTION_COMMENT && out->comment.n == 0)
			out->comment = slice_head(value, PCAPNG_COMMENT_MAX);
	return a;
}

/* Of the first interface, as long as it captures at most, without a time. */
static enum pcapng_answer
simple_read(struct pcapng *p, struct cursor *c, struct pcapng_frame *out)
{
	uint32_t captured;

	out->wire = captured = read32(p, c);
	if (p->interfaces_total == 0)
		return answer(p, PCAPNG_BAD,
		              "a frame of an interface that the file does not have");
	out->dlt = p->interfaces[0].dlt;
	if (p->interfaces[0].snaplen != 0 && captured > p->interfaces[0].snaplen)
		captured = p->interfaces[0].snaplen;
	return data_read(p, c, captured, out);
}

/* Type and length; of a section its byte order too, which the length depends on. *got: bytes read beyond the
 * eight that all blocks have. */
static enum pcapng_answer
head_read(struct pcapng *p, uint32_t *type, uint32_t *length, size_t *got)
{
	uint8_t head[12];
	struct cursor c = cursor(slice_of(head, 8)), order;
	size_t n;

	p->at = p->next;
	n = fread(head, 1, 8, p->file);
	p->next += n;
	if (n < 8 && ferror(p->file))
		return answer(p, PCAPNG_ERROR, strerror(errno ? errno : EIO));
	if (n < 8)
		return n == 0 ? PCAPNG_END : answer(p, PCAPNG_CUT, "");
	*got = 0;
	*type = read32(p, &c);
	if (*type == BLOCK_SECTION) { /* the same in both orders */
		enum pcapng_answer a = file_read(p, head + 8, 4);

		if (a != PCAPNG_FRAME)
			return a;
		order = cursor(slice_of(head + 8, 4));
		p->big = cur_be32(&order) == ORDER_MAGIC;
		order = cursor(slice_of(head + 8, 4));
		if (!p->big && cur_le32(&order) != ORDER_MAGIC)
			return answer(p, PCAPNG_BAD, "a section without byte order");
		*got = 4;
	}
	*length = read32(p, &c);
	if (*length < (*type == BLOCK_SECTION ? SECTION_MIN : BLOCK_MIN) ||
	    *length % 4 != 0)
		return answer(p, PCAPNG_BAD, "a block length that cannot be");
	return PCAPNG_FRAME;
}

static bool
wanted(uint32_t type)
{
	return type == BLOCK_SECTION || type == BLOCK_INTERFACE || type == BLOCK_PACKET ||
	       type == BLOCK_SIMPLE || type == BLOCK_ENHANCED;
}

static enum pcapng_answer
block_dissect(struct pcapng *p, uint32_t type, size_t n, struct pcapng_frame *out)
{
	struct cursor c = cursor(slice_of(p->block, n));

	switch (type) {
	case BLOCK_SECTION:
		return section_begin(p, &c);
	case BLOCK_INTERFACE:
		return interface_add(p, &c);
	case BLOCK_SIMPLE:
		return simple_read(p, &c, out);
	default:
		return packet_read(p, type == BLOCK_PACKET, &c, out);
	}
}

/* One block. *type is 0 where it says nothing to us. */
static enum pcapng_answer
block_next(struct pcapng *p, uint32_t *type, struct pcapng_frame *out)
{
	uint32_t length = 0, again;
	uint8_t tail[4];
	struct cursor c;
	size_t got = 0, n;
	enum pcapng_answer a = head_read(p, type, &length, &got);

	*out = (struct pcapng_frame){.dlt = -1};
	if (a != PCAPNG_FRAME)
		return a;
	n = length - BLOCK_MIN - got;
	if (!wanted(*type)) {
		*type = 0;
		a = file_skip(p, n);
	} else if (n > PCAPNG_BLOCK_MAX) {
		return answer(p, PCAPNG_BAD, "a block longer than gbscope reads");
	} else {
		a = block_read(p, n);
	}
	if (a == PCAPNG_FRAME)
		a = file_read(p, tail, sizeof(tail));
	if (a != PCAPNG_FRAME)
		return a;
	c = cursor(slice_of(tail, sizeof(tail)));
	again = read32(p, &c);
	if (again != length)
		return answer(p, PCAPNG_BAD, "a block whose two lengths differ");
	return *type != 0 ? block_dissect(p, *type, n, out) : PCAPNG_FRAME;
}

struct pcapng *
pcapng_new(FILE *f)
{
	struct pcapng *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->file = f;
	p->first_dlt = -1;
	p->block = malloc(STEP);
	p->block_room = STEP;
	if (p->block == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

enum pcapng_answer
pcapng_begin(struct pcapng *p)
{
	enum pcapng_answer a = PCAPNG_FRAME;
	struct pcapng_frame unused;
	bool section = false;
	uint32_t type;

	/* Each round takes a block. */
	while (a == PCAPNG_FRAME && p->interfaces_total == 0) {
		a = block_next(p, &type, &unused);
		if (a == PCAPNG_FRAME && !section && type != BLOCK_SECTION)
			return answer(p, PCAPNG_BAD, "does not begin with a section");
		section = true;
	}
	if (a == PCAPNG_END || a == PCAPNG_CUT)
		return answer(p, a, "ends before its first interface");
	return a;
}

enum pcapng_answer
pcapng_next(struct pcapng *p, struct pcapng_frame *out)
{
	enum pcapng_answer a;
	uint32_t type;

	/* Each round takes a block. */
	do {
		a = block_next(p, &type, out);
	} while (a == PCAPNG_FRAME &&
	         (type == 0 || type == BLOCK_SECTION || type == BLOCK_INTERFACE));
	return a;
}

const char *
pcapng_why(const struct pcapng *p)
{
	return p->why;
}

uint64_t
pcapng_offset(const struct pcapng *p)
{
	return p->at;
}

int
pcapng_dlt(const struct pcapng *p)
{
	return p->first_dlt;
}

struct slice
pcapng_comment(struct pcapng *p)
{
	size_t n = p->comment_n;

	p->comment_n = 0;
	return slice_of(p->comment, n);
}

void
pcapng_free(struct pcapng *p)
{
	if (p == NULL)
		return;
	free(p->interfaces);
	free(p->block);
	free(p);
}
