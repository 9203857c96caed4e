/* devices - what is known of each device, platform and registering user.
 *
 * A record is small: its lists are made when there is something in them, are bounded, and keep what is newest. */
#ifndef SRC_DEVICES_H
#define SRC_DEVICES_H

#include "src/catalog_tree.h"
#include "src/tracker.h"

enum {
	DEVICE_PLACES = 8,        /* addresses of one device */
	DEVICE_REGISTRATIONS = 8, /* registrations of one device */
	DEVICE_GAPS = 16,         /* of its keep-alives */
	DEVICE_COMMANDS = 24,     /* CmdTypes that it was asked for */
	DEVICE_COMMAND_NAME = 32, /* octets of one, its NUL too */
	DEVICE_DIALOGS = 16,      /* ids of calls, and of subscriptions */
};

/* How an address is known to be a device's. */
enum place_known {
	PLACE_SOURCE = 1,  /* it sent from there */
	PLACE_VIA = 2,     /* its Via says so */
	PLACE_CONTACT = 4, /* its Contact says so */
	PLACE_TARGET = 8,  /* others sent to it there, and it never sent */
};

struct device_place {
	struct addr addr;
	unsigned known; /* enum place_known */
	struct moment first, last;
	uint64_t times;
};

struct device_places {
	unsigned total;
	uint64_t dropped;
	struct device_place at[]; /* as many as DEVICE_PLACES at most */
};

/* What its REGISTERs say of where it is: bits of struct device.nat. */
enum device_nat {
	NAT_SEEN = 1,            /* it registered, with no proxy between */
	NAT_VIA = 2,             /* Via has another address than the source */
	NAT_CONTACT = 4,         /* Contact has */
	NAT_CONTACT_PRIVATE = 8, /* ... a private one, and the source is public */
	NAT_SOURCE_PRIVATE = 16, /* the source is private */
	NAT_RPORT = 32,          /* it asks for rport: RFC 3581 */
	NAT_RECEIVED = 64,       /* the registrar told it where it is seen */
};

/* All REGISTERs of one Call-ID, from the first one to its end. */
struct device_registration {
	uint32_t dialog;
	struct addr registrar;
	struct moment first, accepted, ended, refreshed; /* frame 0: not so */
	uint32_t granted;                                /* seconds; 0: none */
	int64_t granted_ns;
	uint32_t status; /* of the last REGISTER that was decided; 0: none */
	uint32_t refreshes, challenges, refusals;
	bool has_verdict;
	enum auth_verdict verdict; /* of its last credentials */
	bool logout, expired;
};

struct device_registrations {
	unsigned total;
	uint64_t dropped;
	struct device_registration at[];
};

struct device_gap {
	struct moment at; /* the keep-alive that came late */
	int64_t from_ns;  /* the one before */
	uint64_t lost;
};

struct device_gaps {
	unsigned total;
	uint64_t dropped;
	struct device_gap at[];
};

struct device_command {
	char CmdType[DEVICE_COMMAND_NAME]; /* UTF-8 as captured; cut */
	uint32_t total, of[EXCHANGE_OUTCOMES];
};

struct device_commands {
	unsigned total;
	uint64_t dropped;
	struct device_command at[];
};

struct device_dialogs {
	unsigned total;
	uint64_t dropped;
	uint32_t at[];
};

/* What a message, or what ended, means for a device. */
enum device_fact {
	DEVICE_MOVED =
	    1, /* a keep-alive from another address: `addr` before, at `other` */
	DEVICE_EXPIRED = 2, /* it speaks, and its registration is over since `seconds` */
	DEVICE_RETRIED =
	    4, /* it registers `seconds` after a refusal, `status` at `other` */
	DEVICE_CHALLENGE_IGNORED =
	    8, /* challenged again, and the challenge at `other` had no answer */
	DEVICE_CHALLENGE_OPEN =
	    16, /* ended: the challenge at `other` never had an answer */
	DEVICE_CHALLENGE_BARE = 32, /* ... and that challenge names no algorithm */
	DEVICE_HEARTBEAT = 64, /* keep-alives each `seconds`, and `status` were told */
	DEVICE_STALE = 128,    /* ended: sent where the device is not; it is at `addr` */
};

struct device_note {
	unsigned facts; /* enum device_fact */
	struct moment other;
	struct addr addr;
	uint64_t seconds;
	uint32_t status;
	const struct catalog *catalog; /* an answer became whole: what is wrong in it */
	const struct catalog_fault *faults;
	size_t faults_total;
};

struct devices;

struct devices *devices_new(struct limits *l, const struct hash_key *key);
/* Finds or makes it; NULL without an id, without memory or beyond the limit. */
struct device *devices_get(struct devices *d, struct slice id, const struct ref *ref);
struct device *devices_find(struct devices *d, struct slice id);
const struct device *devices_next(const struct devices *d, const struct device *after);
void devices_free(struct devices *d);
struct catalogs *devices_catalogs(struct devices *d);

struct moment moment_of(const struct record *r);
struct moment moment_of_ref(const struct ref *r);

/* Replaces a text of it, if it is another one. */
void device_text(struct device *d, struct slice *field, struct slice text);
void device_place(struct device *d, const struct addr *a, unsigned known,
                  const struct moment *at);
/* From now on it is reached there; and who is reached there, or NULL. */
void devices_move(struct devices *d, struct device *v, const struct addr *at);
struct device *devices_at(struct devices *d, const struct addr *at);
/* The one of this dialog that goes on, one that waits for an answer to its challenge, or a new one; NULL without
 * memory. */
struct device_registration *device_registration(struct device *d, uint32_t dialog,
                                                const struct addr *registrar,
                                                const struct moment *at);
/* The one that is valid, or was last; NULL: none. */
struct device_registration *device_registered(const struct device *d);
void device_gap(struct device *d, const struct device_gap *g);
struct device_command *device_command(struct device *d, struct slice CmdType);
const char *edition_text(uint8_t bit); /* "2016"; NULL: none, or several */
/* Eight hours ahead or behind (1, -1): Beijing's time taken for another, or the reverse; 0: not so. */
int clock_zone(int64_t skew_ns);
void device_dialog(struct device_dialogs **list, uint32_t dialog);

#endif
