#include <stdio.h>
#include <stdlib.h>

#include "src/body.h"
#include "src/entry.h"

enum { COLUMNS = 78, LABEL = 11, NAMES = 34 };

void
text_wrapped(FILE *f, const char *text, size_t n, int indent)
{
	size_t column = 0, word;
	struct slice rest = slice_of(text, n);

	/* Each round prints one word. */
	while (rest.n != 0) {
		word = slice_index(rest, ' ');
		if (column != 0 && (size_t)indent + column + 1 + word > COLUMNS) {
			(void)fprintf(f, "\n%*s", indent, "");
			column = 0;
		}
		column += (size_t)fprintf(f, "%s%.*s", column ? " " : "", (int)word,
		                          (const char *)rest.p);
		rest = slice_tail(rest, word + 1);
	}
	(void)fputc('\n', f);
}

static void
label(FILE *f, const char *name)
{
	(void)fprintf(f, "  %-*s", LABEL, name);
}

static void
labelled(FILE *f, const char *name, struct slice text)
{
	if (text.n == 0)
		return;
	label(f, name);
	text_wrapped(f, (const char *)text.p, text.n, LABEL + 2);
}

/* "2011, 2014"; true if there were any. */
static bool
bits_text(FILE *f, const struct entry_bit *bits, size_t total, uint8_t set)
{
	bool any = false;
	size_t i;

	for (i = 0; i < total; i++)
		if (set & bits[i].bit) {
			(void)fprintf(f, "%s%s", any ? ", " : "", bits[i].name);
			any = true;
		}
	return any;
}

static const char *
times(uint32_t min, uint32_t max, char text[static 48])
{
	if (max == 1)
		return min == 0 ? "once at most" : "once";
	if (max == 0)
		(void)snprintf(text, 48,
		               min == 0 ? "any number of times" : "%u times or more",
		               (unsigned)min);
	else
		(void)snprintf(text, 48, "%u to %u times", (unsigned)min, (unsigned)max);
	return text;
}

/* "0..1" */
static const char *
times_short(const struct entry *e, char text[static 32])
{
	uint32_t min, max;

	if (!entry_occurs(e, &min, &max))
		return "";
	if (max == 0)
		(void)snprintf(text, 32, "%u..n", (unsigned)min);
	else if (min == max)
		(void)snprintf(text, 32, "%u", (unsigned)min);
	else
		(void)snprintf(text, 32, "%u..%u", (unsigned)min, (unsigned)max);
	return text;
}

/* ---- the parts of one field's page ---- */

static void
range_text(FILE *f, bool has_low, int64_t low, bool has_high, int64_t high,
           struct slice unit)
{
	if (has_low && has_high)
		(void)fprintf(f, ", %lld to %lld", (long long)low, (long long)high);
	else if (has_low)
		(void)fprintf(f, ", %lld or more", (long long)low);
	else if (has_high)
		(void)fprintf(f, ", %lld at most", (long long)high);
	if (unit.n != 0)
		(void)fprintf(f, ", in " SLICE_FMT, SLICE_ARG(unit));
}

static void
type_text(FILE *f, const struct entry *e)
{
	const struct dict_field *x = e->field;
	const struct field_range *r = e->info ? field_range_of(e->info->name) : NULL;

	label(f, "type");
	(void)fprintf(f, "%s%s", x != NULL && x->attribute ? "attribute, " : "",
	              entry_type(e));
	if (r != NULL)
		range_text(f, true, r->low, true, r->high, slice_str(r->unit));
	if (x != NULL) {
		range_text(f, x->has_low, entry_bound(x, x->low), x->has_high,
		           entry_bound(x, x->high), x->unit);
		if (x->length_max != 0)
			(void)fprintf(f, ", %u characters at most",
			              (unsigned)x->length_max);
		if (x->list != 0)
			(void)fprintf(f, ", or several joined with '%c'", x->list);
	}
	if (entry_secret(e))
		(void)fputs(", shown as <N octets>", f);
	(void)fputc('\n', f);
	if (x == NULL)
		return;
	labelled(f, "form", x->form);
	labelled(f, "pattern", x->pattern);
}

static void
required_text(FILE *f, const struct entry *e)
{
	const struct dict_field *x = e->field;

	if (e->info != NULL) {
		const char *where = field_need_of(e->info->name);

		if (where != NULL)
			labelled(f, "required", slice_str(where));
		return;
	}
	if (x->min == 0 || x->alias_of != NULL)
		return;
	label(f, "required");
	if (x->required_in == 0)
		(void)fputs("no", f);
	else if (x->required_in == x->editions)
		(void)fputs("yes", f);
	else
		(void)fputs("in ", f);
	if (x->required_in != x->editions)
		(void)bits_text(f, entry_editions, EDITIONS, x->required_in);
	if (x->required_of != 0 && x->required_of != DICT_NODE_ALL) {
		(void)fputs("; of nodes of the kinds ", f);
		(void)bits_text(f, entry_kinds, 5, x->required_of);
	}
	(void)fputc('\n', f);
}

