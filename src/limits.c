#include "src/limits.h"

enum { KIND_TABLE, KIND_SIZE };

static const struct {
	uint64_t value;
	int kind;
	const char *name, *what;
} rows[LIMIT_TOTAL] = {
#define LIMIT_ROW(id, value, kind, what) {value, KIND_##kind, #id, what},
    LIMITS(LIMIT_ROW)
#undef LIMIT_ROW
};

void
limits_init(struct limits *l)
{
	int i;

	*l = (struct limits){.max = {0}};
	for (i = 0; i < LIMIT_TOTAL; i++)
		l->max[i] = rows[i].value;
}

const char *
limit_name(enum limit id)
{
	return rows[id].name;
}

const char *
limit_what(enum limit id)
{
	return rows[id].what;
}

int
limits_incomplete(const struct limits *l)
{
	int i;

	for (i = 0; i < LIMIT_TOTAL; i++)
		if (rows[i].kind == KIND_TABLE && l->dropped[i] != 0)
			return 1;
	return 0;
}
