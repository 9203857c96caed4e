#include "dissect/sip.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit) {(const uint8_t *)(lit), sizeof(lit) - 1}
/* clang-format on */

/* clang-format off */
static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	uint32_t seq;
	struct slice number, method;
} rows[] = {
    {"plain", S("20 MESSAGE"), DIS_OK, 20, S("20"), S("MESSAGE")},
    {"leading zeros and a fold", S("0009\r\n  INVITE"), DIS_OK, 9, S("0009"), S("INVITE")},
    {"zero", S("0 INVITE"), DIS_OK, 0, S("0"), S("INVITE")},
    {"a tab", S("1\tBYE"), DIS_OK, 1, S("1"), S("BYE")},
    {"the greatest", S("4294967295 X"), DIS_OK, UINT32_MAX, S("4294967295"), S("X")},
    {"one more", S("4294967296 X"), DIS_BAD, 0, S("4294967296"), S("X")},
    {"far more", S("36893488147419103232 REGISTER"), DIS_BAD, 0, S("36893488147419103232"),
     S("REGISTER")},
    {"a method of all token characters", S("1 -.!%*_+`'~aZ9"), DIS_OK, 1, S("1"),
     S("-.!%*_+`'~aZ9")},
    {"no blank", S("1INVITE"), DIS_BAD, 1, S("1"), S("INVITE")},
    {"no number", S("INVITE"), DIS_BAD, 0, S(""), S("INVITE")},
    {"a negative number", S("-1 INVITE"), DIS_BAD, 0, S(""), S("-1")},
    {"a word too many", S("1 INVITE x"), DIS_BAD, 1, S("1"), S("INVITE")},
    {"a method that is no token", S("1 INV/ITE"), DIS_BAD, 1, S("1"), S("INV/ITE")},
    {"no method", S("1"), DIS_MORE, 1, S("1"), S("")},
    {"nothing", S(""), DIS_MORE, 0, S(""), S("")},
};
/* clang-format on */

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_cseq c;
		enum dis dis = sip_cseq_dissect(rows[i].in, NULL, &c);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(c.seq == rows[i].seq, "%s: seq is %u", rows[i].what, (unsigned)c.seq);
		ok(slice_eq(c.number, rows[i].number), "%s: number", rows[i].what);
		ok(slice_eq(c.method, rows[i].method), "%s: method", rows[i].what);
	}
	return done();
}