/* One value a line, below the label. */
static void
value_text(FILE *f, bool first, int width, struct slice value, struct slice meaning,
           const char *weight)
{
	label(f, first ? "values" : "");
	(void)fprintf(f, "%-*.*s  ", width, SLICE_ARG(value));
	if (weight != NULL)
		(void)fprintf(f, "not of the standard (%s): ", weight);
	text_wrapped(f, (const char *)meaning.p, meaning.n, LABEL + 4 + width);
}

static void
row_values_text(FILE *f, const char *name)
{
	const struct field_value *v;
	size_t at = 0, width = 0;
	bool first = true;

	while ((v = field_value_next(name, &at)) != NULL)
		if (strlen(v->value) > width)
			width = strlen(v->value);
	at = 0;
	while ((v = field_value_next(name, &at)) != NULL) {
		value_text(f, first, (int)width, slice_str(v->value),
		           slice_str(v->meaning), NULL);
		first = false;
	}
}

static void
values_text(FILE *f, const struct entry *e)
{
	const struct dict_field *x = e->field;
	size_t width = 0, i;

	if (e->info != NULL) {
		row_values_text(f, e->info->name);
		return;
	}
	for (i = 0; i < x->values_total; i++)
		if (x->values[i].value.n > width)
			width = x->values[i].value.n;
	for (i = 0; i < x->values_total; i++)
		value_text(f, i == 0, (int)width, x->values[i].value,
		           x->values[i].meaning, entry_weight(x->values[i].weight));
}

/* Another name of it, and when that is right. */
static void
spelling_text(FILE *f, bool *any, struct slice name, const struct dict_field *of)
{
	if (!*any)
		label(f, "spellings");
	(void)fprintf(f, "%s" SLICE_FMT, *any ? ", " : "", SLICE_ARG(name));
	*any = true;
	if (of == NULL)
		return;
	(void)fputs(" (", f);
	if (!bits_text(f, entry_editions, EDITIONS, of->editions))
		(void)fputs("of no edition", f);
	(void)fputc(')', f);
}

static void
spellings_text(FILE *f, const struct entry *e)
{
	const struct field_spelling *s;
	const struct dict_field *x;
	bool any = false;
	size_t at = 0;

	if (entry_compact(e) != NULL)
		spelling_text(f, &any, slice_str(entry_compact(e)), NULL);
	while (e->info != NULL && (s = field_spelling_next(e->info->name, &at)) != NULL)
		spelling_text(f, &any, slice_str(s->other), NULL);
	if (entry_is_command(e) && e->command->alias.n != 0)
		spelling_text(
		    f, &any, e->command->alias,
		    &(struct dict_field){.editions = e->command->alias_editions});
	at = 0;
	while ((x = entry_spelling_next(e, &at)) != NULL)
		spelling_text(f, &any, x->name, x);
	if (any)
		(void)fputc('\n', f);
	if (e->field == NULL || e->field->alias_of == NULL)
		return;
	label(f, "spelling");
	(void)fprintf(f, "of " SLICE_FMT ", right in ",
	              SLICE_ARG(e->field->alias_of->name));
	if (!bits_text(f, entry_editions, EDITIONS, e->field->editions))
		(void)fputs("no edition", f);
	(void)fputc('\n', f);
}

/* The row that a row is a part of: "sip.From" of "sip.from.user"; NULL: none. */
static const struct field_info *
whole_of(const struct entry *e)
{
	size_t n = e->info != NULL ? e->name.n : 0;

	while (n != 0 && e->name.p[n - 1] != '.')
		n--;
	return n == 0 ? NULL : field_find(slice_head(e->name, n - 1));
}

static void
rules_text(FILE *f, const struct entry *e)
{
	bool seen[RULE_TOTAL] = {false}, any = false;
	const struct field_rule *x;
	const char *generic = entry_any_rules(e);
	const struct field_info *whole = whole_of(e);
	char text[128], *list = NULL;
	struct slice name = entry_rule_name(e, text);
	size_t at = 0, n = 0;
	FILE *to = open_memstream(&list, &n);

	if (to == NULL)
		return;
	while (name.n != 0 && (x = field_rule_next(name, &at)) != NULL) {
		if (!seen[x->rule])
			(void)fprintf(to, "%s%s", any ? ", " : "",
			              rule_infos[x->rule].id);
		seen[x->rule] = any = true;
	}
	if (generic != NULL)
		(void)fprintf(to, "%s%s", any ? ", " : "", generic);
	at = 0;
	if (whole != NULL && field_rule_next(slice_str(whole->name), &at) != NULL)
		(void)fprintf(to, "%sthose of %s", any ? ", and " : "", whole->name);
	if (fclose(to) == 0)
		labelled(f, "rules", slice_of(list, n));
	free(list);
}

