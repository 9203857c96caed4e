#include "src/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dissect/manscdp.h"
#include "src/baseline.h"
#include "src/output.h"

enum {
	FOR_REPORT = 1 << COMMAND_REPORT,
	FOR_CHECK = 1 << COMMAND_CHECK,
	FOR_LIST = 1 << COMMAND_LIST,
	FOR_SHOW = 1 << COMMAND_SHOW,
	FOR_BASELINE = 1 << COMMAND_BASELINE,
	FOR_RULES = 1 << COMMAND_RULES,
	FOR_FIELDS = 1 << COMMAND_FIELDS,
	FOR_EXPLAIN = 1 << COMMAND_EXPLAIN,
	FOR_DICTIONARY = 1 << COMMAND_DICTIONARY,
	FOR_CONFIG = 1 << COMMAND_CONFIG,
	FOR_ANALYSIS = FOR_REPORT | FOR_CHECK | FOR_LIST | FOR_SHOW | FOR_BASELINE,
	FOR_OUTPUT = FOR_REPORT | FOR_CHECK | FOR_LIST | FOR_SHOW | FOR_RULES |
	             FOR_FIELDS | FOR_EXPLAIN | FOR_DICTIONARY | FOR_CONFIG,
	FOR_ALL = FOR_OUTPUT | FOR_BASELINE,
	FOR_DICTIONARIES = FOR_ANALYSIS | FOR_FIELDS | FOR_EXPLAIN | FOR_DICTIONARY,
};

static const struct {
	const char *name, *arguments, *what;
} commands[COMMAND_TOTAL] = {
    [COMMAND_REPORT] = {"report", "CAPTURE...", "the whole analysis"},
    [COMMAND_CHECK] = {"check", "CAPTURE...",
                       "findings, for CI: a line each, and an exit status"},
    [COMMAND_LIST] =
        {"list", "[WHAT] CAPTURE...",
         "a line for each dialog, or WHAT: devices, exchanges, subscriptions, notices, sessions"},
    [COMMAND_SHOW] =
        {"show", "FRAME CAPTURE...",
         "a message as a tree, with meanings, offsets and bytes; show device ID: all of a device"},
    [COMMAND_BASELINE] = {"baseline", "CAPTURE...",
                          "a file of the findings that are known, for check --baseline"},
    [COMMAND_RULES] = {"rules", "", "what gbscope checks"},
    [COMMAND_FIELDS] = {"fields", "[PATTERN...]", "fields that gbscope knows by name"},
    [COMMAND_EXPLAIN] = {"explain", "RULE|FIELD...",
                         "what a rule or a field means, and what to do"},
    [COMMAND_DICTIONARY] = {"dictionary", "",
                            "the dictionary of MANSCDP commands, or schemas made of it"},
    [COMMAND_CONFIG] = {"config", "",
                        "the configuration that holds here, as a file, with origins"},
};

enum {
	OPT_COLOR = 256,
	OPT_EDITION,
	OPT_PROFILE,
	OPT_FAIL_ON,
	OPT_STRICT,
	OPT_INCOMPLETE,
	OPT_EMPTY,
	OPT_ALL,
	OPT_BASELINE,
	OPT_TODAY,
	OPT_WRITE,
	OPT_PRUNE,
	OPT_TIMEOUT,
	OPT_DICTIONARY,
	OPT_XSD,
	OPT_CONFIG,
	OPT_NO_CONFIG,
	OPT_SET,
	OPT_EXIT_ZERO,
	OPT_LOCATE,
	OPT_ALSO /* and enum also */
};

