#include "src/capture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char folder[64] = "/tmp/gbscope-capture-XXXXXX";

/* ---- files ---- */

struct bytes {
	uint8_t b[65536];
	size_t n;
};

static void
put(struct bytes *f, uint64_t v, size_t size, bool big)
{
	size_t i;

	for (i = 0; i < size; i++)
		f->b[f->n++] = (uint8_t)(v >> 8 * (big ? size - 1 - i : i));
}

static void
pcap_begin(struct bytes *f, uint32_t magic, uint32_t link, bool big)
{
	f->n = 0;
	put(f, magic, 4, big);
	put(f, 2, 2, big);
	put(f, 4, 2, big);
	put(f, 0, 8, big);
	put(f, 65535, 4, big);
	put(f, link, 4, big);
}

static void
pcap_frame(struct bytes *f, uint32_t s, uint32_t fraction, size_t n, size_t wire,
           bool big)
{
	put(f, s, 4, big);
	put(f, fraction, 4, big);
	put(f, n, 4, big);
	put(f, wire, 4, big);
	memset(f->b + f->n, (int)(s & 0x7F), n);
	f->n += n;
}

/* A section and an interface with time stamps in 10^-resolution s. */
static void
pcapng_begin(struct bytes *f, uint8_t resolution, bool big)
{
	f->n = 0;
	put(f, 0x0A0D0D0A, 4, big);
	put(f, 28, 4, big);
	put(f, 0x1A2B3C4D, 4, big);
	put(f, 1, 2, big);
	put(f, 0, 2, big);
	put(f, UINT64_MAX, 8, big);
	put(f, 28, 4, big);
	put(f, 1, 4, big);
	put(f, 32, 4, big);
	put(f, 1, 2, big);
	put(f, 0, 2, big);
	put(f, 65535, 4, big);
	put(f, 9, 2, big);
	put(f, 1, 2, big);
	put(f, resolution, 4, false);
	put(f, 0, 4, big);
	put(f, 32, 4, big);
}

static void
pcapng_frame(struct bytes *f, uint64_t time, bool big)
{
	put(f, 6, 4, big);
	put(f, 36, 4, big);
	put(f, 0, 4, big);
	put(f, time >> 32, 4, big);
	put(f, time & 0xFFFFFFFF, 4, big);
	put(f, 4, 4, big);
	put(f, 60, 4, big);
	put(f, 0x41424344, 4, big);
	put(f, 36, 4, big);
}

static char *
write_file(const char *name, const void *bytes, size_t n)
{
	static char paths[64][128];
	static int next;
	char *path = paths[next++ % 64];
	FILE *f;

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		ok(false, "cannot write %s", path);
	return path;
}

/* ---- tests ---- */

static void
formats(void)
{
	static const struct {
		const char *name;
		uint32_t magic;
		uint32_t fraction;
		const char *format;
		int precision;
		bool big;
	} rows[] = {
	    {"microseconds, little endian", 0xA1B2C3D4, 123456, "pcap", 6, false},
	    {"microseconds, big endian", 0xA1B2C3D4, 123456, "pcap", 6, true},
	    {"nanoseconds, little endian", 0xA1B23C4D, 123456000, "pcap (nanoseconds)", 9,
	     false},
	    {"nanoseconds, big endian", 0xA1B23C4D, 123456000, "pcap (nanoseconds)", 9,
	     true},
	    {"pcapng, microseconds", 6, 123456, "pcapng", 6, false},
	    {"pcapng, big endian", 6, 123456, "pcapng", 6, true},
	    {"pcapng, nanoseconds", 9, 123456000, "pcapng", 6, false},
	};
	static struct bytes f;
	struct err e = {""};
	struct capture *c;
	struct frame frame;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ng = rows[i].magic < 16;
		const struct capture_info *info;
		char *path;

		if (ng) {
			pcapng_begin(&f, (uint8_t)rows[i].magic, rows[i].big);
			pcapng_frame(&f,
			             1700000000 * (uint64_t)(rows[i].magic == 6
			                                         ? 1000000
			                                         : 1000000000) +
			                 rows[i].fraction,
			             rows[i].big);
		} else {
			pcap_begin(&f, rows[i].magic, 1, rows[i].big);
			pcap_frame(&f, 1700000000, rows[i].fraction, 4, 60, rows[i].big);
		}
		path = write_file("format", f.b, f.n);
		c = capture_new(&path, 1, &e);
		if (!ok(c != NULL, "%s: %s", rows[i].name, e.text))
			continue;
		ok(capture_next(c, &frame) == 1, "%s: a frame", rows[i].name);
		ok(frame.time_ns == 1700000000123456000, "%s: time %" PRId64,
		   rows[i].name, frame.time_ns);
		ok(frame.bytes.n == 4 && frame.wire == 60 && frame.number == 1 &&
		       frame.dlt == 1,
		   "%s: the frame's fields", rows[i].name);
		ok(frame.offset == (ng ? 88 : 40), "%s: offset %" PRIu64, rows[i].name,
		   frame.offset);
		ok(capture_next(c, &frame) == 0, "%s: the end", rows[i].name);
		info = capture_info(c, 0);
		ok(strcmp(info->format, rows[i].format) == 0 &&
		       info->precision == rows[i].precision,
		   "%s: %s with %d digits", rows[i].name, info->format, info->precision);
		ok(info->complete && info->trouble[0] == '\0' && info->frames == 1 &&
		       info->bytes == 4,
		   "%s: complete", rows[i].name);
		capture_free(c);
	}
}

