/* The dictionary: that ours is whole, and what a wrong one is told. */
#include "src/dict.h"

#include "src/body.h"
#include "tests/unit/test.h"

#define COMMAND(rest)                                                                    \
	"<dictionary><command root='Query' name='X' means='m' clause='c'>" rest          \
	"</command></dictionary>"

static const struct {
	const char *what, *text;
	bool right;
} rows[] = {
    {"one command", COMMAND(""), true},
    {"no command", "<dictionary/>", true},
    {"a field", COMMAND("<field name='A' means='a'/>"), true},
    {"a group",
     "<dictionary><group name='g'><field name='A' means='a'/></group><command root='Query' name='X' means='m' clause='c'><use group='g'/></command></dictionary>",
     true},
    {"a group behind its use",
     "<dictionary><command root='Query' name='X' means='m' clause='c'><use group='g'/></command><group name='g'/></dictionary>",
     true},
    {"a group that uses itself",
     "<dictionary><group name='g'><use group='g'/></group><command root='Query' name='X' means='m' clause='c'><use group='g'/></command></dictionary>",
     false},
    {"another root", "<a/>", false},
    {"no XML", "<dictionary>", false},
    {"a command without clause",
     "<dictionary><command root='Query' name='X' means='m'/></dictionary>", false},
    {"a field without meaning", COMMAND("<field name='A'/>"), false},
    {"a type that is none", COMMAND("<field name='A' means='a' type='int'/>"), false},
    {"an edition that is none", COMMAND("<field name='A' means='a' in='11 12'/>"), false},
    {"a range that is none", COMMAND("<field name='A' means='a' occurs='1..m'/>"), false},
    {"a bound that is none", COMMAND("<field name='A' means='a' low='x'/>"), false},
    {"a value without value",
     COMMAND("<field name='A' means='a'><value means='b'/></field>"), false},
    {"a seen value without weight",
     COMMAND("<field name='A' means='a'><seen is='b'/></field>"), false},
    {"an alias without name", COMMAND("<field name='A' means='a'><alias/></field>"),
     false},
    {"a value of no edition",
     COMMAND("<field name='A' means='a'><value is='b' in='x' means='b'/></field>"),
     false},
    {"conditions that hold",
     COMMAND(
         "<field name='A' means='a' when='B=1|2' beside='B C' counts='C/X' before='C'/><field name='B' means='b'/><field name='C' means='c'/>"),
     true},
    {"a condition without value", COMMAND("<field name='A' means='a' when='A'/>"), false},
    {"a condition on nobody", COMMAND("<field name='A' means='a' when='B=1'/>"), false},
    {"beside nobody",
     COMMAND("<field name='A' means='a' beside='B C'/><field name='B' means='b'/>"),
     false},
    {"counts nothing", COMMAND("<field name='A' means='a' counts='B/X'/>"), false},
    {"before nothing", COMMAND("<field name='A' means='a' before='B'/>"), false},
    {"an attribute of another kind", COMMAND("<field name='A' means='a' meens='a'/>"),
     false},
    {"text", COMMAND("text"), false},
    {"an enum without values", COMMAND("<field name='A' means='a' type='enum'/>"), false},
    {"low above high",
     COMMAND("<field name='A' means='a' type='integer' low='3' high='2'/>"), false},
    {"low of a text", COMMAND("<field name='A' means='a' low='3'/>"), false},
    {"never", COMMAND("<field name='A' means='a' occurs='0'/>"), false},
    {"from more to less", COMMAND("<field name='A' means='a' occurs='3..2'/>"), false},
    {"twice the same name",
     COMMAND("<field name='A' means='a'/><field name='A' means='a'/>"), false},
    {"an alias that is a sibling",
     COMMAND(
         "<field name='A' means='a'><alias name='B'/></field><field name='B' means='b'/>"),
     false},
    {"a pattern that is none",
     COMMAND("<field name='A' means='a' type='pattern' pattern='[a'/>"), false},
    {"a pattern that takes what it needs",
     COMMAND("<field name='A' means='a' type='pattern' pattern='a*a'/>"), false},
    {"no pattern", COMMAND("<field name='A' means='a' type='pattern'/>"), false},
    {"a named value that is no number",
     COMMAND(
         "<field name='A' means='a' type='integer'><value is='x' means='b'/></field>"),
     false},
    {"a value twice",
     COMMAND(
         "<field name='A' means='a' type='enum'><value is='x' means='b'/><value is='x' means='c'/></field>"),
     false},
    {"fields in a text",
     COMMAND("<field name='A' means='a'><field name='B' means='b'/></field>"), false},
    {"an attribute several times", COMMAND("<attr name='A' means='a' occurs='0..n'/>"),
     false},
    {"a command twice",
     "<dictionary><command root='Query' name='X' means='m' clause='c'/><command root='Query' name='X' means='m' clause='c'/></dictionary>",
     false},
    {"a command in place of another",
     "<dictionary><command root='Query' name='X' means='m' clause='c'/><command root='Query' name='X' means='m' clause='c' replace='yes'/></dictionary>",
     true},
    {"an addition",
     "<dictionary><command root='Query' name='X' means='m' clause='c'/><extend root='Query' name='X'><field name='A' means='a'/></extend></dictionary>",
     true},
    {"an addition to nothing",
     "<dictionary><extend root='Query' name='X'><field name='A' means='a'/></extend></dictionary>",
     false},
    {"something behind the end", "<dictionary/><dictionary/>", false},
    {"nothing", " ", false},
    {"a DOCTYPE", "<!DOCTYPE dictionary><dictionary/>", false},
    {"another encoding", "<?xml version='1.0' encoding='GBK'?><dictionary/>", false},
    {"octets that are no text", "<dictionary>\xff</dictionary>", false},
    {"an element of another kind", COMMAND("<feild name='A' means='a'/>"), false},
};

