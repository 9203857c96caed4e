/* Subscriptions, alarms, snapshots, upgrades: GB/T 28181-2022 9.4, 9.11, 9.13, 9.14. */
#include "src/check.h"

void
check_notice(const struct checker *c, const struct message *m, const struct place *p)
{
	(void)c, (void)m, (void)p;
}

void
check_notice_ended(const struct checker *c, const struct tracker_event *e)
{
	(void)c, (void)e;
}
