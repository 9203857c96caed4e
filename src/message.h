/* message - a record read: SIP, the headers that others ask for typed, the body decoded. */
#ifndef SRC_MESSAGE_H
#define SRC_MESSAGE_H

#include "dissect/digest.h"
#include "dissect/mansrtsp.h"
#include "dissect/sdp.h"
#include "dissect/sip.h"
#include "src/body.h"
#include "src/record.h"

enum method {
	METHOD_OTHER,
	METHOD_REGISTER,
	METHOD_INVITE,
	METHOD_ACK,
	METHOD_BYE,
	METHOD_CANCEL,
	METHOD_OPTIONS,
	METHOD_INFO,
	METHOD_MESSAGE,
	METHOD_SUBSCRIBE,
	METHOD_NOTIFY,
	METHOD_PRACK,
	METHOD_UPDATE,
	METHOD_REFER,
	METHOD_PUBLISH,
};
enum method method_find(struct slice name); /* case counts: RFC 3261 7.1 */

/* What a body is by its Content-Type, beside MANSCDP. */
enum content { CONTENT_OTHER, CONTENT_SDP, CONTENT_MANSRTSP };
enum content content_find(struct slice type); /* type/subtype; case does not count */

/* To or From, with its URI. */
struct party {
	bool there;   /* the header is in the message */
	enum dis dis; /* of the value as name-addr or addr-spec */
	enum dis uri_dis;
	struct sip_addr addr;
	struct sip_uri uri;
	struct slice tag; /* empty: none */
	bool has_tag;
};

/* All slices point into the record, or into the arena that it was read into. */
struct message {
	struct record rec;
	enum dis
	    dis; /* of the whole: DIS_OK, DIS_MORE (cut in the head), DIS_BAD, DIS_LIMIT */
	struct sip sip;
	bool request;
	enum method method; /* of a request; of a response: by its CSeq */
	struct slice call_id;
	struct party from, to;
	struct sip_via via;     /* the top one */
	enum dis via_dis;       /* DIS_OTHER: no Via */
	struct slice via_value; /* its text */
	unsigned vias;          /* values in all Via headers */
	struct sip_cseq cseq;
	enum dis cseq_dis;  /* DIS_OTHER: no CSeq */
	struct sip_uri uri; /* Request-URI */
	enum dis uri_dis;
	enum dis length_dis; /* of Content-Length: DIS_OTHER when absent */
	uint32_t length;
	struct slice body; /* cut by Content-Length */
	uint32_t behind;   /* octets after the body (UDP) */
	uint32_t missing;  /* octets that Content-Length promises and nobody has */
	struct slice content_type; /* type/subtype without parameters, as it stands */
	bool manscdp;              /* the body is MANSCDP by its type or content */
	struct body mans;          /* verdict BODY_NONE otherwise */
	enum content content;
	enum dis content_dis;        /* of the next two */
	const struct sdp *sdp;       /* CONTENT_SDP with a body; else NULL */
	const struct mansrtsp *rtsp; /* CONTENT_MANSRTSP with a body; else NULL */
	bool gb; /* shows that this is GB/T 28181: 20-digit user, MANSCDP, X-GB-Ver */
	uint8_t edition; /* EDITION_ bit from X-GB-Ver, or 0 */
	uint8_t
	    spoken; /* the edition it is held to: given, its own or its sender's; or 0 */
};

struct message_reader {
	struct body_reader *bodies;
	uint8_t edition; /* forced; 0: by X-GB-Ver */
};

/* False: the arena is full; *out holds what could be read. The arena is the caller's, one message's life. */
bool message_read(const struct record *rec, struct arena *a, struct message *out);

/* A Via value of it: the top one was read already. */
enum dis message_via(const struct message *m, struct slice value, struct sip_via *out);

/* Decodes its body: MANSCDP, SDP or MANSRTSP, if that is what it has. registered: the edition that the sender told when it
 * registered, or 0: taken where the message does not tell one, and what it says is a guess then. */
bool message_body(const struct message_reader *r, uint8_t registered, struct arena *a,
                  struct message *m);

/* Scheme-less text of an address-of-record: user@host. In the arena. */
struct slice party_aor(const struct party *p, struct arena *a);

#endif
