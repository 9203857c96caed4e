/* mansrtsp - the body of an INFO that controls playback: GB/T 28181-2022 Annex B, words of RFC 2326.
 *
 * Tolerant: a lone LF ends a line, the empty line at the end may be missing. All slices point into the input. */
#ifndef DISSECT_MANSRTSP_H
#define DISSECT_MANSRTSP_H

#include "dissect/dis.h"

enum { MANSRTSP_HEADERS_MAX = 64 };

enum mansrtsp_hdr {
	MANSRTSP_OTHER,
	MANSRTSP_CSEQ,
	MANSRTSP_SCALE,
	MANSRTSP_RANGE,
	MANSRTSP_PAUSE_TIME,
	MANSRTSP_RTP_INFO,
	MANSRTSP_SESSION,
	MANSRTSP_HDR_TOTAL
};
const char *mansrtsp_hdr_name(enum mansrtsp_hdr h);

struct mansrtsp_header {
	enum mansrtsp_hdr id;
	struct slice line;        /* whole, without its end */
	struct slice name, value; /* trimmed; name empty: no colon */
};

struct mansrtsp_range {
	enum dis dis;             /* DIS_OTHER: no Range */
	struct slice unit;        /* "npt", "smpte", "clock" ... */
	struct slice start, stop; /* one of them may be empty */
	bool negative;            /* npt: a time below 0 */
};

struct mansrtsp {
	struct slice start_line;
	struct slice method;  /* of a request; else empty */
	struct slice version; /* "RTSP/1.0" */
	uint32_t status;      /* of a response; else 0 */
	struct slice status_text, reason;
	enum dis start_dis; /* of the start line */
	struct mansrtsp_header headers[MANSRTSP_HEADERS_MAX];
	uint32_t headers_total;
	uint32_t first[MANSRTSP_HDR_TOTAL]; /* index + 1; 0: none */
	struct mansrtsp_range range;
	struct slice rest; /* what follows the empty line */
	bool lone_lf;      /* a line ends with LF alone */
	bool ended;        /* the empty line at the end is there */
};

/* DIS_OK; DIS_MORE: the start line is all, or less; DIS_BAD: a start line or a header that breaks the grammar;
 * DIS_LIMIT: more headers than fit. */
enum dis mansrtsp_dissect(struct slice in, struct arena *a, struct mansrtsp *out);
enum dis mansrtsp_range_dissect(struct slice in, struct arena *a,
                                struct mansrtsp_range *out);

/* Its value, empty: none. */
struct slice mansrtsp_value(const struct mansrtsp *m, enum mansrtsp_hdr h);
/* The number of a Scale in thousandths; false: it is none. */
bool mansrtsp_scale(struct slice in, int32_t *out);
/* The word that s seems to be meant for: another case of it, or one wrong, missing, added or swapped octet. NULL:
 * none, or s is right. */
const char *mansrtsp_method_meant(struct slice s);
const char *mansrtsp_header_meant(struct slice s);
bool mansrtsp_method_known(struct slice s);

#endif
