#include "dissect/link.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The first octet chooses the row, the rest is the frame. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in;
	const struct link_type *type;
	struct link x;
	enum dis dis;
	size_t rows = 0;

	if (n == 0)
		return 0;
	while (link_row(rows) != NULL)
		rows++;
	type = link_row(data[0] % rows);
	in = exact(data + 1, n - 1);
	dis = type->dissect(in, NULL, &x);
	must(dis == DIS_OK || dis == DIS_OTHER || dis == DIS_MORE || dis == DIS_LIMIT);
	must(inside(x.payload, in) && x.vlans_total <= LINK_TAGS_MAX);
	must(dis != DIS_OK || x.ethertype == 0x0800 || x.ethertype == 0x86DD);
	must(dis != DIS_LIMIT || x.vlans_total == LINK_TAGS_MAX);
	free((void *)(uintptr_t)in.p);
	return 0;
}
