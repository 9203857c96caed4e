#include "src/subscriptions.h"

#include <stdlib.h>

struct subscriptions {
	struct limits *limits;
	struct hash_key key;
};

struct subscriptions *
subscriptions_new(struct limits *l, const struct hash_key *key)
{
	struct subscriptions *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->limits = l;
		s->key = *key;
	}
	return s;
}

void
subscriptions_feed(struct subscriptions *s, const struct message *m,
                   const struct place *p, int64_t now_ns)
{
	(void)s, (void)m, (void)p, (void)now_ns;
}

void
subscriptions_dialog_ended(struct subscriptions *s, const struct dialog *d)
{
	(void)s, (void)d;
}

struct gb_subscription *
subscriptions_next(struct subscriptions *s)
{
	(void)s;
	return NULL;
}

void
subscriptions_free(struct subscriptions *s)
{
	free(s);
}
