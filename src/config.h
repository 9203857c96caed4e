/* config - the settings of a run that stand in gbscope.conf and behind --set: docs/config.md.
 *
 * [check]: options by their long names. [rules]: a rule's severity. [thresholds]: numbers that rules use. [expect],
 * [expect NAME]: what must be there. The command line goes before the file; --set goes before it too. */
#ifndef SRC_CONFIG_H
#define SRC_CONFIG_H

#include "src/expectation.h"
#include "src/options.h"
#include "src/severities.h"
#include "src/thresholds.h"

struct config {
	const char *file; /* that was read; NULL: none */
	struct severities severities;
	struct set_by severity_origins[RULE_TOTAL];
	uint8_t strengths[RULE_TOTAL]; /* of the pattern that set it, the longest wins */
	struct thresholds thresholds;
	struct set_by threshold_origins[THRESHOLD_TOTAL];
	struct expectation *expectations, *last; /* in their order */
	struct arena mem;
};

void config_init(struct config *c); /* as if there were none */
/* All lines of a text; settings go to *o where the command line does not say them. 0, or -1 and *e, which begins
 * with FILE:LINE. The text and its name must stay where they are. */
int config_read(struct config *c, struct options *o, struct slice text, const char *file,
                struct err *e);
/* Finds and reads the file, then --set; o->settings is c then. 0, or -1 and *e. */
int config_open(struct config *c, struct options *o, struct err *e);
void config_free(struct config *c);
/* How severe rules are in this run, and why: o->settings may be NULL. */
enum severity config_severity(const struct options *o, enum rule r, bool gb);
const char *config_origin(const struct options *o, enum rule r, char text[SET_BY_TEXT]);

#endif
