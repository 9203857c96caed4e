#include "src/pcapng.h"

#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "tests/unit/test.h"

/* ---- files ---- */

struct bytes {
	uint8_t b[8192];
	size_t n;
	bool big;
};

static void
put(struct bytes *f, uint64_t v, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		f->b[f->n++] = (uint8_t)(v >> 8 * (f->big ? size - 1 - i : i));
}

static size_t
block_begin(struct bytes *f, uint32_t type)
{
	size_t at = f->n;

	put(f, type, 4);
	put(f, 0, 4);
	return at;
}

static void
block_end(struct bytes *f, size_t at)
{
	size_t end;

	put(f, f->n + 4 - at, 4);
	end = f->n;
	f->n = at + 4;
	put(f, end - at, 4);
	f->n = end;
}

static void
option(struct bytes *f, uint16_t code, const void *value, size_t n)
{
	put(f, code, 2);
	put(f, n, 2);
	memcpy(f->b + f->n, value, n);
	f->n += n;
	while (f->n % 4 != 0)
		f->b[f->n++] = 0;
}

static void
section(struct bytes *f, bool big, const char *comment)
{
	size_t at;

	f->big = big;
	at = block_begin(f, 0x0A0D0D0A);
	put(f, 0x1A2B3C4D, 4);
	put(f, 1, 2);
	put(f, 0, 2);
	put(f, UINT64_MAX, 8);
	if (comment != NULL) {
		option(f, 1, comment, strlen(comment));
		put(f, 0, 4);
	}
	block_end(f, at);
}

static void
interface(struct bytes *f, int dlt, uint8_t resolution, int64_t offset)
{
	size_t at = block_begin(f, 1);
	uint8_t eight[8];
	struct bytes value = {.big = f->big};

	put(f, (uint64_t)dlt, 2);
	put(f, 0, 2);
	put(f, 0, 4);
	option(f, 9, &resolution, 1);
	if (offset != 0) {
		put(&value, (uint64_t)offset, 8);
		memcpy(eight, value.b, 8);
		option(f, 14, eight, 8);
	}
	put(f, 0, 4);
	block_end(f, at);
}

static void
enhanced(struct bytes *f, uint32_t number, uint64_t units, const char *data,
         const char *comment)
{
	size_t at = block_begin(f, 6);

	put(f, number, 4);
	put(f, units >> 32, 4);
	put(f, units & UINT32_MAX, 4);
	put(f, strlen(data), 4);
	put(f, strlen(data) + 5, 4);
	memcpy(f->b + f->n, data, strlen(data));
	f->n += strlen(data);
	while (f->n % 4 != 0)
		f->b[f->n++] = 0;
	if (comment != NULL) {
		option(f, 1, comment, strlen(comment));
		put(f, 0, 4);
	}
	block_end(f, at);
}

/* ---- tests ---- */

static FILE *
opened(const struct bytes *f)
{
	return fmemopen((void *)(uintptr_t)f->b, f->n, "rb");
}

static void
times(void)
{
	static const struct {
		const char *name;
		uint8_t resolution;
		int64_t offset;
		uint64_t units;
		int64_t time_ns;
	} rows[] = {
	    {"microseconds", 6, 0, 1500000, 1500000000},
	    {"nanoseconds", 9, 0, 1500000000, 1500000000},
	    {"seconds", 0, 0, 3, 3000000000},
	    {"picoseconds", 12, 0, UINT64_C(1500000001999), 1500000001},
	    {"10^-19 s", 19, 0, UINT64_C(15000000000000000000), 1500000000},
	    {"binary seconds", 0x80, 0, 7, 7000000000},
	    {"1/1024 s", 0x8A, 0, 1536, 1500000000},
	    {"2^-32 s", 0xA0, 0, UINT64_C(3) << 31, 1500000000},
	    {"2^-63 s", 0xBF, 0, UINT64_C(3) << 62, 1500000000},
	    {"an offset", 6, 100, 1500000, 101500000000},
	    {"before 1970", 6, -100, 1500000, 0},
	    {"the smallest offset", 6, INT64_MIN, 1500000, 0},
	    {"the greatest offset", 0, INT64_MAX, UINT64_MAX,
	     INT64_C(9223372035000000000)},
	    {"the greatest time", 0, 0, UINT64_MAX, INT64_C(9223372035000000000)},
	};
	size_t i;

	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes f = {.n = 0};
		struct pcapng_frame frame = {.time_ns = -1};
		struct pcapng *p;
		FILE *file;
		size_t k = i / 2;

		section(&f, i % 2 != 0, NULL);
		interface(&f, 1, rows[k].resolution, rows[k].offset);
		enhanced(&f, 0, rows[k].units, "x", NULL);
		file = opened(&f);
		p = pcapng_new(file);
		ok(pcapng_begin(p) == PCAPNG_FRAME &&
		       pcapng_next(p, &frame) == PCAPNG_FRAME,
		   "%s: read", rows[k].name);
		ok(frame.time_ns == rows[k].time_ns, "%s: %" PRId64, rows[k].name,
		   frame.time_ns);
		ok(pcapng_next(p, &frame) == PCAPNG_END, "%s: ends", rows[k].name);
		pcapng_free(p);
		(void)fclose(file);
	}
}

