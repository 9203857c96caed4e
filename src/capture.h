/* capture - capture files in, frames out, in the order of time over all files. */
#ifndef SRC_CAPTURE_H
#define SRC_CAPTURE_H

#include "dissect/slice.h"
#include "src/err.h"

struct frame {
	uint32_t capture; /* index of the file, in the order of the command line */
	uint64_t number;  /* from 1 in its file, as in Wireshark */
	int64_t
	    time_ns; /* since the epoch, UTC; absurd stamps are brought to 0 or the year 2262 */
	struct slice bytes; /* as captured; valid until the next capture_next */
	uint32_t wire;      /* length on the wire, in bytes; >= bytes.n */
	int dlt;            /* LINKTYPE_ of its interface */
	uint64_t
	    offset; /* of the frame's bytes in its (decompressed) file, 0 if not known */
};

enum {
	CAPTURE_LINKS_MAX = 16,     /* link types named of one file */
	CAPTURE_COMMENTS_MAX = 100, /* comments kept of one file, of 1 KiB at most each */
};

struct capture_comment {
	uint64_t frame; /* 0: of the file */
	char *text;
};

/* What is known of one file. Complete when capture_next has answered 0. */
struct capture_info {
	const char *file;    /* as on the command line */
	const char *format;  /* "pcap", "pcap (nanoseconds)", "pcapng" */
	const char *packing; /* "gzip", "zstd"; NULL: as it is */
	int links
	    [CAPTURE_LINKS_MAX]; /* LINKTYPE_ of its header and its frames, each once */
	size_t links_total;
	bool links_more;        /* ... and others */
	uint64_t frames, bytes; /* records read; bytes captured of them */
	int64_t first_ns,
	    last_ns;   /* smallest and greatest time; meaningless when frames is 0 */
	bool complete; /* read to its end without trouble */
	int precision; /* digits of its time stamps: 6 or 9; pcapng: 9 from the first stamp that needs it */
	char trouble[256]; /* what ended the reading early; "" if nothing */
	struct capture_comment *comments; /* what people wrote into a pcapng file */
	size_t comments_total;
	uint64_t comments_dropped; /* beyond CAPTURE_COMMENTS_MAX */
};

struct capture;

/* Opens what must be opened before the first byte is read: checks that each file can be read and is
 * a capture (reads its first record to learn where in time it stands; a file whose first record is
 * later than the clock is opened again only when the clock reaches it, so hundreds of files need few
 * descriptors). "-" is standard input. NULL and *e: "FILE: why". An empty capture (header only) is fine. */
struct capture *capture_new(char *const *files, size_t files_total, struct err *e);
/* One of them is a pipe or the like: what comes may come as it happens. */
bool capture_live(const struct capture *c);
/* 1; 0 at the end of all files. A file cut or damaged in mid-record ends there: its info says so and
 * the others go on. Order: by time, then by the file that began earlier; inside one file always the file's order
 * (a file whose clock jumps back is read in its own order). */
int capture_next(struct capture *c, struct frame *out);
size_t capture_total(const struct capture *c);
const struct capture_info *capture_info(const struct capture *c, size_t i);
void capture_free(struct capture *c);

#endif
