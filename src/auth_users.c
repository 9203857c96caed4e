#include "src/auth_users.h"

#include <stdlib.h>

/* Known users are hashed once for each realm and algorithm; a few tables are kept. Captures choose
 * the realms: the work of a run has an end. */
enum { TABLES = 4, HASHES_MAX = 4000000 };

struct row {
	uint8_t hash[HASH_MAX];
	size_t line;
};

struct table {
	struct row *rows; /* sorted by hash */
	size_t total;
	enum digest_algorithm algorithm;
	uint8_t *realm;
	size_t realm_n;
};

struct auth_users {
	const struct passwords *passwords;
	struct table tables[TABLES];
	size_t next; /* table to give up for the next realm */
	uint64_t hashes;
};

struct auth_users *
auth_users_new(const struct passwords *p, struct err *e)
{
	struct auth_users *u = calloc(1, sizeof(*u));

	if (u == NULL)
		err_set(e, "no memory for digest authentication");
	else
		u->passwords = p;
	return u;
}

static void
table_free(struct table *t)
{
	free(t->rows);
	free(t->realm);
	memset(t, 0, sizeof(*t));
}

void
auth_users_free(struct auth_users *u)
{
	size_t i;

	if (u == NULL)
		return;
	for (i = 0; i < TABLES; i++)
		table_free(&u->tables[i]);
	free(u);
}

static int
row_cmp(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = memcmp(x->hash, y->hash, HASH_MAX);

	return c != 0 ? c : (x->line > y->line) - (x->line < y->line);
}

static bool
table_fill(struct auth_users *u, struct table *t, struct auth_formulas *f,
           enum digest_algorithm alg, struct slice realm)
{
	size_t total = passwords_total(u->passwords), i;

	t->rows = calloc(total + 1, sizeof(*t->rows));
	t->realm = malloc(realm.n + 1);
	if (t->rows == NULL || t->realm == NULL)
		return false;
	if (realm.n != 0)
		memcpy(t->realm, realm.p, realm.n);
	t->realm_n = realm.n;
	t->algorithm = alg;
	for (i = 0; i < total; i++) {
		const struct password *line = passwords_get(u->passwords, i);
		const struct slice parts[] = {line->user, realm};
		struct row *row = &t->rows[t->total];

		if (line->any_user)
			continue;
		if (!auth_formulas_hash(f, alg, parts, 2, row->hash))
			return false;
		row->line = i;
		t->total++;
	}
	u->hashes += total;
	if (t->total != 0)
		qsort(t->rows, t->total, sizeof(*t->rows), row_cmp);
	return true;
}

static const struct table *
table_for(struct auth_users *u, struct auth_formulas *f, enum digest_algorithm alg,
          struct slice realm)
{
	struct table *t;
	size_t i;

	for (i = 0; i < TABLES; i++) {
		t = &u->tables[i];
		if (t->rows != NULL && t->algorithm == alg &&
		    slice_eq(slice_of(t->realm, t->realm_n), realm))
			return t;
	}
	if (u->hashes >= HASHES_MAX)
		return NULL;
	t = &u->tables[u->next];
	u->next = (u->next + 1) % TABLES;
	table_free(t);
	if (!table_fill(u, t, f, alg, realm)) {
		table_free(t);
		return NULL;
	}
	return t;
}

bool
auth_users_find(struct auth_users *u, struct auth_formulas *f, enum digest_algorithm alg,
                struct slice hash, struct slice realm, const struct slice *more,
                size_t more_n, struct slice *user)
{
	size_t n = digest_hex_length(alg) / 2, i, low = 0, high;
	struct row want = {.line = 0};
	const struct table *t;

	if (!hex_read(hash, want.hash, n))
		return false;
	for (i = 0; i < more_n; i++) {
		const struct slice parts[] = {more[i], realm};
		uint8_t got[HASH_MAX];

		if (auth_formulas_hash(f, alg, parts, 2, got) &&
		    memcmp(got, want.hash, n) == 0) {
			*user = more[i];
			return true;
		}
	}
	t = table_for(u, f, alg, realm);
	if (t == NULL)
		return false;
	/* The first row that is not below; the distance halves each time. */
	for (high = t->total; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (row_cmp(&t->rows[mid], &want) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == t->total || memcmp(t->rows[low].hash, want.hash, n) != 0)
		return false;
	*user = passwords_get(u->passwords, t->rows[low].line)->user;
	return true;
}
