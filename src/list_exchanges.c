/* list exchanges: a line for each, in order of the requests. */
#include "src/lines.h"
#include "src/text_exchange.h"

static bool
begin(struct out *o)
{
	o->own = lines_new();
	return o->own != NULL;
}

static void
ended(struct out *o, enum section s, const void *what)
{
	const struct exchange *x = what;
	FILE *f = o->f, *to;

	if (s != SECTION_EXCHANGES)
		return;
	to = lines_begin(o->own, x->id, 1);
	if (to == NULL)
		return;
	o->f = to;
	(void)fprintf(o->f, "%6u  ", x->id);
	exchange_line(o, x, true);
	(void)fputc('\n', o->f);
	o->f = f;
	lines_done(o->own);
}

static void
end(struct out *o, const struct results *r)
{
	if (r != NULL)
		lines_tell(o->own, o->f);
	lines_free(o->own);
	o->own = NULL;
}

const struct format format_list_exchanges = {
    .name = "list exchanges",
    .what = "a line for each of the exchanges",
    .begin = begin,
    .ended = ended,
    .end = end,
};
