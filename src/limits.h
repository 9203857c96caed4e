/* limits - every bound on what a capture can make us keep, one row each.
 *
 * L(ID, default, kind, "what is bounded"). kind TABLE: reaching it drops unfinished state of the
 * oldest (counted; exit status 3); kind SIZE: a finding on the one message or packet. */
#ifndef SRC_LIMITS_H
#define SRC_LIMITS_H

#include <stdint.h>

#define LIMITS(L)                                                                        \
	L(FRAGMENT_SETS, 8192, TABLE, "IP packets being put together")                   \
	L(FRAGMENT_BYTES, 16777216, TABLE, "bytes of IP fragments held")                 \
	L(FRAGMENT_PIECES, 1024, SIZE, "fragments of one IP packet")                     \
	L(CHUNK_SETS, 1024, TABLE, "SCTP messages being put together")                   \
	L(CHUNK_BYTES, 8388608, TABLE, "bytes of SCTP chunks held")                      \
	L(CHUNK_PIECES, 1024, SIZE, "chunks of one SCTP message")                        \
	L(STREAMS, 65536, TABLE, "TCP streams followed")                                 \
	L(STREAM_BYTES, 33554432, TABLE, "bytes of all TCP streams held")                \
	L(STREAM_PENDING, 1048576, SIZE,                                                 \
	  "bytes of one TCP direction held behind a hole")                               \
	L(MESSAGE_BYTES, 2097152, SIZE, "bytes of one SIP message")                      \
	L(TRANSACTIONS, 65536, TABLE, "transactions waiting for their end")              \
	L(TRANSACTIONS_DONE, 8192, SIZE,                                                 \
	  "answered transactions waiting for late repeats")                              \
	L(DIALOGS, 131072, TABLE, "dialogs open")                                        \
	L(DIALOGS_DONE, 4096, SIZE, "ended dialogs waiting for late repeats")            \
	L(DIALOG_PART, 1000, SIZE, "transactions of one part of a dialog")               \
	L(DETAIL_BYTES, 8388608, SIZE,                                                   \
	  "bytes of dialog details held before they are written as parts")               \
	L(OFFER_BYTES, 33554432, SIZE,                                                   \
	  "bytes of session descriptions held to be compared with their answers")        \
	L(MEDIA_FLOWS, 65536, SIZE, "addresses and streams of media remembered")         \
	L(NONCES, 16384, SIZE, "nonces remembered")                                      \
	L(DEVICES, 65536, TABLE, "devices remembered")                                   \
	L(CATALOG_NODES, 1048576, SIZE, "items of all catalogs remembered")              \
	L(CATALOG_BYTES, 33554432, SIZE, "bytes of names of catalog items remembered")   \
	L(EXCHANGES, 65536, TABLE, "exchanges open")                                     \
	L(SUBSCRIPTIONS, 65536, TABLE, "subscriptions open")                             \
	L(NOTICES, 32768, TABLE, "alarms, snapshots, upgrades and uploads open")         \
	L(CHANNEL_STATES, 65536, SIZE,                                                   \
	  "channels of which the last told state is remembered")                         \
	L(BROADCASTS, 1024, TABLE, "broadcasts waiting for the device's INVITE")         \
	L(EXCHANGES_QUIET, 1024, SIZE,                                                   \
	  "exchanges that wait for no answer, and yet may get one")                      \
	L(EXCHANGES_DONE, 8192, SIZE, "exchanges remembered for late answers")           \
	L(EXCHANGE_ITEMS, 2097152, SIZE,                                                 \
	  "items of lists remembered to find those that come twice")                     \
	L(RESULT_BYTES, 33554432, SIZE, "bytes kept of the result of one exchange")      \
	L(RESULT_SPOOL, 1073741824, SIZE,                                                \
	  "bytes kept of the results of all open exchanges")                             \
	L(FINDINGS, 100000, SIZE, "findings with details")                               \
	L(FINDING_DETAILS, 10, SIZE,                                                     \
	  "findings detailed for a rule, a device and a dialog kind")                    \
	L(VALUE_BYTES, 1024, SIZE, "bytes shown of one value")                           \
	L(BODY_BYTES, 1048576, SIZE, "bytes of one MANSCDP body")                        \
	L(XML_DEPTH, 64, SIZE, "nesting of XML elements")                                \
	L(XML_ATTRIBUTES, 64, SIZE, "attributes of one XML element")                     \
	L(XML_NODES, 200000, SIZE, "elements and attributes of one XML body")            \
	L(DICTIONARY_BYTES, 1048576, SIZE, "bytes of a dictionary file")                 \
	L(CONFIG_BYTES, 65536, SIZE, "bytes of a gbscope.conf")                          \
	L(BASELINE_BYTES, 67108864, SIZE, "bytes of a baseline file")                    \
	L(BASELINE_ENTRIES, 100000, TABLE, "entries of a baseline")                      \
	L(PASSWORD_BYTES, 16777216, SIZE, "bytes of a passwords file")

enum limit {
#define LIMIT_ID(id, value, kind, what) LIMIT_##id,
	LIMITS(LIMIT_ID)
#undef LIMIT_ID
	    LIMIT_TOTAL
};

/* One run's bounds and what they dropped. Tests make them small. */
struct limits {
	uint64_t max[LIMIT_TOTAL];
	uint64_t dropped[LIMIT_TOTAL]; /* how often each was reached */
};

void limits_init(struct limits *l); /* the defaults */
const char *limit_name(enum limit id);
const char *limit_what(enum limit id);
/* Did a TABLE limit drop unfinished state? */
int limits_incomplete(const struct limits *l);

#endif
