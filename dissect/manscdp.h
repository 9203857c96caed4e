/* manscdp - a MANSCDP body (GB/T 28181 Annex A) as a flat list of elements, judged by the
 * dictionary.
 *
 * Pure: the list comes from whoever parsed the XML (src/xml.c). The dictionary is a list
 * too: it is built from dissect/manscdp.xml (embedded as bytes) by src/dict.c. */
#ifndef DISSECT_MANSCDP_H
#define DISSECT_MANSCDP_H

#include "dissect/dis.h"

enum {
	MANSCDP_NONE = UINT32_MAX, /* no parent, no index */
};
enum {
	MANSCDP_PROBLEMS =
	    4096, /* told of one body, and as many errors; more: DIS_LIMIT */
};

/* One element or attribute, in document order. Text is UTF-8. */
struct manscdp_node {
	struct slice name;
	/* Character data of its own, as it stands (untrimmed); of an attribute: its value.
	 * Where child elements interrupt it: the first run of it that is not blank. */
	struct slice text;
	uint32_t parent; /* index; MANSCDP_NONE for the root */
	uint32_t line;   /* in the body, from 1 */
	uint16_t depth;  /* root 0 */
	bool attribute;
	bool leaf;                    /* has no child elements */
	const struct dict_field *def; /* by manscdp_dissect; NULL: unknown */
};

/* How bad a breach is. */
enum manscdp_weight { MANSCDP_NOTE = 1, MANSCDP_WARNING, MANSCDP_ERROR };

/* The dictionary in memory. Strings live as long as the dictionary. */
enum dict_type {
	DICT_STRING,
	DICT_INTEGER,
	DICT_DOUBLE,
	DICT_ENUM,
	DICT_DATETIME,
	DICT_DEVICEID,
	DICT_HEX,
	DICT_COMPLEX, /* child elements only */
	DICT_PATTERN,
	DICT_OPEN, /* text or child elements, as the sender likes */
};
enum {
	EDITION_2011 = 1,
	EDITION_2014 = 2,
	EDITION_2016 = 4,
	EDITION_2022 = 8,
	EDITION_ALL = 15
};
enum { DICT_CHILDREN = 96 }; /* children of one field at most */

/* The kinds of catalog nodes, GB/T 28181-2022 Annex J: bits. */
enum {
	DICT_NODE_DEVICE = 1,
	DICT_NODE_SYSTEM = 2,
	DICT_NODE_GROUP = 4,
	DICT_NODE_ORGANISATION = 8,
	DICT_NODE_REGION = 16,
	DICT_NODE_ALL = 31,
	DICT_NODE_CAMERA = 32, /* types 131 and 132; a device too */
};

struct dict_value {
	struct slice value, meaning;
	uint8_t weight;   /* 0: the standard's; else seen only: enum manscdp_weight */
	uint8_t editions; /* EDITION_ bits that have it */
};

struct dict_field {
	struct slice name, meaning, clause, unit;
	enum dict_type type;
	bool attribute, secret; /* secret: Password */
	bool any_order; /* its place among its siblings differs between editions */
	uint8_t weight; /* enum manscdp_weight: how bad it is where this field is wrong */
	uint8_t list; /* one value, or several joined with this character; 0: one value */
	uint32_t min, max;   /* how often; max 0: any number */
	uint8_t editions;    /* EDITION_ bits in which it exists */
	uint8_t around;      /* EDITION_ bits in which what it stands in exists */
	uint8_t required_in; /* EDITION_ bits in which min applies; else optional */
	uint8_t required_of; /* DICT_NODE_ bits of the items that need it; 0: all */
	bool has_low, has_high;
	int64_t low, high;    /* of integers; of doubles in 1/1000000 */
	uint32_t length_max;  /* characters; 0: none */
	struct slice form;    /* of DICT_PATTERN: the pattern in words, or empty */
	struct slice pattern; /* of DICT_PATTERN: as in XSD, but few of its forms */
	const struct dict_value *values;
	size_t values_total;
	/* Conditions between it and its siblings; empty: none. */
	struct slice when;   /* needed where one has a value: "NAME=VALUE|VALUE" */
	struct slice beside; /* only beside one of these: "NAME NAME" */
	struct slice counts; /* how many there are of these: "NAME" or "NAME/NAME" */
	struct slice before; /* not later than this one: "NAME" */
	struct slice choice; /* usually one of those that have this word */
	/* This is another spelling of that sibling, right in `editions` (0: in none). */
	const struct dict_field *alias_of;
	uint32_t index; /* among its parent's children */
	const struct dict_field *const *children;
	size_t children_total;
	bool conditions; /* one of its children has conditions */
};

