/* startlines CAPTURE... - the frame and the start line of every message, for comparing with tshark. */
#include <stdio.h>

#include "dissect/sip.h"
#include "src/capture.h"
#include "src/net.h"
#include "src/transport.h"

static void
records(struct transport *t)
{
	struct record r;
	struct sip s;
	struct arena a;

	while (transport_next(t, &r)) {
		arena_init(&a, 0);
		(void)sip_dissect(r.bytes, &a, &s);
		printf("%llu\t", (unsigned long long)r.frame);
		(void)fwrite(s.start_line.p, 1, s.start_line.n, stdout);
		putchar('\n');
		arena_free(&a);
	}
}

int
main(int argc, char **argv)
{
	struct err e = {""};
	struct limits l;
	struct capture *c = argc > 1 ? capture_new(argv + 1, (size_t)argc - 1, &e) : NULL;
	struct net *n;
	struct transport *t;
	struct frame f;
	struct datagram d;
	struct net_loss loss;

	if (c == NULL) {
		(void)fprintf(stderr, "startlines: %s\n", e.text);
		return 2;
	}
	limits_init(&l);
	n = net_new(&l, NULL);
	t = transport_new(&l, NULL);
	while (n != NULL && t != NULL && capture_next(c, &f)) {
		net_feed(n, &f);
		while (net_next(n, &d)) {
			transport_feed(t, &d);
			records(t);
		}
		while (net_lost(n, &loss))
			continue;
	}
	transport_end(t);
	records(t);
	transport_free(t);
	net_free(n);
	capture_free(c);
	return 0;
}
