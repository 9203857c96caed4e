/* cases - a run as tests: for each capture and each rule, was it kept, broken, or not asked. For JUnit and TAP.
 *
 * A finding at or above --fail-on is a test that failed, one below it a test that passed and has something to say.
 * A rule without findings is one test: passed, or skipped where the capture holds nothing that it is about. */
#ifndef SRC_CASES_H
#define SRC_CASES_H

#include "src/ci.h"

enum case_answer { CASE_PASSED, CASE_FAILED, CASE_SKIPPED, CASE_ERROR, CASE_TOTAL };

struct test_case {
	enum case_answer answer;
	uint32_t capture;
	const char *rule;              /* its id; or "capture", "findings" */
	struct slice name;             /* unique for the capture and the rule */
	struct slice text;             /* what there is to say; or empty */
	const struct finding *finding; /* or NULL */
};

struct cases;

/* NULL: no memory. The totals are known at once. */
struct cases *cases_new(struct out *o, const struct results *r);
uint64_t cases_total(const struct cases *c, enum case_answer a);
/* Until false. What *out points to is valid until the arena of *o is reset, which is the caller's to do. */
bool cases_next(struct cases *c, struct test_case *out);
void cases_free(struct cases *c);

#endif
