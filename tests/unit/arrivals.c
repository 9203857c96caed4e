/* What is lost of a stream of RTP, by its numbers; how evenly it came. */
#include "src/arrivals.h"

#include "tests/unit/test.h"

enum { MOST = 8, MS = 1000000 };

static const struct {
	const char *what;
	unsigned total;
	uint16_t seq[MOST];
	uint64_t lost, late, restarts;
	unsigned copies;
} rows[] = {
    {"one", 1, {7}, 0, 0, 0, 0},
    {"in order", 4, {7, 8, 9, 10}, 0, 0, 0, 0},
    {"a gap", 3, {7, 8, 11}, 2, 0, 0, 0},
    {"the numbers wrap", 4, {65534, 65535, 0, 1}, 0, 0, 0, 0},
    {"a gap in the wrap", 3, {65534, 65535, 1}, 1, 0, 0, 0},
    {"a wrap in the gap", 2, {65530, 3}, 8, 0, 0, 0},
    {"two swapped", 4, {7, 9, 8, 10}, 0, 1, 0, 0},
    {"swapped in the wrap", 4, {65534, 0, 65535, 1}, 0, 1, 0, 0},
    {"the first one is late", 3, {8, 7, 9}, 0, 1, 0, 0},
    {"the first one is late, below zero", 3, {0, 65535, 1}, 0, 1, 0, 0},
    {"each twice", 6, {7, 7, 8, 8, 9, 9}, 0, 0, 0, 3},
    {"twice, behind others", 5, {7, 8, 9, 7, 10}, 0, 0, 0, 1},
    {"twice does not hide a gap", 4, {7, 7, 9, 9}, 1, 0, 0, 2},
    {"a single odd number", 4, {7, 8, 30000, 9}, 0, 0, 0, 0},
    {"the sender starts anew", 5, {7, 8, 30000, 30001, 30002}, 0, 0, 1, 0},
    {"what was lost before it did counts", 5, {7, 10, 30000, 30001, 30003}, 3, 0, 1, 0},
    {"back by more than may be late", 5, {500, 501, 300, 301, 302}, 0, 0, 1, 0},
};

static void
numbers(void)
{
	size_t i;
	unsigned k, copies;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arrivals a = {0};

		arrivals_clock(&a, 90000);
		copies = 0;
		for (k = 0; k < rows[i].total; k++)
			copies += !arrivals_add(&a, rows[i].seq[k], 0, (k + 1) * MS);
		ok(arrivals_lost(&a) == rows[i].lost, "%s: lost %llu", rows[i].what,
		   (unsigned long long)arrivals_lost(&a));
		ok(a.late == rows[i].late, "%s: late %llu", rows[i].what,
		   (unsigned long long)a.late);
		ok(a.restarts == rows[i].restarts, "%s: restarts", rows[i].what);
		ok(copies == rows[i].copies, "%s: copies %u", rows[i].what, copies);
	}
}

/* A whole turn of the numbers and more. */
static void
long_one(void)
{
	struct arrivals a = {0};
	uint32_t n;

	for (n = 0; n < 200000; n++)
		if (n % 1000 != 999)
			(void)arrivals_add(&a, (uint16_t)n, 0, n);
	ok(arrivals_lost(&a) == 199, "three turns: lost %llu",
	   (unsigned long long)arrivals_lost(&a));
}

/* RFC 3550 A.8: each packet moves it by a 16th of how much later it came than its stamp says. */
static void
jitter(void)
{
	struct arrivals a = {0};
	int64_t t = 1000 * MS;
	unsigned n;

	ok(arrivals_jitter_ns(&a) == -1, "none came");
	arrivals_clock(&a, 8000);
	(void)arrivals_add(&a, 0, 0, t);
	ok(arrivals_jitter_ns(&a) == -1, "one came");
	for (n = 1; n < 50; n++)
		(void)arrivals_add(&a, (uint16_t)n, n * 160, t + (int64_t)n * 20 * MS);
	ok(arrivals_jitter_ns(&a) == 0, "even: %lld", (long long)arrivals_jitter_ns(&a));
	(void)arrivals_add(&a, 50, 50 * 160, t + INT64_C(1016) * MS);
	ok(arrivals_jitter_ns(&a) == MS, "16 ms late: %lld",
	   (long long)arrivals_jitter_ns(&a));
	arrivals_clock(&a, 90000);
	ok(arrivals_jitter_ns(&a) == 0, "another clock begins anew");
	arrivals_clock(&a, 0);
	ok(a.hz == 90000, "none is no clock");
}

int
main(void)
{
	numbers();
	long_one();
	jitter();
	ok(arrivals_hz(0) == 8000 && arrivals_hz(8) == 8000 && arrivals_hz(96) == 90000 &&
	       arrivals_hz(33) == 90000 && arrivals_hz(11) == 44100,
	   "clocks of payload types");
	return done();
}
