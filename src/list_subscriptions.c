/* list subscriptions: a line for each, in order of their beginnings. */
#include "src/lines.h"
#include "src/subscriptions.h"
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
	const struct gb_subscription *x = what;
	const struct capture_info *c;
	char t[TIME_TEXT];
	FILE *f = o->f, *to;

	if (s != SECTION_SUBSCRIPTIONS)
		return;
	to = lines_begin(o->own, x->id, 1);
	if (to == NULL)
		return;
	o->f = to;
	c = capture_info(o->captures, x->first.capture);
	(void)fprintf(o->f, "%6u  %s  ", x->id,
	              time_text(x->first.time_ns, c ? c->precision : 6, t));
	subscription_line(o, x);
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

const struct format format_list_subscriptions = {
    .name = "list subscriptions",
    .what = "a line for each of the subscriptions",
    .begin = begin,
    .ended = ended,
    .end = end,
};
