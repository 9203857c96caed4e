#include "src/member.h"

void
member_text_if(struct emit *j, const char *key, bool has, struct slice s)
{
	emit_key(j, key);
	if (has)
		emit_text(j, s, NULL);
	else
		emit_null(j);
}

void
member_text(struct emit *j, const char *key, struct slice s)
{
	member_text_if(j, key, s.n != 0, s);
}

void
member_string(struct emit *j, const char *key, const char *s)
{
	emit_key(j, key);
	emit_string(j, s);
}

void
member_number(struct emit *j, const char *key, uint64_t n)
{
	emit_key(j, key);
	emit_number(j, n);
}

void
member_number_if(struct emit *j, const char *key, bool has, uint64_t n)
{
	emit_key(j, key);
	if (has)
		emit_number(j, n);
	else
		emit_null(j);
}

void
member_bool(struct emit *j, const char *key, bool b)
{
	emit_key(j, key);
	emit_bool(j, b);
}

void
member_bool_if(struct emit *j, const char *key, bool has, bool b)
{
	emit_key(j, key);
	if (has)
		emit_bool(j, b);
	else
		emit_null(j);
}

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
