/* Any bytes as a passwords file: slices inside, every line found by its own user and realm. */
#include "src/passwords.h"

#include <stdlib.h>

/* The lines are few, or a find of all of them would be quadratic. */
enum { LINES_MAX = 64 };

#define must(holds)                                                                      \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_line(const struct passwords *p, size_t i, size_t bytes)
{
	const struct password *line = passwords_get(p, i);
	size_t at[LINES_MAX], found, j;
	unsigned sum = 0;

	must(line != NULL && line->line >= 1 && line->line <= bytes + 1);
	must(line->user.n + line->realm.n + line->password.n <= bytes);
	for (j = 0; j < line->user.n; j++)
		sum += line->user.p[j];
	for (j = 0; j < line->realm.n; j++)
		sum += line->realm.p[j];
	for (j = 0; j < line->password.n; j++)
		sum += line->password.p[j];
	must(!line->maybe_ha1 || line->password.n == 32 || line->password.n == 64);
	must(!line->maybe_ha1 || sum != 0);
	found = passwords_find(p, line->user, line->realm, at, LINES_MAX);
	must(found >= 1 && found <= LINES_MAX);
	if (line->any_user || line->any_realm)
		return;
	for (j = 0; j < found; j++) {
		const struct password *same = passwords_get(p, at[j]);

		must(j == 0 || at[j] > at[j - 1]);
		must(slice_eq(same->user, line->user) &&
		     slice_eq(same->realm, line->realm));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct err e = {""};
	struct passwords *p;
	size_t i;

	if (copy == NULL)
		return 0;
	if (n != 0)
		memcpy(copy, data, n);
	p = passwords_parse(slice_of(copy, n), "f", &e);
	free(copy);
	must((p == NULL) == (e.text[0] != '\0'));
	for (i = 0; i < passwords_total(p) && i < LINES_MAX; i++)
		check_line(p, i, n);
	passwords_free(p);
	return 0;
}
