#include "src/body.h"
#include "src/entry.h"

static struct json_object *
slice_json(struct slice s)
{
	return s.n == 0 ? NULL : json_object_new_string_len((const char *)s.p, (int)s.n);
}

static struct json_object *
string_json(const char *s)
{
	return s == NULL || s[0] == '\0' ? NULL : json_object_new_string(s);
}

static void
put(struct json_object *v, const char *key, struct json_object *member)
{
	json_object_object_add(v, key, member);
}

static struct json_object *
bits_json(const struct entry_bit *bits, size_t total, uint8_t set)
{
	struct json_object *v = json_object_new_array();
	size_t i;

	for (i = 0; i < total; i++)
		if (set & bits[i].bit)
			json_object_array_add(v, json_object_new_string(bits[i].name));
	return v;
}

static struct json_object *
editions_json(uint8_t set)
{
	return bits_json(entry_editions, EDITIONS, set);
}

static struct json_object *
occurs_json(const struct entry *e)
{
	struct json_object *v;
	uint32_t min, max;

	if (!entry_occurs(e, &min, &max))
		return NULL;
	v = json_object_new_object();
	put(v, "min", json_object_new_int64(min));
	put(v, "max", max == 0 ? NULL : json_object_new_int64(max));
	return v;
}

static void
value_add(struct json_object *list, struct json_object *value,
          struct json_object *meaning, uint8_t weight)
{
	struct json_object *v = json_object_new_object();

	put(v, "value", value);
	put(v, "meaning", meaning);
	put(v, "weight", string_json(entry_weight(weight)));
	json_object_array_add(list, v);
}

static struct json_object *
values_json(const struct entry *e)
{
	struct json_object *list = json_object_new_array();
	const struct field_value *v;
	size_t i = 0;

	while (e->info != NULL && (v = field_value_next(e->info->name, &i)) != NULL)
		value_add(list, string_json(v->value), string_json(v->meaning), 0);
	for (i = 0; e->field != NULL && i < e->field->values_total; i++) {
		const struct dict_value *x = &e->field->values[i];

		value_add(list, slice_json(x->value), slice_json(x->meaning), x->weight);
	}
	return list;
}

static void
spelling_add(struct json_object *list, struct json_object *name, uint8_t editions)
{
	struct json_object *v = json_object_new_object();

	put(v, "name", name);
	put(v, "editions", editions_json(editions));
	json_object_array_add(list, v);
}

static struct json_object *
spellings_json(const struct entry *e)
{
	struct json_object *list = json_object_new_array();
	const struct field_spelling *s;
	const struct dict_field *f;
	size_t i = 0;

	if (entry_compact(e) != NULL)
		spelling_add(list, string_json(entry_compact(e)), 0);
	while (e->info != NULL && (s = field_spelling_next(e->info->name, &i)) != NULL)
		spelling_add(list, string_json(s->other), 0);
	if (entry_is_command(e) && e->command->alias.n != 0)
		spelling_add(list, slice_json(e->command->alias),
		             e->command->alias_editions);
	i = 0;
	while ((f = entry_spelling_next(e, &i)) != NULL)
		spelling_add(list, slice_json(f->name), f->editions);
	return list;
}

static struct json_object *
children_json(const struct entry *e)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; e->field != NULL && e->field->alias_of == NULL &&
	            i < e->field->children_total;
	     i++)
		json_object_array_add(list, slice_json(e->field->children[i]->name));
	return list;
}

static struct json_object *
rules_json(const struct entry *e)
{
	struct json_object *list = json_object_new_array();
	bool seen[RULE_TOTAL] = {false};
	const struct field_rule *x;
	char text[128];
	struct slice name = entry_rule_name(e, text);
	size_t at = 0;

	while (name.n != 0 && (x = field_rule_next(name, &at)) != NULL) {
		if (!seen[x->rule])
			json_object_array_add(
			    list, json_object_new_string(rule_infos[x->rule].id));
		seen[x->rule] = true;
	}
	return list;
}

/* Range, unit and form. */
static void
form_put(struct json_object *v, const struct entry *e)
{
	const struct dict_field *f = e->field;
	const struct field_range *r = e->info ? field_range_of(e->info->name) : NULL;
	struct json_object *low = NULL, *high = NULL, *unit = NULL;

	if (r != NULL) {
		low = json_object_new_int64(r->low);
		high = json_object_new_int64(r->high);
		unit = string_json(r->unit);
	} else if (f != NULL) {
		low = f->has_low ? json_object_new_int64(entry_bound(f, f->low)) : NULL;
		high =
		    f->has_high ? json_object_new_int64(entry_bound(f, f->high)) : NULL;
		unit = slice_json(f->unit);
	}
	put(v, "low", low);
	put(v, "high", high);
	put(v, "unit", unit);
	put(v, "length",
	    f != NULL && f->length_max != 0 ? json_object_new_int64(f->length_max)
	                                    : NULL);
	put(v, "list",
	    f != NULL && f->list != 0 ? slice_json(slice_of(&f->list, 1)) : NULL);
	put(v, "pattern", f != NULL ? slice_json(f->pattern) : NULL);
	put(v, "form", f != NULL ? slice_json(f->form) : NULL);
}

struct json_object *
entry_json(const struct entry *e)
{
	const struct dict_command *c = e->command;
	const struct dict_field *f = e->field;
	bool is_field = f != NULL && !entry_is_command(e);
	struct json_object *v = json_object_new_object();

	put(v, "name", slice_json(e->name));
	put(v, "short", slice_json(e->brief));
	put(v, "type", string_json(entry_type(e)));
	put(v, "meaning",
	    e->info != NULL ? string_json(e->info->meaning) : slice_json(f->meaning));
	put(v, "source",
	    e->info != NULL ? string_json(e->info->source) : slice_json(f->clause));
	put(v, "root", c != NULL ? slice_json(c->root) : NULL);
	put(v, "command", c != NULL ? slice_json(c->CmdType) : NULL);
	put(v, "clause", c != NULL ? slice_json(f->clause) : NULL);
	put(v, "editions", editions_json(f != NULL ? f->editions : 0));
	put(v, "occurs", occurs_json(e));
	put(v, "required_in",
	    editions_json(is_field && f->min != 0 ? f->required_in : 0));
	put(v, "required_of",
	    bits_json(entry_kinds, 5, is_field && f->min != 0 ? f->required_of : 0));
	put(v, "required", e->info ? string_json(field_need_of(e->info->name)) : NULL);
	put(v, "values", values_json(e));
	form_put(v, e);
	put(v, "attribute", json_object_new_boolean(is_field && f->attribute));
	put(v, "secret", json_object_new_boolean(entry_secret(e)));
	put(v, "weight", is_field ? string_json(entry_weight(f->weight)) : NULL);
	put(v, "spelling_of",
	    is_field && f->alias_of != NULL ? slice_json(f->alias_of->name) : NULL);
	put(v, "spellings", spellings_json(e));
	put(v, "fields", children_json(e));
	put(v, "sent", string_json(entry_sent(e)));
	put(v, "answer", entry_is_command(e) ? slice_json(c->answer) : NULL);
	put(v, "rules", rules_json(e));
	return v;
}
