/* expectation - what a user wants to see in a run: an entry of [expect], read. docs/config.md has the grammar. */
#ifndef SRC_EXPECTATION_H
#define SRC_EXPECTATION_H

#include "dissect/arena.h"
#include "src/err.h"
#include "src/set_by.h"
#include "src/rule.h"

/* F(ID, "key", what its words are, flags, rule, "what is counted") */
#define FACTS(F)                                                                         \
	F(MESSAGES, "messages", NOTHING, 0, "SIP messages from or to it, repeats too")   \
	F(RETRANSMISSIONS, "retransmissions", NOTHING, 0,                                \
	  "messages from or to it that were sent again")                                 \
	F(REGISTERED, "registered", NOTHING, FACT_TIMED | FACT_FAILS,                    \
	  "REGISTERs answered 2xx; a logout is none")                                    \
	F(VERIFIED, "verified", NOTHING, FACT_FAILS,                                     \
	  "digest credentials that are right for the known password")                    \
	F(KEEPALIVES, "keepalives", NOTHING, FACT_TIMED | FACT_FAILS,                    \
	  "its keep-alives answered 2xx")                                                \
	F(CALLS, "calls", NOTHING, FACT_TIMED | FACT_FAILS,                              \
	  "calls from or to it answered 2xx")                                            \
	F(SUBSCRIBED, "subscribed", COMMANDS, FACT_TIMED | FACT_FAILS,                   \
	  "SUBSCRIBEs to it answered 2xx; the end of a subscription is none")            \
	F(ANSWERED, "answered", COMMANDS, FACT_TIMED | FACT_FAILS | FACT_EVERY,          \
	  "MANSCDP requests to it that it answered in full")                             \
	F(ITEMS, "items", COMMANDS, 0, "items in the fullest of its answers")            \
	F(SENT, "sent", COMMANDS, 0, "MANSCDP messages from it")                         \
	F(RESPONDED, "responded", METHODS, FACT_TIMED | FACT_FAILS | FACT_EVERY,         \
	  "SIP requests to it with a final response, whatever it says")

enum fact {
#define FACT_ID(id, key, words, flags, what) FACT_##id,
	FACTS(FACT_ID)
#undef FACT_ID
	    FACT_TOTAL
};

enum {
	FACT_TIMED = 1, /* takes a time: `within` may limit it */
	FACT_FAILS = 2, /* may fail: `every` says something */
	FACT_EVERY = 4  /* is `every` where nothing is said */
};

enum fact_words { FACT_NOTHING, FACT_COMMANDS, FACT_METHODS };

struct fact_info {
	const char *key;
	enum fact_words words;
	unsigned flags;
	enum rule rule;
	const char *what;
};
extern const struct fact_info fact_infos[FACT_TOTAL];

enum quota { QUOTA_AT_LEAST, QUOTA_AT_MOST, QUOTA_EXACTLY, QUOTA_EVERY };

/* All slices point into the text that was read, the lists are in the arena. */
struct expectation {
	struct expectation *next;
	struct slice name; /* of its section; or empty */
	struct set_by origin;
	enum fact fact;
	enum quota quota;
	uint64_t n;        /* but of EVERY */
	int64_t within_ns; /* 0: however long it took */
	struct slice *words, *by;
	size_t words_total, by_total;
};

bool fact_find(struct slice key, enum fact *out);
/* Of "KEY = VALUE" in [expect]. 0, or -1 and *e without a place. The arena has failed, or there is room. */
int expectation_parse(struct slice key, struct slice value, struct arena *a,
                      struct expectation *out, struct err *e);
/* "answered = every Catalog within 5s", of one of its words, or of all where that is empty; without whom it is
 * about. In the arena. */
struct slice expectation_text(const struct expectation *x, struct slice word,
                              struct arena *a);

#endif
