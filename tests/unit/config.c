/* Configurations: what is taken, what is refused and why, and who wins. */
#include "src/config.h"

#include <stdlib.h>

#include "dissect/manscdp.h"
#include "tests/unit/test.h"

static struct config config;
static struct options options;

/* The line that is said, or "". The text stays until the next call. */
static const char *
reading(const char *text)
{
	static struct err e;

	config_free(&config);
	config_init(&config);
	options = (struct options){.color = -1};
	e = (struct err){""};
	(void)config_read(&config, &options, slice_str(text), "f", &e);
	return e.text;
}

static const struct {
	const char *text;
	const char *says; /* how the line begins; "" fine */
} rows[] = {
    {"", ""},
    {"[check]\n", ""},
    {"[check]\nfail-on = note\nprofile = rfc3261\nedition = 2016\nall-findings = yes\n",
     ""},
    {"[check]\nfail-on = bad",
     "f:2: fail-on: not known: bad (there are: note, warning, error)"},
    {"[check]\nall-findings = 1", "f:2: not yes or no: 1"},
    {"[check]\nfail-on = note\nfail-on = error", "f:3: line 2 has it already"},
    {"[check]\nfailon = note", "f:2: [check] has no 'failon'; did you mean fail-on?"},
    {"[check]\nxyzzy = note", "f:2: [check] has no 'xyzzy'"},
    {"[check]\nexchange-timeout = 5",
     "f:2: 'exchange-timeout' belongs under [thresholds]"},
    {"[check]\nformat = json", "f:2: [check] has no 'format'"},
    {"[check]\npasswords = /no/such/file", "f:2: /no/such/file: No such file"},
    {"[check]\npasswords = /dev/null", "f:2: /dev/null: not a regular file"},
    {"[check now]\n", "f:1: [check] has no name behind it"},
    {"[chek]\n", "f:1: no such section: [chek]; did you mean check?"},
    {"[rules]\nsip-via-missing = off\n", ""},
    {"[rules]\nsip-via-missing = of\n", "f:2: not a severity: of"},
    {"[rules]\nsip-via-mising = off\n",
     "f:2: [rules] has no 'sip-via-mising'; did you mean sip-via-missing"},
    {"[rules]\nsip-* = off\nsip-via-* = note\n", ""},
    {"[rules]\nsip-* = off\nsip-* = note\n", "f:3: line 2 has it already"},
    {"[rules]\nsip-*-missing = off\n", "f:2: a '*' can stand at the end"},
    {"[rules]\nnothing-* = off\n", "f:2: [rules] has no 'nothing-*'"},
    {"[rules]\n* = off\n", ""},
    {"[rules]\nregistered = off\n", "f:2: 'registered' belongs under [expect]"},
    {"[thresholds]\nexchange-timeout = 5s\ndate-skew = 2 min\nkeep-alive-late = 20%\n",
     ""},
    {"[thresholds]\nexchange-timeout = 0\n", "f:2: exchange-timeout: not a time"},
    {"[thresholds]\nexchange-timeout = 5 parsecs\n", "f:2: exchange-timeout: not a time"},
    {"[thresholds]\nexchange-timeout = off\n", "f:2: exchange-timeout: not a time"},
    {"[thresholds]\nexchange-timeout = 99999999999999999999\n",
     "f:2: exchange-timeout: not"},
    {"[thresholds]\nexchange-timeout = 9223372036854775807h\n",
     "f:2: exchange-timeout: not"},
    {"[thresholds]\nresponse-time = off\n", ""},
    {"[thresholds]\nkeep-alive-late = 20\n", "f:2: keep-alive-late: not a percentage"},
    {"[thresholds]\nkeep-alive-misses = 0\n",
     "f:2: keep-alive-misses: not a number from 1 to 1000: 0"},
    {"[thresholds]\nkeepalive-misses = 1\n",
     "f:2: [thresholds] has no 'keepalive-misses'; did you mean keep-alive-misses"},
    {"[thresholds]\ndate-skew = 1s\ndate-skew = 2s\n", "f:3: line 2 has it already"},
    {"[thresholds]\nfail-on = 1s\n", "f:2: 'fail-on' belongs under [check]"},
    {"[expect]\nregistered = at least 1\nregistered = at least 1\n", ""},
    {"[expect]\nregisterd = at least 1\n",
     "f:2: [expect] has no 'registerd'; did you mean registered?"},
    {"[expect]\ncalls = 3\n", "f:2: a number alone"},
    {"[expect]\ncalls = lots\n", "f:2: not understood: lots"},
    {"[expect]\ncalls = at least\n", "f:2: a number is missing behind 'at least'"},
    {"[expect]\ncalls = at lest 3\n", "f:2: not understood: at"},
    {"[expect]\ncalls = at most -3\n", "f:2: a number is missing behind 'at most'"},
    {"[expect]\nmessages = every\n", "f:2: messages cannot fail"},
    {"[expect]\nitems = at least 3 within 5s\n", "f:2: items takes no time"},
    {"[expect]\nanswered = Catalog within\n", "f:2: a time is missing behind 'within'"},
    {"[expect]\nanswered = Catalog within 5 parsecs\n", "f:2: a time is missing"},
    {"[expect]\nanswered = Catalog within 0s\n", "f:2: a time is missing"},
    {"[expect]\nanswered = Catalog within 5 s by a\n", ""},
    {"[expect]\nanswered = Catalog, by a\n", "f:2: not understood: a"},
    {"[expect]\nanswered = Catalog by\n", "f:2: an id behind 'by' is missing"},
    {"[expect]\nanswered = Catalog by a, a\n", "f:2: twice in one line: a"},
    {"[expect]\nanswered = Catalog by a b\n", "f:2: ids are separated by commas"},
    {"[expect]\nanswered = by a within 5s\n", "f:2: ids are separated by commas"},
    {"[expect]\nanswered = Catalog Alarm by a\n", "f:2: not understood: Alarm"},
    {"[expect]\nregistered = , a\n", "f:2: a word behind the comma is missing"},
    {"[expect]\nregistered = 34020000001320000003, 34020000001320000004\n", ""},
    {"[expect]\nregistered = 34020000001320000003 by a\n",
     "f:2: ids stand before and behind"},
    {"[expect]\nanswered = \xE4\xB8\x9C\n", "f:2: a word behind the comma is missing"},
    {"[expect]\ncalls = none\n[expect a b]\nsent = exactly 2 Alarm, Keepalive by a, b\n",
     ""},
};

