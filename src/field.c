#include "src/field.h"

/* fields.def has rows of several kinds: here one kind is taken, there the others. */
#define F(name, type, meaning, source)
#define V(name, value, meaning)
#define N(name, low, high, unit)
#define W(name, where)
#define A(name, other)

static const struct field_info rows[] = {
#undef F
#define F(name, type, meaning, source) {name, type, meaning, source},
#include "src/fields.def"
#undef F
#define F(name, type, meaning, source)
};

static const struct field_value values[] = {
#undef V
#define V(name, value, meaning) {name, value, meaning},
#include "src/fields.def"
#undef V
#define V(name, value, meaning)
};

static const struct field_range ranges[] = {
#undef N
#define N(name, low, high, unit) {name, low, high, unit},
#include "src/fields.def"
#undef N
#define N(name, low, high, unit)
};

static const struct field_need needs[] = {
#undef W
#define W(name, where) {name, where},
#include "src/fields.def"
#undef W
#define W(name, where)
};

static const struct field_spelling spellings[] = {
#undef A
#define A(name, other) {name, other},
#include "src/fields.def"
#undef A
#define A(name, other)
};

static const struct field_rule rules[] = {
#define S(name, id) {name, RULE_##id},
#include "src/field_rules.def"
#undef S
};

#define TOTAL(table) (sizeof(table) / sizeof((table)[0]))

size_t
field_total(void)
{
	return TOTAL(rows);
}

const struct field_info *
field_at(size_t i)
{
	return i < TOTAL(rows) ? &rows[i] : NULL;
}

const struct field_info *
field_find(struct slice name)
{
	size_t i;

	for (i = 0; i < TOTAL(rows); i++)
		if (slice_ieq(name, slice_str(rows[i].name)))
			return &rows[i];
	for (i = 0; i < TOTAL(spellings); i++)
		if (slice_ieq(name, slice_str(spellings[i].other)))
			return field_find(slice_str(spellings[i].name));
	return NULL;
}

const struct field_value *
field_value_next(const char *name, size_t *at)
{
	while (*at < TOTAL(values)) {
		const struct field_value *v = &values[(*at)++];

		if (strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

const struct field_spelling *
field_spelling_next(const char *name, size_t *at)
{
	while (*at < TOTAL(spellings)) {
		const struct field_spelling *s = &spellings[(*at)++];

		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

const struct field_range *
field_range_of(const char *name)
{
	size_t i;

	for (i = 0; i < TOTAL(ranges); i++)
		if (strcmp(ranges[i].name, name) == 0)
			return &ranges[i];
	return NULL;
}

const char *
field_need_of(const char *name)
{
	size_t i;

	for (i = 0; i < TOTAL(needs); i++)
		if (strcmp(needs[i].name, name) == 0)
			return needs[i].where;
	return NULL;
}

const struct field_rule *
field_rule_next(struct slice name, size_t *at)
{
	while (*at < TOTAL(rules)) {
		const struct field_rule *r = &rules[(*at)++];
		struct slice of = slice_str(r->name);

		if (slice_ieq(of, name) ||
		    (of.n > name.n && of.p[name.n] == '.' && slice_istarts(of, name)))
			return r;
	}
	return NULL;
}
