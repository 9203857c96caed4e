#include "src/torn.h"

#include <stdio.h>

#include "tests/unit/test.h"

enum { HEAD_ROOM = 1024 };

/* A datagram of one that says its body has `length` octets, and has `present`. */
static struct datagram
message(char text[HEAD_ROOM + 1024], unsigned length, unsigned present, uint64_t frame)
{
	int n = snprintf(text, HEAD_ROOM,
	                 "MESSAGE sip:b SIP/2.0\r\nContent-Length: %u\r\n\r\n", length);
	struct datagram d = {.frame = frame, .carrier = CARRIER_UDP};

	memset(text + n, '<', present);
	d.payload = slice_of(text, (size_t)n + present);
	d.src = (struct addr){.n = 4, .ip = {10, 0, 0, 1}, .port = 5060};
	d.dst = (struct addr){.n = 4, .ip = {10, 0, 0, 2}, .port = 5060};
	return d;
}

static struct datagram
rest(const struct datagram *of, const char *text)
{
	struct datagram d = *of;

	d.payload = slice_str(text);
	d.frame++;
	return d;
}

int
main(void)
{
	struct torn t = {.slots = {{.frame = 0}}};
	char text[HEAD_ROOM + 1024];
	struct datagram m = message(text, 700, 600, 1), d = rest(&m, "</Item>");
	const struct torn_slot *s;

	ok(torn_rest(&t, &d) == NULL, "nothing came before");
	torn_message(&t, &m);
	d.src.port++;
	ok(torn_rest(&t, &d) == NULL, "from another port");
	d = rest(&m, "\x01\x02");
	ok(torn_rest(&t, &d) == NULL, "no text");
	d = rest(&m, text);
	ok(torn_rest(&t, &d) == NULL, "more than is missing");
	d = rest(&m, "</Item>");
	d.time_ns = INT64_C(5000000000);
	ok(torn_rest(&t, &d) == NULL, "seconds later");
	d.time_ns = 0;
	s = torn_rest(&t, &d);
	ok(s != NULL && s->frame == 1, "the rest");
	ok(torn_rest(&t, &d) == NULL, "told once");

	m = message(text, 600, 600, 3);
	d = rest(&m, "</Item>");
	torn_message(&t, &m);
	ok(torn_rest(&t, &d) == NULL, "a message that is whole");
	m = message(text, 700, 600, 5);
	m.cut = true;
	torn_message(&t, &m);
	ok(torn_rest(&t, &d) == NULL, "one that the capture cut");
	m = message(text, 700, 40, 7);
	torn_message(&t, &m);
	ok(torn_rest(&t, &d) == NULL, "one so short that nobody had to cut it");
	return done();
}
