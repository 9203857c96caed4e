/* link - link layers: from a frame's bytes to the IP packet in it. A row per DLT. */
#ifndef DISSECT_LINK_H
#define DISSECT_LINK_H

#include "dissect/dis.h"

enum {
	LINK_TAGS_MAX = 4,   /* VLAN tags followed; more is DIS_LIMIT */
	LINK_EXPORTED = 252, /* no packet in it, but what dissect/exported.h reads */
	/* Ethernet types. */
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86DD,
	TYPE_PPP = 0x880B,
	TYPE_MPLS = 0x8847,
};

struct link {
	uint16_t
	    ethertype; /* of payload: 0x0800, 0x86DD, ... ; 0 where the link has none that we map */
	struct slice payload;          /* what lies behind all VLAN tags */
	uint16_t vlans[LINK_TAGS_MAX]; /* VLAN identifiers, outermost first */
	uint8_t vlans_total;
};

/* DIS_OK: payload is an IPv4 or IPv6 packet; DIS_OTHER: something else (ethertype says what);
 * DIS_MORE: the frame ends inside the link header; DIS_LIMIT: too many tags. */
typedef enum dis link_dissect_fn(struct slice in, struct arena *a, struct link *out);

struct link_type {
	int dlt; /* LINKTYPE_ value */
	const char *
	    name; /* as Wireshark writes it: "Ethernet", "Linux cooked-mode capture v1" ... */
	link_dissect_fn *dissect;
};

/* NULL: a link type that gbscope does not know. */
const struct link_type *link_find(int dlt);
/* The nth row, for tests and docs; NULL past the end. */
const struct link_type *link_row(size_t n);

#endif
