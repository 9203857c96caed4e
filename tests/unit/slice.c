#include "dissect/slice.h"
#include "dissect/arena.h"
#include "dissect/cursor.h"

#include <stdint.h>

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit) {(const uint8_t *)(lit), sizeof(lit) - 1}
/* clang-format on */

static void
compare(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice a, b;
		bool eq, ieq, starts, istarts;
	} rows[] = {
	    {"equal", S("Via"), S("Via"), true, true, true, true},
	    {"another case", S("Via"), S("vIA"), false, true, false, true},
	    {"a prefix", S("Via: x"), S("Via"), false, false, true, true},
	    {"a prefix in another case", S("via: x"), S("Via"), false, false, false, true},
	    {"shorter than the prefix", S("Vi"), S("Via"), false, false, false, false},
	    {"both empty", S(""), S(""), true, true, true, true},
	    {"an empty prefix", S("x"), S(""), false, false, true, true},
	    {"octets that differ by 0x20 only and are no letters", S("["), S("{"), false, false,
	     false, false},
	    {"octets above 0x7F", S("\xc1"), S("\xe1"), false, false, false, false},
	    {"NUL inside", S("a\0b"), S("a\0c"), false, false, false, false},
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(slice_eq(rows[i].a, rows[i].b) == rows[i].eq, "%s: eq", rows[i].what);
		ok(slice_ieq(rows[i].a, rows[i].b) == rows[i].ieq, "%s: ieq",
		   rows[i].what);
		ok(slice_starts(rows[i].a, rows[i].b) == rows[i].starts, "%s: starts",
		   rows[i].what);
		ok(slice_istarts(rows[i].a, rows[i].b) == rows[i].istarts, "%s: istarts",
		   rows[i].what);
	}
	ok(slice_eq(SLICE_EMPTY, SLICE("")), "NULL and empty are equal");
}

static void
cut(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in, trimmed, head, tail;
		bool found; /* of ':' */
	} rows[] = {
	    {"one colon", S(" a:b "), S("a:b"), S(" a"), S("b "), true},
	    {"two colons", S("a:b:c"), S("a:b:c"), S("a"), S("b:c"), true},
	    {"colon at the end", S("a:"), S("a:"), S("a"), S(""), true},
	    {"only a colon", S(":"), S(":"), S(""), S(""), true},
	    {"no colon", S("\r\n\t "), S(""), S("-"), S("-"), false},
	    {"empty", S(""), S(""), S("-"), S("-"), false},
	    {"a vertical tab stays", S("\v:"), S("\v:"), S("\v"), S(""), true},
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice head = SLICE("-"), tail = SLICE("-");

		ok(slice_eq(slice_trim(rows[i].in), rows[i].trimmed), "%s: trim",
		   rows[i].what);
		ok(slice_cut(rows[i].in, ':', &head, &tail) == rows[i].found, "%s: found",
		   rows[i].what);
		ok(slice_eq(head, rows[i].head) && slice_eq(tail, rows[i].tail),
		   "%s: parts", rows[i].what);
	}
}

static void
find(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in, needle;
		size_t at;
	} rows[] = {
	    {"at the start", S("abc"), S("ab"), 0},
	    {"at the end", S("abc"), S("bc"), 1},
	    {"after a false start", S("aab"), S("ab"), 1},
	    {"not there", S("abab"), S("bb"), 4},
	    {"cut off", S("xxa"), S("ab"), 3},
	    {"longer than all", S("a"), S("ab"), 1},
	    {"empty needle", S("abc"), S(""), 0},
	    {"in nothing", S(""), S("a"), 0},
	    {"with NUL", S("a\0b"), S("\0b"), 1},
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(slice_find(rows[i].in, rows[i].needle) == rows[i].at, "%s",
		   rows[i].what);
	ok(slice_head(SLICE("abc"), 9).n == 3, "head of more than all is all");
	ok(slice_tail(SLICE("abc"), 9).n == 0, "tail beyond the end is empty");
	ok(slice_tail(SLICE_EMPTY, 3).p == NULL, "tail of nothing is nothing");
}

