#include "dissect/udp.h"

#include "tests/unit/test.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}

static const struct row {
	const char *name;
	struct slice in;
	enum dis answer;
	size_t payload;
	bool cut;
} rows[] = {
    {"whole", BYTES("\x13\xC4\x9C\x40\0\x0D\x12\x34hello"), DIS_OK, 5, false},
    {"padded", BYTES("\x13\xC4\x9C\x40\0\x0A\x12\x34hello"), DIS_OK, 2, false},
    {"cut", BYTES("\x13\xC4\x9C\x40\0\x14\x12\x34hello"), DIS_OK, 5, true},
    {"empty", BYTES("\x13\xC4\x9C\x40\0\x08\x12\x34"), DIS_OK, 0, false},
    {"a length of 7", BYTES("\x13\xC4\x9C\x40\0\x07\x12\x34hello"), DIS_BAD, 0, false},
    {"a length of 0", BYTES("\x13\xC4\x9C\x40\0\0\x12\x34hello"), DIS_BAD, 0, false},
    {"half a header", BYTES("\x13\xC4\x9C\x40\0\0\x12"), DIS_MORE, 0, false},
    {"nothing", BYTES(""), DIS_MORE, 0, false},
};

int
main(void)
{
	struct udp out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		ok(udp_dissect(r->in, NULL, &out) == r->answer, "%s: the answer",
		   r->name);
		ok(out.payload.n == r->payload && out.cut == r->cut, "%s: the payload",
		   r->name);
		if (r->answer != DIS_MORE)
			ok(out.sport == 5060 && out.dport == 40000 &&
			       out.checksum == 0x1234,
			   "%s: ports and checksum", r->name);
	}
	return done();
}
