#include "src/member.h"

/* Made of integers: no rounding that depends on the machine. */
void
member_ms(struct emit *j, const char *key, bool has, int64_t ns)
{
	char t[8];
	int64_t us = (ns + 500) / 1000;

	has = has && ns >= 0;
	member_number_if(j, key, has, has ? (uint64_t)(us / 1000) : 0);
	if (!has)
		return;
	t[0] = '.';
	t[1] = (char)('0' + us % 1000 / 100);
	t[2] = (char)('0' + us % 100 / 10);
	t[3] = (char)('0' + us % 10);
	emit_raw(j, t, 4);
}
