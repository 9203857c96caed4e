/* What a baseline says of the findings: the last words of check and text; the file itself (baseline). */
#include "src/out_baseline.h"

struct baseline_told
baseline_told(const struct baseline *b)
{
	struct baseline_told t = {0, 0};
	size_t i;

	for (i = 0; i < baseline_total(b); i++) {
		t.absent += baseline_get(b, i)->seen == 0;
		t.expired += baseline_get(b, i)->expired;
	}
	return t;
}

static uint64_t
known(const struct results *r)
{
	return findings_known(r->findings, SEVERITY_ERROR) +
	       findings_known(r->findings, SEVERITY_WARNING) +
	       findings_known(r->findings, SEVERITY_NOTE);
}

void
baseline_line(struct out *o, const struct results *r)
{
	struct baseline_told t = baseline_told(r->baseline);

	count_put(o, known(r), "known finding");
	if (t.absent != 0)
		(void)fprintf(o->f, ", %llu of %llu entries not seen any more",
		              (unsigned long long)t.absent,
		              (unsigned long long)baseline_total(r->baseline));
	if (t.expired != 0)
		(void)fprintf(o->f, ", %llu expired", (unsigned long long)t.expired);
}

/* To standard error: standard output may be the file. */
static void
end(struct out *o, const struct results *r)
{
	struct baseline_written w;

	if (r == NULL)
		return;
	w = baseline_write(r->baseline, o->f);
	if (!o->quiet)
		(void)fprintf(
		    stderr,
		    "gbscope: baseline: %zu entries for %llu findings; %zu entries are new, %zu are gone\n",
		    w.entries, (unsigned long long)w.findings, w.added, w.removed);
}

const struct format format_baseline = {
    .name = "baseline",
    .what = "the findings as a baseline",
    .end = end,
};
