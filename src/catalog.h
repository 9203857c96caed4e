/* catalog - what rules, fields and explain tell of: the rules, and the registry of all fields. */
#ifndef SRC_CATALOG_H
#define SRC_CATALOG_H

#include "src/body.h"
#include "src/entry.h"
#include "src/options.h"

struct known {
	struct limits limits;
	struct body_reader *bodies; /* has the dictionary */
	struct arena arena;
	struct registry registry;
	const struct entry **room; /* for as many as the registry has */
};

/* False and *e; to be closed anyway. */
bool known_open(struct known *k, const struct options *o, struct err *e);
void known_close(struct known *k);
/* "; did you mean A, B or C?", or nothing where no name is like it. */
void known_nearest(const struct known *k, struct slice name, bool rules, char *to,
                   size_t size);

/* 1 for json, 0 for text, -1 and *e. */
int wants_json(const struct options *o, struct err *e);
struct json_object *rule_json(const struct options *o, enum rule r);
/* A member of a list, on a line of its own; puts it. */
void list_put(FILE *f, bool comma, struct json_object *v);

#endif
