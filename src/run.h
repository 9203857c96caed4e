/* run - the pipeline: frames, datagrams, records, messages, places, findings, report. The page to read first. */
#ifndef SRC_RUN_H
#define SRC_RUN_H

#include "src/options.h"

enum { EXIT_OK = 0, EXIT_FINDINGS = 1, EXIT_TROUBLE = 2, EXIT_INCOMPLETE = 3 };

/* report, check, list, show. The exit status; with EXIT_TROUBLE, *e says why. */
int run_analysis(const struct options *o, struct err *e);
/* rules, fields (src/catalog.c), explain (src/explain.c). */
int run_rules(const struct options *o, struct err *e);
int run_fields(const struct options *o, struct err *e);
int run_explain(const struct options *o, struct err *e);
/* dictionary (src/dictionary.c). */
int run_dictionary(const struct options *o, struct err *e);
/* config (src/config_print.c). */
int run_config(const struct options *o, struct err *e);

#endif