static const struct {
	int value; /* the letter, or OPT_ */
	const char *name, *argument, *what;
	unsigned commands;
} rows[] = {
    {'p', "passwords", "FILE", "known passwords, USER:REALM:PASSWORD a line",
     FOR_ANALYSIS},
    {OPT_STRICT, "strict-passwords", NULL, "refuse a passwords file that others can read",
     FOR_ANALYSIS},
    {'f', "format", "FORMAT",
     "json, ndjson (a line for each record) or text (if not given: json)", FOR_REPORT},
    {'f', "format", "FORMAT",
     "text, json, sarif, junit, gitlab, github or tap (if not given: text)", FOR_CHECK},
    {'f', "format", "FORMAT", "json or text (if not given: text)",
     FOR_RULES | FOR_FIELDS | FOR_EXPLAIN},
    {'o', "output", "FILE", "write there instead of standard output", FOR_OUTPUT},
    {OPT_ALSO + ALSO_JSON, "json", "FILE", "also write the report as JSON",
     FOR_REPORT | FOR_CHECK},
    {OPT_ALSO + ALSO_SARIF, "sarif", "FILE", "also write SARIF 2.1.0, for code scanning",
     FOR_REPORT | FOR_CHECK},
    {OPT_ALSO + ALSO_JUNIT, "junit", "FILE", "also write JUnit XML, a test for each rule",
     FOR_REPORT | FOR_CHECK},
    {OPT_ALSO + ALSO_GITLAB, "gitlab", "FILE", "also write GitLab's Code Quality",
     FOR_REPORT | FOR_CHECK},
    {OPT_ALSO + ALSO_GITHUB, "github", "FILE", "also write annotations for GitHub's log",
     FOR_REPORT | FOR_CHECK},
    {OPT_ALSO + ALSO_TAP, "tap", "FILE", "also write TAP 13, for prove",
     FOR_REPORT | FOR_CHECK},
    {OPT_EDITION, "edition", "YEAR", "GB/T 28181 edition: auto, 2011, 2014, 2016 or 2022",
     FOR_ANALYSIS | FOR_DICTIONARY},
    {OPT_DICTIONARY, "dictionary", "FILE",
     "add a vendor's MANSCDP commands and fields; may be given again", FOR_DICTIONARIES},
    {OPT_XSD, "xsd", "DIR", "write an XML schema of each command into this folder",
     FOR_DICTIONARY},
    {OPT_PROFILE, "profile", "NAME", "severities for: auto, rfc3261 or gb28181",
     FOR_ANALYSIS},
    {OPT_TIMEOUT, "exchange-timeout", "SECONDS",
     "how long a query waits for its Response (60)", FOR_ANALYSIS},
    {OPT_FAIL_ON, "fail-on", "SEVERITY",
     "exit 1 from this severity on: error, warning or note", FOR_CHECK},
    {OPT_LOCATE, "sarif-locate", "WHERE",
     "places in SARIF: frame or transcript (lines of CAPTURE.sip.txt, written beside it)",
     FOR_REPORT | FOR_CHECK},
    {OPT_EXIT_ZERO, "exit-zero", NULL, "exit 0, not 1, in spite of findings", FOR_CHECK},
    {OPT_BASELINE, "baseline", "FILE",
     "findings in this file are known: they do not count", FOR_REPORT | FOR_CHECK},
    {OPT_TODAY, "today", "DATE",
     "entries of a baseline expire by this day (if not given: by the capture's time)",
     FOR_REPORT | FOR_CHECK},
    {OPT_WRITE, "write", "FILE",
     "make it, or make it anew: reasons and dates of what is still found stay",
     FOR_BASELINE},
    {OPT_PRUNE, "prune", "FILE", "take out of it what is not found any more, add nothing",
     FOR_BASELINE},
    {OPT_INCOMPLETE, "allow-incomplete", NULL,
     "exit 0, not 3, where a file was cut or state was dropped", FOR_ANALYSIS},
    {OPT_EMPTY, "allow-empty", NULL, "exit 0, not 3, where there is no SIP at all",
     FOR_CHECK | FOR_BASELINE},
    {OPT_ALL, "all-findings", NULL,
     "details of every finding, not of the first 10 of a kind", FOR_REPORT | FOR_CHECK},
    {OPT_COLOR, "color", "WHEN", "auto, always or never (NO_COLOR is honoured)",
     FOR_REPORT | FOR_SHOW},
    {OPT_CONFIG, "config", "FILE",
     "settings from there, not from the gbscope.conf that is found", FOR_ALL},
    {OPT_NO_CONFIG, "no-config", NULL, "without a gbscope.conf", FOR_ALL},
    {OPT_SET, "set", "SETTING",
     "SECTION.KEY=VALUE, as in gbscope.conf; may be given again", FOR_ALL},
    {'q', "quiet", NULL, "say less: no warnings; check its last line only, show no bytes",
     FOR_ALL},
    {'v', "verbose", NULL, "say on standard error what became of every frame",
     FOR_ANALYSIS},
    {'h', "help", NULL, "this text", FOR_ALL},
    {'V', "version", NULL, "the version", FOR_ALL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert((int)ROWS <= (int)OPTIONS_ROWS, "OPTIONS_ROWS is too small");

/* Options that may stand in a configuration too, and what holds where nobody says it. */
static const struct {
	int value;
	const char *unset;
} settings[] = {
    {OPT_FAIL_ON, "error"},
    {OPT_PROFILE, "auto"},
    {OPT_EDITION, "auto"},
    {OPT_ALL, "no"},
    {OPT_INCOMPLETE, "no"},
    {OPT_EMPTY, "no"},
    {'p', ""},
    {OPT_STRICT, "no"},
    {OPT_DICTIONARY, ""},
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

void
options_help(enum command c)
{
	size_t i;

	if (c == COMMAND_NONE) {
		puts(
		    "gbscope - reads captures of GB/T 28181 and SIP, and says what was asked, what was\n"
		    "answered, which field breaks which clause, and why it failed\n\n"
		    "usage: gbscope COMMAND [options] [CAPTURE...]     '-' is standard input\n");
		for (i = COMMAND_REPORT; i <= COMMAND_CONFIG; i++)
			printf("  %-10s %-17s %s\n", commands[i].name,
			       commands[i].arguments, commands[i].what);
		puts(
		    "\n'gbscope COMMAND --help' lists the options of a command; the manual is gbscope(1)");
		return;
	}
	printf("usage: gbscope %s [options]%s%s\n%s\n\n", commands[c].name,
	       commands[c].arguments[0] ? " " : "", commands[c].arguments,
	       commands[c].what);
	for (i = 0; i < ROWS; i++) {
		char name[64];

		if (!(rows[i].commands & (1u << c)))
			continue;
		(void)snprintf(name, sizeof(name), "--%s%s%s", rows[i].name,
		               rows[i].argument ? " " : "",
		               rows[i].argument ? rows[i].argument : "");
		if (rows[i].value < 256)
			printf("  -%c, %-26s %s\n", rows[i].value, name, rows[i].what);
		else
			printf("      %-26s %s\n", name, rows[i].what);
	}
	puts(
	    "\nexit status: 0 all right; 1 findings (check); 2 nothing could be said; 3 the capture is incomplete");
}

static int
choose(const char *given, const char *option, const char *const *names, struct err *e)
{
	char known[128] = "";
	size_t n = 0;
	int i;

	for (i = 0; names[i] != NULL; i++)
		if (strcmp(given, names[i]) == 0)
			return i;
	for (i = 0; names[i] != NULL && n < sizeof(known); i++)
		n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s", i ? ", " : "",
		                      names[i]);
	err_set(e, "--%s: not known: %s (there are: %s)", option, given, known);
	return -1;
}

/* Where a flag is kept; NULL: the option is none. */
static bool *
flag_of(struct options *o, int value)
{
	switch (value) {
	case 'q':
		return &o->quiet;
	case 'v':
		return &o->verbose;
	case OPT_STRICT:
		return &o->strict_passwords;
	case OPT_INCOMPLETE:
		return &o->allow_incomplete;
	case OPT_EMPTY:
		return &o->allow_empty;
	case OPT_ALL:
		return &o->all_findings;
	case OPT_NO_CONFIG:
		return &o->no_config;
	default:
		return NULL;
	}
}

static int
set(struct options *o, int value, const char *argument, struct err *e)
{
	static const char *const colors[] = {"never", "always", "auto", NULL};
	static const char *const profiles[] = {"auto", "rfc3261", "gb28181", NULL};
	static const char *const editions[] = {"auto", "2011", "2014",
	                                       "2016", "2022", NULL};
	static const char *const severities[] = {"note", "warning", "error", NULL};
	static const char *const places[] = {"frame", "transcript", NULL};
	static const uint8_t bits[] = {0, EDITION_2011, EDITION_2014, EDITION_2016,
	                               EDITION_2022};
	bool *flag = flag_of(o, value);
	uint32_t n;
	int i = 0;

	if (flag != NULL) {
		*flag = true;
		return 0;
	}
	switch (value) {
	case 'p':
		o->passwords = argument;
		break;
	case 'f':
		o->format = argument;
		break;
	case 'o':
		o->output = argument;
		break;
	case 'h':
		o->help_for = o->command;
		o->command = COMMAND_HELP;
		break;
	case 'V':
		o->command = COMMAND_VERSION;
		break;
	case OPT_COLOR:
		i = choose(argument, "color", colors, e);
		o->color = i == 2 ? -1 : i;
		break;
	case OPT_PROFILE:
		o->profile = i = choose(argument, "profile", profiles, e);
		break;
	case OPT_EDITION:
		i = choose(argument, "edition", editions, e);
		o->edition = i < 0 ? 0 : bits[i];
		break;
	case OPT_DICTIONARY:
		if (o->dictionaries_total == OPTIONS_DICTIONARIES)
			return err_set(e, "--dictionary: more than %d files",
			               OPTIONS_DICTIONARIES);
		o->dictionaries[o->dictionaries_total++] = argument;
		break;
	case OPT_CONFIG:
		o->config = argument;
		break;
	case OPT_SET:
		if (o->sets_total == OPTIONS_SETS)
			return err_set(e, "--set: more than %d", OPTIONS_SETS);
		o->sets[o->sets_total++] = argument;
		break;
	case OPT_XSD:
		o->xsd = argument;
		break;
	case OPT_FAIL_ON:
		i = choose(argument, "fail-on", severities, e);
		o->fail_on = i < 0 ? SEVERITY_ERROR : (enum severity)(SEVERITY_NOTE + i);
		break;
	case OPT_BASELINE:
		o->baseline = argument;
		break;
	case OPT_TODAY:
		if (!baseline_day(slice_str(argument), &o->today))
			return err_set(e, "--today: not a date YYYY-MM-DD: %s", argument);
		break;
	case OPT_WRITE:
	case OPT_PRUNE:
		if (o->baseline != NULL)
			return err_set(e, "baseline: --write or --prune, and once");
		o->baseline = argument;
		o->baseline_add = value == OPT_WRITE;
		break;
	case OPT_TIMEOUT:
		if (!parse_u32(slice_str(argument), 1000000, &n) || n == 0)
			return err_set(e,
			               "--exchange-timeout: not a number of seconds: %s",
			               argument);
		o->exchange_timeout_ns = (int64_t)n * INT64_C(1000000000);
		break;
	case OPT_LOCATE:
		i = choose(argument, "sarif-locate", places, e);
		o->transcript = i == 1;
		break;
	case OPT_EXIT_ZERO:
		o->exit_zero = true;
		break;
	default:
		if (value < OPT_ALSO || value >= OPT_ALSO + ALSO_TOTAL)
			return -1;
		o->also[value - OPT_ALSO] = argument;
		break;
	}
	return i < 0 ? -1 : 0;
}

/* The word that may stand before the captures of `list`, or -1 and *e. A file of that name is ./WORD. */
static int
list_word(struct options *o, int argc, char **argv, struct err *e)
{
	static const char *const words[LIST_TOTAL] = {
	    [LIST_DIALOGS] = "dialogs",     [LIST_DEVICES] = "devices",
	    [LIST_EXCHANGES] = "exchanges", [LIST_SUBSCRIPTIONS] = "subscriptions",
	    [LIST_SESSIONS] = "sessions",   [LIST_NOTICES] = "notices",
	};
	int i;

	for (i = 0; i < LIST_TOTAL && argc != 0; i++)
		if (strcmp(argv[0], words[i]) == 0) {
			o->list = (enum list_of)i;
			if (argc == 1)
				return err_set(
				    e,
				    "list %s: no capture given ('-' is standard input)",
				    words[i]);
			return 1;
		}
	/* A name is taken for a file if there is one, or if it looks like one. */
	if (argc != 0 && strpbrk(argv[0], "./-") == NULL && access(argv[0], F_OK) != 0)
		return err_set(
		    e,
		    "list: neither a capture nor a list: %s; 'gbscope list --help' names the lists",
		    argv[0]);
	return 0;
}

/* What stands before the captures of `show`: how many arguments, or -1 and *e. */
static int
show_words(struct options *o, int argc, char **argv, struct err *e)
{
	if (strcmp(argv[0], "device") == 0) {
		if (argc < 3)
			return err_set(
			    e,
			    "show device: %s is missing: 'gbscope show device ID CAPTURE'",
			    argc == 1 ? "ID" : "ID or CAPTURE");
		o->device = argv[1];
		return 2;
	}
	if (!parse_u64(slice_str(argv[0]), INT64_MAX, &o->frame) || o->frame == 0)
		return err_set(
		    e,
		    "show: not a frame number: %s ('show device ID CAPTURE' shows a device)",
		    argv[0]);
	return 1;
}

static int
arguments(struct options *o, int argc, char **argv, struct err *e)
{
	int wanted = o->command == COMMAND_SHOW || o->command == COMMAND_EXPLAIN;
	int i, dashes = 0;

	if (o->command == COMMAND_HELP || o->command == COMMAND_VERSION)
		return 0;
	if (wanted && argc == 0)
		return err_set(e, "%s: %s is missing", commands[o->command].name,
		               o->command == COMMAND_SHOW ? "FRAME" : "RULE or FIELD");
	if (o->command == COMMAND_EXPLAIN || o->command == COMMAND_FIELDS) {
		o->names = argv;
		o->names_total = (size_t)argc;
		return 0;
	}
	if (o->command == COMMAND_SHOW)
		wanted = show_words(o, argc, argv, e);
	if (o->command == COMMAND_LIST)
		wanted = list_word(o, argc, argv, e);
	if (wanted < 0)
		return -1;
	argv += wanted;
	argc -= wanted;
	if (o->command == COMMAND_RULES || o->command == COMMAND_DICTIONARY ||
	    o->command == COMMAND_CONFIG)
		return argc == 0 ? 0
		                 : err_set(e, "%s: too many arguments: %s",
		                           commands[o->command].name, argv[0]);
	if (o->command == COMMAND_BASELINE && o->baseline == NULL)
		return err_set(
		    e, "baseline: --write FILE or --prune FILE says which file is meant");
	if (argc == 0)
		return err_set(
		    e,
		    "%s: no capture given ('-' is standard input); 'gbscope %s --help' says more",
		    commands[o->command].name, commands[o->command].name);
	for (i = 0; i < argc; i++)
		dashes += strcmp(argv[i], "-") == 0;
	if (dashes > 1)
		return err_set(e, "standard input ('-') can be read only once");
	o->captures = argv;
	o->captures_total = (size_t)argc;
	return 0;
}

/* The option's row for this command, or where it has no such option, for another one; ROWS: there is none. */
static int
row_of(int value, enum command c)
{
	int i, other = ROWS;

	for (i = 0; i < ROWS; i++) {
		if (rows[i].value != value)
			continue;
		if (c < COMMAND_HELP && (rows[i].commands & (1u << c)))
			return i;
		if (other == ROWS)
			other = i;
	}
	return other;
}

int
options_parse(int argc, char **argv, struct options *o, struct err *e)
{
	struct option longs[ROWS + 1] = {{.name = NULL}};
	char shorts[2 * ROWS + 2] = ":";
	size_t i, n = 1;
	int c, row;

	*o = (struct options){.color = -1,
	                      .fail_on = SEVERITY_ERROR,
	                      .today = BASELINE_TODAY_UNKNOWN,
	                      .exchange_timeout_ns = INT64_C(60000000000)};
	if (argc < 2) {
		o->command = COMMAND_NONE;
		return err_set(e, "no command; 'gbscope --help' lists them");
	}
	for (i = COMMAND_REPORT; i <= COMMAND_CONFIG; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			o->command = (enum command)i;
	if (o->command == COMMAND_NONE) {
		if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		    strcmp(argv[1], "help") == 0)
			o->command = COMMAND_HELP;
		else if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
			o->command = COMMAND_VERSION;
		else if (argv[1][0] == '-')
			return err_set(
			    e,
			    "%s: options stand behind the command: gbscope COMMAND [options]",
			    argv[1]);
		else
			return err_set(e,
			               "no such command: %s; 'gbscope --help' lists them",
			               argv[1]);
		for (i = COMMAND_REPORT; argc > 2 && i <= COMMAND_CONFIG; i++)
			if (strcmp(argv[2], commands[i].name) == 0)
				o->help_for = (enum command)i;
		return 0;
	}
	for (i = 0; i < ROWS; i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].argument ? required_argument : no_argument;
		longs[i].val = rows[i].value;
		if (rows[i].value < 256) {
			shorts[n++] = (char)rows[i].value;
			if (rows[i].argument != NULL)
				shorts[n++] = ':';
		}
	}
	opterr = 0;
	optind = 0; /* also forgets what it was in the middle of */
	argv++;     /* the command stands where a program's name stands */
	argc--;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == ':')
			return err_set(e, "%s needs a value", argv[optind - 1]);
		row = row_of(c == '?' ? optopt : c, o->command);
		if (c == '?' && row != ROWS)
			return err_set(e, "--%s takes no value", rows[row].name);
		if (c == '?' || row == ROWS)
			return err_set(
			    e, "no such option: %s; 'gbscope %s --help' lists them",
			    optopt > 0 && optopt < 256 ? (char[]){'-', (char)optopt, 0}
			                               : argv[optind - 1],
			    argv[0]);
		if (o->command < COMMAND_HELP &&
		    !(rows[row].commands & (1u << o->command)))
			return err_set(e, "%s has no option --%s", argv[0],
			               rows[row].name);
		if (set(o, c, optarg, e) < 0)
			return -1;
		o->given[row].value = optarg ? optarg : "yes";
		o->given[row].origin = (struct set_by){.file = OPTIONS_ORIGIN};
	}
	return arguments(o, argc - optind, argv + optind, e);
}

