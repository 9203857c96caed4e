/* entry - tells what a name of the registry stands for: as JSON, as text, as a line of a list. */
#ifndef SRC_ENTRY_H
#define SRC_ENTRY_H

#include <json-c/json.h>
#include <stdio.h>

#include "src/registry.h"

/* The members of docs/fields.schema.json; to be put. */
struct json_object *entry_json(const struct entry *e);
/* The same for people. `same` are entries of other names that say the same, told with it. */
void entry_text(FILE *f, const struct registry *r, const struct entry *const *same,
                size_t total);
/* Name, type, how often, meaning. width: of the names. */
void entry_line(FILE *f, const struct entry *e, int width);
/* All that is told of two elements is the same, but for their names. */
bool entry_same(const struct entry *a, const struct entry *b);

/* ---- what both forms need ---- */

enum { EDITIONS = 4 };
extern const struct entry_bit {
	uint8_t bit;
	const char *name;
} entry_editions[EDITIONS], entry_kinds[5];
/* "note" and so on; NULL for 0. */
const char *entry_weight(uint8_t weight);
const char *entry_type(const struct entry *e);
/* How often it may stand; false where nothing says so. max 0: any number. */
bool entry_occurs(const struct entry *e, uint32_t *min, uint32_t *max);
bool entry_secret(const struct entry *e); /* shown as <N octets> */
/* Who sends the command to whom, and in what; NULL: not known. */
const char *entry_sent(const struct entry *e);
/* What rules look at: the name that field_rule_next() wants. Lies in text. */
struct slice entry_rule_name(const struct entry *e, char text[static 128]);
/* The header's one letter; NULL: none, or no header. */
const char *entry_compact(const struct entry *e);
/* The element's next other spelling at or behind *at; NULL: no more. */
const struct dict_field *entry_spelling_next(const struct entry *e, size_t *at);
/* What a number of the dictionary says in its own unit. */
int64_t entry_bound(const struct dict_field *f, int64_t bound);
/* "manscdp-field-*" and so on, in words; NULL for a row of fields.def. */
const char *entry_any_rules(const struct entry *e);

/* Wraps at 78 columns behind `indent` blanks; the first line's are not written. */
void text_wrapped(FILE *f, const char *text, size_t n, int indent);

#endif
