/* thresholds - the numbers that rules use and users may change, one row each.
 *
 * T(ID, "name", kind, default, low, high, "what it is", "rules that use it"). Kinds: TIME in milliseconds, COUNT,
 * PERCENT; OFF_TIME is a time that is not looked at where it is 0, written "off". Numbers that a standard fixes
 * for a value's form (a port, Max-Forwards, a Scale) are no thresholds. */
#ifndef SRC_THRESHOLDS_H
#define SRC_THRESHOLDS_H

#include "dissect/slice.h"

#define THRESHOLDS(T)                                                                    \
	T(EXCHANGE_TIMEOUT, "exchange-timeout", TIME, 60000, 1000, 1000000000,           \
	  "how long a MANSCDP request waits for its Response",                           \
	  "manscdp-query-unanswered manscdp-response-incomplete "                        \
	  "manscdp-response-sn manscdp-config-missing")                                  \
	T(TRANSACTION_TIMEOUT, "transaction-timeout", TIME, 32000, 32000, 3600000,       \
	  "how long a SIP request waits for its final response (64*T1)",                 \
	  "sip-request-unanswered auth-challenge-abandoned")                             \
	T(RESPONSE_TIME, "response-time", OFF_TIME, 0, 1, 3600000,                       \
	  "the longest until the final response to a request other than INVITE",         \
	  "sip-response-slow")                                                           \
	T(INVITE_TIME, "invite-time", OFF_TIME, 0, 1, 3600000,                           \
	  "the longest until the final response to an INVITE", "sip-response-slow")      \
	T(ANSWER_TIME, "answer-time", OFF_TIME, 0, 1, 3600000,                           \
	  "the longest until a MANSCDP request is answered in full",                     \
	  "manscdp-response-slow")                                                       \
	T(RESPONSE_LATE, "response-late", OFF_TIME, 15000, 1, 3600000,                   \
	  "how long after a MANSCDP request the first Response may come",                \
	  "manscdp-response-late")                                                       \
	T(KEEPALIVE_INTERVAL, "keep-alive-interval", OFF_TIME, 0, 1000, 86400000,        \
	  "the time between keep-alives; off: the usual one of each device",             \
	  "gb-keepalive-gap")                                                            \
	T(KEEPALIVE_LATE, "keep-alive-late", PERCENT, 50, 1, 500,                        \
	  "by how much of the interval one may be late before it counts as lost",        \
	  "gb-keepalive-gap")                                                            \
	T(KEEPALIVE_MISSES, "keep-alive-misses", COUNT, 1, 1, 1000,                      \
	  "lost keep-alives in a row from which on it is told", "gb-keepalive-gap")      \
	T(REGISTRATION_LEAST, "registration-least", TIME, 3600000, 1000, 604800000,      \
	  "the shortest registration to ask for",                                        \
	  "register-expires-short register-granted-short")                               \
	T(REGISTRATION_GRACE, "registration-grace", TIME, 1000, 0, 86400000,             \
	  "by how much a refresh may come after the registration ended",                 \
	  "register-lapsed register-expired")                                            \
	T(AUTH_FAILURES, "auth-failures", COUNT, 3, 2, 1000,                             \
	  "failed registrations in a row from which on it is told", "auth-loop")         \
	T(DATE_SKEW, "date-skew", TIME, 600000, 1000, 604800000,                         \
	  "by how much a Date may differ from the capture's clock", "gb-date-skew")

enum threshold {
#define THRESHOLD_ID(id, name, kind, value, low, high, what, rules) THRESHOLD_##id,
	THRESHOLDS(THRESHOLD_ID)
#undef THRESHOLD_ID
	    THRESHOLD_TOTAL
};

enum threshold_kind {
	THRESHOLD_TIME,
	THRESHOLD_OFF_TIME,
	THRESHOLD_COUNT,
	THRESHOLD_PERCENT
};

struct threshold_info {
	const char *name;
	enum threshold_kind kind;
	int64_t value, low, high; /* as in the rows */
	const char *what, *rules;
};
extern const struct threshold_info threshold_infos[THRESHOLD_TOTAL];

/* Of a run: in the units of the rows. */
struct thresholds {
	int64_t of[THRESHOLD_TOTAL];
};

void thresholds_init(struct thresholds *t); /* the defaults */
bool threshold_find(struct slice name, enum threshold *out);
/* "5", "5s", "500ms", "2min", "1h" into milliseconds; a number alone is seconds. False: no such text, or more than
 * a year. */
bool duration_parse(struct slice s, int64_t *ms);
/* The value as a configuration has it. False: it is no value of this kind, or out of range. */
bool threshold_parse(enum threshold id, struct slice s, int64_t *out);
enum { THRESHOLD_TEXT = 32 };
const char *threshold_text(enum threshold id, int64_t value, char text[THRESHOLD_TEXT]);
const char *duration_text(int64_t ms, char text[THRESHOLD_TEXT]);

/* In nanoseconds; t NULL: the default. */
static inline int64_t
threshold_ns(const struct thresholds *t, enum threshold id)
{
	return (t ? t->of[id] : threshold_infos[id].value) * INT64_C(1000000);
}

/* A count or percent. */
static inline uint64_t
threshold_count(const struct thresholds *t, enum threshold id)
{
	return (uint64_t)(t ? t->of[id] : threshold_infos[id].value);
}

#endif
