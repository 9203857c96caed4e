/* tunnel - protocols that carry packets in packets: what stands below, and what is carried. A row each. */
#ifndef DISSECT_TUNNEL_H
#define DISSECT_TUNNEL_H

#include "dissect/dis.h"

enum {
	TUNNEL_LABELS_MAX = 16, /* MPLS labels followed; more is DIS_LIMIT */
	TYPE_ETHERNET = 0x6558, /* a whole frame: "transparent Ethernet bridging" */
};

struct tunnel {
	uint16_t type; /* of payload, as an Ethernet type */
	struct slice payload;
};

/* DIS_OK; DIS_MORE: it ends inside its header; DIS_OTHER: not this protocol, or nothing that is carried; DIS_LIMIT. */
typedef enum dis tunnel_dissect_fn(struct slice in, struct arena *a, struct tunnel *out);

enum tunnel_below {
	TUNNEL_IP,   /* number: protocol in the IP header */
	TUNNEL_UDP,  /* port, of either side */
	TUNNEL_TYPE, /* Ethernet type */
};

struct tunnel_row {
	enum tunnel_below below;
	uint16_t number;
	const char *name; /* as Wireshark writes it */
	tunnel_dissect_fn *dissect;
};

/* NULL: nothing that is known to carry packets. */
const struct tunnel_row *tunnel_find(enum tunnel_below below, uint16_t number);
/* The nth row, for tests and docs; NULL past the end. */
const struct tunnel_row *tunnel_row(size_t n);

#endif
