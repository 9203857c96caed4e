/* exchanges_own - what the files of exchanges share; nobody else includes it. */
#ifndef SRC_EXCHANGES_OWN_H
#define SRC_EXCHANGES_OWN_H

#include "src/exchanges.h"
#include "src/map.h"

enum {
	EXCHANGE_BYTES = 1 << 20, /* of one exchange: its texts and its parts */
	EXCHANGE_TEXT = 128,      /* of one text that pairs them */
	EXCHANGE_LIST = 512,      /* of the commands or types in one */
	TYPES_MAX = 64            /* ConfigTypes of one request */
};

/* Waiting for an answer; whole, but for the SIP answers to its parts; waiting for nothing that must come. */
enum exchange_queue { QUEUE_OPEN, QUEUE_WHOLE, QUEUE_QUIET, QUEUE_ENDED, QUEUES };

struct exchange_list {
	struct exchange *first, *last;
	uint64_t total;
};

/* A transaction whose SIP answer is waited for. */
struct exchange_tx {
	uint32_t tx;
	struct exchange *of;
	struct exchange_part *part; /* NULL: of the request */
	struct exchange_tx *next;
};

/* What is remembered of one that is over. */
struct exchange_done {
	struct exchange_done *newer;
	uint64_t hash, pair, last_hash;
	uint64_t last_ip; /* where its last part came from */
	struct ref request, last;
	uint64_t received;
	uint32_t id;
	enum exchange_outcome outcome;
};

struct exchanges {
	struct limits *limits;
	struct hash_key key;
	int64_t timeout_ns;
	struct result_store *store; /* NULL: nothing is kept */
	/* Open ones: by all four of their names; by command and SN; by the two users. */
	struct map map, by_sn, by_pair;
	struct map by_tx;           /* struct exchange_tx */
	struct map done, done_pair; /* struct exchange_done: by hash, by pair */
	struct exchange_done *done_oldest, *done_newest;
	uint64_t done_total;
	struct exchange_list lists[QUEUES];
	struct exchange *given;
	struct exchange_note note;
	uint32_t ids;
	uint64_t items; /* remembered of all lists */
};

/* An SN is an integer: 007 is 7. */
bool exchange_same_SN(const struct exchange *x, struct slice SN);

/* exchange_part.c */
struct slice exchange_child(const struct manscdp *x, const char *name);
struct slice exchange_keep(struct exchange *x, struct slice s);
/* What of a request matters for its answers: its commands, types, whom they are to name. */
void exchange_request(struct exchange *x, const struct message *m);
/* An answer, or a part of one, is added; what is to be said of it stands in the note. */
struct exchange_part *exchange_add(struct exchanges *e, struct exchange *x,
                                   const struct message *m, const struct place *p);
bool exchange_whole(const struct exchange *x);
void exchange_ids_free(struct exchanges *e, struct exchange *x);

/* exchange_done.c */
void exchange_done_add(struct exchanges *e, const struct exchange *x);
const struct exchange_done *exchange_done_find(const struct exchanges *e, uint64_t hash);
/* The newest of this command between these two that was answered in full. */
const struct exchange_done *exchange_done_last(const struct exchanges *e, uint64_t pair);
void exchange_done_free(struct exchanges *e);

#endif
