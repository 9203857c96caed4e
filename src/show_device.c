/* show device ID: all that a capture says of one device. */
#include "src/output.h"

static void
end(struct out *o, const struct results *r)
{
	const struct device *d = NULL;

	while (r != NULL && (d = tracker_device(r->tracker, d)) != NULL)
		if (slice_eq(d->id, slice_str(o->device))) {
			tty_put(o, d->id);
			(void)fputc('\n', o->f);
		}
}

const struct format format_show_device = {
    .name = "show device",
    .what = "all of a device",
    .end = end,
};
