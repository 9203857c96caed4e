/* A catalog that is put together from answers and notices: what is in it, in which order, and what does not fit. */
#include "src/catalog_tree.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/body.h"
#include "tests/unit/test.h"

static const char *const self = "34020000001180000001", *const asker =
                                                            "34020000002000000001";

struct bench {
	struct limits limits;
	struct body_reader *bodies;
	struct catalogs *all;
	struct catalog *c;
	struct arena arena;
	char text[1 << 16];
	size_t n;
};

static void
open_bench(struct bench *b)
{
	struct err e = {""};
	struct hash_key key = {1, 2};

	b->c = NULL;
	limits_init(&b->limits);
	b->bodies = body_new(&b->limits, &e);
	b->all = catalogs_new(&b->limits, &key);
	arena_init(&b->arena, 0);
}

static void
close_bench(struct bench *b)
{
	catalog_free(b->c);
	catalogs_free(b->all);
	body_free(b->bodies);
	arena_free(&b->arena);
}

static void
add(struct bench *b, const char *s)
{
	b->n += (size_t)snprintf(b->text + b->n, sizeof(b->text) - b->n, "%s", s);
}

/* "id parent", or "id parent more"; more is XML. Parent "-": none. */
static void
add_item(struct bench *b, const char *row)
{
	char id[64], parent[64], more[256] = "", item[512];

	(void)sscanf(row, "%63s %63s %255[^\n]", id, parent, more);
	(void)snprintf(item, sizeof(item), "<Item><DeviceID>%s</DeviceID>%s%s%s%s</Item>",
	               id, parent[0] != '-' ? "<ParentID>" : "",
	               parent[0] != '-' ? parent : "",
	               parent[0] != '-' ? "</ParentID>" : "", more);
	add(b, item);
}

static bool
feed(struct bench *b, const char *root, const char *SN, const char *sum,
     const char *const *items)
{
	struct message m = {.method = METHOD_MESSAGE, .request = true};
	struct body_in in = {.edition = 0};
	char head[512];
	bool whole;

	b->n = 0;
	(void)snprintf(head, sizeof(head),
	               "<%s><CmdType>Catalog</CmdType><SN>%s</SN><DeviceID>%s</DeviceID>"
	               "<SumNum>%s</SumNum><DeviceList Num=\"1\">",
	               root, SN, self, sum);
	add(b, head);
	for (; *items != NULL; items++)
		add_item(b, *items);
	(void)snprintf(head, sizeof(head), "</DeviceList></%s>", root);
	add(b, head);
	in.bytes = slice_of(b->text, b->n);
	body_read(b->bodies, &in, &b->arena, &m.mans);
	m.body = in.bytes;
	m.from.uri.user = slice_str(self);
	m.to.uri.user = slice_str(asker);
	whole = catalog_feed(&b->c, b->all, &m);
	arena_reset(&b->arena);
	return whole;
}

#define FEED(b, root, SN, sum, ...)                                                      \
	feed((b), (root), (SN), (sum), (const char *const[]){__VA_ARGS__, NULL})

/* The nodes as "id@depth id@depth": their last two digits. */
static const char *
drawn(struct bench *b, char out[256])
{
	struct catalog_view v;
	char id[CATALOG_ID_TEXT];
	size_t n = 0;
	uint32_t i;

	out[0] = '\0';
	if (!catalog_view(&v, b->c, slice_str(self)))
		return out;
	for (i = 0; i < v.total && n < 240; i++) {
		uint32_t at = v.order[i];
		struct slice s = catalog_id_text(b->c, &b->c->nodes[at].id, id);

		n += (size_t)snprintf(out + n, 256 - n, "%s" SLICE_FMT "@%u%s",
		                      i ? " " : "", SLICE_ARG(slice_tail(s, s.n - 2)),
		                      v.depth[at],
		                      v.odd[at] & CATALOG_CYCLE    ? "!"
		                      : v.odd[at] & CATALOG_ORPHAN ? "?"
		                                                   : "");
	}
	catalog_view_free(&v);
	return out;
}

static void
is(struct bench *b, const char *want, const char *what)
{
	char got[256];

	ok(strcmp(drawn(b, got), want) == 0, "%s (%s)", what, got);
}

/* How many faults of a kind there are. */
static unsigned
faults(struct bench *b, enum catalog_fault_kind kind)
{
	const struct catalog_fault *f;
	size_t i, n = catalog_faults(b->c, slice_str(self), &b->arena, &f);
	unsigned of = 0;

	for (i = 0; i < n; i++)
		of += f[i].kind == kind;
	arena_reset(&b->arena);
	return of;
}

