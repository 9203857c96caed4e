#include "src/asks.h"

#include "src/secret.h"

/* A name of the dictionary, or what the capture has in its place, cut. */
static void
name_of(const struct exchange *x, char name[sizeof((struct ask *)0)->name])
{
	struct slice s = secret_head(x->name, sizeof(((struct ask *)0)->name) - 1);

	memset(name, 0, sizeof(((struct ask *)0)->name));
	memcpy(name, s.p, s.n);
}

/* The row of a name: found, or put where it belongs. */
static struct ask *
row(struct asks *s, const char *name)
{
	size_t i, at;

	for (at = 0; at < s->total && strcmp(s->of[at].name, name) < 0; at++)
		;
	if (at < s->total && strcmp(s->of[at].name, name) == 0)
		return &s->of[at];
	if (s->total == ASKS_TOLD - 1 && strcmp(name, "other") != 0)
		return row(s, "other");
	if (s->total == ASKS_TOLD)
		return &s->of[ASKS_TOLD - 1];
	for (i = s->total; i > at; i--)
		s->of[i] = s->of[i - 1];
	s->total++;
	memset(&s->of[at], 0, sizeof(s->of[at]));
	memcpy(s->of[at].name, name, strlen(name));
	return &s->of[at];
}

/* A command that needs no Response is one of those, whether it got one or not. */
static enum exchange_outcome
outcome_of(const struct exchange *x)
{
	if (x->request.frame != 0 && !x->needs && x->outcome == EXCHANGE_COMPLETE)
		return EXCHANGE_NOT_NEEDED;
	return x->outcome;
}

void
asks_count(struct asks *s, const struct exchange *x)
{
	char name[sizeof(s->of[0].name)];
	struct ask *a;

	/* A subscription is none; and what is tied to a request is counted with that. */
	if (x->subscribed || (x->request.frame == 0 && x->outcome == EXCHANGE_MISMATCHED))
		return;
	name_of(x, name);
	a = row(s, name);
	a->asked += x->request.frame != 0;
	a->outcomes[outcome_of(x)]++;
	if (x->request.frame != 0)
		a->items += x->received;
}
