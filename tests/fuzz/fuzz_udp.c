#include "dissect/udp.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct udp x;
	enum dis dis = udp_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_MORE || dis == DIS_BAD);
	must((dis == DIS_MORE) == (n < 8));
	must(inside(x.payload, in));
	if (dis == DIS_OK)
		must(x.payload.n <= x.length - 8u &&
		     x.cut == (x.payload.n < x.length - 8u));
	free((void *)(uintptr_t)in.p);
	return 0;
}
