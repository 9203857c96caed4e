#include "src/options.h"

#include <string.h>

#include "dissect/manscdp.h"
#include "tests/unit/test.h"

enum { WORDS = 8 };

static const struct {
	const char *words[WORDS];
	const char *error; /* part of what is said; NULL: nothing */
} rows[] = {
    {{NULL}, "no command"},
    {{"nothing"}, "no such command: nothing"},
    {{"--format", "json"}, "behind the command"},
    {{"report"}, "no capture given"},
    {{"report", "a.pcap"}, NULL},
    {{"report", "a.pcap", "-f", "text"}, NULL},
    {{"report", "-ftext", "a.pcap"}, NULL},
    {{"report", "--format=text", "a.pcap", "b.pcap"}, NULL},
    {{"report", "-f"}, "needs a value"},
    {{"report", "--format"}, "needs a value"},
    {{"report", "--no-such", "a"}, "no such option: --no-such"},
    {{"report", "-x", "a"}, "no such option: -x"},
    {{"report", "--quiet=yes", "a"}, "--quiet takes no value"},
    {{"report", "--fail-on", "note", "a"}, "report has no option --fail-on"},
    {{"check", "--fail-on", "note", "a"}, NULL},
    {{"check", "--fail-on", "off", "a"}, "not known: off"},
    {{"check", "--fail-on", "Error", "a"}, "not known: Error"},
    {{"check", "-f", "json", "a"}, NULL},
    {{"list", "-f", "json", "a"}, "list has no option --format"},
    {{"check", "--sarif", "s", "--junit=j", "a"}, NULL},
    {{"report", "--tap", "t", "a"}, NULL},
    {{"report", "--exit-zero", "a"}, "report has no option --exit-zero"},
    {{"list", "--sarif", "s", "a"}, "list has no option --sarif"},
    {{"check", "--sarif"}, "needs a value"},
    {{"report", "--profile", "rfc", "a"}, "not known: rfc"},
    {{"report", "--edition", "2020", "a"}, "not known: 2020"},
    {{"report", "--color", "yes", "a"}, "not known: yes"},
    {{"report", "--exchange-timeout", "0", "a"}, "not a number"},
    {{"report", "--exchange-timeout", "-1", "a"}, "not a number"},
    {{"report", "--exchange-timeout", "1000001", "a"}, "not a number"},
    {{"report", "--exchange-timeout", "4294967297", "a"}, "not a number"},
    {{"report", "-", "-"}, "read only once"},
    {{"report", "-", "a"}, NULL},
    {{"report", "--", "-f"}, NULL},
    {{"show"}, "FRAME is missing"},
    {{"show", "device"}, "show device: ID is missing"},
    {{"show", "device", "x.pcap"}, "ID or CAPTURE is missing"},
    {{"list", "devices"}, "list devices: no capture given"},
    {{"list", "nonsense", "x.pcap"}, "neither a capture nor a list: nonsense"},
    {{"show", "x", "a"}, "not a frame number: x"},
    {{"show", "0", "a"}, "not a frame number: 0"},
    {{"show", "18446744073709551617", "a"}, "not a frame number"},
    {{"show", "5"}, "no capture given"},
    {{"show", "5", "a"}, NULL},
    {{"explain"}, "is missing"},
    {{"explain", "a", "b"}, NULL},
    {{"fields"}, NULL},
    {{"fields", "a", "b"}, NULL},
    {{"fields", "-f", "text"}, NULL},
    {{"fields", "--edition", "2022"}, "fields has no option --edition"},
    {{"explain", "a"}, NULL},
    {{"rules"}, NULL},
    {{"rules", "x"}, "too many arguments: x"},
};

/* argv of a row; how many. */
static int
words(const char *const *from, char *to[WORDS + 2])
{
	static char text[WORDS][64];
	int n = 1;

	for (; from[n - 1] != NULL; n++) {
		(void)snprintf(text[n - 1], sizeof(text[0]), "%s", from[n - 1]);
		to[n] = text[n - 1];
	}
	to[n] = NULL;
	return n;
}

