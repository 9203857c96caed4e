/* severities - how severe each rule is in a run: as rules.def has it, or as the user does. */
#ifndef SRC_SEVERITIES_H
#define SRC_SEVERITIES_H

#include "src/rule.h"

struct severities {
	uint8_t of[RULE_TOTAL]
	          [2]; /* enum severity; by the RFCs, in the gb28181 profile */
};

static inline void
severities_init(struct severities *s)
{
	int i;

	for (i = 0; i < RULE_TOTAL; i++) {
		s->of[i][0] = (uint8_t)rule_infos[i].severity;
		s->of[i][1] = (uint8_t)rule_infos[i].gb28181;
	}
}

/* s NULL: as rules.def has it. */
static inline enum severity
severity_of(const struct severities *s, enum rule r, bool gb)
{
	if (s != NULL)
		return (enum severity)s->of[r][gb];
	return gb ? rule_infos[r].gb28181 : rule_infos[r].severity;
}

#endif
