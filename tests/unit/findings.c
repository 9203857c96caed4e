#include "src/findings.h"

#include <stdlib.h>

#include "tests/unit/test.h"

/* Two rules: an error in both profiles, and one of GB/T 28181 only. */
static const enum rule RULE_A = RULE_SIP_CSEQ_METHOD, RULE_B = RULE_GB_USER;

static struct limits limits;

static struct findings *
fresh(bool all)
{
	struct err e = {""};

	limits_init(&limits);
	limits.max[LIMIT_FINDING_DETAILS] = 3;
	limits.max[LIMIT_FINDINGS] = 8;
	limits.max[LIMIT_VALUE_BYTES] = 16;
	return findings_new(&limits, all, &e);
}

static void
add(struct findings *f, enum rule r, const char *device, uint64_t frame, bool gb)
{
	findings_add(
	    f, &(struct finding){
	           .rule = r, .device = slice_str(device), .frame = frame, .gb = gb});
}

static size_t
details(struct findings *f, uint64_t *last_count)
{
	struct finding x;
	size_t n = 0;

	if (!findings_rewind(f))
		return 999;
	for (*last_count = 0; findings_read(f, &x); n++) {
		if (x.id != n + 1)
			return 998;
		*last_count = x.count;
	}
	return n;
}

static void
test_counts(void)
{
	struct findings *f = fresh(false);
	struct finding_first first[FINDING_FIRSTS];
	enum severity worst;
	uint64_t n[4], last;
	uint64_t i;

	for (i = 0; i < 10; i++)
		add(f, RULE_A, "d1", i, false);
	add(f, RULE_B, "d1", 20, true);
	add(f, RULE_B, "d1", 21, false);
	ok(findings_count(f, SEVERITY_ERROR) == 10 &&
	       findings_count(f, SEVERITY_WARNING) == 1,
	   "each counts, but not what the profile does not ask for");
	ok(findings_of_rule(f, RULE_A, &worst) == 10 && worst == SEVERITY_ERROR,
	   "by rule");
	findings_of_device(f, SLICE("d1"), n);
	ok(n[SEVERITY_ERROR] == 10 && n[SEVERITY_WARNING] == 1, "by device");
	findings_of_device(f, SLICE("d2"), n);
	ok(n[SEVERITY_ERROR] == 0, "none for another one");
	ok(findings_firsts(f, RULE_A, first) == FINDING_FIRSTS && first[0].frame == 1,
	   "the first places that have a frame");
	ok(details(f, &last) == 4 && last == 1, "the details of three of a kind");
	ok(details(f, &last) == 4, "and again from the first");
	findings_free(f);
}

static void
test_groups(void)
{
	struct findings *f = fresh(false);
	struct finding x;
	uint64_t last;
	int i;

	for (i = 0; i < 5; i++)
		add(f, RULE_A, "d1", 1, false);
	ok(details(f, &last) == 3 && last == 3, "the last one stands for the others");
	add(f, RULE_A, "d2", 1, false);
	ok(details(f, &last) == 4 && last == 1, "another device begins anew");
	findings_free(f);
	f = fresh(true);
	for (i = 0; i < 12; i++)
		add(f, RULE_A, "d1", 1, false);
	ok(details(f, &last) == 8 && limits.dropped[LIMIT_FINDINGS] == 4,
	   "all of them, up to the bound");
	ok(findings_count(f, SEVERITY_ERROR) == 12 && !limits_incomplete(&limits),
	   "those beyond it count");
	findings_add(f, &(struct finding){.rule = RULE_B, .severity = SEVERITY_ERROR});
	ok(findings_count(f, SEVERITY_ERROR) == 12,
	   "a severity that is given does not switch a rule on");
	findings_add(f, &(struct finding){.rule = RULE_A, .severity = SEVERITY_NOTE});
	ok(findings_count(f, SEVERITY_NOTE) == 1, "but it may be lower");
	ok(findings_rewind(f) && findings_read(f, &x) && x.severity == SEVERITY_ERROR,
	   "a detail has its severity");
	findings_free(f);
}

/* More kinds than can be told apart: none of them is lost. */
static void
test_many_devices(void)
{
	struct findings *f = fresh(false);
	uint64_t n[4], last;
	char id[32];
	int i;

	limits.max[LIMIT_DEVICES] = 2;
	for (i = 0; i < 5; i++) {
		(void)snprintf(id, sizeof(id), "d%d", i);
		add(f, RULE_A, id, 1, false);
	}
	findings_of_device(f, SLICE("d4"), n);
	ok(n[SEVERITY_ERROR] == 0 && findings_count(f, SEVERITY_ERROR) == 5,
	   "a device too many is not told apart");
	ok(details(f, &last) == 5, "its findings are");
	findings_free(f);
}

