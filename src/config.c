#include "src/config.h"

#include <stdio.h>

#include "src/config_file.h"
#include "src/ini.h"
#include "src/nearest.h"

enum { CONFIG_ARENA = 16 << 20, STRENGTH_EXACT = 255, SHOWN = 64, HINT = 300 };

#define SET_NAME "--set"

/* One line that is being read. */
struct reading {
	struct config *c;
	struct options *o;
	const struct ini *line;
	struct set_by at; /* line 0: a --set, which goes before all that was said */
	bool numbered;
};

void
config_init(struct config *c)
{
	*c = (struct config){.file = NULL};
	severities_init(&c->severities);
	thresholds_init(&c->thresholds);
	arena_init(&c->mem, CONFIG_ARENA);
}

void
config_free(struct config *c)
{
	arena_free(&c->mem);
}

/* ---- names that are not known ---- */

/* Of the file, for an error's line: what is no ASCII as '?'. */
static const char *
shown(struct slice s, char text[SHOWN + 4])
{
	size_t i, n = s.n < SHOWN ? s.n : SHOWN;

	for (i = 0; i < n; i++)
		text[i] = s.p[i] >= 0x20 && s.p[i] < 0x7F ? (char)s.p[i] : '?';
	(void)snprintf(text + n, 4, "%s", n < s.n ? "..." : "");
	return text;
}

static const char *
hint(const struct nearest *n, char text[HINT])
{
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < n->total && at < HINT; i++)
		at += (size_t)snprintf(text + at, HINT - at, "%s" SLICE_FMT,
		                       i == 0              ? "; did you mean "
		                       : i + 1 == n->total ? " or "
		                                           : ", ",
		                       SLICE_ARG(n->best[i]));
	if (n->total != 0 && at < HINT)
		(void)snprintf(text + at, HINT - at, "?");
	return text;
}

/* "[check] has no 'fail-one'; did you mean fail-on?" */
static int
unknown(const struct reading *r, const struct nearest *n, struct err *e)
{
	char section[SHOWN + 4], key[SHOWN + 4], text[HINT];

	return err_set(e, "[%s] has no '%s'%s", shown(r->line->section, section),
	               shown(r->line->key, key), hint(n, text));
}

/* The same key under another heading is no slip of the pen. */
static int
elsewhere(const struct reading *r, struct err *e)
{
	struct slice key = r->line->key, section = r->line->section;
	char text[SHOWN + 4];
	const char *right = NULL;
	enum threshold t;
	enum fact f;
	enum rule rule;
	struct setting s;
	size_t i;

	for (i = 0; options_setting(r->o, i, &s); i++)
		if (slice_eq(key, slice_str(s.key)))
			right = "check";
	if (rule_find(key, &rule))
		right = "rules";
	if (threshold_find(key, &t))
		right = "thresholds";
	if (fact_find(key, &f))
		right = "expect";
	if (right == NULL || slice_eq(section, slice_str(right)))
		return 0;
	return err_set(e, "'%s' belongs under [%s]", shown(key, text), right);
}

static int
twice(const struct set_by *first, struct err *e)
{
	return err_set(e, "line %u has it already", first->line);
}

static bool
same_file(const struct reading *r, const struct set_by *o)
{
	return o->file == r->at.file && r->at.line != 0;
}

/* A text of its own, which ends. */
static const char *
kept(struct reading *r, struct slice s)
{
	char *text = arena_alloc(&r->c->mem, s.n + 1);

	if (text != NULL && s.n != 0)
		memcpy(text, s.p, s.n);
	return text;
}

/* ---- the sections ---- */

static int
check_entry(struct reading *r, struct err *e)
{
	const char *value = kept(r, r->line->value);
	struct nearest n;
	struct setting s;
	size_t i;

	if (value == NULL)
		return err_set(e, "out of memory");
	nearest_init(&n, r->line->key);
	for (i = 0; options_setting(r->o, i, &s); i++) {
		nearest_try(&n, slice_str(s.key));
		if (slice_eq(r->line->key, slice_str(s.key)))
			break;
	}
	if (!options_setting(r->o, i, &s))
		return elsewhere(r, e) < 0 ? -1 : unknown(r, &n, e);
	if (same_file(r, &s.origin) && strcmp(s.key, "dictionary") != 0)
		return twice(&s.origin, e);
	if (s.argument != NULL && strcmp(s.argument, "FILE") == 0)
		value = config_path(r->at.file, value, &r->c->mem, e);
	if (value == NULL)
		return -1;
	return options_set(r->o, r->line->key, value, &r->at, e);
}

/* The severity, or TOTAL for "default"; -1 and *e. */
enum { SEVERITY_DEFAULT = SEVERITY_ERROR + 1 };