static void
test_tree(struct bench *b)
{
	open_bench(b);
	ok(!FEED(b, "Response", "1", "5", "34020000001180000020 34020000001180000001",
	         "34020000001310000021 34020000001180000020"),
	   "two of five are not all");
	ok(FEED(b, "Response", "1", "5", "34020000001310000011 34020000001180000001",
	        "34020000001310000022 34020000001180000020",
	        "34020000001310000031 34020000001180000099"),
	   "five of five are");
	is(b, "20@0 21@1 22@1 11@0 31@0?", "children stand behind their parent");
	ok(faults(b, CATALOG_FAULT_ORPHAN) == 1, "a parent that is nowhere");
	ok(FEED(b, "Response", "2", "1", "34020000001310000011 34020000001180000001"),
	   "a newer answer");
	is(b, "11@0", "what it does not have is gone");
	ok(!FEED(b, "Response", "3", "2", "34020000001310000012 34020000001180000001"),
	   "one that stays in part");
	is(b, "11@0 12@0", "adds to what was there");
	close_bench(b);
}

static void
test_parents(struct bench *b)
{
	open_bench(b);
	ok(FEED(
	       b, "Response", "1", "7", "340200 -",
	       "34020000002150000015 34020000001180000001",
	       "34020000002160000016 - <BusinessGroupID>34020000002150000015</BusinessGroupID>",
	       "34020000002160000017 34020000002160000016 "
	       "<BusinessGroupID>34020000002150000015</BusinessGroupID>",
	       "34020000001310000031 34020000001180000001/34020000002160000017",
	       "34020000001310000032 - <CivilCode>340200</CivilCode>",
	       "34020000001310000033 34020000002000000001"),
	   "regions, groups, organisations");
	is(b, "00@0 32@1 15@0 16@1 17@2 31@3 33@0",
	   "by the second parent, the group, the division; who asked is above");
	ok(faults(b, CATALOG_FAULT_ORPHAN) + faults(b, CATALOG_FAULT_GROUP) == 0,
	   "nothing is wrong with that");
	close_bench(b);
}

static void
test_cycles(struct bench *b)
{
	open_bench(b);
	ok(FEED(b, "Response", "1", "4", "34020000001310000001 34020000001310000002",
	        "34020000001310000002 34020000001310000003",
	        "34020000001310000003 34020000001310000001",
	        "34020000001310000004 34020000001310000004"),
	   "a circle of three, and one that is its own parent");
	is(b, "01@0! 03@1 02@2 04@0", "each is drawn once");
	ok(faults(b, CATALOG_FAULT_CYCLE) == 1, "the circle is told once");
	ok(faults(b, CATALOG_FAULT_ORPHAN) == 0, "nobody is an orphan");
	close_bench(b);
}

static void
test_answers(struct bench *b)
{
	open_bench(b);
	ok(!FEED(b, "Response", "1", "2", "34020000001310000001 -"), "the first of two");
	ok(!FEED(b, "Response", "2", "2", "34020000001310000001 -"),
	   "another answer comes between");
	ok(FEED(b, "Response", "1", "2", "34020000001310000002 -"),
	   "the first one is whole");
	ok(faults(b, CATALOG_FAULT_REPEATED) == 0, "no item is in an answer twice");
	ok(FEED(b, "Response", "2", "2", "34020000001310000002 -"), "the other one too");
	is(b, "01@0 02@0", "both have the same");
	ok(FEED(b, "Response", "3", "2", "34020000001310000001 -",
	        "34020000001310000001 -"),
	   "as many as there should be");
	ok(faults(b, CATALOG_FAULT_REPEATED) == 1, "but one of them twice");
	is(b, "01@0", "and the other one is gone");
	ok(!FEED(b, "Response", "05", "3", "34020000001310000011 -",
	         "34020000001310000012 -") &&
	       !FEED(b, "Response", "05", "3", "34020000001310000011 -",
	             "34020000001310000012 -") &&
	       FEED(b, "Response", "5", "3", "34020000001310000013 -"),
	   "a part that comes again does not count");
	ok(faults(b, CATALOG_FAULT_REPEATED) == 0, "and its items are no repeats");
	close_bench(b);
}