/* ---- what is below ---- */

static void
tree_line(FILE *f, const struct entry *around, const struct dict_field *x, int depth)
{
	struct entry e = {.command = around->command, .field = x};
	char occurs[32];
	int indent = 2 + 2 * depth, room;

	(void)fprintf(f, "%*s%s" SLICE_FMT, indent, "", x->attribute ? "@" : "",
	              SLICE_ARG(x->name));
	room = NAMES - indent - (int)x->name.n - x->attribute;
	(void)fprintf(f, "%*s  %-8s  %s", room > 0 ? room : 0, "", entry_type(&e),
	              times_short(&e, occurs));
	if (x->editions != around->field->editions) {
		(void)fprintf(f, "%*s", 6 - (int)strlen(occurs), "");
		if (!bits_text(f, entry_editions, EDITIONS, x->editions))
			(void)fputs("in no edition", f);
	}
	(void)fputc('\n', f);
}

/* As deep as the dictionary nests. */
static void
tree_text(FILE *f, const struct entry *around, const struct dict_field *of, int depth)
{
	size_t i;

	for (i = 0; i < of->children_total; i++) {
		const struct dict_field *x = of->children[i];

		/* Its other spellings are told on its own page. */
		if (x->alias_of != NULL)
			continue;
		tree_line(f, around, x, depth);
		tree_text(f, around, x, depth + 1);
	}
}

static void
command_text(FILE *f, const struct registry *r, const struct entry *e)
{
	const struct dict_command *c = e->command;
	size_t i;

	if (entry_sent(e) != NULL)
		labelled(f, "sent", slice_str(entry_sent(e)));
	if (c->answer.n != 0) {
		label(f, "answer");
		(void)fprintf(f, SLICE_FMT " " SLICE_FMT "\n", SLICE_ARG(c->answer),
		              SLICE_ARG(c->CmdType));
	}
	for (i = 0; i < r->total; i++) {
		const struct entry *x = &r->entries[i];

		if (!entry_is_command(x) || !slice_eq(x->command->CmdType, c->CmdType) ||
		    !slice_eq(x->command->answer, c->root))
			continue;
		label(f, "answers");
		(void)fprintf(f, SLICE_FMT " " SLICE_FMT "\n",
		              SLICE_ARG(x->command->root),
		              SLICE_ARG(x->command->CmdType));
	}
}

/* ---- a page ---- */

void
entry_text(FILE *f, const struct registry *r, const struct entry *const *same,
           size_t total)
{
	const struct entry *e = same[0];
	uint32_t min, max;
	char text[48];
	size_t i;

	for (i = 0; i < total; i++)
		(void)fprintf(f, SLICE_FMT "\n", SLICE_ARG(same[i]->name));
	if (entry_is_command(e))
		command_text(f, r, e);
	else
		type_text(f, e);
	if (entry_occurs(e, &min, &max))
		labelled(f, "occurs", slice_str(times(min, max, text)));
	if (e->field != NULL && e->field->alias_of == NULL) {
		label(f, "editions");
		(void)bits_text(f, entry_editions, EDITIONS, e->field->editions);
		(void)fputc('\n', f);
	}
	if (!entry_is_command(e))
		required_text(f, e);
	values_text(f, e);
	spellings_text(f, e);
	if (e->field != NULL && e->field->weight != MANSCDP_ERROR)
		labelled(f, "if wrong", slice_str(entry_weight(e->field->weight)));
	labelled(f, "reference",
	         e->info != NULL ? slice_str(e->info->source) : e->field->clause);
	rules_text(f, e);
	(void)fputs("\n  ", f);
	if (e->info != NULL)
		text_wrapped(f, e->info->meaning, strlen(e->info->meaning), 2);
	else
		text_wrapped(f, (const char *)e->field->meaning.p, e->field->meaning.n,
		             2);
	if (e->field != NULL && e->field->children_total != 0 &&
	    e->field->alias_of == NULL) {
		(void)fputc('\n', f);
		tree_text(f, e, e->field, 0);
	}
}

void
entry_line(FILE *f, const struct entry *e, int width)
{
	struct slice meaning =
	    e->info != NULL ? slice_str(e->info->meaning) : e->field->meaning;
	char occurs[32];

	(void)fprintf(f, "%-*.*s  %-11s  %-4s  " SLICE_FMT "\n", width,
	              SLICE_ARG(e->name), entry_type(e), times_short(e, occurs),
	              SLICE_ARG(meaning));
}