static const struct {
	const char *text, *rule;
	enum severity rfc, gb;
	unsigned line;
} severities[] = {
    {"[rules]\n", "sip-via-missing", SEVERITY_ERROR, SEVERITY_ERROR, 0},
    {"[rules]\nsip-via-missing = note", "sip-via-missing", SEVERITY_NOTE, SEVERITY_NOTE,
     2},
    {"[rules]\nsip-* = off\nsip-via-missing = note", "sip-via-missing", SEVERITY_NOTE,
     SEVERITY_NOTE, 3},
    {"[rules]\nsip-via-missing = note\nsip-* = off", "sip-via-missing", SEVERITY_NOTE,
     SEVERITY_NOTE, 2},
    {"[rules]\nsip-via-* = note\n* = off\nsip-* = error", "sip-via-missing",
     SEVERITY_NOTE, SEVERITY_NOTE, 2},
    {"[rules]\ngb-* = error\ngb-keepalive-gap = default", "gb-keepalive-gap",
     SEVERITY_OFF, SEVERITY_WARNING, 3},
    {"[rules]\n* = off", "expect-calls", SEVERITY_OFF, SEVERITY_OFF, 2},
};

static void
check_severities(void)
{
	size_t i;
	enum rule r;

	for (i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		const char *said = reading(severities[i].text);

		ok(said[0] == '\0' && rule_find(slice_str(severities[i].rule), &r) &&
		       severity_of(&config.severities, r, false) == severities[i].rfc &&
		       severity_of(&config.severities, r, true) == severities[i].gb &&
		       config.severity_origins[r].line == severities[i].line,
		   "severity of %s by: %s%s", severities[i].rule, severities[i].text,
		   said);
	}
}

