#include "dissect/ip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct ip x;
	enum dis dis = ip_dissect(in, NULL, &x);

	must(inside(x.payload, in));
	if (dis == DIS_OK) {
		must((x.version == 4 && x.src_n == 4) ||
		     (x.version == 6 && x.src_n == 16));
		must(x.payload.n <= x.length && x.cut == (x.payload.n < x.length));
		must(x.fragment == (x.more || x.offset != 0));
		must(x.offset % 8 == 0 && x.offset <= 65528);
		(void)ip_checksum_right(&x, x.payload);
		/* As for what was put together from fragments. */
		x.fragment = false;
		if (ip_extensions_dissect(x.payload, NULL, &x) == DIS_OK)
			must(inside(x.payload, in) && x.payload.n <= x.length);
	}
	free((void *)(uintptr_t)in.p);
	return 0;
}
