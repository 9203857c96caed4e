/* GitLab's Code Quality: a list of findings, each at a line of a file, known again by its fingerprint. */
#include "src/ci.h"
#include "src/fingerprint.h"
#include "src/member.h"

struct own {
	struct emit j;
	struct ci_seen *seen;
	uint64_t total;
};

/* The fingerprint of the finding, the second one of the same being another: they must differ. */
static void
unique(struct own *own, const char text[FINGERPRINT_TEXT])
{
	uint32_t n = ci_seen(own->seen, slice_str(text));
	char whole[FINGERPRINT_TEXT + 16];

	(void)snprintf(whole, sizeof(whole), n ? "%s-%u" : "%s", text, n + 1);
	member_string(&own->j, "fingerprint", whole);
}

static void
one(struct out *o, struct own *own, const char *rule, const char *severity,
    const char *text, uint32_t capture, uint64_t frame, struct slice message)
{
	struct emit *j = &own->j;

	emit_open(j, '{');
	member_text(j, "description", message);
	member_string(j, "check_name", rule);
	unique(own, text);
	member_string(j, "severity", severity);
	emit_key(j, "location");
	emit_open(j, '{');
	member_text(j, "path", ci_path(o, capture));
	emit_key(j, "lines");
	emit_open(j, '{');
	member_number(j, "begin", frame ? frame : 1);
	emit_close(j, '}');
	emit_close(j, '}');
	emit_close(j, '}');
	(void)fputs(own->total++ ? ",\n" : "\n", o->f);
	emit_flush(j, o->f);
	arena_reset(&o->scratch);
}

static void
whole(struct out *o, const struct results *r, struct own *own)
{
	static const char *const severities[] = {"info", "info", "minor", "major"};
	char more[128];
	struct ci_trouble t;
	struct ci_walk w;
	struct finding x;
	size_t i;

	(void)fputs("[", o->f);
	for (i = 0; ci_trouble(o, r, i, &t); i++)
		one(o, own, "capture-incomplete", t.allowed ? "info" : "blocker",
		    "capture-incomplete", t.capture, 1,
		    tty_text(slice_str(t.text), &o->scratch));
	for (ci_walk(&w, o, r, CI_RESULTS_MAX); ci_next(&w, &x);) {
		one(o, own, rule_infos[x.rule].id, severities[x.severity], x.fingerprint,
		    x.capture, x.frame, ci_message(o, &x));
	}
	if (w.untold != 0) {
		(void)snprintf(more, sizeof(more), "%llu more findings are not listed",
		               (unsigned long long)w.untold);
		one(o, own, "findings-not-listed", w.untold_failing ? "major" : "info",
		    "findings-not-listed", 0, 1, slice_str(more));
	}
	(void)fputs("\n]\n", o->f);
}

static void
end(struct out *o, const struct results *r)
{
	struct own own = {.j.scratch = &o->scratch};

	if (r == NULL)
		return;
	own.seen = ci_seen_new();
	if (own.seen != NULL)
		whole(o, r, &own);
	ci_seen_free(own.seen);
	emit_free(&own.j);
}

const struct format format_gitlab = {
    .name = "gitlab",
    .what = "GitLab's Code Quality",
    .end = end,
};
