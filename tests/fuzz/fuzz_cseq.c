#include "dissect/sip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct sip_cseq x;
	enum dis dis = sip_cseq_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(inside(x.number, in) && inside(x.method, in));
	if (dis == DIS_OK)
		must(slice_digits(x.number) && sip_token(x.method));
	free((void *)(uintptr_t)in.p);
	return 0;
}
