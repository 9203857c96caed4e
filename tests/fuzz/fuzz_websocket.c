#include "dissect/kind.h"
#include "dissect/sip.h"
#include "dissect/websocket.h"
#include "src/record.h"
#include "src/wsframer.h"
#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
frame(struct slice in)
{
	struct websocket w;
	struct websocket_hello h;
	enum dis dis = websocket_dissect(in, NULL, &w);
	uint8_t *text;

	must(dis == DIS_OK || dis == DIS_MORE || dis == DIS_BAD);
	if (dis == DIS_OK) {
		must(inside(w.payload, in) && w.payload.n <= w.length);
		must(w.head + w.payload.n <= in.n && w.head <= 14);
		text = malloc(w.payload.n + 1);
		must(text != NULL);
		websocket_unmask(&w, text);
		free(text);
	}
	dis = websocket_hello(in, 0, &h);
	must(dis != DIS_OK || (h.length != 0 && h.length <= in.n));
	must(dis == DIS_OTHER || sip_probe(in) != DIS_OK);
}

static void
kinds(struct slice in)
{
	must(sip_probe(in) != DIS_OK ||
	     (udp_kind(in) == UDP_OTHER && tls_probe(in) == DIS_OTHER));
}

/* The first octet: how many octets come at once. A view that grows must give what the whole gives. */
static void
messages(struct slice in, size_t step)
{
	struct wsframer w = {.mode = WSFRAMER_OFF};
	struct limits limits;
	struct framer_out o;
	enum framer_step answer = FRAMER_SKIP;
	size_t from = 0, to = 0;
	uint8_t *text;

	limits_init(&limits);
	limits.max[LIMIT_MESSAGE_BYTES] = 200;
	if (wsframer_open(&w, in) != DIS_OK) {
		w.mode = WSFRAMER_SEARCH;
		w.wanted = true;
	}
	/* Each round shows more, or consumes some of it. */
	while (to < in.n && answer != FRAMER_OTHER) {
		to = in.n - to < step ? in.n : to + step;
		while ((answer = wsframer_step(&w, slice_tail(slice_head(in, to), from),
		                               &limits, &o)) == FRAMER_SKIP ||
		       answer == FRAMER_MESSAGE) {
			must(o.n != 0 && o.n <= to - from);
			if (answer == FRAMER_MESSAGE) {
				text = malloc(o.n);
				must(text != NULL);
				must(wsframer_join(slice_head(slice_tail(in, from), o.n),
				                   text) <= 200);
				free(text);
			}
			from += o.n;
		}
	}
	if (answer != FRAMER_OTHER && from < to) {
		answer = wsframer_finish(&w, slice_tail(in, from), RECORD_UNFINISHED, &o);
		must(answer != FRAMER_MORE && o.n == in.n - from);
		wsframer_gap(&w, step);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in;

	if (n == 0)
		return 0;
	in = exact(data + 1, n - 1);
	frame(in);
	kinds(in);
	messages(in, 1 + data[0] % 64);
	free((void *)(uintptr_t)in.p);
	return 0;
}
