#include "dissect/tcp.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct tcp x;
	enum dis dis = tcp_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_MORE || dis == DIS_BAD);
	must(inside(x.payload, in));
	if (dis == DIS_OK)
		must(n - x.payload.n >= 20 && n - x.payload.n <= 60);
	free((void *)(uintptr_t)in.p);
	return 0;
}
