/* sip - one SIP message: start line, headers as spans, body. RFC 3261 7 and 25.
 *
 * Tolerant: what is wrong is kept and marked in `faults`; nothing is dropped for being
 * wrong. All slices point into the input, but for folded values, which stand unfolded in
 * the arena (each octet of the fold is a space there, so that offsets inside the value stay
 * true; where the arena is full, they stand as they are). */
#ifndef DISSECT_SIP_H
#define DISSECT_SIP_H

#include "dissect/dis.h"

/* One row per header in sip_headers.def: H(ID, "Name", "compact" or "", flags). */
enum sip_hdr {
	SIP_HDR_OTHER,
#define H(id, name, compact, flags) SIP_##id,
#include "dissect/sip_headers.def"
#undef H
	SIP_HDR_TOTAL
};

enum sip_hdr_flag {
	SIP_ONCE = 1,   /* may stand once only: RFC 3261 7.3.1 */
	SIP_LIST = 2,   /* its value is a comma list: RFC 3261 7.3.1 */
	SIP_SECRET = 4, /* credentials: never shown as they are */
};

struct sip_header_info {
	const char *name;    /* as RFC 3261 writes it */
	const char *compact; /* one letter, or "" */
	unsigned flags;      /* enum sip_hdr_flag */
};
extern const struct sip_header_info sip_header_infos[SIP_HDR_TOTAL];

enum sip_fault {
	SIP_FAULT_LF = 1 << 0,            /* a line ends in LF alone: 7 */
	SIP_FAULT_CR = 1 << 1,            /* a CR without LF inside the head */
	SIP_FAULT_NO_EMPTY_LINE = 1 << 2, /* the head runs to the end of the bytes: 7 */
	SIP_FAULT_START_SPACE = 1 << 3, /* parts not one SP apart, or blanks last: 7.1 */
	SIP_FAULT_URI_SPACE = 1 << 4,   /* white space inside the Request-URI: 7.1 */
	SIP_FAULT_VERSION = 1 << 5,     /* not SIP/2.0 in capitals */
	SIP_FAULT_STATUS = 1 << 6, /* not three digits, or the first not 1 to 6: 7.2 */
	SIP_FAULT_NO_REASON_SP = 1 << 7, /* no SP before the reason: 7.2 */
	SIP_FAULT_LINE = 1 << 8,     /* a header without colon, or its name no token */
	SIP_FAULT_CONTROL = 1 << 9,  /* a control octet in the head, not escaped */
	SIP_FAULT_UTF8 = 1 << 10,    /* octets above 0x7F in the head, not UTF-8 */
	SIP_FAULT_HEADERS = 1 << 11, /* beyond SIP_HEADERS_MAX: not kept */
	SIP_FAULT_METHOD = 1 << 12,  /* the method is no token */
};

enum {
	SIP_HEADERS_MAX = 1024, /* headers kept of one message */
	SIP_HEAD_MAX = 65536,   /* octets of start line and headers */
};

struct sip_header {
	enum sip_hdr id;
	bool compact, folded;
	/* No colon, or a name that is no token: name is what stands before the colon
	 * or the line's end, value the whole line; id is SIP_HDR_OTHER. */
	bool bad;
	struct slice name;  /* as it stands */
	struct slice value; /* trimmed, unfolded */
	struct slice raw;   /* the line(s) in the input, without the last line end */
	uint32_t offset;    /* of raw, in the input */
};

struct sip {
	uint32_t skipped; /* octets of CRLF keep-alive before the start line: 7.5 */
	struct slice start_line;
	uint32_t start_offset;
	/* 0: a request. As it stands, even above 699; 1000 if no number, or 0; at most
	 * 2^32-1. Not to be trusted where version is empty. */
	uint32_t status;
	struct slice status_text; /* responses: the digits as they stand */
	struct slice method;      /* requests; empty otherwise */
	struct slice uri;         /* requests */
	struct slice version;
	struct slice reason; /* responses */
	struct sip_header *headers;
	uint32_t headers_total;
	/* Index + 1 of the first of its kind, 0: none; [SIP_HDR_OTHER] is unused. */
	uint32_t first[SIP_HDR_TOTAL];
	uint32_t faults;       /* enum sip_fault */
	uint32_t fault_offset; /* of the first octet that drew a fault */
	struct slice head;     /* start line to the empty line, included */
	struct slice body;     /* all that follows the head; the caller cuts it */
};

/* Is this (the beginning of) a SIP message? Leading CRLFs are skipped. DIS_OK: a whole
 * start line of a request or response of any SIP version; DIS_MORE: may become one, or
 * nothing but CRLF; DIS_OTHER: no. Strict enough not to take HTTP, RTSP, "MSRP", PING
 * texts or random bytes for SIP. */
enum dis sip_probe(struct slice in);

/* Where is the end of the head? DIS_OK: *length is the octets from the start of `in`
 * (leading CRLF included) to the end of the empty line; DIS_MORE: not in `in`, nothing
 * before `from` need be looked at again (pass the n of the last try; 0 first). */
enum dis sip_head_end(struct slice in, size_t from, size_t *length);

/* DIS_OK; DIS_MORE: no empty line, all that is there is in *out (version is empty
 * where not even the start line is whole); DIS_BAD: the start line is beyond use,
 * without Request-URI or status code, the headers are there; DIS_OTHER: no SIP;
 * DIS_LIMIT: arena full or limits above, body is right all the same. `out->headers`
 * lies in the arena. */