static void
numbers(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		struct slice in;
		uint32_t max;
		bool good;
		uint32_t v;
	} rows[] = {
	    {"zero", S("0"), UINT32_MAX, true, 0},
	    {"leading zeros", S("0000000000000000000000007"), UINT32_MAX, true, 7},
	    {"the greatest", S("4294967295"), UINT32_MAX, true, UINT32_MAX},
	    {"one too many", S("4294967296"), UINT32_MAX, false, 0},
	    {"beyond 64 bits", S("18446744073709551616"), UINT32_MAX, false, 0},
	    {"the bound itself", S("65535"), 65535, true, 65535},
	    {"above the bound", S("65536"), 65535, false, 0},
	    {"empty", S(""), UINT32_MAX, false, 0},
	    {"a sign", S("+1"), UINT32_MAX, false, 0},
	    {"a blank", S("1 "), UINT32_MAX, false, 0},
	    {"hex", S("0x1"), UINT32_MAX, false, 0},
	    {"NUL at the end", S("1\0"), UINT32_MAX, false, 0},
	};
	/* clang-format on */
	size_t i;
	uint64_t wide = 7;

	ok(slice_eq(slice_number(SLICE("0030")), SLICE("30")) &&
	       slice_eq(slice_number(SLICE("00")), SLICE("0")) &&
	       slice_eq(slice_number(SLICE("00x")), SLICE("00x")) &&
	       slice_number(SLICE("")).n == 0,
	   "a number without leading zeros");

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t v = 0;

		ok(parse_u32(rows[i].in, rows[i].max, &v) == rows[i].good, "%s",
		   rows[i].what);
		ok(v == rows[i].v, "%s: the value", rows[i].what);
	}
	ok(parse_u64(SLICE("18446744073709551615"), UINT64_MAX, &wide) &&
	       wide == UINT64_MAX,
	   "the greatest of 64 bits");
	ok(!parse_u64(SLICE("18446744073709551616"), UINT64_MAX, &wide) &&
	       wide == UINT64_MAX,
	   "one more than 64 bits writes nothing");
}

static void
cursors(void)
{
	struct cursor c =
	    cursor(SLICE("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\xff"));

	ok(cur_u8(&c) == 0x01, "an octet");
	ok(cur_be16(&c) == 0x0203, "two octets, high one first");
	ok(cur_be32(&c) == 0x04050607, "four octets, high one first");
	ok(cur_le16(&c) == 0x0908, "two octets, low one first");
	ok(cur_left(&c) == 4 && !c.ended, "four are left");
	ok(cur_le32(&c) == 0xff0c0b0aU && !c.ended, "four octets, low one first");
	ok(cur_u8(&c) == 0 && c.ended, "past the end there are zeros");

	c = cursor(SLICE("\xff"));
	ok(cur_be16(&c) == 0 && c.ended, "half a number is none");
	ok(cur_take(&c, 5).n == 0 && c.ended, "nothing is left");
	c = cursor(SLICE("abc"));
	ok(slice_eq(cur_take(&c, 9), SLICE("abc")) && c.ended, "what is there is given");
	c = cursor(SLICE_EMPTY);
	cur_skip(&c, 0);
	ok(!c.ended, "to skip nothing is no harm");
	cur_skip(&c, SIZE_MAX);
	ok(c.ended && cur_be32(&c) == 0, "to skip too much ends it");
}

static void
arenas(void)
{
	struct arena a;
	uint8_t *p, *q;
	struct slice s;
	unsigned i;
	bool good = true;

	arena_init(&a, 0);
	for (i = 0; i < 5000; i++) {
		p = arena_alloc(&a, i % 97);
		good = good && p != NULL && ((uintptr_t)p & 15) == 0 &&
		       (i % 97 == 0 || p[0] == 0);
		if (p != NULL)
			memset(p, 0xff, i % 97);
	}
	ok(good && !a.failed, "many pieces, aligned and zeroed");
	p = arena_alloc(&a, 1 << 20);
	ok(p != NULL && p[(1 << 20) - 1] == 0, "a piece greater than a chunk");
	arena_reset(&a);
	ok(a.held <= 65536, "reset gives the great chunk back");
	q = arena_alloc(&a, 100);
	ok(q != NULL && q[99] == 0, "a piece after reset is zeroed again");
	ok(arena_array(&a, SIZE_MAX / 2, 4) == NULL && a.failed,
	   "an array that overflows fails");
	arena_reset(&a);
	ok(!a.failed, "reset forgets the failure");
	ok(arena_alloc(&a, SIZE_MAX) == NULL && a.failed,
	   "a piece that rounds over fails");
	arena_free(&a);

	arena_init(&a, 4096);
	ok(arena_alloc(&a, 4097) == NULL && a.failed,
	   "beyond the bound there is nothing");
	arena_reset(&a);
	ok(arena_alloc(&a, 4000) != NULL, "below the bound there is");
	ok(arena_alloc(&a, 200) == NULL && a.failed && a.held <= a.max,
	   "the bound holds for all");
	s = arena_keep(&a, SLICE("abc"));
	ok(s.n == 3 || s.n == 0, "keep gives all or nothing");
	arena_free(&a);

	arena_init(&a, 0);
	s = arena_keep(&a, SLICE("abc"));
	ok(slice_eq(s, SLICE("abc")), "a copy");
	ok(arena_keep(&a, SLICE_EMPTY).n == 0 && !a.failed, "a copy of nothing");
	arena_free(&a);
	arena_free(&a);
	ok(a.chunks == NULL && a.held == 0, "free twice is fine");
}

int
main(void)
{
	compare();
	cut();
	find();
	numbers();
	cursors();
	arenas();
	return done();
}
