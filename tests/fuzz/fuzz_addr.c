#include "dissect/sip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct sip_addr x;
	enum dis dis = sip_addr_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(inside(x.display, in) && inside(x.uri, in) && inside(x.params, in));
	if (dis == DIS_OK)
		must(x.star != (x.uri.n != 0));
	if (x.params.n != 0 && x.uri.n != 0)
		must(x.params.p > x.uri.p);
	free((void *)(uintptr_t)in.p);
	return 0;
}
