/* What is remembered of exchanges that are over, for answers that come late, or twice. */
#include "src/exchanges_own.h"

#include <stdlib.h>

static void
forget(struct exchanges *e)
{
	struct exchange_done *d = e->done_oldest;

	map_drop(&e->done, d->hash, d);
	map_drop(&e->done_pair, d->pair, d);
	e->done_oldest = d->newer;
	if (e->done_oldest == NULL)
		e->done_newest = NULL;
	e->done_total--;
	free(d);
}

void
exchange_done_add(struct exchanges *e, const struct exchange *x)
{
	struct exchange_done *d;

	if (x->request.frame == 0 || x->SN.n == 0 || !x->needs)
		return;
	while (e->done_total != 0 &&
	       e->done_total >= e->limits->max[LIMIT_EXCHANGES_DONE])
		forget(e);
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return;
	d->hash = x->hash;
	d->pair = x->hash_last;
	d->last_hash = x->last != NULL ? x->last->hash : 0;
	d->request = x->request;
	d->last_ip = x->last != NULL ? x->last->from_ip : 0;
	d->last = x->last != NULL ? x->last->ref : x->request;
	d->received = x->received;
	d->id = x->id;
	d->outcome = x->outcome;
	if (!map_put(&e->done, d->hash, d)) {
		free(d);
		return;
	}
	(void)map_put(&e->done_pair, d->pair, d);
	if (e->done_newest != NULL)
		e->done_newest->newer = d;
	else
		e->done_oldest = d;
	e->done_newest = d;
	e->done_total++;
}

const struct exchange_done *
exchange_done_find(const struct exchanges *e, uint64_t hash)
{
	size_t pos = 0;

	return map_next(&e->done, hash, &pos);
}

const struct exchange_done *
exchange_done_last(const struct exchanges *e, uint64_t pair)
{
	const struct exchange_done *d;
	size_t pos = 0;

	while ((d = map_next(&e->done_pair, pair, &pos)) != NULL)
		if (d->outcome == EXCHANGE_COMPLETE)
			return d;
	return NULL;
}

void
exchange_done_free(struct exchanges *e)
{
	while (e->done_oldest != NULL)
		forget(e);
	map_free(&e->done);
	map_free(&e->done_pair);
}
