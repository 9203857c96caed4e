/* output - the formats: a row each. What ends is handed over as it ends; the rest at the end. */
#ifndef SRC_OUTPUT_H
#define SRC_OUTPUT_H

#include <stdio.h>

#include "src/asks.h"
#include "src/capture.h"
#include "src/expects.h"
#include "src/findings.h"
#include "src/net.h"
#include "dissect/link.h"
#include "src/transport.h"

/* The lists of the report that are filled as things end: src/section.h. */
enum section {
	SECTION_EXCHANGES,     /* struct exchange */
	SECTION_SUBSCRIPTIONS, /* struct gb_subscription */
	SECTION_NOTICES,       /* struct gb_notice */
	SECTION_SESSIONS,      /* struct gb_session */
	SECTION_MEDIA,         /* struct media_stream */
	SECTION_TOTAL
};

enum { METHODS_TOLD = 64, STATUSES_MAX = 1000 };

/* Counted while the messages pass. */
struct summary {
	uint64_t frames, messages, requests, responses, transactions;
	uint64_t auth[5];                    /* by enum auth_verdict */
	uint64_t bodies[5];                  /* by enum body_verdict */
	uint64_t statuses[STATUSES_MAX + 1]; /* the last one: others */
	struct {
		char name[32];
		uint64_t n;
	} methods
	    [METHODS_TOLD]; /* in order of name; those beyond the last are counted as "other" */
	size_t methods_total;
	struct asks asks;
};

void summary_message(struct summary *s, const struct message *m, const struct place *p);

/* All that is known at the end. */
struct results {
	const struct capture *captures;
	const struct ledger *ledger;
	const struct transport *transport;
	const struct tracker *tracker;
	const struct media *media;
	struct findings *findings;
	struct baseline *baseline; /* or NULL */
	const struct limits *limits;
	const struct summary *summary;
	const struct expects *expects; /* NULL: nothing is expected */
	bool complete;
};

struct format;
struct ci;

struct out {
	const struct format *format;
	FILE *f;
	const struct capture *captures; /* for names and precision */
	bool color;
	struct arena scratch; /* one record's life */
	void *own;            /* the format's; made by begin, freed by end */
	bool quiet;
	const char *device;  /* show device ID; or NULL */
	const struct ci *ci; /* what the formats for CI are told; or NULL */
};

struct format {
	const char *name, *what;
	bool fields; /* wants the decoded trees of bodies */
	bool media;  /* wants SDP and MANSRTSP */
	bool topics; /* wants what the rules are about counted: src/topic.h */
	bool (*begin)(
	    struct out *o); /* false: no memory, no temporary file. NULL: makes nothing */
	/* As they pass and end; each may be NULL. A transaction that ended before its dialog was written. */
	void (*message)(struct out *o, const struct message *m, const struct place *p);
	void (*transaction)(struct out *o, const struct tx *x);
	void (*dialog)(struct out *o, const struct dialog *d, bool last);
	void (*ended)(struct out *o, enum section s, const void *what);
	/* NULL: they are all read at the end. */
	void (*finding)(struct out *o, const struct finding *x);
	void (*end)(struct out *o,
	            const struct results *r); /* r NULL: given up, free only */
};

bool format_begin(struct out *o); /* its format's begin, if it has one */

extern const struct format format_json, format_ndjson, format_text, format_list,
    format_list_devices, format_list_exchanges, format_list_subscriptions,
    format_list_sessions, format_list_notices, format_check, format_show,
    format_show_device, format_sarif, format_junit, format_gitlab, format_github,
    format_tap;
/* By name among those that `report` offers; NULL if unknown. n-th for help texts. */
const struct format *format_find(struct slice name);
const struct format *format_row(size_t n);
/* The same among those of `check`, where "text" is a line for each finding. */
const struct format *format_of_check(struct slice name);

/* RFC 3339, UTC, with the capture's precision. */
enum { TIME_TEXT = 40 };
const char *time_text(int64_t ns, int precision, char text[TIME_TEXT]);
/* hh:mm:ss of it. */
const char *clock_text(int64_t ns, char text[TIME_TEXT]);

/* To a terminal or pipe: valid UTF-8, secrets masked, control and direction characters as \x.. and \u{..}. */
void tty_put(struct out *o, struct slice s);
/* The same as a text: s itself, or in the arena. A log on which it lands takes no part of it for a command
 * ("::error", "##vso[", "##teamcity["). */
struct slice tty_text(struct slice s, struct arena *a);
/* "1 frame", "2 frames" */
void count_put(struct out *o, uint64_t n, const char *what);
/* Valid UTF-8 with secrets masked, bad octets as U+FFFD (*bad says so). In the arena, or s itself. */
struct slice utf8_mend(struct slice s, struct arena *a, bool *bad); /* without masking */
struct slice utf8_clean(struct slice s, struct arena *a, bool *bad);

#endif
