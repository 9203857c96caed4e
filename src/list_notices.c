/* list notices: a line for each, in order of their beginnings. */
#include "src/lines.h"
#include "src/notices.h"
#include "src/text_subscription.h"

static bool
begin(struct out *o)
{
	o->own = lines_new();
	return o->own != NULL;
}

static void
ended(struct out *o, enum section s, const void *what)
{
	const struct gb_notice *x = what;
	const struct capture_info *c;
	char t[TIME_TEXT];
	FILE *f = o->f, *to;

	if (s != SECTION_NOTICES)
		return;
	to = lines_begin(o->own, x->id, 1);
	if (to == NULL)
		return;
	o->f = to;
	c = capture_info(o->captures, x->steps[0].ref.capture);
	(void)fprintf(o->f, "%6u  %s  ", x->id,
	              time_text(x->steps[0].ref.time_ns, c ? c->precision : 6, t));
	notice_line(o, x);
	(void)fputc('\n', o->f);
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

const struct format format_list_notices = {
    .name = "list notices",
    .what = "a line for each of the notices",
    .begin = begin,
    .ended = ended,
    .end = end,
};
