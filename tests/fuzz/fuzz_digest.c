#include "dissect/digest.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(const struct digest *d, enum dis dis, struct slice in)
{
	bool sess;
	size_t i;

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(inside(d->scheme, in) && inside(d->rest, in) && inside(d->unknown, d->rest));
	for (i = 0; i < DIGEST_PARAM_TOTAL; i++) {
		const struct digest_value *v = &d->p[i];

		must(inside(v->value, d->rest));
		must(v->times != 0 || (v->value.n == 0 && !v->quoted));
		must(!v->differs || v->times > 1);
	}
	must(digest_hex_length(digest_algorithm(d->p[DIGEST_ALGORITHM].value, &sess)) <=
	     64);
	if (digest_qop(d->p[DIGEST_QOP].value) == DIGEST_QOP_AUTH)
		must(digest_qop_offered(d->p[DIGEST_QOP].value, SLICE("auth")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct digest d;
	enum dis dis = digest_dissect(in, NULL, &d);

	check(&d, dis, in);
	dis = digest_info_dissect(in, NULL, &d);
	check(&d, dis, in);
	free((void *)(uintptr_t)in.p);
	return 0;
}