static void
test_notices(struct bench *b)
{
	open_bench(b);
	ok(FEED(b, "Response", "1", "2", "34020000001310000001 - <Status>ON</Status>",
	        "34020000001310000002 -"),
	   "two items");
	ok(!FEED(b, "Notify", "1", "1", "34020000001310000001 - <Event>OFF</Event>"),
	   "a notice is no answer");
	ok(b->c->nodes[0].status == CATALOG_OFF, "it says that one is off");
	(void)FEED(b, "Notify", "2", "1", "34020000001310000002 - <Event>DEL</Event>");
	is(b, "01@0", "that one is gone");
	(void)FEED(b, "Notify", "3", "1",
	           "34020000001310000003 34020000001310000001 <Event>ADD</Event>");
	is(b, "01@0 03@1", "that one is new");
	(void)FEED(b, "Notify", "4", "1", "34020000001310000002 - <Event>ADD</Event>");
	is(b, "01@0 03@1 02@0", "and that it is back");
	ok(b->c->present == 3 && b->c->noticed == 4, "all are counted");
	(void)FEED(b, "Response", "5", "2", "34020000001310000002 -");
	(void)FEED(b, "Notify", "6", "1", "34020000001310000003 - <Event>ADD</Event>");
	ok(FEED(b, "Response", "5", "2", "34020000001310000004 -"), "an answer");
	is(b, "02@0 03@0 04@0", "what was told since it began is there too");
	ok(FEED(b, "Response", "7", "1", "34020000001310000004 -"), "and the next one");
	is(b, "04@0", "has not what was told before it began");
	close_bench(b);
}

static void
test_odd(struct bench *b)
{
	const char *name = "<Name>\xe4\xb8\x9c\xe9\x97\xa8</Name>";
	char row[128];

	open_bench(b);
	(void)snprintf(row, sizeof(row), "gate-one - %s", name);
	ok(FEED(b, "Response", "1", "3", row, "gate-two gate-one",
	        "340200000013100000012 -"),
	   "ids that are no numbers, or too long");
	is(b, "ne@0 wo@1 12@0", "are nodes too");
	ok(slice_eq(catalog_name(b->c, &b->c->nodes[0]),
	            SLICE("\xe4\xb8\x9c\xe9\x97\xa8")),
	   "the name is kept");
	ok(catalog_kind(b->c, &b->c->nodes[0].id) == CATALOG_ODD, "they are of no kind");
	ok(FEED(b, "Response", "2", "0", "- -") || b->c->complete, "none of none is all");
	close_bench(b);
}

/* What is called otherwise each time takes no more room each time. */
static void
test_churn(struct bench *b)
{
	char row[128], SN[8];
	uint32_t room = 0;
	int i;

	open_bench(b);
	for (i = 0; i < 200; i++) {
		(void)snprintf(SN, sizeof(SN), "%d", i);
		(void)snprintf(row, sizeof(row),
		               "gate-%03d hall-%03d <Name>gate of round %d</Name>", i, i,
		               i);
		(void)FEED(b, "Response", SN, "2", row, "hall-stays gate-stays");
		room = b->c->pool_room > room ? b->c->pool_room : room;
	}
	ok(room < 1024, "texts of what is gone are given back (%u)", room);
	is(b, "ys@0? 99@0?", "those of what is there stay");
	ok(slice_eq(catalog_name(b->c, &b->c->nodes[1]), SLICE("gate of round 199")) ||
	       slice_eq(catalog_name(b->c, &b->c->nodes[0]), SLICE("gate of round 199")),
	   "as does the name");
	close_bench(b);
}

static void
test_limits(struct bench *b)
{
	open_bench(b);
	b->limits.max[LIMIT_CATALOG_NODES] = 9;
	ok(FEED(b, "Response", "1", "10", "34020000001310000001 -",
	        "34020000001310000002 -", "34020000001310000003 -",
	        "34020000001310000004 -", "34020000001310000005 -",
	        "34020000001310000006 -", "34020000001310000007 -",
	        "34020000001310000008 -", "34020000001310000009 -",
	        "34020000001310000010 34020000001310000099"),
	   "more than is kept");
	ok(b->c->present == 9 && b->c->dropped == 1 &&
	       b->limits.dropped[LIMIT_CATALOG_NODES] == 1,
	   "one is dropped, and counted");
	ok(faults(b, CATALOG_FAULT_ORPHAN) == 0, "nothing is said of what is not known");
	b->limits.max[LIMIT_CATALOG_BYTES] = 0;
	(void)FEED(b, "Response", "2", "1", "34020000001310000001 - <Name>n</Name>");
	ok(catalog_name(b->c, &b->c->nodes[0]).n == 0, "no room for a name");
	close_bench(b);
}

int
main(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return 1;
	test_tree(b);
	test_parents(b);
	test_cycles(b);
	test_answers(b);
	test_notices(b);
	test_odd(b);
	test_churn(b);
	test_limits(b);
	free(b);
	return done();
}
