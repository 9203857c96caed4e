/* findings - everything that was found: counted at once, spooled to a file without a name, told at the end
 * or as it is found. */
#ifndef SRC_FINDINGS_H
#define SRC_FINDINGS_H

#include "src/baseline.h"
#include "src/err.h"
#include "src/limits.h"
#include "src/severities.h"
#include "src/tracker.h"

struct finding_arg {
	const char *name;
	struct slice value;
};

enum { FINDING_ARGS_MAX = 6, FINDING_FIRSTS = 5 };

struct finding {
	enum rule rule;
	enum severity severity; /* SEVERITY_OFF: by the rule and the profile */
	bool has_place;
	uint32_t capture;
	uint64_t frame;         /* 0: none (a finding on a capture) */
	const uint64_t *frames; /* when the message is spread over several */
	uint32_t frames_total;
	int64_t time_ns;
	uint32_t dialog, transaction; /* ids; 0: none */
	enum dialog_kind kind;
	struct slice device; /* id, or empty */
	bool gb;             /* the gb28181 profile applies */
	struct slice field;  /* "sip.CSeq.method", "/Query/SN"; empty: none */
	bool has_value, has_expected;
	struct slice value, expected;
	uint32_t line; /* in the body; 0: none */
	struct finding_arg args[FINDING_ARGS_MAX];
	/* of the message, for the fingerprint: who sent it, what it is. Not kept. */
	struct slice sender, method, root, CmdType;
	bool response;
	/* set by findings_next and findings_read */
	uint32_t id;
	uint64_t count; /* this one stands for so many */
	bool told;      /* findings_read: it was pulled before */
	char fingerprint[FINGERPRINT_TEXT];
	enum baseline_state state;
};

struct findings;

/* all: details of every finding, not of the first ones of a (rule, device, dialog kind) only. */
struct findings *findings_new(struct limits *l, bool all, struct err *e);
/* Before the first one is added: how severe the rules are in this run. */
void findings_severities(struct findings *f, const struct severities *s);
void findings_add(struct findings *f, const struct finding *x);
/* From now on, each is held against it, or noted in it (baseline_note). */
void findings_against(struct findings *f, struct baseline *b);
/* From now on, what is added can be pulled at once. Spooled are only those that must wait for the end: the
 * last one with details of its kind, whose count may still grow. */
void findings_stream(struct findings *f);
/* ... and the others too, for those who read them all at the end: `told` says which. */
void findings_keep(struct findings *f);
/* The next one that was added and not pulled; valid until false was answered. */
bool findings_next(struct findings *f, struct finding *out);
/* After the last one was added: those that were spooled, from the first on. */
bool findings_rewind(struct findings *f);
bool findings_read(struct findings *f,
                   struct finding *out); /* valid until the next call */
uint64_t findings_count(const struct findings *f, enum severity s);
/* Of these, how many the baseline excuses. */
uint64_t findings_known(const struct findings *f, enum severity s);
uint64_t findings_known_of_rule(const struct findings *f, enum rule r);
uint64_t findings_unknown(const struct findings *f,
                          enum severity s); /* to the baseline: all, without one */
uint64_t findings_of_rule(const struct findings *f, enum rule r, enum severity *worst);
void findings_of_device(const struct findings *f, struct slice id,
                        uint64_t out[4]); /* by severity */
/* The i-th rule that was found of it, in the order of rules.def: how often; 0: there are no more. */
uint64_t findings_rule_of_device(const struct findings *f, struct slice id, size_t i,
                                 enum rule *r);
/* The first places of a rule; how many were written. */
struct finding_first {
	uint32_t capture;
	uint64_t frame;
};
size_t findings_firsts(const struct findings *f, enum rule r,
                       struct finding_first out[FINDING_FIRSTS]);
bool findings_failed(const struct findings *f); /* the spool could not be written */
void findings_free(struct findings *f);

/* The rule's message with its arguments. In the arena. */
struct slice finding_message(const struct finding *x, struct arena *a);

#endif
