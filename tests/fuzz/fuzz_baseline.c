/* Any bytes as a baseline: what is read is written, and read again it is the same. */
#include "src/baseline.h"

#include <stdlib.h>

#define must(holds)                                                                      \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* malloc'd. */
static char *
written(struct baseline *b, size_t *n)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, n);

	must(f != NULL);
	(void)baseline_write(b, f);
	must(fclose(f) == 0);
	return text;
}

static void
take_all(const struct baseline *from, struct baseline *b)
{
	const struct baseline_entry *x;
	size_t i;

	for (i = 0; i < baseline_total(from); i++) {
		x = baseline_get(from, i);
		must(x->count != 0);
		must(baseline_take(b, x->fingerprint, 0) ==
		     (x->expires_day < 0 ? BASELINE_NEW : BASELINE_UNCHANGED));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct limits l;
	struct err e = {""};
	struct baseline *b, *again;
	char *one, *two;
	size_t i, size;

	limits_init(&l);
	b = baseline_parse(slice_of(data, n), "f", BASELINE_TODAY_UNKNOWN, &l, &e);
	must((b == NULL) == (e.text[0] != '\0'));
	if (b == NULL)
		return 0;
	baseline_collect(b, true);
	for (i = 0; i < baseline_total(b); i++)
		must(baseline_note(b, baseline_get(b, i)->fingerprint,
		                   baseline_get(b, i)->rule,
		                   baseline_get(b, i)->subject));
	one = written(b, &size);
	again = baseline_parse(slice_of(one, size), "g", BASELINE_TODAY_UNKNOWN, &l, &e);
	must(again != NULL && baseline_total(again) == baseline_total(b));
	take_all(b, again);
	baseline_collect(again, false);
	two = written(again, &size);
	must(strcmp(one, two) == 0);
	free(one);
	free(two);
	baseline_free(again);
	baseline_free(b);
	return 0;
}
