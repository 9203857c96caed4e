#include "dissect/subject.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)  {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING {NULL, 0}
/* clang-format on */

#define DEVICE "34020000001310000001"
#define PLATFORM "34020000002000000001"

static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	struct slice sender_stream, receiver_stream;
	bool blanks;
} rows[] = {
    {"as it should be", S(DEVICE ":0200000001," PLATFORM ":7"), DIS_OK, S("0200000001"),
     S("7"), false},
    {"blanks", S(DEVICE ":0200000001, " PLATFORM ":7"), DIS_OK, S("0200000001"), S("7"),
     true},
    {"twenty characters", S(DEVICE ":01234567890123456789," PLATFORM ":7"), DIS_OK,
     S("01234567890123456789"), S("7"), false},
    {"one too many", S(DEVICE ":012345678901234567890," PLATFORM ":7"), DIS_BAD,
     S("012345678901234567890"), S("7"), false},
    {"no receiver", S(DEVICE ":0200000001"), DIS_MORE, S("0200000001"), NOTHING, false},
    {"no streams", S(DEVICE "," PLATFORM), DIS_MORE, NOTHING, NOTHING, false},
    {"an empty stream", S(DEVICE ":," PLATFORM ":7"), DIS_BAD, NOTHING, S("7"), false},
    {"an id of 18 digits", S("340200000013100000:1," PLATFORM ":7"), DIS_BAD, S("1"),
     S("7"), false},
    {"three halves", S(DEVICE ":1," PLATFORM ":7,x:1"), DIS_BAD, S("1"), S("7,x:1"),
     false},
    {"a mail's subject", S("Project X"), DIS_MORE, NOTHING, NOTHING, true},
    {"nothing", NOTHING, DIS_MORE, NOTHING, NOTHING, false},
};

int
main(void)
{
	struct subject s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum dis dis = subject_dissect(rows[i].in, NULL, &s);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(slice_eq(s.sender_stream, rows[i].sender_stream) &&
		       slice_eq(s.receiver_stream, rows[i].receiver_stream) &&
		       s.blanks == rows[i].blanks,
		   "%s: parts", rows[i].what);
	}
	return done();
}
