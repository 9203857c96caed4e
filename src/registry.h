/* registry - every field that gbscope knows by name: the rows of fields.def, and the commands and elements of
 * the MANSCDP dictionary as manscdp.ROOT.CmdType.Element.Element, attributes as @Name. */
#ifndef SRC_REGISTRY_H
#define SRC_REGISTRY_H

#include "dissect/manscdp.h"
#include "src/field.h"

struct entry {
	struct slice name;
	struct slice brief; /* without the root: "manscdp.Catalog.SumNum"; empty: none */
	const struct field_info *info; /* a row of fields.def; or NULL, and */
	const struct dict_command *command;
	const struct dict_field *field; /* a command itself: its outermost element */
};

struct registry {
	const struct entry *entries; /* rows, then the dictionary in its own order */
	size_t total;
	const struct dict *dict;
};

/* How much of a name was given; letter case does not matter. */
enum registry_how {
	REGISTRY_NAME, /* all of it, or all but the root */
	REGISTRY_PATH, /* /Response/DeviceList/Item[2]/Status, as findings have it: no command */
	REGISTRY_TAIL, /* its last parts: SumNum, Item.ParentID, Catalog.ParentID */
	REGISTRY_ROOT, /* a root alone: its commands */
};

/* Lies in the arena; the names in it are the dictionary's. False: no memory. */
bool registry_make(const struct dict *d, struct arena *a, struct registry *out);
bool entry_is_command(const struct entry *e);
/* The entries that the name fits; out has room for r->total of them. */
size_t registry_find(const struct registry *r, struct slice name, enum registry_how how,
                     const struct entry **out);
/* The last part of the name, without "@". */
struct slice entry_own_name(const struct entry *e);

#endif
