#include "src/map.h"

#include <stdlib.h>

#include "tests/unit/test.h"

enum { ITEMS = 3000, SHARED = 1000, STEPS = 200000 };

static int items[ITEMS];

/* Items of a hash, as many as map_next gives; *newest is the first. */
static size_t
count(const struct map *m, uint64_t hash, void **newest)
{
	size_t pos = 0, n = 0;
	void *item;

	*newest = NULL;
	while ((item = map_next(m, hash, &pos)) != NULL)
		if (n++ == 0)
			*newest = item;
	return n;
}

static void
test_empty(void)
{
	struct map m = {.size = 0};
	size_t pos = 0;
	void *newest;

	ok(count(&m, 1, &newest) == 0, "an empty map has nothing");
	ok(map_each(&m, &pos) == NULL, "nor when all is asked for");
	map_drop(&m, 1, items);
	ok(m.used == 0, "dropping from it does nothing");
	map_free(&m);
}

static void
test_few(void)
{
	struct map m = {.size = 0};
	size_t pos = 0;
	void *newest;

	ok(map_put(&m, 7, &items[0]) && map_put(&m, 7, &items[1]) &&
	       map_put(&m, 8, &items[2]),
	   "three items go in");
	ok(count(&m, 7, &newest) == 2 && newest == &items[1],
	   "two of one hash, the newest first");
	ok(map_put(&m, 7, &items[0]) && m.used == 3,
	   "one that is there is not put twice");
	ok(map_put(&m, 8, &items[0]) && count(&m, 8, &newest) == 2,
	   "under another hash it is another one");
	map_drop(&m, 9, &items[0]);
	map_drop(&m, 7, &items[2]);
	ok(m.used == 4, "what is not there is not dropped");
	map_drop(&m, 7, &items[1]);
	ok(count(&m, 7, &newest) == 1 && newest == &items[0],
	   "the newest goes, the older one stays");
	map_drop(&m, 7, &items[0]);
	ok(count(&m, 7, &newest) == 0 && count(&m, 8, &newest) == 2,
	   "the last of a hash goes");
	ok(map_each(&m, &pos) != NULL && map_each(&m, &pos) != NULL &&
	       map_each(&m, &pos) == NULL,
	   "all that is left, each once");
	map_free(&m);
	ok(m.used == 0 && count(&m, 8, &newest) == 0, "freed, it is empty");
}

/* As many as an attacker likes have one hash: putting and dropping stay quick, in any order. */
static void
test_shared(void)
{
	struct map m = {.size = 0};
	void *newest;
	size_t i;

	for (i = 0; i < SHARED; i++)
		if (!map_put(&m, 42, &items[i]))
			break;
	ok(i == SHARED && count(&m, 42, &newest) == MAP_SHARED_MAX &&
	       newest == &items[SHARED - 1],
	   "of many with one hash, the newest are looked at");
	for (i = 0; i < SHARED; i += 2)
		map_drop(&m, 42, &items[i]);
	ok(m.used == SHARED / 2, "half of them dropped");
	for (i = SHARED - 1; i > 100; i -= 2)
		map_drop(&m, 42, &items[i]);
	ok(count(&m, 42, &newest) == 50 && newest == &items[99],
	   "the oldest ones come to sight");
	map_free(&m);
}

/* Against a list that is searched from end to end. */
static void
test_model(void)
{
	static bool there[ITEMS];
	struct map m = {.size = 0};
	size_t used = 0, i, step, pos, seen;
	uint32_t random = 1;
	bool same = true;
	void *item;

	for (step = 0; step < STEPS && same; step++) {
		random = random * 1664525 + 1013904223;
		i = random >> 8 & 0xFFFFF;
		i %= step < STEPS / 2 ? ITEMS : ITEMS / 8;
		/* Hashes near each other, and each for several items. */
		if (random >> 30 != 0 && !there[i]) {
			same = map_put(&m, i / 3 % 100, &items[i]);
			there[i] = true;
			used++;
		} else if (there[i]) {
			map_drop(&m, i / 3 % 100, &items[i]);
			there[i] = false;
			used--;
		}
		same = same && m.used == used;
	}
	ok(same, "as many as in the list, after each step");
	for (pos = 0, seen = 0; (item = map_each(&m, &pos)) != NULL; seen++)
		same = same && there[(int *)item - items];
	ok(same && seen == used, "and the same ones");
	for (i = 0; i < ITEMS; i++)
		if (there[i])
			map_drop(&m, i / 3 % 100, &items[i]);
	pos = 0;
	ok(m.used == 0 && map_each(&m, &pos) == NULL, "all of them can go");
	map_free(&m);
}

int
main(void)
{
	test_empty();
	test_few();
	test_shared();
	test_model();
	return done();
}
