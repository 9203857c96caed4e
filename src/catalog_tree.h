/* catalog_tree - the catalog of one device: items of Catalog Responses and NOTIFYs gathered into a tree.
 *
 * GB/T 28181-2022 A.2.6, Annex J. The newest whole answer wins: what it does not have is gone. Nodes are kept packed,
 * as catalogs of thousands of items come from hundreds of devices; it judges nothing, and says what does not fit. */
#ifndef SRC_CATALOG_TREE_H
#define SRC_CATALOG_TREE_H

#include "src/hash.h"
#include "src/limits.h"
#include "src/message.h"

/* An id of up to 20 digits, two an octet; or n CATALOG_TEXT and where its text stands in the pool. */
struct catalog_id {
	uint8_t digits[10];
	uint8_t n; /* digits; 0: none */
};
enum { CATALOG_TEXT = 255, CATALOG_ID_TEXT = 64 /* octets of a text, its NUL too */ };

enum catalog_status {
	CATALOG_UNKNOWN, /* not told */
	CATALOG_ON,
	CATALOG_OFF,
	CATALOG_VLOST,
	CATALOG_DEFECT,
	CATALOG_OTHER
};
const char *catalog_status_name(enum catalog_status s); /* NULL: not told */

enum catalog_kind {
	CATALOG_DEVICE,
	CATALOG_SYSTEM,       /* 200 */
	CATALOG_GROUP,        /* 215 */
	CATALOG_ORGANISATION, /* 216 */
	CATALOG_REGION,       /* 2, 4, 6, 8 digits */
	CATALOG_ODD           /* anything else */
};
const char *catalog_kind_name(enum catalog_kind k);

enum catalog_flag {
	CATALOG_PARENTAL = 1,    /* Parental is 1 */
	CATALOG_NO_PARENTAL = 2, /* ... 0 */
	CATALOG_SEVERAL = 4,     /* it names more than one parent */
	CATALOG_NOTICED = 8,     /* the last that was said of it, a NOTIFY said */
	CATALOG_GONE = 16,
	CATALOG_TWICE = 32, /* came again in the answer that had it last */
};

struct catalog_node {
	struct catalog_id id, parent, second, group, civil;
	uint8_t status; /* enum catalog_status */
	uint8_t flags;  /* enum catalog_flag */
	uint32_t name;  /* where it stands in the pool; 0: none */
	uint32_t round; /* the answer that had it last */
	uint32_t part;  /* and the message of that answer: a hash of its body */
};

struct catalogs; /* what all of a run share: the bounds */

struct catalogs *catalogs_new(struct limits *l, const struct hash_key *key);
void catalogs_free(struct catalogs *all);

enum { CATALOG_ANSWERS = 4 }; /* answers that may come at the same time */

struct catalog {
	struct catalogs *all;
	struct catalog_node *nodes;
	uint32_t total, room;
	uint32_t *slots; /* by id: number + 1 of its node */
	uint32_t slots_total;
	uint8_t *pool;
	uint32_t pool_used, pool_room;
	struct catalog_answer {
		uint64_t key; /* of who asked and SN; 0: none */
		uint32_t round, sum, received;
		bool whole, part; /* part: of a node below the device, or filtered */
	} answers[CATALOG_ANSWERS];
	struct catalog_id asker; /* of the answer that began last */
	uint32_t rounds;         /* answers that began */
	uint32_t newest;         /* the last one that became whole; 0: none */
	uint32_t present;        /* nodes that are not gone */
	uint32_t sum, received;  /* of the answer that began last */
	bool complete;           /* ... and it is whole */
	uint32_t whole;          /* answers that became whole */
	uint64_t noticed;        /* items of NOTIFYs */
	uint64_t dropped;        /* items that there was no room for */
	uint64_t filtered;       /* key of a query that asks for a part; 0: none */
	uint64_t restarted;      /* key of a query that was sent since */
};

/* A Query Catalog to the device. */
void catalog_asked(struct catalog **c, struct catalogs *all, const struct message *m);
/* A Catalog Response or Notify that it sent. True: an answer became whole with it. */
bool catalog_feed(struct catalog **c, struct catalogs *all, const struct message *m);
void catalog_free(struct catalog *c);

struct slice catalog_name(const struct catalog *c, const struct catalog_node *n);
/* The id as a text, in `text`. */
struct slice catalog_id_text(const struct catalog *c, const struct catalog_id *id,
                             char text[CATALOG_ID_TEXT]);
enum catalog_kind catalog_kind(const struct catalog *c, const struct catalog_id *id);

enum { CATALOG_NOWHERE = UINT32_MAX };
/* The number of its node, which may be gone; CATALOG_NOWHERE: there is none. */
uint32_t catalog_find(const struct catalog *c, const struct catalog_id *id);
bool catalog_id_is(const struct catalog *c, const struct catalog_id *id,
                   struct slice text);
bool catalog_id_eq(const struct catalog *c, const struct catalog_id *a,
                   const struct catalog_id *b);

/* The nodes as a tree, depth first. Memory of its own. */
struct catalog_view {
	const struct catalog *catalog;
	uint32_t total;
	uint32_t *order; /* numbers of nodes: parents before their children */
	uint32_t
	    *above; /* by node: the one above it; CATALOG_NOWHERE: the device itself */
	uint32_t *children; /* by node: how many are below it */
	uint16_t *depth;    /* by node: 0 right below the device */
	uint8_t *odd;       /* by node: enum catalog_odd */
	uint32_t orphans, cycles;
};
enum catalog_odd { CATALOG_ORPHAN = 1, CATALOG_CYCLE = 2, CATALOG_SELF = 4 };

/* self: the device, which a ParentID may name without being in the catalog, as who asked. False: no memory. */
bool catalog_view(struct catalog_view *v, const struct catalog *c, struct slice self);
void catalog_view_free(struct catalog_view *v);

enum catalog_fault_kind {
	CATALOG_FAULT_ORPHAN,    /* other: the parent that is nowhere */
	CATALOG_FAULT_CYCLE,     /* other: its parent, which is below it */
	CATALOG_FAULT_REPEATED,  /* twice in one answer */
	CATALOG_FAULT_CHILDREN,  /* Parental is 0, and there are some */
	CATALOG_FAULT_CHILDLESS, /* Parental is 1, and there are none */
	CATALOG_FAULT_GROUP,     /* other: a business group that the catalog lacks */
	CATALOG_FAULTS
};
enum { CATALOG_FAULTS_TOLD = 256 }; /* of one kind, of one answer */

struct catalog_fault {
	enum catalog_fault_kind kind;
	uint32_t node;
	struct catalog_id other;
	uint32_t count; /* children */
};

/* What does not fit in the answer that became whole. In the arena; how many. */
size_t catalog_faults(const struct catalog *c, struct slice self, struct arena *a,
                      const struct catalog_fault **out);

#endif