/* Two sections of different byte order, two interfaces of different links, all kinds of packet blocks, comments, and
 * blocks that nobody reads. */
static void
mixed_make(struct bytes *f)
{
	size_t at;

	section(f, false, "the first site");
	interface(f, 1, 6, 0);
	interface(f, 113, 9, 0);
	enhanced(f, 0, 1000000, "one", "here it breaks");
	enhanced(f, 1, 2000000000, "two22", NULL);
	at = block_begin(f, 3);
	put(f, 4, 4);
	put(f, 0x21212121, 4);
	block_end(f, at);
	at = block_begin(f, 0x0BAD);
	put(f, 0xFFFFFFFF, 4);
	block_end(f, at);
	section(f, true, NULL);
	interface(f, 101, 6, 0);
	at = block_begin(f, 2);
	put(f, 0, 2);
	put(f, 7, 2);
	put(f, 0, 4);
	put(f, 4000000, 4);
	put(f, 2, 4);
	put(f, 2, 4);
	put(f, 0x41420000, 4);
	block_end(f, at);
}

static void
mixed(void)
{
	static const struct {
		const char *bytes, *comment;
		int dlt;
		bool timed;
		int64_t time_ns;
		uint32_t wire;
	} rows[] = {
	    {"one", "here it breaks", 1, true, 1000000000, 8},
	    {"two22", "", 113, true, 2000000000, 10},
	    {"!!!!", "", 1, false, 0, 4},
	    {"AB", "", 101, true, 4000000000, 2},
	};
	struct bytes f = {.n = 0};
	struct pcapng_frame frame;
	struct pcapng *p;
	FILE *file;
	size_t i;

	mixed_make(&f);
	file = opened(&f);
	p = pcapng_new(file);
	ok(pcapng_begin(p) == PCAPNG_FRAME && pcapng_dlt(p) == 1, "the first link type");
	ok(slice_eq(pcapng_comment(p), SLICE("the first site")), "the section's comment");
	ok(pcapng_comment(p).n == 0, "is told once");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!ok(pcapng_next(p, &frame) == PCAPNG_FRAME, "frame %zu: %s", i,
		        pcapng_why(p)))
			break;
		ok(slice_eq(frame.bytes, slice_str(rows[i].bytes)), "frame %zu: bytes",
		   i);
		ok(slice_eq(frame.comment, slice_str(rows[i].comment)),
		   "frame %zu: comment", i);
		ok(frame.dlt == rows[i].dlt && frame.wire == rows[i].wire,
		   "frame %zu: link, length", i);
		ok(frame.timed == rows[i].timed && frame.time_ns == rows[i].time_ns,
		   "frame %zu: time", i);
		ok(memcmp(f.b + frame.offset, frame.bytes.p, frame.bytes.n) == 0,
		   "frame %zu: offset", i);
	}
	ok(pcapng_next(p, &frame) == PCAPNG_END, "the end");
	pcapng_free(p);
	(void)fclose(file);
}

/* Cut anywhere: whole at the ends of blocks, else said. */
static void
cut(void)
{
	struct bytes f = {.n = 0};
	struct pcapng_frame frame;
	size_t n, ends = 0;

	mixed_make(&f);
	for (n = 1; n < f.n; n++) {
		struct bytes part = f;
		struct pcapng *p;
		enum pcapng_answer a;
		FILE *file;

		part.n = n;
		file = opened(&part);
		p = pcapng_new(file);
		a = pcapng_begin(p);
		if (a != PCAPNG_FRAME) {
			ok(n < 100 && pcapng_why(p)[0] != '\0', "cut at %zu: refused", n);
		} else {
			while ((a = pcapng_next(p, &frame)) == PCAPNG_FRAME)
				;
			ok(a == PCAPNG_END || a == PCAPNG_CUT, "cut at %zu", n);
			ends += a == PCAPNG_END;
		}
		pcapng_free(p);
		(void)fclose(file);
	}
	ok(ends == 8, "%zu ends of blocks", ends);
}

