/* sdp - a session description: the lines of RFC 8866 (4566), and those of GB/T 28181-2022 Annex G.
 *
 * Tolerant: a lone LF ends a line, the last one needs no end, what is no line is kept as one. All slices point
 * into the input. */
#ifndef DISSECT_SDP_H
#define DISSECT_SDP_H

#include "dissect/dis.h"

enum { SDP_LINES_MAX = 4096, SDP_MEDIA_MAX = 64 };

/* Attributes that somebody asks for; each level knows its first one. */
enum sdp_attr {
	SDP_OTHER,
	SDP_RTPMAP,
	SDP_FMTP,
	SDP_DIRECTION, /* sendrecv, sendonly, recvonly, inactive: RFC 8866 6.7 */
	SDP_SETUP,     /* RFC 4145 4 */
	SDP_TCP_CONNECTION,
	SDP_DOWNLOADSPEED,
	SDP_FILESIZE,
	SDP_SVCSPACE,
	SDP_SVCTIME,
	SDP_SSVCRATIO,
	SDP_STREAMNUMBER,
	SDP_STREAM, /* this and the next two: vendors' streamnumber */
	SDP_STREAMPROFILE,
	SDP_STREAMMODE,
	SDP_ATTR_TOTAL
};
const char *sdp_attr_name(enum sdp_attr a);

enum sdp_end { SDP_END_NONE, SDP_END_LF, SDP_END_CRLF };

struct sdp_line {
	uint8_t type;            /* its letter; 0: not of the form x=value */
	uint8_t attr;            /* enum sdp_attr, of a= */
	uint8_t end;             /* enum sdp_end */
	uint32_t level;          /* 0: the session; n: the n-th m= */
	struct slice text;       /* without its end */
	struct slice value;      /* behind the = */
	struct slice name, rest; /* of a=: before and behind the colon */
};

struct sdp_origin {
	enum dis dis; /* DIS_OTHER: no such line */
	struct slice username, sess_id, sess_version, nettype, addrtype, address;
};

struct sdp_connection {
	enum dis dis;
	struct slice nettype, addrtype, address; /* address without /ttl */
	struct slice ttl;                        /* behind the first / */
	bool has_ttl;
};

struct sdp_time {
	enum dis dis;
	struct slice start_text, stop_text;
	uint64_t start, stop; /* seconds; 0 where they are no numbers */
};

struct sdp_media {
	enum dis dis;
	struct slice media, port_text, ports_text, proto;
	struct slice formats; /* separated by blanks: sdp_word */
	uint32_t port, ports; /* 0 where they are no numbers */
	bool has_port, has_ports;
};

struct sdp_rtpmap {
	enum dis dis;
	struct slice pt_text, encoding, clock_text, params;
	uint32_t pt, clock; /* 0 where they are no numbers */
	bool has_pt, has_clock;
};

/* GB/T 28181-2022 Annex G: y= is live or history, five digits of the domain, four of the stream. */
struct sdp_y {
	enum dis dis; /* DIS_OK: ten digits, the first one 0 or 1 */
	struct slice value, domain, stream;
	bool history;
	bool has_ssrc;
	uint64_t ssrc; /* of ten digits, whatever the first one is */
};

/* Its f=: the codes of video and audio, each of them may be empty. */
enum sdp_f_part {
	SDP_F_VIDEO,
	SDP_F_RESOLUTION,
	SDP_F_FPS,
	SDP_F_RATE_TYPE,
	SDP_F_KBPS,
	SDP_F_AUDIO,
	SDP_F_AUDIO_RATE,
	SDP_F_SAMPLING,
	SDP_F_TOTAL
};
struct sdp_f {
	enum dis dis; /* DIS_OK: v/././././.a/././. with all slashes */
	struct slice value;
	struct slice part[SDP_F_TOTAL];
};

/* The session, or a media description. */
struct sdp_level {
	uint32_t line, lines; /* its first line, and how many it has */
	struct sdp_media m;   /* of the session: DIS_OTHER */
	struct sdp_connection connection;
	unsigned connections;
	uint32_t attr[SDP_ATTR_TOTAL]; /* index of the first such line + 1; 0: none */
	uint32_t times[SDP_ATTR_TOTAL];
	struct sdp_y y; /* the first of this level; DIS_OTHER: none */
	struct sdp_f f;
};

struct sdp {
	const struct sdp_line *lines;
	uint32_t lines_total;
	const struct sdp_level *levels; /* [0] is the session */
	uint32_t levels_total;          /* 1 + media */
	uint32_t first['z' + 1]; /* session lines by letter: index of the first + 1 */
	struct sdp_origin origin;
	struct sdp_time time; /* the first t= */
};

/* DIS_OK: every line has the form x=value. DIS_BAD: not every one. DIS_MORE: empty. DIS_LIMIT: more lines or
 * media than the bounds above, or no room in the arena; what stands before is in *out. */
enum dis sdp_dissect(struct slice in, struct arena *a, struct sdp *out);

/* The first session line of this letter, or its value; NULL, empty: none. */
const struct sdp_line *sdp_find(const struct sdp *s, uint8_t type);
struct slice sdp_value(const struct sdp *s, uint8_t type);
/* The first line with this attribute at the level; NULL: none. */
const struct sdp_line *sdp_attr(const struct sdp *s, uint32_t level, enum sdp_attr a);
/* The same, at the session where the level has none: RFC 8866 6.7, RFC 4145 4. */
const struct sdp_line *sdp_attr_of(const struct sdp *s, uint32_t level, enum sdp_attr a);
/* Where the level's media goes: its own c=, or the session's. */
const struct sdp_connection *sdp_connection_of(const struct sdp *s, uint32_t level);
/* The first y= or f= of a level from 1 on, or of the session; dis is DIS_OTHER if there is none. */
const struct sdp_y *sdp_y_first(const struct sdp *s);
const struct sdp_f *sdp_f_first(const struct sdp *s);

/* The next word of *rest, which ends at blanks. False: there is none. */
bool sdp_word(struct slice *rest, struct slice *word);
/* One value each: what stands behind "m=", "a=rtpmap:", "y=", "f=", "o=", "c=", "t=". */
enum dis sdp_origin_dissect(struct slice in, struct arena *a, struct sdp_origin *out);
enum dis sdp_connection_dissect(struct slice in, struct arena *a,
                                struct sdp_connection *out);
enum dis sdp_time_dissect(struct slice in, struct arena *a, struct sdp_time *out);
enum dis sdp_media_dissect(struct slice in, struct arena *a, struct sdp_media *out);
enum dis sdp_rtpmap_dissect(struct slice in, struct arena *a, struct sdp_rtpmap *out);
enum dis sdp_y_dissect(struct slice in, struct arena *a, struct sdp_y *out);
enum dis sdp_f_dissect(struct slice in, struct arena *a, struct sdp_f *out);

/* What a part's code means; "" where it is a plain number in its range or empty, NULL: no such code. */
const char *sdp_f_meaning(enum sdp_f_part part, struct slice code);
const char *sdp_f_name(enum sdp_f_part part); /* "video codec" ... */
/* Could a sender mean this pair of audio codes? The standard's table has each codec's rates. */
bool sdp_f_plausible(const struct sdp_f *f);

#endif
