/* explain: what a rule or a field is. */
#include "src/catalog.h"
#include "src/config.h"
#include "src/run.h"
#include "src/sink.h"

enum { PAGES_MAX = 4 }; /* told in full; more are listed */

/* What one name stands for. */
struct topic {
	bool is_rule;
	enum rule rule;
	const struct entry *const *list;
	size_t total;
	bool listed; /* not in full */
	const struct entry *const *also;
	size_t also_total;
};

static bool
rule_of(struct slice name, enum rule *out)
{
	int i;

	if (rule_find(name, out))
		return true;
	for (i = 0; i < RULE_TOTAL; i++)
		if (slice_ieq(name, slice_str(rule_infos[i].id))) {
			*out = (enum rule)i;
			return true;
		}
	return false;
}

/* What the registry has under the name, in memory of its own. */
static size_t
kept(struct known *k, struct slice name, enum registry_how how,
     const struct entry *const **out)
{
	size_t total = registry_find(&k->registry, name, how, k->room);
	const struct entry **list = arena_array(&k->arena, total, sizeof(*list));

	if (list == NULL)
		return 0;
	if (total != 0)
		memcpy(list, k->room, total * sizeof(*list));
	*out = list;
	return total;
}

/* Elsewhere under the same last name; without those that are told already. */
static void
also_find(struct known *k, struct slice name, struct topic *t)
{
	size_t total = registry_find(&k->registry, name, REGISTRY_TAIL, k->room), i, n;
	const struct entry **list = arena_array(&k->arena, total, sizeof(*list));

	for (i = 0; list != NULL && i < total; i++) {
		for (n = 0; n < t->total && t->list[n] != k->room[i]; n++)
			continue;
		if (n == t->total)
			list[t->also_total++] = k->room[i];
	}
	t->also = list;
}

/* How many pages that makes: one for each that is not the same as one before it. */
static size_t
pages_of(const struct topic *t)
{
	size_t pages = 0, i, n;

	for (i = 0; i < t->total; i++) {
		for (n = 0; n < i && !entry_same(t->list[n], t->list[i]); n++)
			continue;
		pages += n == i;
	}
	return pages;
}

static bool
topic_find(struct known *k, struct slice name, struct topic *t)
{
	static const enum registry_how hows[] = {REGISTRY_NAME, REGISTRY_ROOT,
	                                         REGISTRY_PATH, REGISTRY_TAIL};
	size_t i;

	*t = (struct topic){.total = 0};
	t->is_rule = rule_of(name, &t->rule);
	if (t->is_rule)
		return true;
	for (i = 0; i < sizeof(hows) / sizeof(hows[0]) && t->total == 0; i++) {
		t->total = kept(k, name, hows[i], &t->list);
		t->listed = hows[i] == REGISTRY_ROOT ||
		            (hows[i] != REGISTRY_NAME && pages_of(t) > PAGES_MAX);
		/* The whole name of an element is that of no other one. */
		if (t->total != 0 && hows[i] == REGISTRY_NAME &&
		    (t->list[0]->info != NULL || !slice_ieq(t->list[0]->name, name)))
			also_find(k, name, t);
	}
	return t->total != 0 && !k->arena.failed;
}

/* ---- text ---- */

static void
rule_text(FILE *f, const struct options *o, enum rule r)
{
	const struct rule_info *i = &rule_infos[r];
	char text[SET_BY_TEXT];
	const char *origin = config_origin(o, r, text);

	(void)fprintf(
	    f,
	    "%s\n  severity   %s; in the gb28181 profile %s%s%s%s\n  reference  %s\n  message    %s\n\n  ",
	    i->id, severity_name(config_severity(o, r, false)),
	    severity_name(config_severity(o, r, true)),
	    strcmp(origin, "default") != 0 ? " (" : "",
	    strcmp(origin, "default") != 0 ? origin : "",
	    strcmp(origin, "default") != 0 ? ")" : "", i->reference, i->message);
	text_wrapped(f, i->explanation, strlen(i->explanation), 2);
}

