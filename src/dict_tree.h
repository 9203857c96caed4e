/* dict_tree - dictionaries as text in, one tree of their elements out: each in the form of
 * docs/dictionary.xsd, the additions of later ones put where they say.
 *
 * Strings point into the arena or into the sources' text. */
#ifndef SRC_DICT_TREE_H
#define SRC_DICT_TREE_H

#include <stdio.h>

#include "src/dict.h"

enum dict_element {
	DICT_ELEMENT_DICTIONARY,
	DICT_ELEMENT_GROUP,
	DICT_ELEMENT_COMMAND,
	DICT_ELEMENT_EXTEND,
	DICT_ELEMENT_FIELD,
	DICT_ELEMENT_ATTR,
	DICT_ELEMENT_USE,
	DICT_ELEMENT_VALUE,
	DICT_ELEMENT_SEEN,
	DICT_ELEMENT_ALIAS,
	DICT_ELEMENT_TOTAL
};

struct dict_node {
	enum dict_element element;
	const struct manscdp_node *xml; /* its attributes follow it in the list */
	size_t attributes;
	const char *file; /* static, or of whoever gave the source */
	struct dict_node *parent, *first, *last, *next;
	bool open;       /* of a group: is being expanded */
	bool secret;     /* whatever its attribute says: it replaced one that was */
	uint32_t search; /* of a group: the one that looked into it last */
};

enum {
	DICT_DEPTH_MAX = 24,   /* fields in fields, groups in groups */
	DICT_VALUES_MAX = 512, /* of one field */
	DICT_GROUPS_MAX = 512,
	DICT_COMMANDS_MAX = 512,
};

/* NULL and *e where a source is not in the form, or says again what another one said. */
struct dict_node *dict_tree_read(const struct dict_source *sources, size_t total,
                                 struct xml *x, struct arena *a, struct err *e);

/* As a dictionary that stands for all that were read (src/dict_write.c). */
void dict_tree_write(FILE *f, const struct dict_node *dictionary);

/* Empty where there is none. */
struct slice dict_attribute(const struct dict_node *n, const char *name);
/* Of a dictionary; NULL where there is none. */
struct dict_node *dict_group_find(const struct dict_node *dictionary, struct slice name);

/* Says "FILE:LINE: <field name="X">: " and what. Returns false. */
bool dict_wrong(struct err *e, const struct dict_node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The form of one element by itself: its attributes and text, not its children; and
 * which elements may stand in it. src/dict_form.c */
bool dict_form_fits(const struct dict_node *n, struct err *e);
bool dict_form_element(struct slice name, enum dict_element *out);
bool dict_form_child(enum dict_element parent, enum dict_element child);
const char *dict_form_name(enum dict_element element);

#endif
