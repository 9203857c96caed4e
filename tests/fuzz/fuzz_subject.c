#include "dissect/subject.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct subject x;
	enum dis dis = subject_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE);
	must(inside(x.sender, in) && inside(x.sender_stream, in) &&
	     inside(x.receiver, in) && inside(x.receiver_stream, in));
	if (dis == DIS_OK)
		must(x.sender.n == 20 && x.receiver.n == 20 && x.sender_stream.n != 0 &&
		     x.receiver_stream.n <= SUBJECT_STREAM_MAX);
	free((void *)(uintptr_t)in.p);
	return 0;
}
