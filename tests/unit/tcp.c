#include "dissect/tcp.h"

#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
#define NUMBERS "\x13\xC4\x9C\x40\xFF\xFF\xFF\xF0\0\0\0\x10"
#define REST "\x20\0\x12\x34\0\0"

static const struct row {
	const char *name;
	struct slice in;
	enum dis answer;
	size_t payload;
} rows[] = {
    {"without options", BYTES(NUMBERS "\x50\x18" REST "hello"), DIS_OK, 5},
    {"with options", BYTES(NUMBERS "\x70\x18" REST "\1\1\x08\0\0\0\0\0hello"), DIS_OK, 5},
    {"an option of length 0", BYTES(NUMBERS "\x60\x18" REST "\x08\0\0\0hello"), DIS_OK,
     5},
    {"no payload", BYTES(NUMBERS "\x50\x18" REST), DIS_OK, 0},
    {"data offset 0", BYTES(NUMBERS "\0\x18" REST "hello"), DIS_BAD, 0},
    {"data offset 4", BYTES(NUMBERS "\x40\x18" REST "hello"), DIS_BAD, 0},
    {"options cut", BYTES(NUMBERS "\xF0\x18" REST "hello"), DIS_MORE, 0},
    {"header cut", BYTES(NUMBERS "\x50\x18\x20\0\x12\x34\0"), DIS_MORE, 0},
    {"nothing", BYTES(""), DIS_MORE, 0},
};

int
main(void)
{
	struct tcp out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		ok(tcp_dissect(r->in, NULL, &out) == r->answer, "%s: the answer",
		   r->name);
		ok(out.payload.n == r->payload, "%s: the payload", r->name);
		if (r->answer == DIS_MORE)
			continue;
		ok(out.sport == 5060 && out.dport == 40000, "%s: ports", r->name);
		ok(out.seq == 0xFFFFFFF0 && out.ack == 16, "%s: numbers", r->name);
		ok(out.flags == (TCP_PSH | TCP_ACK) && out.window == 0x2000 &&
		       out.checksum == 0x1234,
		   "%s: flags, window, checksum", r->name);
	}
	return done();
}
