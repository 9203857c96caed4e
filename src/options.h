/* options - the command line: one table for getopt, --help and the completion. */
#ifndef SRC_OPTIONS_H
#define SRC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/slice.h"
#include "src/err.h"
#include "src/set_by.h"
#include "src/rule.h"

enum command {
	COMMAND_NONE,
	COMMAND_REPORT,
	COMMAND_CHECK,
	COMMAND_LIST,
	COMMAND_SHOW,
	COMMAND_BASELINE,
	COMMAND_RULES,
	COMMAND_FIELDS,
	COMMAND_EXPLAIN,
	COMMAND_DICTIONARY,
	COMMAND_CONFIG,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_TOTAL
};

/* What `list` has a line for. */
enum list_of {
	LIST_DIALOGS,
	LIST_DEVICES,
	LIST_EXCHANGES,
	LIST_SUBSCRIPTIONS,
	LIST_SESSIONS,
	LIST_NOTICES,
	LIST_TOTAL
};

enum { OPTIONS_DICTIONARIES = 16 }; /* files in one run */
enum { OPTIONS_SETS = 64 };         /* --set in one run */
enum { OPTIONS_ROWS = 64 };         /* options that there may be */

struct config;

/* An option that may stand in [check] of a configuration too. */
struct setting {
	const char *key;
	const char *argument; /* "FILE"; NULL: yes or no */
	const char *value;    /* in this run; "" none */
	struct set_by origin;
};

/* Formats that a file of their own can be named for, beside the first one. */
enum also {
	ALSO_JSON,
	ALSO_SARIF,
	ALSO_JUNIT,
	ALSO_GITLAB,
	ALSO_GITHUB,
	ALSO_TAP,
	ALSO_TOTAL
};

struct options {
	enum command command;
	enum command help_for; /* COMMAND_HELP */
	const char *passwords, *output, *format;
	bool strict_passwords, allow_incomplete, allow_empty, all_findings, quiet,
	    verbose;
	int color;       /* 1 always, 0 never, -1 auto */
	int profile;     /* 0 auto, 1 rfc3261, 2 gb28181 */
	uint8_t edition; /* EDITION_ bit, 0 auto */
	enum severity fail_on;
	const char
	    *baseline;     /* report, check: what is known; baseline: the file to make */
	bool baseline_add; /* baseline --write, not --prune */
	int64_t today;     /* days since the epoch; -1: as the capture says */
	int64_t exchange_timeout_ns;
	enum list_of list;  /* list */
	uint64_t frame;     /* show FRAME */
	const char *device; /* show device ID; or NULL */
	char **names;       /* explain, fields */
	size_t names_total;
	const char *dictionaries[OPTIONS_DICTIONARIES];
	size_t dictionaries_total;
	const char *also[ALSO_TOTAL]; /* files to write beside; NULL: not */
	const char *step_summary;     /* GitHub's page of the step, to add to; or NULL */
	bool exit_zero, transcript;
	const char *xsd; /* dictionary: folder to write schemas into */
	char **captures;
	size_t captures_total;
	const char *config; /* --config */
	bool no_config;
	const char *sets[OPTIONS_SETS]; /* --set */
	size_t sets_total;
	const struct config *settings; /* what came of these: config_open; or NULL */
	struct {
		const char *value;
		struct set_by origin;
	} given[OPTIONS_ROWS]; /* by row of the table */
};

/* 0, or -1 and *e. Moves argv's elements. */
int options_parse(int argc, char **argv, struct options *o, struct err *e);
void options_help(enum command c);

#define OPTIONS_ORIGIN "command line"
/* Was it on the command line? */
bool options_given(const struct options *o, const char *name);
/* The settings, one a call, from 0; false: there are no more. */
bool options_setting(const struct options *o, size_t i, struct setting *out);
/* Sets one that the command line does not; a value that is none is refused in any case. The text must stay
 * where it is. 0, or -1 and *e without a place. */
int options_set(struct options *o, struct slice key, const char *value,
                const struct set_by *from, struct err *e);

#endif
