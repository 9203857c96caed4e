/* list sessions: a line for each, in order of their beginnings. */
#include "src/lines.h"
#include "src/text_session.h"

static bool
begin(struct out *o)
{
	o->own = lines_new();
	return o->own != NULL;
}

static void
ended(struct out *o, enum section s, const void *what)
{
	const struct gb_session *x = what;
	const struct capture_info *c;
	const struct ref *at;
	char t[TIME_TEXT];
	FILE *f = o->f, *to;

	if (s != SECTION_SESSIONS)
		return;
	to = lines_begin(o->own, x->id, 1);
	if (to == NULL)
		return;
	o->f = to;
	at = session_began(x);
	c = capture_info(o->captures, at->capture);
	(void)fprintf(o->f, "%6u  %s  ", x->id,
	              time_text(at->time_ns, c ? c->precision : 6, t));
	session_put(o, x);
	o->f = f;
	lines_done(o->own);
	arena_reset(&o->scratch);
}

static void
end(struct out *o, const struct results *r)
{
	if (r != NULL)
		lines_tell(o->own, o->f);
	lines_free(o->own);
	o->own = NULL;
}

const struct format format_list_sessions = {
    .name = "list sessions",
    .what = "a line for each of the sessions",
    .begin = begin,
    .ended = ended,
    .end = end,
};