static int
severity_parse(struct slice value, struct err *e)
{
	char text[SHOWN + 4];
	int s;

	for (s = SEVERITY_OFF; s <= SEVERITY_ERROR; s++)
		if (slice_eq(value, slice_str(severity_name((enum severity)s))))
			return s;
	if (slice_eq(value, SLICE("default")))
		return SEVERITY_DEFAULT;
	return err_set(
	    e, "not a severity: %s (there are: error, warning, note, off, default)",
	    shown(value, text));
}

static void
severity_set(struct config *c, enum rule rule, int s, const struct set_by *at)
{
	uint8_t *of = c->severities.of[rule];

	of[0] = (uint8_t)(s == SEVERITY_DEFAULT ? (int)rule_infos[rule].severity : s);
	of[1] = (uint8_t)(s == SEVERITY_DEFAULT ? (int)rule_infos[rule].gb28181 : s);
	c->severity_origins[rule] = *at;
}

static int
rules_entry(struct reading *r, struct err *e)
{
	struct slice key = r->line->key;
	size_t star = slice_index(key, '*');
	struct slice prefix = slice_head(key, star);
	uint8_t strength = star == key.n           ? (uint8_t)STRENGTH_EXACT
	                   : star < STRENGTH_EXACT ? (uint8_t)star
	                                           : (uint8_t)(STRENGTH_EXACT - 1);
	int s = severity_parse(r->line->value, e), i;
	struct nearest n;
	bool any = false;

	if (s < 0)
		return -1;
	if (star + 1 < key.n)
		return err_set(e, "a '*' can stand at the end of a rule's id only");
	nearest_init(&n, prefix);
	for (i = 0; i < RULE_TOTAL; i++) {
		struct slice id = slice_str(rule_infos[i].id);

		nearest_try(&n, id);
		if (star == key.n ? !slice_eq(id, key) : !slice_starts(id, prefix))
			continue;
		any = true;
		if (same_file(r, &r->c->severity_origins[i]) &&
		    r->c->strengths[i] == strength)
			return twice(&r->c->severity_origins[i], e);
		if (same_file(r, &r->c->severity_origins[i]) &&
		    r->c->strengths[i] > strength)
			continue;
		severity_set(r->c, (enum rule)i, s, &r->at);
		r->c->strengths[i] = strength;
	}
	if (any)
		return 0;
	return elsewhere(r, e) < 0 ? -1 : unknown(r, &n, e);
}

static int
thresholds_entry(struct reading *r, struct err *e)
{
	static const char *const kinds[] = {"a time, such as 5s, 500ms or 2min",
	                                    "a time, such as 5s or 500ms, or off",
	                                    "a number", "a percentage, such as 50%"};
	char low[THRESHOLD_TEXT], high[THRESHOLD_TEXT], text[SHOWN + 4];
	const struct threshold_info *t;
	enum threshold id;
	struct nearest n;
	int64_t value;
	int i;

	if (!threshold_find(r->line->key, &id)) {
		nearest_init(&n, r->line->key);
		for (i = 0; i < THRESHOLD_TOTAL; i++)
			nearest_try(&n, slice_str(threshold_infos[i].name));
		return elsewhere(r, e) < 0 ? -1 : unknown(r, &n, e);
	}
	t = &threshold_infos[id];
	if (same_file(r, &r->c->threshold_origins[id]))
		return twice(&r->c->threshold_origins[id], e);
	if (!threshold_parse(id, r->line->value, &value))
		return err_set(e, "%s: not %s from %s to %s: %s", t->name, kinds[t->kind],
		               threshold_text(id, t->low, low),
		               threshold_text(id, t->high, high),
		               shown(r->line->value, text));
	r->c->thresholds.of[id] = value;
	r->c->threshold_origins[id] = r->at;
	return 0;
}

static int
expect_entry(struct reading *r, struct err *e)
{
	struct expectation *x = ARENA_NEW(&r->c->mem, struct expectation);
	struct nearest n;
	enum fact f;
	int i;

	if (x == NULL)
		return err_set(e, "out of memory");
	if (!fact_find(r->line->key, &f)) {
		nearest_init(&n, r->line->key);
		for (i = 0; i < FACT_TOTAL; i++)
			nearest_try(&n, slice_str(fact_infos[i].key));
		return elsewhere(r, e) < 0 ? -1 : unknown(r, &n, e);
	}
	if (expectation_parse(r->line->key, r->line->value, &r->c->mem, x, e) != 0)
		return -1;
	x->name = r->line->name;
	x->origin = r->at;
	if (r->c->last != NULL)
		r->c->last->next = x;
	else
		r->c->expectations = x;
	r->c->last = x;
	return 0;
}

