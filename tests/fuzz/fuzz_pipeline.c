/* A capture file through everything: frames, datagrams, messages, places, findings, report.
 *
 * Octet 8 of a pcap file (its time zone, which nobody reads) chooses limits and format. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A capture has a name: that of an open file, which is the same one each time. */
static const char *
file_of(const uint8_t *data, size_t n)
{
	static FILE *file;
	static char name[64];

	if (file == NULL) {
		file = tmpfile();
		must(file != NULL);
		(void)snprintf(name, sizeof(name), "/dev/fd/%d", fileno(file));
	}
	must(ftruncate(fileno(file), 0) == 0);
	must(pwrite(fileno(file), data, n, 0) == (ssize_t)n);
	return name;
}

static void
losses(struct pipeline *p, struct net *net)
{
	struct net_loss loss;

	while (net_lost(net, &loss)) {
		check_loss(&p->checker, &loss);
		arena_reset(&p->scratch);
	}
}

static void
records(struct pipeline *p, struct transport *transport)
{
	struct record rec;

	while (transport_next(transport, &rec))
		pipeline_record(p, &rec);
}

static void
frames(struct pipeline *p, struct capture *capture)
{
	struct ledger *ledger = ledger_new(capture_total(capture));
	struct net *net = net_new(&p->limits, ledger);
	struct transport *transport = transport_new(&p->limits, ledger);
	struct frame frame;
	struct datagram d;

	uint64_t accounted;
	int i;

	must(ledger != NULL && net != NULL && transport != NULL);
	transport_media(transport, p->media);
	while (capture_next(capture, &frame)) {
		must(frame.wire >= frame.bytes.n);
		p->summary.frames++;
		net_feed(net, &frame);
		while (net_next(net, &d)) {
			transport_feed(transport, &d);
			records(p, transport);
		}
		losses(p, net);
	}
	net_end(net);
	losses(p, net);
	transport_end(transport);
	records(p, transport);
	/* Every frame has one fate. */
	accounted = ledger_used(ledger, 0);
	for (i = 0; i < SKIP_TOTAL; i++)
		accounted += ledger_skipped(ledger, 0, (enum skip)i);
	must(accounted == p->summary.frames);
	pipeline_end(p, ledger, transport);
	ledger_free(ledger);
	transport_free(transport);
	net_free(net);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *name = (char *)(uintptr_t)file_of(data, n);
	struct err e = {""};
	struct capture *capture = capture_new(&name, 1, &e);
	struct pipeline p;

	must((capture == NULL) == (e.text[0] != '\0'));
	if (capture == NULL)
		return 0;
	pipeline_begin(&p, data[8], capture);
	frames(&p, capture);
	capture_free(capture);
	return 0;
}
