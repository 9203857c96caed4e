/* exchanges - MANSCDP requests and the Responses to them, across SIP transactions.
 *
 * A Response belongs to the newest open request with the same CmdType and SN between the same two
 * users (GB/T 28181-2022 A.1): the users in From and To, not the addresses. */
#ifndef SRC_EXCHANGES_H
#define SRC_EXCHANGES_H

#include "src/tracker.h"

struct exchanges;

struct exchanges *exchanges_new(struct limits *l, const struct hash_key *key,
                                int64_t timeout_ns);
/* Ends what has waited too long. */
void exchanges_clock(struct exchanges *e, int64_t now_ns);
/* A message with a MANSCDP body that is no repeat. */
void exchanges_feed(struct exchanges *e, const struct message *m, const struct place *p,
                    int64_t now_ns);
/* The SIP answer to the transaction that carried a request. */
void exchanges_answered(struct exchanges *e, uint32_t tx, uint32_t status);
void exchanges_end(struct exchanges *e);
/* What ended, oldest first; valid until the next call. */
struct exchange *exchanges_next(struct exchanges *e, enum ended_how *how);
void exchanges_free(struct exchanges *e);

/* Which answer a request waits for. */
bool exchange_needs_response(const struct message *m);

#endif
