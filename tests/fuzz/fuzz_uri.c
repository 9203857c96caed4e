#include "dissect/sip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct sip_uri x;
	enum dis dis = sip_uri_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(inside(x.scheme, in) && inside(x.user, in) && inside(x.password, in) &&
	     inside(x.host, in) && inside(x.params, in) && inside(x.headers, in) &&
	     inside(x.rest, in));
	must(x.has_port || x.port == 0);
	must(x.has_user || (x.user.n == 0 && !x.has_password));
	must(x.has_password || x.password.n == 0);
	if (dis == DIS_OK)
		must(x.scheme.n != 0 && x.scheme.n + 1 + x.rest.n == in.n &&
		     (!x.sip || x.host.n != 0));
	if (dis == DIS_OK && x.ipv6)
		must(sip_ipv6(x.host));
	free((void *)(uintptr_t)in.p);
	return 0;
}
