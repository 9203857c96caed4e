#include "src/rule.h"

const struct rule_info rule_infos[RULE_TOTAL] = {
#define R(id, name, sev, gb, reference, message, explanation, also)                      \
	{name, SEVERITY_##sev, SEVERITY_##gb, reference, message, explanation, also},
#include "src/rules.def"
#undef R
};

const char *
severity_name(enum severity s)
{
	static const char *const names[] = {"off", "note", "warning", "error"};

	return names[s];
}

bool
rule_find(struct slice id, enum rule *out)
{
	int i;

	for (i = 0; i < RULE_TOTAL; i++)
		if (slice_eq(id, slice_str(rule_infos[i].id))) {
			*out = (enum rule)i;
			return true;
		}
	return false;
}
