#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "src/run.h"

/* What went to standard output without a sink: did it arrive? */
static int
written(struct err *e)
{
	if (!ferror(stdout) && fflush(stdout) == 0)
		return EXIT_OK;
	err_set(e, "output: cannot write: %s", strerror(errno));
	return EXIT_TROUBLE;
}

int
main(int argc, char **argv)
{
	struct options o;
	struct err e = {""};
	int result = EXIT_TROUBLE;

	/* A reader that goes away is an error of writing, told once. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &o, &e) == 0) {
		switch (o.command) {
		case COMMAND_HELP:
			options_help(o.help_for);
			result = written(&e);
			break;
		case COMMAND_VERSION:
			(void)puts("gbscope " GBSCOPE_VERSION);
			result = written(&e);
			break;
		case COMMAND_RULES:
			result = run_rules(&o, &e);
			break;
		case COMMAND_FIELDS:
			result = run_fields(&o, &e);
			break;
		case COMMAND_EXPLAIN:
			result = run_explain(&o, &e);
			break;
		case COMMAND_DICTIONARY:
			result = run_dictionary(&o, &e);
			break;
		default:
			result = run_analysis(&o, &e);
			break;
		}
	}
	if (e.text[0] != '\0')
		(void)fprintf(stderr, "gbscope: %s\n", e.text);
	return result;
}
