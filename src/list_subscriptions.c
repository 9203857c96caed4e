/* list subscriptions: a line for each. */
#include "src/subscriptions.h"
#include "src/text.h"
#include "src/text_subscription.h"

static void
ended(struct out *o, enum section s, const void *what)
{
	const struct gb_subscription *x = what;
	const struct capture_info *c;
	char t[TIME_TEXT];

	if (s != SECTION_SUBSCRIPTIONS)
		return;
	c = capture_info(o->captures, x->first.capture);
	(void)fprintf(o->f, "%6u  %s  ", x->id,
	              time_text(x->first.time_ns, c ? c->precision : 6, t));
	subscription_line(o, x);
	(void)fputs("  frame ", o->f);
	text_place(o, x->first.capture, x->first.frame);
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
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
