/* list devices: a line for each. */
#include <stdio.h>

#include "src/devices.h"
#include "src/text.h"

enum { COLUMN_ID = 20, COLUMN_KIND = 8, COLUMN_STATE = 14, COLUMN_ADDRESS = 21 };

/* In a column; with colour the width is that of the text alone. */
static void
column(struct out *o, enum ink i, const char *text, int width)
{
	int pad = width - (int)strlen(text);

	inked(o, i, text);
	(void)fprintf(o->f, "%*s", pad > 0 ? pad + 2 : 2, "");
}

static void
state(struct out *o, const struct device *d)
{
	const struct device_registration *r = device_registered(d);

	if (d->logout)
		column(o, INK_PLAIN, "logged out", COLUMN_STATE);
	else if (r != NULL && r->expired)
		column(o, INK_WARN, "expired", COLUMN_STATE);
	else if (d->registered == 1)
		column(o, INK_GOOD, "registered", COLUMN_STATE);
	else if (d->registered == 0)
		column(o, INK_BAD, "not registered", COLUMN_STATE);
	else
		column(o, INK_DIM, "-", COLUMN_STATE);
	if (!d->auth_seen)
		column(o, INK_DIM, "-", 11);
	else
		column(o,
		       d->verdict == AUTH_VERIFIED   ? INK_GOOD
		       : d->verdict == AUTH_MISMATCH ? INK_BAD
		                                     : INK_WARN,
		       d->verdict == AUTH_NO_PASSWORD ? "no password"
		                                      : auth_verdict_name(d->verdict),
		       11);
}

/* Where it talks from, or was last. */
static void
where(struct out *o, const struct device *d)
{
	const struct device_places *l = d->places;
	const struct device_place *last = NULL;
	char t[ADDR_TEXT];
	unsigned i;

	for (i = 0; l != NULL && i < l->total; i++)
		if ((l->at[i].known & (PLACE_SOURCE | PLACE_TARGET)) != 0 &&
		    (last == NULL || l->at[i].last.time_ns >= last->last.time_ns))
			last = &l->at[i];
	column(o, INK_PLAIN,
	       d->at.n != 0   ? addr_text(&d->at, t)
	       : last != NULL ? addr_text(&last->addr, t)
	                      : "-",
	       COLUMN_ADDRESS);
}

static void
findings(struct out *o, const struct results *r, const struct device *d)
{
	uint64_t n[4];

	findings_of_device(r->findings, d->id, n);
	if (n[SEVERITY_ERROR] + n[SEVERITY_WARNING] + n[SEVERITY_NOTE] == 0) {
		(void)fputs("no findings", o->f);
		return;
	}
	ink(o, n[SEVERITY_ERROR] ? INK_BAD : n[SEVERITY_WARNING] ? INK_WARN : INK_PLAIN);
	count_put(o, n[SEVERITY_ERROR], "error");
	(void)fputs(", ", o->f);
	count_put(o, n[SEVERITY_WARNING], "warning");
	(void)fputs(", ", o->f);
	count_put(o, n[SEVERITY_NOTE], "note");
	ink(o, INK_PLAIN);
}

static void
line(struct out *o, const struct results *r, const struct device *d)
{
	const char *edition = edition_text(d->edition);
	size_t pad;

	tty_put(o, d->id);
	for (pad = d->id.n; pad < COLUMN_ID; pad++)
		(void)fputc(' ', o->f);
	(void)fputs("  ", o->f);
	column(o, INK_PLAIN, device_kind_name(d->kind), COLUMN_KIND);
	state(o, d);
	where(o, d);
	column(o, INK_PLAIN, edition != NULL ? edition : "-", 4);
	if (d->keepalives != 0) {
		count_put(o, d->keepalives_all, "keep-alive");
		if (d->keepalives_lost != 0)
			(void)fprintf(o->f, " (%llu lost)",
			              (unsigned long long)d->keepalives_lost);
		(void)fputs(", ", o->f);
	}
	if (d->catalog != NULL && d->catalog->rounds != 0)
		(void)fprintf(o->f, "catalog %u of %u, ", d->catalog->received,
		              d->catalog->sum);
	findings(o, r, d);
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
}

static void
end(struct out *o, const struct results *r)
{
	const struct device *d = NULL;

	while (r != NULL && (d = tracker_device(r->tracker, d)) != NULL)
		line(o, r, d);
	o->own = NULL;
}

const struct format format_list_devices = {
    .name = "list devices",
    .what = "a line for each of the devices",
    .end = end,
};
