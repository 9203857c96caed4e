/* rules, fields: what gbscope knows, without a capture. */
#include "src/catalog.h"

#include <stdlib.h>

#include "src/config.h"
#include "src/nearest.h"
#include "src/run.h"
#include "src/sink.h"

enum { KNOWN_ARENA = 64 << 20, NAME_COLUMN = 60 };

struct json_object *
rule_json(const struct options *o, enum rule r)
{
	const struct rule_info *i = &rule_infos[r];
	struct json_object *v = json_object_new_object();
	char origin[SET_BY_TEXT];

	json_object_object_add(v, "id", json_object_new_string(i->id));
	json_object_object_add(
	    v, "severity",
	    json_object_new_string(severity_name(config_severity(o, r, false))));
	json_object_object_add(
	    v, "severity_gb28181",
	    json_object_new_string(severity_name(config_severity(o, r, true))));
	json_object_object_add(v, "severity_origin",
	                       json_object_new_string(config_origin(o, r, origin)));
	json_object_object_add(v, "reference", json_object_new_string(i->reference));
	json_object_object_add(v, "message", json_object_new_string(i->message));
	json_object_object_add(v, "explanation", json_object_new_string(i->explanation));
	return v;
}

void
list_put(FILE *f, bool comma, struct json_object *v)
{
	(void)fprintf(f, "%s%s", comma ? ",\n" : "\n",
	              json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
	json_object_put(v);
}

bool
known_open(struct known *k, const struct options *o, struct err *e)
{
	*k = (struct known){.bodies = NULL};
	arena_init(&k->arena, KNOWN_ARENA);
	limits_init(&k->limits);
	k->bodies = body_new_with(&k->limits, o->dictionaries, o->dictionaries_total, e);
	if (k->bodies == NULL)
		return false;
	if (registry_make(body_dict(k->bodies), &k->arena, &k->registry))
		k->room = arena_array(&k->arena, k->registry.total, sizeof(*k->room));
	if (k->room != NULL)
		return true;
	(void)err_set(e, "out of memory");
	return false;
}

void
known_close(struct known *k)
{
	body_free(k->bodies);
	arena_free(&k->arena);
}

void
known_nearest(const struct known *k, struct slice name, bool rules, char *to, size_t size)
{
	struct nearest n;
	size_t i, at = 0;

	nearest_init(&n, name);
	for (i = 0; rules && i < RULE_TOTAL; i++)
		nearest_try(&n, slice_str(rule_infos[i].id));
	for (i = 0; i < k->registry.total; i++) {
		const struct entry *x = &k->registry.entries[i];

		nearest_try(&n, x->brief);
		nearest_try(&n, x->name);
		nearest_try(&n, entry_own_name(x));
	}
	to[0] = '\0';
	for (i = 0; i < n.total && at < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s" SLICE_FMT,
		                       i == 0             ? "; did you mean "
		                       : i + 1 == n.total ? " or "
		                                          : ", ",
		                       SLICE_ARG(n.best[i]));
	if (n.total != 0 && at < size)
		(void)snprintf(to + at, size - at, "?");
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(rule_infos[*(const enum rule *)a].id,
	              rule_infos[*(const enum rule *)b].id);
}

int
wants_json(const struct options *o, struct err *e)
{
	if (o->format == NULL || strcmp(o->format, "text") == 0)
		return 0;
	if (strcmp(o->format, "json") == 0)
		return 1;
	return err_set(e, "--format: not known: %s", o->format);
}

/* Who set the severity stands behind, where somebody did. */
static void
rule_line(FILE *f, const struct options *o, enum rule r)
{
	const char *by_rfc = severity_name(config_severity(o, r, false));
	char text[SET_BY_TEXT];
	const char *origin = config_origin(o, r, text);
	bool set = strcmp(origin, "default") != 0;

	(void)fprintf(f, "%-7s %-7s %-32s %s%s%s%s\n", by_rfc,
	              severity_name(config_severity(o, r, true)), rule_infos[r].id,
	              rule_infos[r].reference, set ? "  [" : "", set ? origin : "",
	              set ? "]" : "");
}

int
run_rules(const struct options *o, struct err *e)
{
	int json = wants_json(o, e);
	struct sink *s = json < 0 ? NULL : sink_open(o->output, e);
	enum rule order[RULE_TOTAL];
	int i;
	FILE *f;

	if (s == NULL)
		return EXIT_TROUBLE;
	for (i = 0; i < RULE_TOTAL; i++)
		order[i] = (enum rule)i;
	qsort(order, RULE_TOTAL, sizeof(order[0]), by_id);
	f = sink_file(s);
	if (json == 1)
		(void)fputs("[", f);
	for (i = 0; i < RULE_TOTAL; i++) {
		if (json == 1) {
			list_put(f, i != 0, rule_json(o, order[i]));
		} else {
			rule_line(f, o, order[i]);
		}
	}
	if (json == 1)
		(void)fputs("\n]\n", f);
	else if (!o->quiet)
		(void)fprintf(
		    f,
		    "%d rules; columns: severity by the RFCs, in the gb28181 profile, id, reference\n",
		    RULE_TOTAL);
	return sink_close(s, 1, e) < 0 ? EXIT_TROUBLE : EXIT_OK;
}

/* ---- fields ---- */

static bool
is_pattern(struct slice s)
{
	return slice_index(s, '*') != s.n || slice_index(s, '?') != s.n;
}

/* '*' is any octets, '?' one. Linear in both: the last star alone can be given more. */
static bool
pattern_fits(struct slice p, struct slice s)
{
	struct slice star = SLICE_EMPTY, from = SLICE_EMPTY;
	bool starred = false;

	while (s.n != 0) {
		if (p.n != 0 && p.p[0] == '*') {
			star = p = slice_tail(p, 1);
			from = s;
			starred = true;
		} else if (p.n != 0 && (p.p[0] == '?' ||
		                        ascii_lower(p.p[0]) == ascii_lower(s.p[0]))) {
			p = slice_tail(p, 1);
			s = slice_tail(s, 1);
		} else if (starred) {
			p = star;
			s = from = slice_tail(from, 1);
		} else {
			return false;
		}
	}
	while (p.n != 0 && p.p[0] == '*')
		p = slice_tail(p, 1);
	return p.n == 0;
}

static bool
listed(const struct entry *e, struct slice pattern)
{
	if (entry_is_command(e))
		return false;
	if (is_pattern(pattern))
		return pattern_fits(pattern, e->name) ||
		       (e->brief.n != 0 && pattern_fits(pattern, e->brief));
	return slice_istarts(e->name, pattern) || slice_istarts(e->brief, pattern);
}

/* Marks what the patterns name; how many are marked, or -1 and *e where a pattern names nothing. */
static int
fields_pick(const struct known *k, const struct options *o, bool *marked, struct err *e)
{
	size_t i, n, hits;
	char nearest[256];
	int total = 0;

	for (n = 0; n < o->names_total || (n == 0 && o->names_total == 0); n++) {
		struct slice pattern =
		    o->names_total != 0 ? slice_str(o->names[n]) : SLICE("*");

		hits = 0;
		for (i = 0; i < k->registry.total; i++) {
			if (!listed(&k->registry.entries[i], pattern))
				continue;
			hits++;
			total += !marked[i];
			marked[i] = true;
		}
		if (hits != 0)
			continue;
		known_nearest(k, pattern, false, nearest, sizeof(nearest));
		return err_set(e, "fields: no field's name %s %s%s",
		               is_pattern(pattern) ? "is like" : "begins with",
		               o->names[n], nearest);
	}
	return total;
}

static void
fields_print(FILE *f, const struct known *k, const struct options *o, const bool *marked,
             int total, bool json)
{
	bool comma = false;
	int width = 0;
	size_t i;

	if (json)
		(void)fputs("[", f);
	for (i = 0; i < k->registry.total; i++)
		if (marked[i] && k->registry.entries[i].name.n > (size_t)width)
			width = (int)k->registry.entries[i].name.n;
	for (i = 0; i < k->registry.total; i++) {
		const struct entry *e = &k->registry.entries[i];

		if (!marked[i])
			continue;
		if (json)
			list_put(f, comma, entry_json(e));
		else
			entry_line(f, e, width > NAME_COLUMN ? NAME_COLUMN : width);
		comma = true;
	}
	if (json)
		(void)fputs("\n]\n", f);
	else if (!o->quiet)
		(void)fprintf(
		    f,
		    "%d field%s; columns: name, type, how often it stands, what it is for; "
		    "'gbscope explain NAME' says more\n",
		    total, total == 1 ? "" : "s");
}

int
run_fields(const struct options *o, struct err *e)
{
	int json = wants_json(o, e), total = -1;
	struct known k;
	struct sink *s = NULL;
	bool *marked = NULL;

	if (json < 0)
		return EXIT_TROUBLE;
	if (known_open(&k, o, e))
		marked = arena_array(&k.arena, k.registry.total, sizeof(*marked));
	if (marked != NULL)
		total = fields_pick(&k, o, marked, e);
	if (total >= 0)
		s = sink_open(o->output, e);
	if (s != NULL)
		fields_print(sink_file(s), &k, o, marked, total, json == 1);
	known_close(&k);
	return s == NULL || sink_close(s, 1, e) < 0 ? EXIT_TROUBLE : EXIT_OK;
}