static void
broken(void)
{
	static const struct {
		const char *why;
		size_t at; /* octet of the second frame's block */
		uint8_t value;
	} rows[] = {
	    {"a block length that cannot be", 4, 0},
	    {"a block length that cannot be", 4, 37},
	    {"a block longer than gbscope reads", 7, 2},
	    {"a frame of an interface that the file does not have", 8, 2},
	    {"a frame that is longer than its block", 20, 200},
	    {"a frame that is longer than its block", 23, 255},
	    {"a block whose two lengths differ", 36, 44},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes f = {.n = 0};
		struct pcapng_frame frame;
		enum pcapng_answer a;
		struct pcapng *p;
		size_t frames = 0, at;
		FILE *file;

		section(&f, false, NULL);
		interface(&f, 1, 6, 0);
		enhanced(&f, 0, 1, "good", NULL);
		at = f.n;
		enhanced(&f, 0, 2, "evil now", NULL);
		f.b[at + rows[i].at] = rows[i].value;
		file = opened(&f);
		p = pcapng_new(file);
		a = pcapng_begin(p);
		while (a == PCAPNG_FRAME && (a = pcapng_next(p, &frame)) == PCAPNG_FRAME)
			frames++;
		ok(a == PCAPNG_BAD && frames == 1, "%s: said", rows[i].why);
		ok(strcmp(pcapng_why(p), rows[i].why) == 0, "%s: %s", rows[i].why,
		   pcapng_why(p));
		ok(pcapng_offset(p) == at, "%s: where", rows[i].why);
		pcapng_free(p);
		(void)fclose(file);
	}
}

/* libpcap reads the same where a file has one link type and one byte order. */
static void
as_libpcap(void)
{
	static const uint8_t resolutions[] = {0, 3, 6, 9, 12, 0x80, 0x8A, 0xA0};
	size_t i, k;

	for (i = 0; i < 2 * sizeof(resolutions); i++) {
		struct bytes f = {.n = 0};
		struct pcapng_frame frame;
		struct pcap_pkthdr *h;
		const u_char *data;
		char why[PCAP_ERRBUF_SIZE], text[40];
		struct pcapng *p;
		FILE *file, *other;
		pcap_t *pcap;
		uint8_t resolution = resolutions[i / 2];

		section(&f, i % 2 != 0, "both read this");
		interface(&f, 101, resolution, i % 3 == 0 ? 1000 : 0);
		for (k = 0; k < 40; k++) {
			(void)snprintf(text, sizeof(text), "%.*s", (int)k,
			               "0123456789012345678901234567890123456789");
			enhanced(&f, 0, UINT64_C(123456789) * (k + 1) * (k + 1), text,
			         k % 5 == 0 ? "odd" : NULL);
		}
		file = opened(&f);
		other = opened(&f);
		p = pcapng_new(file);
		pcap = pcap_fopen_offline_with_tstamp_precision(
		    other, PCAP_TSTAMP_PRECISION_NANO, why);
		if (!ok(pcap != NULL && pcapng_begin(p) == PCAPNG_FRAME, "%zu: %s", i,
		        why))
			return;
		ok(pcap_datalink(pcap) == DLT_RAW && pcapng_dlt(p) == 101, "%zu: link",
		   i);
		for (k = 0; k < 40; k++) {
			if (!ok(pcap_next_ex(pcap, &h, &data) == 1 &&
			            pcapng_next(p, &frame) == PCAPNG_FRAME,
			        "%zu: frame %zu", i, k))
				break;
			ok(h->caplen == frame.bytes.n && h->len == frame.wire &&
			       memcmp(data, frame.bytes.p, frame.bytes.n) == 0,
			   "%zu: octets of frame %zu", i, k);
			/* Beyond the year 2262 we say 2262. */
			ok(h->ts.tv_sec > INT64_C(9223372035) ||
			       h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec ==
			           frame.time_ns,
			   "%zu, resolution %x: time of frame %zu: %" PRId64, i,
			   resolution, k, frame.time_ns);
		}
		pcap_close(pcap);
		pcapng_free(p);
		(void)fclose(file);
	}
}

int
main(void)
{
	as_libpcap();
	times();
	mixed();
	cut();
	broken();
	return done();
}
