/* list devices: a line for each. */
#include "src/output.h"

static void
end(struct out *o, const struct results *r)
{
	const struct device *d = NULL;

	while (r != NULL && (d = tracker_device(r->tracker, d)) != NULL) {
		tty_put(o, d->id);
		(void)fputc('\n', o->f);
		arena_reset(&o->scratch);
	}
	o->own = NULL;
}
const struct format format_list_devices = {
    .name = "list devices",
    .what = "a line for each of the devices",
    .end = end,
};
