#include "src/arrivals.h"

enum {
	NONE = 65536, /* no sequence number */
	DROPOUT = 3000,
	MISORDER = 100,
	WINDOW = 64,
};

/* A pause so long, or a leap of the stamps, tells nothing of the network. */
#define MEASURED INT64_C(10000000000)

void
arrivals_clock(struct arrivals *a, uint32_t hz)
{
	if (hz == 0 || hz == a->hz)
		return;
	a->hz = hz;
	a->tick = (UINT64_C(1000000000) << 16) / hz;
	a->jitter = 0;
	a->time_ns = 0;
}

static void
run_start(struct arrivals *a, uint16_t seq)
{
	/* One wrap ahead, so that what comes late may lie below. */
	a->first = a->highest = UINT64_C(65536) + seq;
	a->unique = a->window = 1;
	a->odd = NONE;
}

static uint64_t
run_lost(const struct arrivals *a)
{
	uint64_t expected = a->unique ? a->highest - a->first + 1 : 0;

	return expected > a->unique ? expected - a->unique : 0;
}

/* RFC 3550 A.8. */
static void
measure(struct arrivals *a, uint32_t stamp, int64_t time_ns)
{
	int64_t passed = time_ns - a->time_ns, stamped, d;
	bool known = a->time_ns != 0;
	int32_t ticks = (int32_t)(stamp - a->stamp);

	a->stamp = stamp;
	a->time_ns = time_ns;
	if (!known || a->hz == 0 || passed > MEASURED || passed < -MEASURED ||
	    ticks > (int64_t)a->hz * 10 || ticks < -(int64_t)a->hz * 10)
		return;
	stamped =
	    (int64_t)((uint64_t)(ticks < 0 ? -(int64_t)ticks : ticks) * a->tick >> 16);
	d = passed - (ticks < 0 ? -stamped : stamped);
	if (d < 0)
		d = -d;
	a->jitter += (uint64_t)d;
	a->jitter -= (a->jitter - (uint64_t)d + 8) >> 4;
}

/* Behind the highest, or the highest again. False: it was there. */
static bool
is_new(struct arrivals *a, uint16_t behind)
{
	uint64_t bit = behind < WINDOW ? UINT64_C(1) << behind : 0;

	if ((a->window & bit) != 0)
		return false;
	a->window |= bit;
	a->late++;
	a->unique++;
	if (a->highest - behind < a->first)
		a->first = a->highest - behind;
	return true;
}

static void
ahead(struct arrivals *a, uint16_t by)
{
	a->highest += by;
	a->window = by < WINDOW ? a->window << by | 1 : 1;
	a->unique++;
	a->odd = NONE;
}

/* Far from all before. Two in a row make a new run, the first of them its beginning. False: it is the first. */
static bool
leap(struct arrivals *a, uint16_t seq)
{
	if (a->odd != seq) {
		a->odd = (uint16_t)(seq + 1);
		return false;
	}
	a->lost += run_lost(a);
	a->restarts++;
	run_start(a, (uint16_t)(seq - 1));
	ahead(a, 1);
	a->time_ns = 0;
	return true;
}

bool
arrivals_add(struct arrivals *a, uint16_t seq, uint32_t stamp, int64_t time_ns)
{
	uint16_t by = (uint16_t)(seq - (uint16_t)a->highest);
	bool fits = true;

	if (a->unique == 0)
		run_start(a, seq);
	else if (by != 0 && by < DROPOUT)
		ahead(a, by);
	else if (by != 0 && by <= 65536 - MISORDER)
		fits = leap(a, seq);
	else if (!is_new(a, (uint16_t)(0 - by)))
		return false;
	if (fits)
		measure(a, stamp, time_ns);
	return true;
}

uint64_t
arrivals_lost(const struct arrivals *a)
{
	return a->lost + run_lost(a);
}

int64_t
arrivals_jitter_ns(const struct arrivals *a)
{
	return a->unique + a->restarts > 1 ? (int64_t)(a->jitter >> 4) : -1;
}

uint32_t
arrivals_hz(uint8_t payload_type)
{
	static const struct {
		uint8_t from, to;
		uint32_t hz;
	} rows[] = {
	    {0, 5, 8000},    {6, 6, 16000},   {7, 9, 8000},
	    {10, 11, 44100}, {12, 13, 8000},  {15, 15, 8000},
	    {16, 16, 11025}, {17, 17, 22050}, {18, 20, 8000},
	};
	unsigned i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (payload_type >= rows[i].from && payload_type <= rows[i].to)
			return rows[i].hz;
	return 90000;
}
