/* ci - what the formats for CI share: what they are told of the run, paths, text that does nothing in a log. */
#ifndef SRC_CI_H
#define SRC_CI_H

#include "src/emit.h"
#include "src/options.h"
#include "src/output.h"
#include "src/topic.h"
#include "src/transcript.h"

/* What a code host takes of one run; more, and it takes nothing. */
enum { CI_RESULTS_MAX = 25000, CI_FRAMES_MAX = 100 };

struct ci {
	enum severity fail_on; /* what fails a check */
	bool allow_incomplete, allow_empty;
	char *folder;                  /* the working directory; NULL: not known */
	bool counted;                  /* one of the formats wants ... */
	struct topics *topics;         /* ... what the rules are about counted; or NULL */
	FILE *step_summary;            /* Markdown for a page of GitHub; or NULL */
	struct transcript *transcript; /* places are lines in it, not frames; or NULL */
};

int ci_open(struct ci *c, const struct options *o, const struct capture *captures,
            struct err *e);
int ci_close(struct ci *c, bool keep, struct err *e);

/* Findings by severity, the worst first, and no more than `left`. After the last one, `untold` says how many
 * findings were not among them, `untold_failing` how many of those fail a check. */
struct ci_walk {
	struct findings *findings;
	enum severity severity, fail_on;
	size_t left;
	bool known; /* set after ci_walk: those too that the baseline knows */
	uint64_t told[SEVERITY_ERROR + 1];
	uint64_t untold, untold_failing;
};
void ci_walk(struct ci_walk *w, const struct out *o, const struct results *r, size_t max);
bool ci_next(struct ci_walk *w, struct finding *out);

/* What was not read: asked with n = 0, 1, ... until it is false. */
enum { CI_TROUBLE_TEXT = 512 };
struct ci_trouble {
	uint32_t capture; /* or as many as there are: of all */
	bool allowed;     /* the command line said that it may be so */
	char text[CI_TROUBLE_TEXT];
};
bool ci_trouble(const struct out *o, const struct results *r, size_t n,
                struct ci_trouble *out);

/* A capture's path from the working directory, if it is below it; without "./". In the scratch arena, and free of
 * control characters. */
struct slice ci_path(struct out *o, uint32_t capture);
/* As a URI reference: relative, or file:// with a path from the root. In the scratch arena. */
struct slice ci_uri(struct out *o, uint32_t capture, const char *ending);
/* The message with "(and N more)", as text that does nothing. In the scratch arena. */
struct slice ci_message(struct out *o, const struct finding *x);

/* How often this text was given before. Bounded; beyond that, 0. */
struct ci_seen;
struct ci_seen *ci_seen_new(void);
uint32_t ci_seen(struct ci_seen *s, struct slice text);
void ci_seen_free(struct ci_seen *s);

#endif