static void
check_expectation(void)
{
	const struct expectation *x;
	struct arena a;

	arena_init(&a, 0);
	ok(reading(
	       "[expect one two]\nanswered = Catalog, DeviceInfo within 500ms by a, b\n"
	       "items = at least 4 Catalog")[0] == '\0',
	   "an expectation");
	x = config.expectations;
	if (ok(x != NULL && x->next != NULL && x->next->next == NULL, "two of them")) {
		ok(x->fact == FACT_ANSWERED && x->quota == QUOTA_EVERY &&
		       x->words_total == 2 && x->by_total == 2 &&
		       x->within_ns == 500000000 && x->origin.line == 2 &&
		       slice_eq(x->name, SLICE("one two")),
		   "all of it");
		ok(slice_eq(expectation_text(x, SLICE_EMPTY, &a),
		            SLICE("answered = every Catalog, DeviceInfo within 500ms")),
		   "as text");
		ok(slice_eq(expectation_text(x, x->words[1], &a),
		            SLICE("answered = every DeviceInfo within 500ms")),
		   "as text of one word");
		ok(x->next->quota == QUOTA_AT_LEAST && x->next->n == 4, "the second");
	}
	arena_free(&a);
}

/* The command line, then --set, then the file. */
static void
check_who_wins(void)
{
	char *argv[] = {"gbscope",
	                "check",
	                "--profile",
	                "rfc3261",
	                "--no-config",
	                "--set",
	                "check.fail-on=note",
	                "--set",
	                "check.all-findings=yes",
	                "--set",
	                "thresholds.exchange-timeout=7s",
	                "--set",
	                "check.profile=gb28181",
	                "--set",
	                "check.all-findings=no",
	                "a.pcap",
	                NULL};
	struct err e = {""};
	struct setting s;
	size_t i;

	config_free(&config);
	config_init(&config);
	ok(options_parse(16, argv, &options, &e) == 0, "a command line: %s", e.text);
	ok(config_read(&config, &options,
	               SLICE("[check]\nfail-on = warning\nedition = 2016\n"), "f",
	               &e) == 0 &&
	       options.fail_on == SEVERITY_WARNING,
	   "the file goes before the default");
	ok(config_open(&config, &options, &e) == 0 && options.settings == &config,
	   "--set: %s", e.text);
	ok(options.fail_on == SEVERITY_NOTE, "--set goes before the file");
	ok(options.profile == 1, "the command line goes before --set");
	ok(options.edition == EDITION_2016, "what nobody else says stays");
	ok(!options.all_findings, "the last --set wins");
	ok(options.exchange_timeout_ns == INT64_C(7000000000),
	   "a threshold with an option");
	for (i = 0; options_setting(&options, i, &s); i++)
		if (strcmp(s.key, "profile") == 0)
			ok(strcmp(s.origin.file, OPTIONS_ORIGIN) == 0 &&
			       strcmp(s.value, "rfc3261") == 0,
			   "its origin");
	ok(options_given(&options, "profile") && !options_given(&options, "fail-on"),
	   "what was given");
}

static void
check_sets(void)
{
	static const char *const wrong[] = {"x",
	                                    "check",
	                                    "check.fail-on",
	                                    ".a=b",
	                                    "check.=b",
	                                    "check.a=",
	                                    "no.a=b",
	                                    "check.fail-on=note\nprofile=auto",
	                                    "check].a=b",
	                                    ".=",
	                                    "="};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err e = {""};

		config_free(&config);
		config_init(&config);
		options = (struct options){
		    .no_config = true, .sets = {wrong[i]}, .sets_total = 1};
		ok(config_open(&config, &options, &e) < 0 &&
		       strncmp(e.text, "--set", 5) == 0,
		   "--set %s is refused: %s", wrong[i], e.text);
	}
}

int
main(void)
{
	char text[THRESHOLD_TEXT];
	int64_t n;
	size_t i;
	int t;

	config_init(&config);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *said = reading(rows[i].text);

		ok(rows[i].says[0] != '\0'
		       ? strncmp(said, rows[i].says, strlen(rows[i].says)) == 0
		       : said[0] == '\0',
		   "%s\nsays: %s", rows[i].text, said);
	}
	check_severities();
	check_expectation();
	check_who_wins();
	check_sets();
	for (t = 0; t < THRESHOLD_TOTAL; t++) {
		const struct threshold_info *x = &threshold_infos[t];

		ok(threshold_parse(
		       (enum threshold)t,
		       slice_str(threshold_text((enum threshold)t, x->value, text)),
		       &n) ||
		       x->value < x->low,
		   "%s: its default is a value of it", x->name);
		ok(x->kind == THRESHOLD_OFF_TIME ||
		       (x->value >= x->low && x->value <= x->high),
		   "%s: its default is in its range", x->name);
	}
	config_free(&config);
	return done();
}
