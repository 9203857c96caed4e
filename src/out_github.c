/* Annotations in the log of GitHub Actions: commands, a line each; and a page for the step in Markdown. */
#include "src/ci.h"

/* GitHub shows ten of a level for a step, and says nothing of the others. */
enum { LEVEL_MAX = 10, PAGE_MAX = 50 };

/* What cannot stand in a property of a command, or in its text. */
static void
put(struct out *o, struct slice s, const char *not_these)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != '\0' && strchr(not_these, s.p[i]) != NULL)
			(void)fprintf(o->f, "%%%02X", s.p[i]);
		else
			(void)fputc(s.p[i], o->f);
}

static void
command(struct out *o, const char *level, uint32_t capture, uint64_t frame,
        const char *title, struct slice message)
{
	(void)fprintf(o->f, "::%s file=", level);
	put(o, ci_path(o, capture), "%\r\n:,");
	if (frame != 0)
		(void)fprintf(o->f, ",line=%llu", (unsigned long long)frame);
	(void)fprintf(o->f, ",title=%s::", title);
	put(o, message, "%\r\n");
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
}

/* In a span of code nothing is Markdown. */
static void
code(FILE *f, struct slice s)
{
	size_t i;

	(void)fputc('`', f);
	for (i = 0; i < s.n; i++)
		(void)fputc(s.p[i] == '`' ? '\'' : s.p[i], f);
	(void)fputs(s.n ? "`" : " `", f);
}

static void
page_line(struct out *o, FILE *f, const struct finding *x)
{
	(void)fprintf(f, "- %s ", severity_name(x->severity));
	code(f, ci_path(o, x->capture));
	if (x->frame != 0)
		(void)fprintf(f, " frame %llu", (unsigned long long)x->frame);
	(void)fputs(": ", f);
	code(f, ci_message(o, x));
	(void)fprintf(f, " (%s)\n", rule_infos[x->rule].id);
	arena_reset(&o->scratch);
}

static void
counts(struct out *o, FILE *f, const struct results *r)
{
	struct out to = {.f = f};

	(void)o;
	count_put(&to, findings_unknown(r->findings, SEVERITY_ERROR), "error");
	(void)fputs(", ", f);
	count_put(&to, findings_unknown(r->findings, SEVERITY_WARNING), "warning");
	(void)fputs(", ", f);
	count_put(&to, findings_unknown(r->findings, SEVERITY_NOTE), "note");
	(void)fputs(" in ", f);
	count_put(&to, r->summary->messages, "message");
}

static void
page(struct out *o, FILE *f, const struct results *r)
{
	struct ci_trouble t;
	struct ci_walk w;
	struct finding x;
	size_t i;

	(void)fputs("### gbscope: ", f);
	counts(o, f, r);
	(void)fputs("\n\n", f);
	for (i = 0; ci_trouble(o, r, i, &t); i++) {
		(void)fputs("- incomplete ", f);
		code(f, ci_path(o, t.capture));
		(void)fputs(": ", f);
		code(f, tty_text(slice_str(t.text), &o->scratch));
		(void)fputc('\n', f);
		arena_reset(&o->scratch);
	}
	for (ci_walk(&w, o, r, PAGE_MAX); ci_next(&w, &x);)
		page_line(o, f, &x);
	if (w.untold != 0)
		(void)fprintf(f, "- and %llu more\n", (unsigned long long)w.untold);
	(void)fputc('\n', f);
}

static void
end(struct out *o, const struct results *r)
{
	static const char *const levels[] = {"notice", "notice", "warning", "error"};
	size_t level[SEVERITY_ERROR + 1] = {0}, i;
	uint64_t told = 0, all;
	struct ci_trouble t;
	struct ci_walk w;
	struct finding x;

	if (r == NULL)
		return;
	for (i = 0; ci_trouble(o, r, i, &t); i++)
		command(o, t.allowed ? "notice" : "error", t.capture, 0,
		        "capture-incomplete", tty_text(slice_str(t.text), &o->scratch));
	for (ci_walk(&w, o, r, SIZE_MAX); ci_next(&w, &x);) {
		if (level[x.severity]++ >= LEVEL_MAX)
			continue;
		told += x.count;
		command(o, levels[x.severity], x.capture, x.frame, rule_infos[x.rule].id,
		        ci_message(o, &x));
	}
	counts(o, o->f, r);
	all = findings_unknown(r->findings, SEVERITY_ERROR) +
	      findings_unknown(r->findings, SEVERITY_WARNING) +
	      findings_unknown(r->findings, SEVERITY_NOTE);
	if (all > told)
		(void)fprintf(o->f, "; %llu are not annotated",
		              (unsigned long long)(all - told));
	(void)fputc('\n', o->f);
	if (o->ci->step_summary != NULL)
		page(o, o->ci->step_summary, r);
}

const struct format format_github = {
    .name = "github",
    .what = "annotations in the log of GitHub Actions",
    .end = end,
};