static void
refused(void)
{
	static const uint8_t gzip[] = {0x1F, 0x8B, 8, 0, 0};
	char nowhere[128],
	    *paths[] = {
	        nowhere,
	        folder,
	        write_file("empty", "", 0),
	        write_file("text", "this is no capture at all, just text", 36),
	        write_file("short", "\xD4\xC3\xB2\xA1\2\0", 6),
	        write_file("gzip", gzip, sizeof(gzip)),
	    };
	static const char *const why[] = {"No such file",  "directory",     "empty",
	                                  "not a capture", "not a capture", "gzip"};
	char *twice[] = {"-", "-"};
	struct err e;
	size_t i;

	(void)snprintf(nowhere, sizeof(nowhere), "%s/nowhere", folder);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		e.text[0] = '\0';
		ok(capture_new(&paths[i], 1, &e) == NULL, "%s is refused", paths[i]);
		ok(strncmp(e.text, paths[i], strlen(paths[i])) == 0 &&
		       strstr(e.text, why[i]) != NULL && strchr(e.text, '\n') == NULL,
		   "%s: %s", paths[i], e.text);
	}
	e.text[0] = '\0';
	ok(capture_new(twice, 2, &e) == NULL, "standard input twice is refused");
}

static void
cut_and_damaged(void)
{
	static struct bytes f;
	struct err e = {""};
	struct frame frame;
	struct capture *c;
	size_t n;
	char *path;

	pcap_begin(&f, 0xA1B2C3D4, 1, false);
	pcap_frame(&f, 10, 0, 40, 40, false);
	pcap_frame(&f, 11, 0, 40, 40, false);
	for (n = 24; n <= f.n; n++) {
		size_t whole = (n - 24) / 56;
		bool clean = (n - 24) % 56 == 0;
		char want[96];

		path = write_file("cut", f.b, n);
		c = capture_new(&path, 1, &e);
		if (!ok(c != NULL, "cut at %zu: %s", n, e.text))
			continue;
		while (capture_next(c, &frame) == 1)
			ok(frame.bytes.n == 40, "whole frames only");
		ok(capture_info(c, 0)->frames == whole, "cut at %zu: %zu frames", n,
		   whole);
		ok(capture_info(c, 0)->complete == clean, "cut at %zu: complete or not",
		   n);
		(void)snprintf(want, sizeof(want),
		               "cut short in the middle of frame %zu (offset %zu)",
		               whole + 1, 24 + whole * 56);
		ok(strcmp(capture_info(c, 0)->trouble, clean ? "" : want) == 0,
		   "cut at %zu: %s", n, capture_info(c, 0)->trouble);
		capture_free(c);
	}
	/* A length that cannot be. */
	memset(f.b + 24 + 56 + 8, 0x7F, 4);
	path = write_file("damaged", f.b, f.n);
	c = capture_new(&path, 1, &e);
	while (c != NULL && capture_next(c, &frame) == 1)
		;
	ok(c != NULL && !capture_info(c, 0)->complete &&
	       strncmp(capture_info(c, 0)->trouble,
	               "damaged at frame 2 (offset 80): ", 32) == 0,
	   "damaged: %s", c ? capture_info(c, 0)->trouble : e.text);
	capture_free(c);
}