static const struct dict *
read_one(const char *text, struct xml *x, struct arena *a, struct err *e)
{
	struct dict_source source = {"dictionary", slice_str(text)};

	return dict_new(&source, 1, x, a, e);
}

static void
check_rows(struct xml *x)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = {.text = ""};
		struct arena a;

		arena_init(&a, 0);
		ok((read_one(rows[i].text, x, &a, &e) != NULL) == rows[i].right, "%s: %s",
		   rows[i].what, e.text);
		ok((e.text[0] == '\0') == rows[i].right, "%s: says why", rows[i].what);
		arena_free(&a);
	}
}

static void
check_read(struct xml *x)
{
	static const char text[] =
	    "<dictionary><command root='Query' name='X' in='14 16 22' means='m' clause='c'>"
	    "<field name='A' means='a' type='double' low='-180' high='180' occurs='0..n' in='16 22' must='22' of='device "
	    "system' weight='warning'><alias name='B' in='16'/><seen is='9' means='b' weight='note'/></field>"
	    "<field name='C' means='c' type='complex' weight='note'><attr name='Num' means='n'/></field></command></dictionary>";
	const struct dict_field *f;
	struct err e = {.text = ""};
	const struct dict *d;
	struct arena a;

	arena_init(&a, 0);
	d = read_one(text, x, &a, &e);
	if (!ok(d != NULL && dict_total(d) == 1 &&
	            dict_get(d, 0)->field->children_total == 3,
	        "reads: %s", e.text))
		return;
	ok(dict_get(d, 0)->editions == (EDITION_2014 | EDITION_2016 | EDITION_2022),
	   "editions");
	ok(dict_get(d, 0)->fields_total == 4, "all fields");
	ok(dict_get(d, 1) == NULL, "no second command");
	f = dict_get(d, 0)->field->children[0];
	ok(f->low == -180000000 && f->high == 180000000 && f->has_low && f->has_high,
	   "range in millionths");
	ok(f->min == 0 && f->max == 0 && f->editions == (EDITION_2016 | EDITION_2022) &&
	       f->required_in == EDITION_2022 &&
	       f->required_of == (DICT_NODE_DEVICE | DICT_NODE_SYSTEM),
	   "when and how often");
	ok(f->weight == MANSCDP_WARNING && f->values_total == 1 &&
	       f->values[0].weight == MANSCDP_NOTE,
	   "weights");
	ok(dict_get(d, 0)->field->children[1]->alias_of == f, "alias");
	f = dict_get(d, 0)->field->children[2];
	ok(f->children[0]->attribute && f->children[0]->weight == MANSCDP_NOTE,
	   "an attribute inherits");
	arena_free(&a);
}

