#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/config.h"
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
	struct config config;
	struct err e = {""};
	int result = EXIT_TROUBLE;

	/* A reader that goes away is an error of writing, told once. */
	(void)signal(SIGPIPE, SIG_IGN);
	config_init(&config);
	if (options_parse(argc, argv, &o, &e) == 0 &&
	    (o.command >= COMMAND_HELP || config_open(&config, &o, &e) == 0)) {
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
		case COMMAND_CONFIG:
			result = run_config(&o, &e);
			break;
		default:
			o.step_summary = getenv("GITHUB_STEP_SUMMARY");
			if (o.step_summary != NULL && o.step_summary[0] == '\0')
				o.step_summary = NULL;
			result = run_analysis(&o, &e);
			break;
		}
	}
	config_free(&config);
	if (e.text[0] != '\0')
		(void)fprintf(stderr, "gbscope: %s\n", e.text);
	return result;
}
