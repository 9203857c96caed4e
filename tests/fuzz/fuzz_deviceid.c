/* deviceid: any octets; what comes out are pieces of them, and names are never NULL. */
#include <assert.h>
#include <stdlib.h>

#include "dissect/deviceid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_inside(struct slice s, struct slice in)
{
	assert(s.n == 0 || (s.p >= in.p && s.p + s.n <= in.p + in.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct slice in = slice_of(copy, size);
	struct deviceid id;
	enum dis dis;

	assert(copy != NULL);
	if (size != 0)
		memcpy(copy, data, size);
	dis = deviceid_dissect(in, NULL, &id);
	assert(dis == DIS_OK || dis == DIS_OTHER);
	assert(dis == DIS_OK || !deviceid_is20(in));
	assert(id.industry_name != NULL && id.type_name != NULL &&
	       id.network_name != NULL && id.class_name != NULL);
	check_inside(id.centre, in);
	check_inside(id.domain, in);
	check_inside(id.serial, in);
	assert(id.type <= 999 && id.industry <= 99 && id.network <= 9);
	free(copy);
	return 0;
}
