/* list sessions: a line for each. */
#include "src/output.h"
#include "src/text_session.h"

static void
ended(struct out *o, enum section s, const void *what)
{
	if (s != SECTION_SESSIONS)
		return;
	session_put(o, what);
	arena_reset(&o->scratch);
}

static void
end(struct out *o, const struct results *r)
{
	(void)o, (void)r;
}
const struct format format_list_sessions = {
    .name = "list sessions",
    .what = "a line for each of the sessions",
    .ended = ended,
    .end = end,
};