static void
odd_frames(void)
{
	static struct bytes f;
	struct err e = {""};
	struct frame frame;
	struct capture *c;
	char *path;

	pcap_begin(&f, 0xA1B2C3D4, 12, false);
	pcap_frame(&f, 0xFFFFFFFF, 0xFFFFFFFF, 10, 3, false);
	pcap_frame(&f, 5, 0, 0, 0, false);
	path = write_file("odd", f.b, f.n);
	c = capture_new(&path, 1, &e);
	if (!ok(c != NULL, "odd frames: %s", e.text))
		return;
	ok(capture_next(c, &frame) == 1 && frame.wire == 10,
	   "longer than it was on the wire");
	ok(frame.time_ns == INT64_C(4294967295999999999), "time %" PRId64, frame.time_ns);
	ok(frame.dlt == 101, "raw IP has its LINKTYPE");
	ok(capture_next(c, &frame) == 1 && frame.bytes.n == 0 && frame.number == 2,
	   "an empty frame");
	ok(capture_info(c, 0)->first_ns == 5000000000 &&
	       capture_info(c, 0)->last_ns > 5000000000,
	   "first and last are smallest and greatest");
	capture_free(c);
}

/* Many files, more than the descriptors that there are, merged. */
static void
merged(void)
{
	enum { FILES = 60 };
	static struct bytes f;
	struct rlimit old, few = {24, 24};
	char *paths[FILES], name[32];
	struct err e = {""};
	struct frame frame = {.time_ns = 0};
	struct capture *c;
	int64_t last = 0;
	size_t i, frames = 0, same = 0;
	uint32_t capture = 0;

	for (i = 0; i < FILES; i++) {
		/* File i covers the seconds of i * 10 to i * 10 + 14, last file first. */
		pcap_begin(&f, 0xA1B2C3D4, 1, false);
		pcap_frame(&f, (uint32_t)i * 10 + 1000, 0, 4, 4, false);
		pcap_frame(&f, (uint32_t)i * 10 + 1010, 0, 4, 4, false);
		pcap_frame(&f, (uint32_t)i * 10 + 1014, 0, 4, 4, false);
		(void)snprintf(name, sizeof(name), "merge%zu", i);
		paths[FILES - 1 - i] = write_file(name, f.b, f.n);
	}
	getrlimit(RLIMIT_NOFILE, &old);
	few.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	c = capture_new(paths, FILES, &e);
	if (ok(c != NULL, "many files: %s", e.text)) {
		while (capture_next(c, &frame) == 1) {
			ok(frame.time_ns >= last, "time does not go back");
			if (frame.time_ns == last) {
				same++;
				ok(frame.capture < capture,
				   "of equal times the file that began first");
			}
			last = frame.time_ns;
			capture = frame.capture;
			frames++;
		}
		ok(frames == FILES * 3 && same == FILES - 1, "all %zu frames came",
		   frames);
		for (i = 0; i < FILES; i++)
			ok(capture_info(c, i)->complete, "file %zu: %s", i,
			   capture_info(c, i)->trouble);
	}
	setrlimit(RLIMIT_NOFILE, &old);
	capture_free(c);

	/* A file whose clock jumps back is read in its own order. */
	pcap_begin(&f, 0xA1B2C3D4, 1, false);
	pcap_frame(&f, 2000, 0, 4, 4, false);
	pcap_frame(&f, 1000, 0, 4, 4, false);
	paths[0] = write_file("back", f.b, f.n);
	c = capture_new(paths, 1, &e);
	ok(c != NULL && capture_next(c, &frame) == 1 && frame.number == 1 &&
	       capture_next(c, &frame) == 1 && frame.number == 2,
	   "time that goes back");
	capture_free(c);
}

static void
standard_input(void)
{
	static struct bytes f;
	char *paths[] = {"-"};
	struct err e = {""};
	struct frame frame;
	struct capture *c;
	int ends[2];

	pcap_begin(&f, 0xA1B2C3D4, 1, false);
	pcap_frame(&f, 1000, 0, 4, 4, false);
	if (pipe(ends) != 0 || write(ends[1], f.b, f.n) != (ssize_t)f.n ||
	    dup2(ends[0], 0) != 0) {
		ok(false, "no pipe");
		return;
	}
	close(ends[0]);
	close(ends[1]);
	c = capture_new(paths, 1, &e);
	ok(c != NULL && capture_next(c, &frame) == 1 && capture_next(c, &frame) == 0,
	   "a pipe: %s", e.text);
	ok(c != NULL && strcmp(capture_info(c, 0)->format, "pcap") == 0,
	   "its format is known");
	capture_free(c);
}

int
main(void)
{
	char command[96];

	if (mkdtemp(folder) == NULL) {
		ok(false, "no temporary folder");
		return done();
	}
	formats();
	refused();
	cut_and_damaged();
	odd_frames();
	merged();
	standard_input();
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	ok(system(command) == 0, "the folder is removed");
	return done();
}
