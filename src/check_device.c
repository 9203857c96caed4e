/* Devices: registrations, keep-alives, addresses, clocks, catalogs: GB/T 28181-2022 9.1, 9.6. */
#include "src/check.h"

void
check_device(const struct checker *c, const struct message *m, const struct place *p)
{
	(void)c, (void)m, (void)p;
}