static int
parse(const char *const *from, struct options *o, struct err *e)
{
	static char program[] = "gbscope";
	static char *argv[WORDS + 2];
	int n = words(from, argv);

	argv[0] = program;
	e->text[0] = '\0';
	return options_parse(n, argv, o, e);
}

static void
test_rows(void)
{
	struct options o;
	struct err e;
	size_t i;
	int got;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const *w = rows[i].words;

		got = parse(w, &o, &e);
		ok((got < 0) == (rows[i].error != NULL) &&
		       (got < 0) == (e.text[0] != '\0'),
		   "%s %s %s: %s", w[0] ? w[0] : "", w[0] && w[1] ? w[1] : "",
		   w[0] && w[1] && w[2] ? w[2] : "", e.text);
		ok(rows[i].error == NULL || strstr(e.text, rows[i].error) != NULL,
		   "'%s' says %s", e.text, rows[i].error ? rows[i].error : "");
	}
}

static void
test_values(void)
{
	static const char *const defaults[] = {"report", "a", NULL};
	static const char *const all[] = {
	    "check", "-p", "pw", "--edition=2016", "--profile=gb28181", "-q", "a", NULL};
	static const char *const more[] = {"check",
	                                   "--allow-empty",
	                                   "--allow-incomplete",
	                                   "--all-findings",
	                                   "--fail-on=warning",
	                                   "--exchange-timeout=5",
	                                   "a",
	                                   NULL};
	static const char *const files[] = {"check",     "--sarif",     "s", "--tap=t",
	                                    "--sarif=u", "--exit-zero", "a", NULL};
	static const char *const show[] = {"show", "7", "--color=never", "-", "b", NULL};
	static const char *const help[] = {"list", "--help", NULL};
	static const char *const version[] = {"--version", NULL};
	struct options o;
	struct err e;

	ok(parse(defaults, &o, &e) == 0 && o.command == COMMAND_REPORT && o.color == -1 &&
	       o.profile == 0 && o.edition == 0 && o.fail_on == SEVERITY_ERROR &&
	       o.exchange_timeout_ns == INT64_C(60000000000) && o.format == NULL &&
	       o.passwords == NULL && o.captures_total == 1,
	   "what is not said has its default");
	ok(parse(all, &o, &e) == 0 && o.command == COMMAND_CHECK &&
	       strcmp(o.passwords, "pw") == 0 && o.edition == EDITION_2016 &&
	       o.profile == 2 && o.quiet && strcmp(o.captures[0], "a") == 0,
	   "passwords, edition, profile, quiet");
	ok(parse(more, &o, &e) == 0 && o.allow_empty && o.allow_incomplete &&
	       o.all_findings && o.fail_on == SEVERITY_WARNING &&
	       o.exchange_timeout_ns == INT64_C(5000000000),
	   "what is allowed, and what makes it fail");
	ok(parse(files, &o, &e) == 0 && strcmp(o.also[ALSO_SARIF], "u") == 0 &&
	       strcmp(o.also[ALSO_TAP], "t") == 0 && o.also[ALSO_JSON] == NULL &&
	       o.exit_zero && o.output == NULL,
	   "files beside, the last one of a name");
	ok(parse(show, &o, &e) == 0 && o.frame == 7 && o.color == 0 &&
	       o.captures_total == 2 && strcmp(o.captures[0], "-") == 0,
	   "a frame and two captures");
	ok(parse(help, &o, &e) == 0 && o.command == COMMAND_HELP &&
	       o.help_for == COMMAND_LIST,
	   "help for a command");
	ok(parse(version, &o, &e) == 0 && o.command == COMMAND_VERSION, "the version");
}

int
main(void)
{
	test_rows();
	test_values();
	return done();
}