struct dict_command {
	struct slice root, CmdType, meaning, clause;
	struct slice answer; /* root of the business answer: "Response" ...; or empty */
	uint8_t editions;
	const struct dict_field *field; /* the root; its children are the fields */
	const struct dict_field *const *fields; /* all below the root, attributes too */
	size_t fields_total;
	struct slice alias; /* another spelling of CmdType, or empty; right in ... */
	uint8_t alias_editions;
};

/* "Response" commands with this CmdType describe the answer that 2011 to 2016 put into
 * the 200 of a SUBSCRIBE or NOTIFY. */
#define DICT_SIP_ANSWER SLICE("*")

struct dict {
	const struct dict_command *commands;
	size_t commands_total;
};

/* What is wrong with the body, one for each wrong field. */
enum manscdp_problem_kind {
	MANSCDP_UNKNOWN_COMMAND,
	MANSCDP_MISSING,
	MANSCDP_REPEATED,
	MANSCDP_MISPLACED,
	MANSCDP_UNKNOWN_FIELD,
	MANSCDP_CASE,
	MANSCDP_TYPE,
	MANSCDP_RANGE,
	MANSCDP_ENUM,
	MANSCDP_LENGTH,
	MANSCDP_EMPTY,
	MANSCDP_SPACE,
	MANSCDP_EDITION,
	MANSCDP_ORDER,
	MANSCDP_DEVICEID,
	MANSCDP_COUNT,
	MANSCDP_TEXT,
	MANSCDP_CONDITION,
	MANSCDP_SPELLING,      /* another known spelling of the name */
	MANSCDP_PTZ,           /* PTZCmd's eight octets */
	MANSCDP_PARENT_SELF,   /* a catalog node that is its own parent */
	MANSCDP_ALARM_TYPE,    /* AlarmType does not go with AlarmMethod */
	MANSCDP_METHOD_FORM,   /* several alarm methods, as another edition writes them */
	MANSCDP_CHOICE,        /* a second one where one is usual */
	MANSCDP_VALUE_EDITION, /* a value that another edition has */
	MANSCDP_MIXED,         /* no edition has both this and what came before */
	MANSCDP_NODE,          /* a catalog node below one of the wrong kind */
	MANSCDP_PROBLEM_TOTAL
};
struct manscdp_problem {
	enum manscdp_problem_kind kind;
	uint32_t node;         /* the wrong one; of a missing one: the parent */
	struct slice path;     /* "/Response/DeviceList/Item[2]/Status": in the arena */
	struct slice value;    /* as it stands */
	struct slice expected; /* in words or values; in the arena or static */
	struct slice clause;
	uint32_t line;
	bool fatal;     /* weight is MANSCDP_ERROR */
	uint8_t weight; /* enum manscdp_weight */
	bool secret;    /* value is a password: not to be shown */
};

struct manscdp {
	const struct manscdp_node *nodes;
	size_t nodes_total;
	const struct dict_command *command;       /* NULL: not in the dictionary */
	struct slice root, CmdType, SN, DeviceID; /* trimmed text; empty if missing */
	struct slice SumNum, Num;                 /* of the list in it, if any */
	struct slice Status, Result;
	uint32_t items; /* list items really there */
	/* EDITION_ bits of the editions that have the command and all its fields; 0: fields of
	 * editions that have nothing in common. */
	uint8_t editions;
	struct manscdp_problem *problems;
	size_t problems_total;
};

/* By the exact names, or by the other spelling that the dictionary has for the command. */
const struct dict_command *dict_find(const struct dict *d, struct slice root,
                                     struct slice CmdType);

/* Sets nodes[].def, fills *out. edition: one EDITION_ bit, or 0 where not known (then a
 * field of any edition is fine, and what only some require is optional, unless the fields
 * are of one edition alone: what it requires beyond the others is a warning). DIS_OK always
 * when there is a root; DIS_BAD: no nodes, or a parent that does not stand before its
 * child; DIS_LIMIT: more problems than fit, those in *out are right. */
enum dis manscdp_dissect(const struct dict *d, struct manscdp_node *nodes,
                         size_t nodes_total, uint8_t edition, struct arena *a,
                         struct manscdp *out);
/* The same, judged as this command, whatever CmdType says. */
enum dis manscdp_judge(const struct dict *d, const struct dict_command *command,
                       struct manscdp_node *nodes, size_t nodes_total, uint8_t edition,
                       struct arena *a, struct manscdp *out);

/* The list whose items count, an index of a node: GB/T 28181-2022 Annex M. MANSCDP_NONE: none. */
uint32_t manscdp_list(const struct manscdp *m);

#endif
