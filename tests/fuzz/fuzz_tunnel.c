#include "dissect/tunnel.h"

#include "dissect/exported.h"
#include "dissect/sctp.h"
#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
sctp(struct slice in)
{
	struct sctp_data d;
	struct sctp x;
	size_t chunks = 0;

	if (sctp_dissect(in, NULL, &x) != DIS_OK)
		return;
	while (sctp_next(&x.chunks, &d) == DIS_OK) {
		must(inside(d.payload, in) && inside(x.chunks, in));
		must(++chunks <= in.n / 16);
	}
	must(x.chunks.n == 0);
}

static void
exported(struct slice in)
{
	struct exported x;
	enum dis dis = exported_dissect(in, NULL, &x);

	must(dis == DIS_OK || dis == DIS_MORE);
	must(inside(x.payload, in) && inside(x.protocol, in));
	must(x.address_n == 0 || x.address_n == 4 || x.address_n == 16);
}

/* The first octet chooses the row, or one of the two others that carry messages; the rest is the packet. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in;
	struct tunnel x;
	enum dis dis;
	size_t rows = 0, row;

	if (n == 0)
		return 0;
	while (tunnel_row(rows) != NULL)
		rows++;
	row = data[0] % (rows + 2);
	in = exact(data + 1, n - 1);
	if (row == rows) {
		sctp(in);
	} else if (row == rows + 1) {
		exported(in);
	} else {
		dis = tunnel_row(row)->dissect(in, NULL, &x);
		must(dis == DIS_OK || dis == DIS_OTHER || dis == DIS_MORE ||
		     dis == DIS_LIMIT);
		must(dis != DIS_OK || inside(x.payload, in));
	}
	free((void *)(uintptr_t)in.p);
	return 0;
}
