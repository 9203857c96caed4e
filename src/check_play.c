/* Sessions of play, playback, download, talk and broadcast: GB/T 28181-2022 9.2, 9.8, 9.9, 9.12. */
#include "src/check.h"

void
check_play(const struct checker *c, const struct message *m, const struct place *p)
{
	(void)c, (void)m, (void)p;
}

void
check_play_ended(const struct checker *c, const struct tracker_event *e)
{
	(void)c, (void)e;
}