static void
lines_text(FILE *f, const struct entry *const *list, size_t total)
{
	int width = 0;
	size_t i;

	for (i = 0; i < total; i++)
		if (list[i]->name.n > (size_t)width)
			width = (int)list[i]->name.n;
	for (i = 0; i < total; i++) {
		(void)fputs("  ", f);
		entry_line(f, list[i], width);
	}
}

/* A page for each that differs, with the names of all that it holds for. */
static void
pages_text(FILE *f, const struct known *k, const struct topic *t)
{
	const struct entry **same = k->room;
	size_t i, n, total;
	bool first = true;

	for (i = 0; i < t->total; i++) {
		for (n = 0; n < i && !entry_same(t->list[n], t->list[i]); n++)
			continue;
		if (n != i)
			continue;
		total = 0;
		same[total++] = t->list[i];
		for (n = i + 1; n < t->total; n++)
			if (entry_same(t->list[i], t->list[n]))
				same[total++] = t->list[n];
		if (!first)
			(void)fputc('\n', f);
		first = false;
		entry_text(f, &k->registry, same, total);
	}
}

static void
topic_text(FILE *f, const struct known *k, const struct options *o, const char *name,
           const struct topic *t)
{
	if (t->is_rule) {
		rule_text(f, o, t->rule);
		return;
	}
	if (t->listed) {
		(void)fprintf(f, "%s: %zu %s\n\n", name, t->total,
		              entry_is_command(t->list[0]) ? "commands"
		                                           : "fields of that name");
		lines_text(f, t->list, t->total);
	} else {
		pages_text(f, k, t);
	}
	if (t->also_total != 0) {
		(void)fputs("\n  There is also\n", f);
		lines_text(f, t->also, t->also_total);
	}
}

/* ---- JSON ---- */

static void
topic_json(FILE *f, const struct options *o, bool *comma, const struct topic *t)
{
	size_t i;

	if (t->is_rule)
		list_put(f, *comma, rule_json(o, t->rule));
	for (i = 0; i < t->total; i++)
		list_put(f, *comma || i != 0, entry_json(t->list[i]));
	for (i = 0; i < t->also_total; i++)
		list_put(f, true, entry_json(t->also[i]));
	*comma = true;
}

/* ---- all names ---- */

static int
topics_find(struct known *k, const struct options *o, struct topic *topics, struct err *e)
{
	char nearest[400];
	size_t i;

	for (i = 0; i < o->names_total; i++) {
		if (topic_find(k, slice_str(o->names[i]), &topics[i]))
			continue;
		if (k->arena.failed)
			return err_set(e, "out of memory");
		known_nearest(k, slice_str(o->names[i]), true, nearest, sizeof(nearest));
		return err_set(e, "explain: no such rule, field or command: %s%s%s",
		               o->names[i], nearest,
		               nearest[0] != '\0' ? ""
		                                  : " ('gbscope rules' and 'gbscope "
		                                    "fields' list what there is)");
	}
	return 0;
}

static void
topics_print(FILE *f, const struct known *k, const struct options *o,
             const struct topic *topics, bool json)
{
	bool comma = false;
	size_t i;

	if (json)
		(void)fputs("[", f);
	for (i = 0; i < o->names_total; i++) {
		if (json) {
			topic_json(f, o, &comma, &topics[i]);
			continue;
		}
		if (i != 0)
			(void)fputc('\n', f);
		topic_text(f, k, o, o->names[i], &topics[i]);
	}
	if (json)
		(void)fputs("\n]\n", f);
}

int
run_explain(const struct options *o, struct err *e)
{
	int json = wants_json(o, e);
	struct known k;
	struct topic *topics = NULL;
	struct sink *s = NULL;

	if (json < 0)
		return EXIT_TROUBLE;
	if (known_open(&k, o, e))
		topics = arena_array(&k.arena, o->names_total, sizeof(*topics));
	if (topics != NULL && topics_find(&k, o, topics, e) == 0)
		s = sink_open(o->output, e);
	if (s != NULL)
		topics_print(sink_file(s), &k, o, topics, json == 1);
	known_close(&k);
	return s == NULL || sink_close(s, 1, e) < 0 ? EXIT_TROUBLE : EXIT_OK;
}
