/* What gbscope knows, without a capture: rules and fields. */
#include <json-c/json.h>
#include <stdlib.h>

#include "src/body.h"
#include "src/field.h"
#include "src/run.h"
#include "src/sink.h"

static struct json_object *
rule_json(enum rule r)
{
	const struct rule_info *i = &rule_infos[r];
	struct json_object *v = json_object_new_object();

	json_object_object_add(v, "id", json_object_new_string(i->id));
	json_object_object_add(v, "severity",
	                       json_object_new_string(severity_name(i->severity)));
	json_object_object_add(v, "severity_gb28181",
	                       json_object_new_string(severity_name(i->gb28181)));
	json_object_object_add(v, "reference", json_object_new_string(i->reference));
	json_object_object_add(v, "message", json_object_new_string(i->message));
	json_object_object_add(v, "explanation", json_object_new_string(i->explanation));
	return v;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(rule_infos[*(const enum rule *)a].id,
	              rule_infos[*(const enum rule *)b].id);
}

/* 1 for json, 0 for text, -1 and *e. */
static int
wants_json(const struct options *o, struct err *e)
{
	if (o->format == NULL || strcmp(o->format, "text") == 0)
		return 0;
	if (strcmp(o->format, "json") == 0)
		return 1;
	return err_set(e, "--format: not known: %s", o->format);
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
		const struct rule_info *r = &rule_infos[order[i]];

		if (json == 1) {
			struct json_object *v = rule_json(order[i]);

			(void)fprintf(
			    f, "%s%s", i ? ",\n" : "\n",
			    json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
			json_object_put(v);
		} else {
			(void)fprintf(f, "%-7s %-7s %-32s %s\n",
			              severity_name(r->severity),
			              severity_name(r->gb28181), r->id, r->reference);
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

static void
wrapped(FILE *f, const char *text)
{
	size_t column = 0, n;
	const char *p = text, *space;

	/* Each round prints one word. */
	while (*p != '\0') {
		space = strchr(p, ' ');
		n = space ? (size_t)(space - p) : strlen(p);
		if (column != 0 && column + 1 + n > 78) {
			(void)fputc('\n', f);
			column = 0;
		}
		column += (size_t)fprintf(f, "%s%.*s", column ? " " : "  ", (int)n, p);
		p += n + (space != NULL);
	}
	(void)fputc('\n', f);
}

static void
explain_rule(FILE *f, enum rule r)
{
	const struct rule_info *i = &rule_infos[r];

	(void)fprintf(
	    f,
	    "%s\n  severity   %s; in the gb28181 profile %s\n  reference  %s\n  message    %s\n\n",
	    i->id, severity_name(i->severity), severity_name(i->gb28181), i->reference,
	    i->message);
	wrapped(f, i->explanation);
}

/* manscdp.Catalog.SumNum: each command and place in which the name stands. */
static int
explain_dict(FILE *f, const struct dict *d, struct slice CmdType, struct slice name)
{
	const struct dict_command *c;
	size_t i, k;
	int told = 0;

	for (i = 0; i < dict_total(d); i++) {
		c = dict_get(d, i);
		if (!slice_ieq(c->CmdType, CmdType))
			continue;
		if (name.n == 0) {
			(void)fprintf(f,
			              SLICE_FMT " " SLICE_FMT "  " SLICE_FMT
			                        "  (" SLICE_FMT ")\n",
			              SLICE_ARG(c->root), SLICE_ARG(c->CmdType),
			              SLICE_ARG(c->meaning), SLICE_ARG(c->clause));
			told++;
		}
		for (k = 0; k < c->field->children_total; k++) {
			const struct dict_field *x = c->field->children[k];

			if (name.n != 0 && !slice_ieq(x->name, name))
				continue;
			(void)fprintf(f,
			              "%s" SLICE_FMT "  " SLICE_FMT "  (" SLICE_FMT ")\n",
			              name.n ? "" : "  ", SLICE_ARG(x->name),
			              SLICE_ARG(x->meaning), SLICE_ARG(x->clause));
			told++;
		}
	}
	return told;
}

static int
explain_manscdp(FILE *f, const struct options *o, struct slice what, struct err *e)
{
	struct limits l;
	struct body_reader *b;
	struct slice CmdType = what, name = SLICE_EMPTY;
	int told;

	limits_init(&l);
	b = body_new_with(&l, o->dictionaries, o->dictionaries_total, e);
	if (b == NULL)
		return 0;
	(void)slice_cut(what, '.', &CmdType, &name);
	told = explain_dict(f, body_dict(b), CmdType, name);
	body_free(b);
	return told;
}

int
run_explain(const struct options *o, struct err *e)
{
	int json = wants_json(o, e);
	struct sink *s = json < 0 ? NULL : sink_open(o->output, e);
	struct slice what = slice_str(o->what);
	const struct field_info *field = field_find(what);
	enum rule r;
	FILE *f;
	int told = 1;

	if (s == NULL)
		return EXIT_TROUBLE;
	f = sink_file(s);
	if (rule_find(what, &r)) {
		if (json == 1) {
			struct json_object *v = rule_json(r);

			(void)fprintf(
			    f, "[%s]\n",
			    json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
			json_object_put(v);
		} else {
			explain_rule(f, r);
		}
	} else if (field != NULL && json == 1) {
		struct json_object *v = json_object_new_object();

		json_object_object_add(v, "name", json_object_new_string(field->name));
		json_object_object_add(v, "type", json_object_new_string(field->type));
		json_object_object_add(v, "meaning",
		                       json_object_new_string(field->meaning));
		json_object_object_add(v, "source",
		                       json_object_new_string(field->source));
		(void)fprintf(f, "[%s]\n",
		              json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN));
		json_object_put(v);
	} else if (field != NULL) {
		(void)fprintf(f, "%s\n  type    %s\n  source  %s\n\n", field->name,
		              field->type, field->source);
		wrapped(f, field->meaning);
	} else {
		told = explain_manscdp(
		    f, o,
		    slice_istarts(what, SLICE("manscdp.")) ? slice_tail(what, 8) : what,
		    e);
	}
	if (told == 0)
		err_set(
		    e,
		    "explain: no such rule, field or command: %s ('gbscope rules' lists the rules; "
		    "fields are named like sip.CSeq and manscdp.Catalog.SumNum)",
		    o->what);
	if (sink_close(s, told != 0, e) < 0 || told == 0)
		return EXIT_TROUBLE;
	return EXIT_OK;
}
