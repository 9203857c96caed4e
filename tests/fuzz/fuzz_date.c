#include "dissect/sip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct sip_date x;
	enum dis dis = sip_date_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(x.has_ns || x.ns == 0);
	if (dis == DIS_OK)
		must(x.has_ns && x.form != SIP_DATE_OTHER);
	if (x.form == SIP_DATE_RFC1123)
		must(x.ns % 1000000000 == 0);
	free((void *)(uintptr_t)in.p);
	return 0;
}
