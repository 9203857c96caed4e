/* Which names are told where one is not known. */
#include "src/nearest.h"

#include "tests/unit/test.h"

enum { KNOWN = 6 };

static const struct {
	const char *what, *name, *known[KNOWN], *best[NEAREST_KEPT + 1];
} rows[] = {
    {"nothing to know", "a", {NULL}, {NULL}},
    {"the name itself", "CSeq", {"CSeq"}, {"CSeq"}},
    {"other letters", "cseq", {"CSeq"}, {"CSeq"}},
    {"one more", "CSeqs", {"CSeq"}, {"CSeq"}},
    {"one less", "CSe", {"CSeq"}, {"CSeq"}},
    {"two swapped", "CSqe", {"CSeq"}, {"CSeq"}},
    {"another word", "CSeq", {"Date"}, {NULL}},
    {"the nearest first",
     "SumNun",
     {"SumNm", "Sum", "SumNum"},
     {"SumNum", "SumNm", "Sum"}},
    {"equals in their order", "abcd", {"abce", "abcf"}, {"abce", "abcf"}},
    {"each once", "abcd", {"abce", "abce"}, {"abce"}},
    {"no more than fit",
     "abcd",
     {"abc1", "abc2", "abc3", "abc4", "abc5"},
     {"abc1", "abc2", "abc3", "abc4"}},
    {"one that is much better, last",
     "abcdefghi",
     {"abcdefXYZ", "abcdefghi"},
     {"abcdefghi"}},
    {"one letter", "a", {"b", "c"}, {NULL}},
    {"an empty one", "", {"ab"}, {NULL}},
    {"an empty known one", "abc", {""}, {NULL}},
};

static void
check_row(size_t r)
{
	struct nearest n;
	size_t i;

	nearest_init(&n, slice_str(rows[r].name));
	for (i = 0; i < KNOWN && rows[r].known[i] != NULL; i++)
		nearest_try(&n, slice_str(rows[r].known[i]));
	for (i = 0; rows[r].best[i] != NULL; i++)
		ok(i < n.total && slice_eq(n.best[i], slice_str(rows[r].best[i])),
		   "%s: %s", rows[r].what, rows[r].best[i]);
	ok(n.total == i, "%s: %zu told", rows[r].what, n.total);
}

int
main(void)
{
	char text[2 * NEAREST_NAME];
	struct nearest n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
	memset(text, 'x', sizeof(text));
	nearest_init(&n, slice_of(text, sizeof(text)));
	nearest_try(&n, slice_of(text, sizeof(text)));
	nearest_try(&n, slice_of(text, NEAREST_NAME));
	ok(n.total == 1 && n.best[0].n == NEAREST_NAME, "long names are cut");
	return done();
}