/* Pulled as they are found: the same ids, and the last one of a kind waits for its count. */
static void
test_stream(void)
{
	static const uint64_t frames[] = {3, 4};
	struct findings *f = fresh(false);
	struct finding x = {.rule = RULE_A,
	                    .device = SLICE("d1"),
	                    .frames = frames,
	                    .frames_total = 2,
	                    .has_value = true,
	                    .value = SLICE("response=geheim")};
	int i;

	findings_stream(f);
	ok(!findings_next(f, &x), "nothing yet");
	findings_add(f, &x);
	add(f, RULE_A, "d2", 9, false);
	ok(findings_next(f, &x) && x.id == 1 && x.count == 1, "the first one");
	ok(slice_eq(x.device, SLICE("d1")) && x.frames_total == 2 && x.frames[1] == 4,
	   "with its device and frames");
	ok(slice_eq(x.value, SLICE("response=<6 octe")), "masked and cut: " SLICE_FMT,
	   SLICE_ARG(x.value));
	ok(findings_next(f, &x) && x.id == 2 && x.frame == 9, "the second one");
	ok(!findings_next(f, &x), "and no more");
	for (i = 0; i < 6; i++)
		add(f, RULE_A, "d1", 1, false);
	ok(findings_next(f, &x) && x.id == 3 && !findings_next(f, &x),
	   "the last one with details does not come");
	ok(findings_rewind(f) && findings_read(f, &x) && x.id == 4 && x.count == 5,
	   "but at the end, with its count");
	ok(!findings_read(f, &x) && !findings_failed(f), "alone");
	findings_free(f);
}

/* More than there is room for waits for the end; none is lost. */
static void
test_stream_full(void)
{
	struct findings *f = fresh(true);
	struct finding x;
	uint32_t last = 0, n = 0;

	limits.max[LIMIT_FINDINGS] = 10000;
	findings_stream(f);
	for (n = 0; n < 10000; n++)
		add(f, RULE_A, "d1", n + 1, false);
	for (n = 0; findings_next(f, &x); n++)
		last = x.id;
	ok(n != 0 && n < 10000 && last == n, "the first ones are pulled, in order");
	ok(findings_rewind(f), "the others are read");
	for (; findings_read(f, &x); n++)
		if (x.id == last + 1)
			last++;
	ok(n == 10000 && last == n, "behind them, in order");
	add(f, RULE_A, "d1", 1, false);
	ok(!findings_next(f, &x), "beyond the bound they only count");
	findings_free(f);
}

static void
test_texts(void)
{
	static const uint64_t frames[] = {3, 4, 5};
	struct findings *f = fresh(false);
	struct finding x = {
	    .rule = RULE_A,
	    .frame = 5,
	    .frames = frames,
	    .frames_total = 3,
	    .field = SLICE("sip.CSeq.method"),
	    .has_value = true,
	    .value = SLICE("0123456789abcdefgh"),
	    .has_expected = true,
	    .expected = SLICE("rspauth=geheimes"),
	    .args = {{"method", SLICE("INFO")}, {"cseq", SLICE("INVITE")}},
	};
	struct arena a;
	struct slice text;

	findings_add(f, &x);
	x.args[0].value = SLICE("{cseq}");
	findings_add(f, &x);
	arena_init(&a, 0);
	ok(findings_rewind(f) && findings_read(f, &x), "one is read");
	ok(slice_eq(x.value, SLICE("0123456789abcdef")), "a long value is cut");
	ok(slice_eq(x.expected, SLICE("rspauth=<8 octet")),
	   "a secret is hidden before that");
	ok(x.frames_total == 3 && x.frames[2] == 5, "its frames come along");
	ok(slice_eq(x.field, SLICE("sip.CSeq.method")), "and its field");
	text = finding_message(&x, &a);
	ok(slice_eq(text, SLICE("the request is INFO, but CSeq says INVITE")), SLICE_FMT,
	   SLICE_ARG(text));
	ok(findings_read(f, &x), "another one");
	text = finding_message(&x, &a);
	ok(slice_eq(text, SLICE("the request is {cseq}, but CSeq says INVITE")),
	   SLICE_FMT, SLICE_ARG(text));
	x.args[0].name = NULL;
	text = finding_message(&x, &a);
	ok(slice_eq(text, SLICE("the request is , but CSeq says ")),
	   "arguments that are missing leave nothing");
	ok(!findings_read(f, &x) && !findings_failed(f), "and no more");
	arena_free(&a);
	arena_init(&a, 4);
	ok(finding_message(&x, &a).n == 0, "without memory there is no text");
	arena_free(&a);
	findings_free(f);
	findings_free(NULL);
}

int
main(void)
{
	test_counts();
	test_groups();
	test_many_devices();
	test_stream();
	test_stream_full();
	test_texts();
	return done();
}