bool
options_given(const struct options *o, const char *name)
{
	int i;

	for (i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0 && o->given[i].origin.file != NULL &&
		    strcmp(o->given[i].origin.file, OPTIONS_ORIGIN) == 0)
			return true;
	return false;
}

static size_t
row_of_setting(size_t i)
{
	size_t row;

	for (row = 0; row + 1 < ROWS && rows[row].value != settings[i].value; row++)
		;
	return row;
}

bool
options_setting(const struct options *o, size_t i, struct setting *out)
{
	size_t row;

	if (i >= SETTINGS)
		return false;
	row = row_of_setting(i);
	*out = (struct setting){.key = rows[row].name,
	                        .argument = rows[row].argument,
	                        .value = o->given[row].value ? o->given[row].value
	                                                     : settings[i].unset,
	                        .origin = o->given[row].origin};
	return true;
}

/* Of a flag: 1, 0, or -1 and *e. */
static int
yes_no(const char *value, struct err *e)
{
	if (strcmp(value, "yes") == 0)
		return 1;
	return strcmp(value, "no") == 0 ? 0 : err_set(e, "not yes or no: %s", value);
}

/* What set() says of an option, without the dashes. */
static int
without_dashes(const struct err *said, struct err *e)
{
	return err_set(e, "%s", said->text + (strncmp(said->text, "--", 2) == 0 ? 2 : 0));
}

int
options_set(struct options *o, struct slice key, const char *value,
            const struct set_by *from, struct err *e)
{
	struct options next = *o;
	struct err said = {""};
	size_t i, row = ROWS;
	int on;

	for (i = 0; i < SETTINGS && row == ROWS; i++)
		if (slice_eq(key, slice_str(rows[row_of_setting(i)].name)))
			row = row_of_setting(i);
	if (row == ROWS)
		return err_set(e, "no such setting");
	if (rows[row].argument == NULL) {
		on = yes_no(value, &said);
		if (on >= 0)
			*flag_of(&next, rows[row].value) = on;
	} else {
		on = set(&next, rows[row].value, value, &said);
	}
	if (on < 0)
		return without_dashes(&said, e);
	if (options_given(o, rows[row].name))
		return 0;
	*o = next;
	o->given[row].value = value;
	o->given[row].origin = *from;
	return 0;
}
