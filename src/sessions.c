#include "src/sessions.h"

#include <stdlib.h>

struct sessions {
	struct limits *limits;
	struct hash_key key;
};

struct sessions *
sessions_new(struct limits *l, const struct hash_key *key)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->limits = l;
		s->key = *key;
	}
	return s;
}

void
sessions_feed(struct sessions *s, const struct message *m, const struct place *p,
              int64_t now_ns)
{
	(void)s, (void)m, (void)p, (void)now_ns;
}

void
sessions_dialog_ended(struct sessions *s, const struct dialog *d)
{
	(void)s, (void)d;
}

struct gb_session *
sessions_next(struct sessions *s)
{
	(void)s;
	return NULL;
}

void
sessions_free(struct sessions *s)
{
	free(s);
}
