#include "dissect/sip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct sip_via x;
	enum dis dis = sip_via_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(inside(x.protocol, in) && inside(x.version, in) && inside(x.transport, in) &&
	     inside(x.host, in) && inside(x.params, in) && inside(x.branch, x.params) &&
	     inside(x.received, x.params) && inside(x.rport, x.params));
	must(x.has_branch || x.branch.n == 0);
	must(x.has_received || x.received.n == 0);
	must(x.has_rport || x.rport.n == 0);
	if (dis == DIS_OK)
		must(sip_token(x.protocol) && sip_token(x.transport) && x.host.n != 0 &&
		     (!x.has_branch || sip_token(x.branch)));
	free((void *)(uintptr_t)in.p);
	return 0;
}
