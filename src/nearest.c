#include "src/nearest.h"

enum {
	NAME_MIN = 2, /* shorter ones are like anything */
	FARTHER =
	    2, /* mistakes more than the best may have those that are told with it */
};

/* Octets put in, left out, changed or swapped with the next one (letter case is no change). */
static size_t
distance(struct slice a, struct slice b)
{
	size_t rows[3][NEAREST_NAME + 1], i, k;
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	for (k = 0; k <= b.n; k++)
		last[k] = k;
	for (i = 1; i <= a.n; i++) {
		uint8_t c = ascii_lower(a.p[i - 1]);

		now[0] = i;
		for (k = 1; k <= b.n; k++) {
			uint8_t d = ascii_lower(b.p[k - 1]);
			size_t best = last[k - 1] + (c != d);

			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (now[k - 1] + 1 < best)
				best = now[k - 1] + 1;
			if (i > 1 && k > 1 && c != d && c == ascii_lower(b.p[k - 2]) &&
			    d == ascii_lower(a.p[i - 2]) && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			now[k] = best;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

void
nearest_init(struct nearest *n, struct slice name)
{
	*n = (struct nearest){.name = slice_head(name, NEAREST_NAME)};
}

void
nearest_try(struct nearest *n, struct slice known)
{
	/* More than a third of it wrong is another word; so is what is much less like it than the best. */
	size_t worst = n->name.n / 3 + 1, d, i, at;

	if (known.n < NAME_MIN || n->name.n < NAME_MIN || known.n > NEAREST_NAME ||
	    known.n > n->name.n + worst || n->name.n > known.n + worst)
		return;
	d = distance(n->name, known);
	if (d > worst || (n->total != 0 && d > n->distance[0] + FARTHER))
		return;
	for (i = 0; i < n->total; i++)
		if (slice_eq(n->best[i], known))
			return;
	for (at = n->total; at != 0 && n->distance[at - 1] > d; at--)
		continue;
	if (at == NEAREST_KEPT)
		return;
	if (n->total < NEAREST_KEPT)
		n->total++;
	for (i = n->total - 1; i > at; i--) {
		n->best[i] = n->best[i - 1];
		n->distance[i] = n->distance[i - 1];
	}
	n->best[at] = known;
	n->distance[at] = d;
	while (n->distance[n->total - 1] > n->distance[0] + FARTHER)
		n->total--;
}
