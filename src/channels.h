/* channels - what was last told of each channel or device: on or off by a NOTIFY of the catalog, armed or disarmed by a
 * GuardCmd. Bounded: beyond LIMIT_CHANNEL_STATES the one of which nothing was heard for longest is forgotten. */
#ifndef SRC_CHANNELS_H
#define SRC_CHANNELS_H

#include "dissect/manscdp.h"
#include "src/hash.h"
#include "src/limits.h"
#include "src/tracker.h"

enum guard { GUARD_UNKNOWN, GUARD_SET, GUARD_RESET };
const char *guard_name(enum guard g); /* "armed", "disarmed"; NULL */

enum { CHANNEL_ID = 32 };

struct channel {
	uint8_t id[CHANNEL_ID];
	size_t id_n;
	enum guard guard;
	struct ref guard_ref;
	bool told, on; /* told: on is so */
	struct ref told_ref;
	uint64_t hash;
	struct channel *prev, *next;
};

struct channels;

struct channels *channels_new(struct limits *l, const struct hash_key *key);
bool channels_any(const struct channels *n); /* is something known of one? */
struct channel *channel_find(const struct channels *n, struct slice id);
/* Found or made; NULL without an id or without memory. */
struct channel *channel_get(struct channels *n, struct slice id);
void channels_free(struct channels *n);

/* One item of a Catalog. */
struct catalog_item {
	struct slice DeviceID, Event, Status;
};
/* The next item at or behind node *at, which is 0 first. */
bool catalog_item_next(const struct manscdp *b, size_t *at, struct catalog_item *out);

#endif