/* A vendor's file changes what it names, and nothing else. */
static void
check_merged(struct xml *x)
{
	static const char ours[] =
	    "<dictionary><group name='g'><field name='T' type='enum' means='t'><value is='1' means='one'/></field>"
	    "<field name='Password' secret='yes' means='p'/></group>"
	    "<command root='Query' name='X' means='m' clause='c'><use group='g'/><field name='Z' means='z'/></command>"
	    "<command root='Query' name='Y' means='m' clause='c'><use group='g'/></command></dictionary>";
	static const char theirs[] =
	    "<dictionary><extend root='Query' name='X'><field name='N' follows='T' means='n'/>"
	    "<field name='Password' type='hex' replace='yes' means='p'/></extend>"
	    "<extend root='Query' name='X' at='T'><value is='2' means='two'/></extend>"
	    "<extend group='g'><field name='G' means='g'/></extend>"
	    "<command root='Query' name='V' means='m' clause='c'><use group='g'/></command></dictionary>";
	struct dict_source sources[] = {{"ours", slice_str(ours)},
	                                {"theirs", slice_str(theirs)}};
	const struct dict_field *f;
	struct err e = {.text = ""};
	const struct dict *d;
	struct arena a;

	arena_init(&a, 0);
	d = dict_new(sources, 2, x, &a, &e);
	if (!ok(d != NULL && dict_total(d) == 3, "merges: %s", e.text))
		return;
	f = dict_get(d, 0)->field;
	/* X has its own copy of the group, which it was before G came into it. */
	ok(f->children_total == 4 && slice_eq(f->children[1]->name, SLICE("N")) &&
	       slice_eq(f->children[3]->name, SLICE("Z")),
	   "a field behind another one");
	ok(f->children[0]->values_total == 2, "a value more");
	ok(f->children[2]->type == DICT_HEX && f->children[2]->secret,
	   "what is secret stays so");
	f = dict_get(d, 1)->field;
	ok(f->children_total == 3 && f->children[0]->values_total == 1 &&
	       f->children[1]->type == DICT_STRING,
	   "another command has what its group has, and no more");
	ok(dict_get(d, 2)->field->children_total == 3, "a group of ours in theirs");
	arena_free(&a);
}

/* Every element has a meaning, every child its index: what documentation and the walk rely on. */
static void
check_ours(const struct dict *d)
{
	static const char *const must[][2] = {
	    {"Query", "Catalog"},
	    {"Response", "Catalog"},
	    {"Notify", "Catalog"},
	    {"Notify", "Keepalive"},
	    {"Query", "DeviceInfo"},
	    {"Response", "DeviceInfo"},
	    {"Query", "DeviceStatus"},
	    {"Response", "DeviceStatus"},
	    {"Query", "RecordInfo"},
	    {"Response", "RecordInfo"},
	    {"Notify", "Alarm"},
	    {"Query", "MobilePosition"},
	    {"Notify", "MediaStatus"},
	    {"Notify", "Broadcast"},
	    {"Query", "PersetQuery"},
	    {"Control", "DeviceControl"},
	    {"Response", "ConfigDownload"},
	    {"Control", "DeviceConfig"},
	};
	struct slice root, name;
	size_t i, k, j, passwords = 0;

	for (i = 0; i < sizeof(must) / sizeof(must[0]); i++) {
		root = slice_str(must[i][0]);
		name = slice_str(must[i][1]);
		ok(dict_find(d, root, name) != NULL, "has " SLICE_FMT " " SLICE_FMT,
		   SLICE_ARG(root), SLICE_ARG(name));
	}
	ok(dict_find(d, SLICE("Query"), SLICE("Keepalive")) == NULL,
	   "no Query Keepalive");
	for (i = 0; i < dict_total(d); i++) {
		const struct dict_command *c = dict_get(d, i);

		ok(c->meaning.n != 0 && c->clause.n != 0, "command " SLICE_FMT ": told",
		   SLICE_ARG(c->CmdType));
		for (k = 0; k < c->fields_total; k++) {
			const struct dict_field *f = c->fields[k];
			bool known = true;

			passwords += f->secret;
			if (slice_eq(f->name, SLICE("Password")))
				known = f->secret;
			for (j = 0; j < f->children_total; j++)
				known = known && f->children[j]->index == j;
			known = known && f->meaning.n != 0 && f->clause.n != 0 &&
			        f->weight != 0;
			known = known && (f->type != DICT_ENUM || f->values_total != 0);
			known = known && (f->type != DICT_PATTERN ||
			                  (f->pattern.n != 0 && f->form.n != 0));
			known =
			    known && (f->type != DICT_COMPLEX || f->children_total != 0);
			if (!known)
				ok(false, SLICE_FMT "/" SLICE_FMT " is not whole",
				   SLICE_ARG(c->CmdType), SLICE_ARG(f->name));
		}
	}
	ok(passwords >= 3, "%zu passwords are secret", passwords);
}

int
main(void)
{
	struct limits l;
	struct err e = {.text = ""};
	struct body_reader *r;
	struct xml *x;

	limits_init(&l);
	x = xml_new(&l);
	if (!ok(x != NULL, "parser"))
		return done();
	check_rows(x);
	check_read(x);
	check_merged(x);
	xml_free(x);
	r = body_new(&l, &e);
	if (ok(r != NULL, "ours: %s", e.text))
		check_ours(body_dict(r));
	body_free(r);
	return done();
}
