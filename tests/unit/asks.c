#include "src/asks.h"

#include <stdio.h>

#include "tests/unit/test.h"

static void
count(struct asks *s, const char *name, bool request, bool needs,
      enum exchange_outcome outcome, uint64_t received)
{
	struct exchange x = {.name = slice_str(name),
	                     .needs = needs,
	                     .outcome = outcome,
	                     .received = received};

	x.request.frame = request;
	asks_count(s, &x);
}

int
main(void)
{
	struct asks s = {.total = 0};
	char name[16];
	unsigned i;
	uint64_t asked = 0;

	count(&s, "RecordInfo", true, true, EXCHANGE_INCOMPLETE, 3);
	count(&s, "Catalog", true, true, EXCHANGE_COMPLETE, 10);
	count(&s, "Catalog", false, false, EXCHANGE_UNSOLICITED, 7);
	ok(s.total == 2 && strcmp(s.of[0].name, "Catalog") == 0 && s.of[0].asked == 1 &&
	       s.of[0].items == 10 && s.of[0].outcomes[EXCHANGE_COMPLETE] == 1 &&
	       s.of[0].outcomes[EXCHANGE_UNSOLICITED] == 1 && s.of[1].items == 3,
	   "in order of name; what nobody asked for brought nobody items");
	count(&s, "Catalog", false, false, EXCHANGE_MISMATCHED, 7);
	ok(s.of[0].outcomes[EXCHANGE_MISMATCHED] == 0,
	   "what is tied to a request is not counted beside it");
	count(&s, "DeviceControl", true, false, EXCHANGE_COMPLETE, 0);
	count(&s, "DeviceControl", true, false, EXCHANGE_NOT_NEEDED, 0);
	ok(s.of[1].asked == 2 && s.of[1].outcomes[EXCHANGE_NOT_NEEDED] == 2,
	   "a command that needs no answer, with and without");
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "x%02u", i);
		count(&s, name, true, true, EXCHANGE_UNANSWERED, 0);
	}
	for (i = 0; i < s.total; i++)
		asked += s.of[i].asked;
	ok(s.total <= ASKS_TOLD && asked == 104, "too many names: none is lost");
	return done();
}
