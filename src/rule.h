/* rule - what gbscope can find: the rows of rules.def, with their texts. */
#ifndef SRC_RULE_H
#define SRC_RULE_H

#include "dissect/slice.h"

enum severity { SEVERITY_OFF, SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/* R(ID, "public-id", severity by the RFCs, severity in the gb28181 profile, "reference", "message with {args}",
 *   "explanation: meaning, usual cause, remedy", "names used elsewhere for it, space separated") */
enum rule {
#define R(id, name, sev, gb, reference, message, explanation, also) RULE_##id,
#include "src/rules.def"
#undef R
	RULE_TOTAL
};

struct rule_info {
	const char *id;         /* public, kebab-case, never changes */
	enum severity severity; /* profile rfc3261 */
	enum severity gb28181;  /* profile gb28181 */
	const char *reference;  /* number and clause */
	const char *message;    /* {name} stands for an argument */
	const char *explanation;
	const char *also;
};
extern const struct rule_info rule_infos[RULE_TOTAL];

const char *severity_name(enum severity s); /* "error", "warning", "note", "off" */
bool rule_find(struct slice id, enum rule *out);

#endif
