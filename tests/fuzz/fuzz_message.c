/* Messages, each as it would come out of the transport: what goes with what, what is wrong, the report.
 *
 * The first octet chooses limits and format. Then, for each message, an octet that says how it travelled,
 * and its text up to an octet 0x1E. */
#include <unistd.h>

#include "tests/fuzz/pipeline.h"

enum { END = 0x1E };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Nobody reads frames here, but a report names its captures. */
static struct capture *
no_frames(void)
{
	static const uint8_t header[24] = {0xD4, 0xC3, 0xB2, 0xA1, 2,   0, 4, 0,
	                                   0,    0,    0,    0,    0,   0, 0, 0,
	                                   0,    0,    4,    0,    101, 0, 0, 0};
	static FILE *file;
	static char name[64];
	char *names = name;
	struct capture *capture;
	struct err e = {""};

	if (file == NULL) {
		file = tmpfile();
		must(file != NULL);
		must(pwrite(fileno(file), header, sizeof(header), 0) ==
		     (ssize_t)sizeof(header));
		(void)snprintf(name, sizeof(name), "/dev/fd/%d", fileno(file));
	}
	capture = capture_new(&names, 1, &e);
	must(capture != NULL);
	return capture;
}

static struct record
record_of(uint8_t how, struct slice bytes, uint64_t *frame, int64_t *now)
{
	static const int64_t waits_ms[] = {10, 0, 600, 33000, 70000, 3700000, -5000, 300};
	static const unsigned faults[] = {0, RECORD_CUT, RECORD_RESYNC,
	                                  RECORD_UNFINISHED | RECORD_GAP};
	static const struct addr ends[2] = {
	    {.n = 4, .ip = {192, 168, 10, 14}, .port = 5060},
	    {.n = 4, .ip = {192, 168, 10, 2}, .port = 5060},
	};
	unsigned from = how & 1;
	struct record r = {
	    .bytes = bytes,
	    .src = ends[from],
	    .dst = ends[1 - from],
	    .carrier = how & 2 ? CARRIER_TCP : CARRIER_UDP,
	    .faults = faults[how >> 5 & 3],
	    .skipped = how >> 5 & 2,
	    .frame = *frame,
	    .frames = frame,
	    .frames_total = 1,
	};

	*now += waits_ms[how >> 2 & 7] * INT64_C(1000000);
	r.time_ns = *now;
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice rest, one, copy;
	struct capture *capture;
	struct record r;
	struct pipeline p;
	uint64_t frame = 0;
	int64_t now = INT64_C(1767578400000000000);

	if (n == 0)
		return 0;
	capture = no_frames();
	pipeline_begin(&p, data[0], capture);
	/* Each round takes at least the octet of the message's way. */
	for (rest = slice_of(data + 1, n - 1); rest.n > 1;) {
		if (!slice_cut(rest, END, &one, &rest)) {
			one = rest;
			rest = SLICE_EMPTY;
		}
		if (one.n < 2)
			continue;
		frame++;
		copy = exact(one.p + 1, one.n - 1);
		r = record_of(one.p[0], copy, &frame, &now);
		pipeline_record(&p, &r);
		free((void *)(uintptr_t)copy.p);
	}
	pipeline_end(&p, NULL, NULL);
	capture_free(capture);
	return 0;
}