enum dis sip_dissect(struct slice in, struct arena *a, struct sip *out);

/* The nth (from 0) header of a kind, or NULL. */
const struct sip_header *sip_find(const struct sip *s, enum sip_hdr id, unsigned nth);
unsigned sip_count(const struct sip *s, enum sip_hdr id);
/* What kind a header name is, compact forms included. */
enum sip_hdr sip_header_id(struct slice name);

/* A token: RFC 3261 25.1. */
bool sip_token(struct slice s);
/* Is it a method of the IANA registry (RFC 3261, 3262, 3265, 3311, 3428, 3515, 3903,
 * 6086)? */
bool sip_method_known(struct slice method);

/* The next value of a comma list: commas in quoted strings and <> do not count; empty
 * values are yielded as empty slices (commas at the end with nothing behind make one),
 * but an empty header has none. False at the end. Start with rest = the header's value. */
bool sip_list_next(struct slice *rest, struct slice *value);

/* ;name=value;name parameters. Quotes of a quoted string are not part of `value`;
 * escapes stay. */
struct sip_param {
	struct slice name, value;
	bool has_value, quoted;
};
/* rest may begin with ';'. An empty parameter, as in ";;", has an empty name. */
bool sip_param_next(struct slice *rest, struct sip_param *out);
/* The first of that name, in any case. */
bool sip_param_find(struct slice params, struct slice name, struct sip_param *out);
unsigned sip_param_count(struct slice params, struct slice name);
/* Do they keep to the grammar of header parameters? Without the first ';', not empty. */
bool sip_params_ok(struct slice params);
/* s begins with '"': what stands in the quotes; its length with both, 0 if it is not
 * closed. */
size_t sip_quoted(struct slice s, struct slice *inner);

bool sip_ipv4(struct slice s);
bool sip_ipv6(struct slice s); /* without [] */
/* host [":" port], white space around ":" and at the ends passes. False: breaks the
 * grammar. */
struct sip_hostport {
	struct slice host; /* IPv6 without [] */
	uint32_t port;     /* 0: none; at most 2^32-1 */
	bool has_port, ipv6;
};
bool sip_hostport(struct slice s, struct sip_hostport *out);

/* RFC 3261 19.1, and any other scheme: then only scheme and rest are set. Without a
 * scheme it is DIS_BAD, read as if "sip:" stood before it. DIS_MORE: empty, or nothing
 * behind the scheme. */
struct sip_uri {
	struct slice scheme, user, password;
	struct slice host;    /* of an IPv6 reference: without [] */
	struct slice params;  /* after the first ';' behind the host, without it */
	struct slice headers; /* after '?' */
	struct slice rest;    /* all after "scheme:" */
	uint32_t port;        /* 0: none; above 65535 as it stands, up to 2^32-1 */
	bool sip;             /* sip or sips */
	bool has_user, has_password, has_port, ipv6;
};
enum dis sip_uri_dissect(struct slice in, struct arena *a, struct sip_uri *out);

/* name-addr / addr-spec with header parameters: To, From, Contact, Route,
 * Record-Route, Refer-To. Contact and the routes are lists: cut them with
 * sip_list_next. DIS_OK says nothing about the grammar of `uri`: that is
 * sip_uri_dissect's. */
struct sip_addr {
	struct slice display; /* quotes stripped, escapes kept */
	struct slice uri;     /* without <> */
	struct slice params;  /* after the uri, without the first ';' */
	bool bracketed, star; /* star: Contact: * */
};
enum dis sip_addr_dissect(struct slice in, struct arena *a, struct sip_addr *out);

/* One value of Via (cut the list with sip_list_next): 20.42. White space around "/"
 * and ":" is legal. */
struct sip_via {
	struct slice protocol, version, transport;
	struct slice host; /* IPv6 without [] */
	struct slice params;
	uint32_t port; /* 0: none */
	bool has_port, ipv6;
	/* Of params, the first of each; empty if absent; received without []. */
	struct slice branch, received, rport;
	bool has_branch, has_received, has_rport;
};
enum dis sip_via_dissect(struct slice in, struct arena *a, struct sip_via *out);

struct sip_cseq {
	uint32_t seq;        /* 0 when out of range (DIS_BAD) */
	struct slice number; /* as it stands */
	struct slice method;
};
enum dis sip_cseq_dissect(struct slice in, struct arena *a, struct sip_cseq *out);

/* Date. DIS_OK for both forms; ns is UTC (GB/T 28181's form without zone is
 * UTC+08:00). On DIS_BAD has_ns tells whether the instant could be computed all the
 * same. */
enum sip_date_form { SIP_DATE_RFC1123, SIP_DATE_GB, SIP_DATE_GB_ZONE, SIP_DATE_OTHER };
struct sip_date {
	int64_t ns; /* since the epoch */
	enum sip_date_form form;
	bool has_ns;
};
enum dis sip_date_dissect(struct slice in, struct arena *a, struct sip_date *out);

/* Parsed already? Content-Length as a number: DIS_OK, DIS_OTHER (no such header),
 * DIS_BAD (not a number, above 2^31, or several that differ). Equal copies are DIS_OK
 * (and a finding elsewhere). */
enum dis sip_content_length(const struct sip *s, uint32_t *out);

#endif
