/* list exchanges: a line for each. */
#include "src/output.h"

static void
ended(struct out *o, enum section s, const void *what)
{
	if (s == SECTION_EXCHANGES)
		(void)o, (void)what;
}

static void
end(struct out *o, const struct results *r)
{
	(void)o, (void)r;
}
const struct format format_list_exchanges = {
    .name = "list exchanges",
    .what = "a line for each of the exchanges",
    .ended = ended,
    .end = end,
};