static const struct {
	const char *name;
	int (*entry)(struct reading *r, struct err *e);
} sections[] = {{"check", check_entry},
                {"rules", rules_entry},
                {"thresholds", thresholds_entry},
                {"expect", expect_entry}};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

/* Its row, or -1 and *e. */
static int
section_find(const struct ini *line, struct err *e)
{
	char text[HINT], name[SHOWN + 4];
	struct nearest n;
	int i;

	nearest_init(&n, line->section);
	for (i = 0; i < SECTIONS; i++) {
		nearest_try(&n, slice_str(sections[i].name));
		if (!slice_eq(line->section, slice_str(sections[i].name)))
			continue;
		if (line->name.n != 0 && sections[i].entry != expect_entry)
			return err_set(e, "[%s] has no name behind it", sections[i].name);
		return i;
	}
	return err_set(e,
	               "no such section: [%s]%s (there are: check, rules, thresholds, "
	               "expect)",
	               shown(line->section, name), hint(&n, text));
}

static int
read_lines(struct reading *r, struct ini *line, struct err *e)
{
	enum ini_answer answer;
	int section;

	while ((answer = ini_next(line)) != INI_END) {
		r->at.line = r->numbered ? line->line : 0;
		if (answer == INI_BAD)
			return err_set(e, "%s", line->why);
		section = section_find(line, e);
		if (section < 0 ||
		    (answer == INI_ENTRY && sections[section].entry(r, e) != 0))
			return -1;
	}
	return 0;
}

int
config_read(struct config *c, struct options *o, struct slice text, const char *file,
            struct err *e)
{
	struct reading r = {.c = c, .o = o, .at = {.file = file}, .numbered = true};
	struct err said = {""};
	struct ini line;

	ini_begin(&line, text);
	r.line = &line;
	if (read_lines(&r, &line, &said) == 0)
		return 0;
	return err_set(e, "%s:%u: %s", file, line.line, said.text);
}

/* SECTION.KEY=VALUE: a text of two lines, which is read as others are. */
static int
read_set(struct config *c, struct options *o, const char *given, struct err *e)
{
	struct reading r = {.c = c, .o = o, .at = {.file = SET_NAME}};
	struct slice all = slice_str(given), section, rest;
	struct err said = {""};
	struct ini line;
	char *text;

	if (!slice_cut(all, '.', &section, &rest) || slice_index(rest, '=') == rest.n ||
	    slice_index(all, '\n') != all.n)
		return err_set(e, SET_NAME ": not SECTION.KEY=VALUE: %s", given);
	text = arena_alloc(&c->mem, all.n + 4);
	if (text == NULL)
		return err_set(e, "out of memory");
	(void)snprintf(text, all.n + 4, "[%.*s]\n%.*s", (int)section.n,
	               (const char *)section.p, (int)rest.n, (const char *)rest.p);
	ini_begin(&line, slice_str(text));
	r.line = &line;
	if (ini_next(&line) != INI_SECTION || section_find(&line, &said) < 0 ||
	    read_lines(&r, &line, &said) != 0)
		return err_set(e, SET_NAME " %s: %s", given,
		               said.text[0] != '\0' ? said.text : line.why);
	return 0;
}

/* The option is the shorter way to say the threshold. */
static void
exchange_timeout(struct config *c, struct options *o)
{
	int64_t *ms = &c->thresholds.of[THRESHOLD_EXCHANGE_TIMEOUT];

	if (!options_given(o, "exchange-timeout")) {
		o->exchange_timeout_ns = *ms * INT64_C(1000000);
		return;
	}
	*ms = o->exchange_timeout_ns / INT64_C(1000000);
	c->threshold_origins[THRESHOLD_EXCHANGE_TIMEOUT] =
	    (struct set_by){.file = OPTIONS_ORIGIN};
}

int
config_open(struct config *c, struct options *o, struct err *e)
{
	struct slice text;
	size_t i;

	if (config_file(o, &c->mem, &c->file, &text, e) != 0 ||
	    (c->file != NULL && config_read(c, o, text, c->file, e) != 0))
		return -1;
	for (i = 0; i < o->sets_total; i++)
		if (read_set(c, o, o->sets[i], e) != 0)
			return -1;
	exchange_timeout(c, o);
	o->settings = c;
	return 0;
}

enum severity
config_severity(const struct options *o, enum rule r, bool gb)
{
	return severity_of(o->settings ? &o->settings->severities : NULL, r, gb);
}

const char *
config_origin(const struct options *o, enum rule r, char text[SET_BY_TEXT])
{
	static const struct set_by none = {.file = NULL};

	return set_by_text(o->settings ? &o->settings->severity_origins[r] : &none, text);
}
