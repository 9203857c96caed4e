/* Names of fields: what is found under which. */
#include "src/registry.h"

#include <stdlib.h>

#include "src/body.h"
#include "tests/unit/test.h"

static const struct {
	const char *name;
	enum registry_how how;
	size_t total; /* found */
	const char *first;
} rows[] = {
    {"sip.CSeq", REGISTRY_NAME, 1, "sip.CSeq"},
    {"SIP.cseq", REGISTRY_NAME, 1, "sip.CSeq"},
    {"sip.ETag", REGISTRY_NAME, 1, "sip.SIP-ETag"},
    {"CSeq", REGISTRY_NAME, 0, NULL},
    {"CSeq", REGISTRY_TAIL, 2, "sip.CSeq"},
    {"from.user", REGISTRY_TAIL, 1, "sip.from.user"},
    {"om.user", REGISTRY_TAIL, 0, NULL},
    {"manscdp.Catalog.SumNum", REGISTRY_NAME, 2, "manscdp.Response.Catalog.SumNum"},
    {"Catalog.SumNum", REGISTRY_NAME, 2, "manscdp.Response.Catalog.SumNum"},
    {"manscdp.notify.catalog.sumnum", REGISTRY_NAME, 1, "manscdp.Notify.Catalog.SumNum"},
    {"manscdp.Query.Catalog.SumNum", REGISTRY_NAME, 0, NULL},
    {"manscdp.Query.Catalog", REGISTRY_NAME, 1, "manscdp.Query.Catalog"},
    {"Catalog", REGISTRY_NAME, 3, "manscdp.Query.Catalog"},
    {"manscdp.PersetQuery", REGISTRY_NAME, 2, "manscdp.Query.PresetQuery"},
    {"Catalog.Item.Name", REGISTRY_NAME, 0, NULL},
    {"Catalog.Item.Name", REGISTRY_TAIL, 2,
     "manscdp.Response.Catalog.DeviceList.Item.Name"},
    {"Response.Item.ParentID", REGISTRY_TAIL, 1,
     "manscdp.Response.Catalog.DeviceList.Item.ParentID"},
    {"manscdp.Catalog.DeviceList.Num", REGISTRY_NAME, 2,
     "manscdp.Response.Catalog.DeviceList.@Num"},
    {"/Response/DeviceList/Item[12]/ParentID", REGISTRY_PATH, 1,
     "manscdp.Response.Catalog.DeviceList.Item.ParentID"},
    {"/Response/DeviceList/@Num", REGISTRY_PATH, 1,
     "manscdp.Response.Catalog.DeviceList.@Num"},
    {"/Response", REGISTRY_PATH, 0, NULL},
    {"manscdp", REGISTRY_NAME, 0, NULL},
    {"", REGISTRY_TAIL, 0, NULL},
    {".", REGISTRY_TAIL, 0, NULL},
    {"SumNum.", REGISTRY_TAIL, 0, NULL},
    {".SumNum", REGISTRY_TAIL, 0, NULL},
    {"/", REGISTRY_PATH, 0, NULL},
    {"@", REGISTRY_TAIL, 0, NULL},
    {"manscdp.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
     REGISTRY_TAIL, 0, NULL},
};

static void
check_found(const struct registry *r, const struct entry **list)
{
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = registry_find(r, slice_str(rows[i].name), rows[i].how, list);
		ok(n == rows[i].total, "%s: %zu found", rows[i].name, n);
		ok(rows[i].first == NULL ||
		       (n != 0 && slice_eq(list[0]->name, slice_str(rows[i].first))),
		   "%s: first", rows[i].name);
	}
	n = registry_find(r, SLICE("query"), REGISTRY_ROOT, list);
	ok(n > 10 && entry_is_command(list[0]), "the commands of a root");
}

/* Rows of fields.def that speak of a field that is not there would never be told. */
static void
check_rows(void)
{
	size_t i, at, values = 0, spellings = 0;

	for (i = 0; i < field_total(); i++) {
		const struct field_info *f = field_at(i);

		ok(field_find(slice_str(f->name)) == f, "%s: by its name", f->name);
		at = 0;
		while (field_value_next(f->name, &at) != NULL)
			values++;
		at = 0;
		while (field_spelling_next(f->name, &at) != NULL)
			spellings++;
	}
	ok(field_at(field_total()) == NULL, "no more");
	at = 0;
	ok(field_rule_next(SLICE("sip.Vi"), &at) == NULL, "no rule of half a name");
	at = 0;
	ok(field_rule_next(SLICE("sip.via"), &at) != NULL, "rules of Via");
#define F(name, type, meaning, source)
#define V(name, value, meaning)                                                          \
	values--;                                                                        \
	ok(field_find(SLICE(name)) != NULL, "value of " name);
#define N(name, from, to, unit)                                                          \
	ok(field_find(SLICE(name)) != NULL && field_range_of(name)->low <= (to),         \
	   "range of " name);
#define W(name, where)                                                                   \
	ok(field_find(SLICE(name)) != NULL && field_need_of(name) != NULL,               \
	   "need of " name);
#define A(name, other)                                                                   \
	spellings--;                                                                     \
	ok(field_find(SLICE(name)) == field_find(SLICE(other)), "spelling of " name);
#include "src/fields.def"
	ok(values == 0 && spellings == 0, "each value and spelling has its field");
}

int
main(void)
{
	struct limits l;
	struct err e = {""};
	struct arena a, small;
	struct registry r;
	struct body_reader *b;
	const struct entry **list;

	limits_init(&l);
	b = body_new(&l, &e);
	arena_init(&a, 0);
	if (!ok(b != NULL && registry_make(body_dict(b), &a, &r), "made: %s", e.text))
		return done();
	list = arena_array(&a, r.total, sizeof(*list));
	if (list != NULL)
		check_found(&r, list);
	check_rows();
	arena_init(&small, 4096);
	ok(!registry_make(body_dict(b), &small, &r), "told that there is no memory");
	arena_free(&small);
	arena_free(&a);
	body_free(b);
	return done();
}
