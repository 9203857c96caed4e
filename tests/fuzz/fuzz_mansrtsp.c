#include "dissect/mansrtsp.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	static struct mansrtsp x;
	enum dis dis = mansrtsp_dissect(in, NULL, &x);
	int32_t scale;
	uint32_t i;

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE || dis == DIS_LIMIT);
	must(inside(x.start_line, in) && inside(x.method, x.start_line) &&
	     inside(x.version, x.start_line) && inside(x.reason, x.start_line) &&
	     inside(x.rest, in));
	must(x.headers_total <= MANSRTSP_HEADERS_MAX);
	must(dis != DIS_OK || x.status != 0 || x.method.n != 0);
	for (i = 0; i < x.headers_total; i++) {
		must(inside(x.headers[i].line, in) &&
		     inside(x.headers[i].name, x.headers[i].line) &&
		     inside(x.headers[i].value, x.headers[i].line));
		(void)mansrtsp_header_meant(x.headers[i].name);
		if (mansrtsp_scale(x.headers[i].value, &scale))
			must(scale >= -1001000000 && scale <= 1001000000);
	}
	must(inside(x.range.start, in) && inside(x.range.stop, in));
	(void)mansrtsp_method_meant(x.method);
	free((void *)(uintptr_t)in.p);
	return 0;
}
