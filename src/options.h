/* options - the command line: one table for getopt, --help and the completion. */
#ifndef SRC_OPTIONS_H
#define SRC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/err.h"
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
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMAND_TOTAL
};

enum { OPTIONS_DICTIONARIES = 16 }; /* files in one run */

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
	uint64_t frame; /* show */
	char **names;   /* explain, fields */
	size_t names_total;
	const char *dictionaries[OPTIONS_DICTIONARIES];
	size_t dictionaries_total;
	const char *xsd; /* dictionary: folder to write schemas into */
	char **captures;
	size_t captures_total;
};

/* 0, or -1 and *e. Moves argv's elements. */
int options_parse(int argc, char **argv, struct options *o, struct err *e);
void options_help(enum command c);

#endif
