/* exchanges - MANSCDP requests and the Responses to them, across SIP transactions.
 *
 * A Response belongs to the newest open request with the same CmdType and SN between the same two
 * users (GB/T 28181-2022 A.1): the users in From and To, not the addresses. One that fits but for one
 * of these is tied to the request that it seems to answer, and says in what it differs: at once where
 * nothing else can be meant, else when the request has waited for its own answer in vain. */
#ifndef SRC_EXCHANGES_H
#define SRC_EXCHANGES_H

#include "src/result.h"
#include "src/tracker.h"

struct exchanges;

/* keep: what comes is kept for the report (struct exchange, `result`). NULL: no memory, or no temporary file. */
struct exchanges *exchanges_new(struct limits *l, const struct hash_key *key,
                                int64_t timeout_ns, bool keep);
/* Ends what has waited too long. */
void exchanges_clock(struct exchanges *e, int64_t now_ns);
/* A message with a MANSCDP body that is no repeat. What it is in its exchange, until the next call; NULL: it has none. */
const struct exchange_note *exchanges_feed(struct exchanges *e, const struct message *m,
                                           const struct place *p, int64_t now_ns);
/* The SIP answer to the transaction that carried a request or an answer. */
void exchanges_answered(struct exchanges *e, uint32_t tx, uint32_t status);
/* A final response to a MESSAGE that the capture does not have: perhaps it was an answer, or a part of one. */
void exchanges_stray(struct exchanges *e, const struct message *m);
void exchanges_end(struct exchanges *e);
/* What ended, oldest first; valid until the next call. */
struct exchange *exchanges_next(struct exchanges *e, enum ended_how *how);
void exchanges_free(struct exchanges *e);

/* Is a Response due? */
bool exchange_needs_response(const struct message *m);
/* "SN", "CmdType", "from", "to", "DeviceID", "root" */
const char *exchange_mismatch_name(enum exchange_mismatch m);

#endif
