#include "src/pcapng.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The input is a file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	FILE *f = n != 0 ? fmemopen((void *)(uintptr_t)data, n, "rb") : NULL;
	struct pcapng *p;
	struct pcapng_frame frame;
	enum pcapng_answer a;
	size_t frames = 0;

	if (f == NULL)
		return 0;
	p = pcapng_new(f);
	must(p != NULL);
	a = pcapng_begin(p);
	must(a != PCAPNG_FRAME || pcapng_dlt(p) >= 0);
	while (a == PCAPNG_FRAME && (a = pcapng_next(p, &frame)) == PCAPNG_FRAME) {
		(void)touch(frame.bytes);
		(void)touch(frame.comment);
		(void)touch(pcapng_comment(p));
		must(frame.time_ns >= 0 && frame.dlt >= 0);
		must(frame.offset + frame.bytes.n <= n);
		must(memcmp(data + frame.offset, frame.bytes.p, frame.bytes.n) == 0 ||
		     frame.bytes.n == 0);
		/* A block is sixteen octets long at least. */
		must(++frames <= n / 16);
	}
	must(a == PCAPNG_END || a == PCAPNG_CUT || pcapng_why(p)[0] != '\0');
	must(pcapng_offset(p) <= n);
	pcapng_free(p);
	(void)fclose(f);
	return 0;
}
