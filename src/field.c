#include "src/field.h"

static const struct field_info rows[] = {
#define F(name, type, meaning, source) {name, type, meaning, source},
#include "src/fields.def"
#undef F
};

const struct field_info *
field_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_ieq(name, slice_str(rows[i].name)))
			return &rows[i];
	return NULL;
}
