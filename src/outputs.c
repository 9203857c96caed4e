#include "src/outputs.h"

#include "src/out_baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUT_ARENA = 256 << 20 };

static const struct format *
format_of(const struct options *o, struct err *e)
{
	static const struct format *const lists[LIST_TOTAL] = {
	    [LIST_DIALOGS] = &format_list,
	    [LIST_DEVICES] = &format_list_devices,
	    [LIST_EXCHANGES] = &format_list_exchanges,
	    [LIST_SUBSCRIPTIONS] = &format_list_subscriptions,
	    [LIST_SESSIONS] = &format_list_sessions,
	    [LIST_NOTICES] = &format_list_notices,
	};
	const struct format *f;

	switch (o->command) {
	case COMMAND_LIST:
		return lists[o->list];
	case COMMAND_SHOW:
		return o->device != NULL ? &format_show_device : &format_show;
	case COMMAND_BASELINE:
		return &format_baseline;
	case COMMAND_CHECK:
		f = format_of_check(slice_str(o->format ? o->format : "text"));
		break;
	default:
		f = format_find(slice_str(o->format ? o->format : "json"));
		break;
	}
	if (f == NULL)
		err_set(e, "--format: not known: %s; 'gbscope %s --help' names them",
		        o->format, o->command == COMMAND_CHECK ? "check" : "report");
	return f;
}

static bool
colored(const struct options *o)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color >= 0)
		return o->color == 1;
	return o->output == NULL && isatty(STDOUT_FILENO) &&
	       (none == NULL || none[0] == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

static int
add(struct outputs *s, const struct format *f, const char *path, struct err *e)
{
	struct output *x = &s->at[s->total];

	x->sink = sink_open(path, e);
	if (x->sink == NULL)
		return -1;
	s->total++;
	arena_init(&x->out.scratch, OUT_ARENA);
	x->out.format = f;
	x->out.f = sink_file(x->sink);
	x->out.ci = &s->ci;
	s->fields |= f->fields;
	s->media |= f->media;
	s->at_once |= f->finding != NULL;
	s->at_end |= f->finding == NULL;
	s->ci.counted |= f->topics;
	return 0;
}

/* Two results in one file: the last one would win. */
static int
twice(const struct options *o, struct err *e)
{
	const char *named[OUTPUTS_MAX] = {o->output};
	size_t i, k;

	for (i = 0; i < ALSO_TOTAL; i++)
		named[i + 1] = o->also[i];
	for (i = 0; i < OUTPUTS_MAX; i++)
		for (k = i + 1; k < OUTPUTS_MAX; k++)
			if (named[i] != NULL && named[k] != NULL &&
			    strcmp(named[i], named[k]) == 0 &&
			    strncmp(named[i], "/dev/", 5) != 0)
				return err_set(e, "%s: two formats cannot be in one file",
				               named[i]);
	return 0;
}

static bool
written(const struct outputs *s, const struct format *f)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		if (s->at[i].out.format == f)
			return true;
	return false;
}

int
outputs_usage(const struct options *o, struct err *e)
{
	return format_of(o, e) == NULL ? -1 : twice(o, e);
}

int
outputs_open(struct outputs *s, const struct options *o, const struct capture *captures,
             struct err *e)
{
	static const struct format *const also[ALSO_TOTAL] = {
	    [ALSO_JSON] = &format_json,     [ALSO_SARIF] = &format_sarif,
	    [ALSO_JUNIT] = &format_junit,   [ALSO_GITLAB] = &format_gitlab,
	    [ALSO_GITHUB] = &format_github, [ALSO_TAP] = &format_tap,
	};
	size_t i;

	if (add(s, format_of(o, e),
	        o->command == COMMAND_BASELINE ? o->baseline : o->output, e) < 0)
		return -1;
	s->at[0].out.color = colored(o);
	for (i = 0; i < ALSO_TOTAL; i++)
		if (o->also[i] != NULL && add(s, also[i], o->also[i], e) < 0)
			return -1;
	if (ci_open(&s->ci, o, captures, e) < 0)
		return -1;
	if (o->step_summary != NULL && written(s, &format_github)) {
		s->ci.step_summary = fopen(o->step_summary, "ae");
		if (s->ci.step_summary == NULL)
			return err_set(e, "%s: cannot write: %s", o->step_summary,
			               strerror(errno));
	}
	for (i = 0; i < s->total; i++) {
		struct out *out = &s->at[i].out;

		out->captures = captures;
		out->quiet = o->quiet;
		out->device = o->device;
		s->at[i].begun = format_begin(out);
		if (!s->at[i].begun)
			return err_set(e, "cannot make a temporary file");
	}
	return 0;
}

void
outputs_message(struct outputs *s, const struct message *m, const struct place *p)
{
	size_t i;

	if (s->ci.topics != NULL)
		topics_message(s->ci.topics, m, p);
	if (s->ci.transcript != NULL && !p->repeat)
		transcript_message(s->ci.transcript, m);
	for (i = 0; i < s->total; i++)
		if (s->at[i].out.format->message != NULL)
			s->at[i].out.format->message(&s->at[i].out, m, p);
}

void
outputs_transaction(struct outputs *s, const struct tx *x)
{
	size_t i;

	for (i = 0; i < s->total && x->listed; i++)
		if (s->at[i].out.format->transaction != NULL)
			s->at[i].out.format->transaction(&s->at[i].out, x);
}

void
outputs_dialog(struct outputs *s, const struct dialog *d, bool last)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		if (s->at[i].out.format->dialog != NULL)
			s->at[i].out.format->dialog(&s->at[i].out, d, last);
}

void
outputs_ended(struct outputs *s, enum section which, const void *what)
{
	size_t i;

	if (s->ci.topics != NULL && which == SECTION_EXCHANGES)
		topics_exchange(s->ci.topics, what);
	for (i = 0; i < s->total; i++)
		if (s->at[i].out.format->ended != NULL)
			s->at[i].out.format->ended(&s->at[i].out, which, what);
}

void
outputs_finding(struct outputs *s, const struct finding *x)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		if (s->at[i].out.format->finding != NULL)
			s->at[i].out.format->finding(&s->at[i].out, x);
}

void
outputs_end(struct outputs *s, const struct results *r)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		s->at[i].out.format->end(&s->at[i].out, r);
}

bool
outputs_broken(const struct outputs *s)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		if (!ferror(s->at[i].out.f))
			return false;
	return true;
}

void
outputs_flush(struct outputs *s)
{
	size_t i;

	for (i = 0; i < s->total; i++)
		(void)fflush(s->at[i].out.f);
}

int
outputs_close(struct outputs *s, bool keep, struct err *e)
{
	int result = 0;
	size_t i;

	for (i = 0; i < s->total; i++) {
		struct output *x = &s->at[i];

		if (x->begun && x->out.own != NULL)
			x->out.format->end(&x->out, NULL);
		if (sink_close(x->sink, keep, e) < 0)
			result = -1;
		arena_free(&x->out.scratch);
	}
	if (ci_close(&s->ci, keep, e) < 0)
		result = -1;
	s->total = 0;
	return result;
}
