/* list subscriptions: a line for each. */
#include "src/output.h"

static void
ended(struct out *o, enum section s, const void *what)
{
	if (s == SECTION_SUBSCRIPTIONS)
		(void)o, (void)what;
}

static void
end(struct out *o, const struct results *r)
{
	(void)o, (void)r;
}
const struct format format_list_subscriptions = {
    .name = "list subscriptions",
    .what = "a line for each of the subscriptions",
    .ended = ended,
    .end = end,
};
