#include "dissect/manscdp_walk.h"

#include <stdio.h>

bool
walk_requires(const struct walk *w, const struct dict_field *f)
{
	if (f->min == 0 || f->alias_of != NULL)
		return false;
	if (w->edition != 0)
		return (f->required_in & w->edition) != 0;
	/* The edition is open: only what all of them require that have what is around it. */
	return (f->around & ~f->required_in) == 0;
}

uint8_t
walk_lack_weight(const struct walk *w, const struct dict_field *f)
{
	/* A guess makes no error of what another edition leaves free. */
	if (w->guessed && (f->around & ~f->required_in) != 0 &&
	    f->weight > MANSCDP_WARNING)
		return MANSCDP_WARNING;
	return f->weight;
}

/* GB/T 28181-2022 Annex J: the kind of a catalog node is in its code. */
static uint8_t
node_kind(struct slice device)
{
	struct slice type = slice_head(slice_tail(device, 10), 3);

	if (slice_digits(device) && device.n <= 8)
		return DICT_NODE_REGION;
	if (!slice_digits(device) || device.n != 20)
		return DICT_NODE_DEVICE;
	if (slice_eq(type, SLICE("131")) || slice_eq(type, SLICE("132")))
		return DICT_NODE_DEVICE | DICT_NODE_CAMERA;
	if (slice_eq(type, SLICE("200")))
		return DICT_NODE_SYSTEM;
	if (slice_eq(type, SLICE("215")))
		return DICT_NODE_GROUP;
	if (slice_eq(type, SLICE("216")))
		return DICT_NODE_ORGANISATION;
	return DICT_NODE_DEVICE;
}

/* Of the node that the frame belongs to: Info is a part of its Item. */
static uint8_t
frame_kind(const struct walk *w, const struct walk_frame *f)
{
	while (f->device.n == 0 && f > w->frames + 1)
		f--;
	return node_kind(f->device);
}

/* A notified item is whole only when it is new or changed: GB/T 28181-2022 A.2.5, catalog
 * notification. */
static bool
item_whole(const struct walk_frame *f)
{
	size_t i;

	if (f->event.n != 0)
		return slice_eq(f->event, SLICE("ADD")) ||
		       slice_eq(f->event, SLICE("UPDATE"));
	for (i = 0; i < f->def->children_total; i++)
		if (slice_eq(f->def->children[i]->name, SLICE("Event")))
			return false;
	return true;
}

bool
walk_alias_there(const struct walk_frame *f, const struct dict_field *child)
{
	size_t i;

	for (i = 0; i < f->def->children_total; i++)
		if (f->def->children[i]->alias_of == child && f->counts[i] != 0)
			return true;
	return false;
}

static void
check_missing(struct walk *w, const struct walk_frame *f)
{
	size_t i;

	for (i = 0; i < f->def->children_total; i++) {
		const struct dict_field *child = f->def->children[i];

		if (f->counts[i] >= child->min || !walk_requires(w, child) ||
		    walk_alias_there(f, child))
			continue;
		if (child->required_of != 0 &&
		    (!item_whole(f) || (child->required_of & frame_kind(w, f)) == 0))
			continue;
		walk_tell(w, &(struct walk_problem){
		                 .kind = MANSCDP_MISSING,
		                 .weight = walk_lack_weight(w, child),
		                 .node = f->node,
		                 .name = child->name,
		                 .attribute = child->attribute,
		                 .expected = child->meaning,
		                 .clause = child->clause,
		             });
	}
}

/* The attribute Num says how many items follow in this message. */
static void
check_num(struct walk *w, const struct walk_frame *f)
{
	uint64_t num;
	char text[32];
	int n;

	if (f->num.n == 0 || !parse_u64(f->num, UINT64_MAX, &num) || num == f->elements)
		return;
	n = snprintf(text, sizeof(text), "%u", (unsigned)f->elements);
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_COUNT,
	                 .weight = MANSCDP_WARNING,
	                 .node = f->node,
	                 .name = SLICE("Num"),
	                 .attribute = true,
	                 .value = f->num,
	                 .expected = arena_keep(w->a, slice_of(text, (size_t)n)),
	             });
}

static void
check_parent(struct walk *w, const struct walk_frame *f)
{
	struct slice part, rest = f->parent_id;
	bool self = false;

	if (f->device.n == 0 || f->parent_id.n == 0)
		return;
	while (slice_cut(rest, '/', &part, &rest))
		self |= slice_eq(part, f->device);
	self |= slice_eq(rest, f->device);
	if (self)
		walk_tell(w, &(struct walk_problem){
		                 .kind = MANSCDP_PARENT_SELF,
		                 .weight = MANSCDP_WARNING,
		                 .node = f->parent_id_node,
		                 .name = SLICE("ParentID"),
		                 .value = f->parent_id,
		                 .expected = SLICE("the code of another node"),
		             });
}

static bool
all_of_kind(struct slice ids, uint8_t kind)
{
	struct slice part;

	/* Each round takes a code. */
	while (slice_cut(ids, '/', &part, &ids))
		if ((node_kind(part) & kind) == 0)
			return false;
	return (node_kind(ids) & kind) != 0;
}

/* GB/T 28181-2022 Annex J: a group lies in a system; an organisation in its group, told by
 * BusinessGroupID, and in another organisation, told by ParentID. Until 2016 ParentID told both. */
static void
check_node(struct walk *w, const struct walk_frame *f)
{
	uint8_t kind, above = 0;
	struct slice expected = SLICE("the code of a system (type 200)");

	if (f->parent_id.n == 0 || f->device.n != 20 || !slice_digits(f->device))
		return;
	kind = node_kind(f->device);
	if (kind == DICT_NODE_GROUP)
		above = DICT_NODE_SYSTEM;
	if (kind == DICT_NODE_ORGANISATION) {
		above = DICT_NODE_ORGANISATION;
		expected = SLICE("the code of a virtual organisation (type 216)");
		if (w->edition != EDITION_2022) {
			above |= DICT_NODE_GROUP;
			expected = SLICE("the code of a business group (215) or a "
			                 "virtual organisation (216)");
		}
	}
	if (above != 0 && !all_of_kind(f->parent_id, above))
		walk_tell(w, &(struct walk_problem){
		                 .kind = MANSCDP_NODE,
		                 .weight = MANSCDP_NOTE,
		                 .node = f->parent_id_node,
		                 .name = SLICE("ParentID"),
		                 .value = f->parent_id,
		                 .expected = expected,
		             });
}

/* Which code a BusinessGroupID is. */
static void
check_group(struct walk *w, const struct walk_frame *f)
{
	if (f->group.n != 20 || !slice_digits(f->group) ||
	    node_kind(f->group) == DICT_NODE_GROUP)
		return;
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_NODE,
	                 .weight = MANSCDP_NOTE,
	                 .node = f->group_node,
	                 .name = SLICE("BusinessGroupID"),
	                 .value = f->group,
	                 .expected = SLICE("the code of a business group (type 215)"),
	             });
}

static bool
clock_read(const struct walk *w, const struct walk_frame *f, const char *const names[3],
           uint32_t *seconds, uint32_t *node)
{
	uint32_t v, scale = 3600;
	size_t i, k;

	*seconds = 0;
	for (k = 0; k < 3; k++, scale /= 60) {
		for (i = 0; i < f->def->children_total; i++)
			if (f->counts[i] != 0 &&
			    slice_eq(f->def->children[i]->name, slice_str(names[k])))
				break;
		if (i == f->def->children_total ||
		    !parse_u32(slice_trim(w->nodes[f->first[i]].text), 59, &v))
			return false;
		if (k == 0)
			*node = f->first[i];
		*seconds += v * scale;
	}
	return true;
}

/* A time of recording lies within its day: GB/T 28181-2022 A.2.3, VideoRecordPlan. */
static void
check_segment(struct walk *w, const struct walk_frame *f)
{
	static const char *const starts[] = {"StartHour", "StartMin", "StartSec"};
	static const char *const stops[] = {"StopHour", "StopMin", "StopSec"};
	uint32_t start, stop, node, other;

	if (!slice_eq(f->def->name, SLICE("TimeSegment")) ||
	    !clock_read(w, f, starts, &start, &node) ||
	    !clock_read(w, f, stops, &stop, &other) || start < stop)
		return;
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_CONDITION,
	                 .weight = MANSCDP_WARNING,
	                 .node = node,
	                 .name = SLICE("StartHour"),
	                 .value = slice_trim(w->nodes[node].text),
	                 .expected = SLICE("a beginning before the end"),
	             });
}

void
walk_end_check(struct walk *w)
{
	const struct walk_frame *f = &w->frames[w->frames_total - 1];

	/* Most have a text and nothing else. */
	if (f->def->children_total == 0 && f->elements == 0 && f->num.n == 0)
		return;
	check_missing(w, f);
	check_num(w, f);
	check_parent(w, f);
	check_node(w, f);
	check_group(w, f);
	check_segment(w, f);
	walk_siblings_check(w);
}

static struct slice
text_of(const struct walk *w, const char *parent, const char *name, uint32_t *node)
{
	uint32_t i;

	for (i = 1; i < w->nodes_total; i++) {
		const struct manscdp_node *n = &w->nodes[i];
		const struct manscdp_node *up = &w->nodes[n->parent];

		if (n->attribute || n->depth > 2 || !slice_eq(n->name, slice_str(name)))
			continue;
		if (parent == NULL
		        ? n->depth == 1
		        : n->depth == 2 && slice_eq(up->name, slice_str(parent))) {
			*node = i;
			return slice_trim(n->text);
		}
	}
	return SLICE_EMPTY;
}

/* SumNum counts all messages of the answer, Num this one. */
static void
check_sum(struct walk *w)
{
	uint64_t sum, num = w->out->items;
	uint32_t node = 0;
	struct slice text = text_of(w, NULL, "SumNum", &node);
	char words[48];
	int n;

	if (!parse_u64(text, UINT64_MAX, &sum) || sum >= num)
		return;
	n = snprintf(words, sizeof(words), "%u or more", (unsigned)num);
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_COUNT,
	                 .weight = MANSCDP_WARNING,
	                 .node = node,
	                 .name = SLICE("SumNum"),
	                 .value = text,
	                 .expected = arena_keep(w->a, slice_of(words, (size_t)n)),
	             });
}

/* Which AlarmType goes with which AlarmMethod: GB/T 28181-2022 A.2.5.3. */
static void
check_alarm(struct walk *w)
{
	static const struct {
		const char *method;
		uint32_t types; /* 1 to this */
		const char *expected;
	} rows[] = {
	    {"2", 5, "1 to 5 with AlarmMethod 2"},
	    {"5", 13, "1 to 13 with AlarmMethod 5"},
	    {"6", 2, "1 or 2 with AlarmMethod 6"},
	    {"", 0, "no AlarmType with this AlarmMethod"},
	};
	uint32_t method_node = 0, node = 0, event = 0, v = 0;
	struct slice method = text_of(w, NULL, "AlarmMethod", &method_node);
	struct slice type = text_of(w, "Info", "AlarmType", &node);
	size_t i = 0;

	if (method.n != 1 || type.n == 0)
		return;
	while (rows[i].types != 0 && !slice_eq(method, slice_str(rows[i].method)))
		i++;
	if (!slice_digits(type))
		return; /* the type check's business */
	if (parse_u32(type, 13, &v) && v == 13 && i == 1 &&
	    (w->edition & ~(unsigned)EDITION_2022) != 0)
		walk_tell(w, &(struct walk_problem){
		                 .kind = MANSCDP_VALUE_EDITION,
		                 .weight = MANSCDP_WARNING,
		                 .node = node,
		                 .name = SLICE("Info/AlarmType"),
		                 .value = type,
		                 .expected = manscdp_edition_words(EDITION_2022),
		             });
	if (!parse_u32(type, rows[i].types, &v) || v == 0)
		walk_tell(w, &(struct walk_problem){
		                 .kind = MANSCDP_ALARM_TYPE,
		                 .weight = MANSCDP_WARNING,
		                 .node = node,
		                 .name = SLICE("Info/AlarmType"),
		                 .value = type,
		                 .expected = slice_str(rows[i].expected),
		             });
	for (event = node; event < w->nodes_total && w->nodes[event].depth >= 2; event++)
		if (slice_eq(w->nodes[event].name, SLICE("EventType")) &&
		    !(v == 6 && i == 1))
			walk_tell(w, &(struct walk_problem){
			                 .kind = MANSCDP_CONDITION,
			                 .weight = MANSCDP_WARNING,
			                 .node = event,
			                 .name = SLICE("Info/AlarmTypeParam/EventType"),
			                 .value = slice_trim(w->nodes[event].text),
			                 .expected = SLICE(
			                     "only with AlarmMethod 5 and AlarmType 6"),
			             });
}

/* Several methods: written together (25) until 2016, with a slash (2/5) in 2022. */
static void
check_methods(struct walk *w)
{
	uint32_t node = 0;
	struct slice s = text_of(w, NULL, "AlarmMethod", &node);
	bool slash = slice_index(s, '/') < s.n, digits = slice_digits(s);

	if (s.n < 2 || w->edition == 0 || (!slash && !digits) ||
	    slash == (w->edition == EDITION_2022))
		return;
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_METHOD_FORM,
	                 .weight = MANSCDP_NOTE,
	                 .node = node,
	                 .name = SLICE("AlarmMethod"),
	                 .value = s,
	                 .expected = slash ? SLICE("the digits without a slash, as in 25")
	                                   : SLICE("the digits with a slash, as in 2/5"),
	             });
}

static void
tell_control(struct walk *w, uint32_t node, const char *name, const char *expected)
{
	walk_tell(w, &(struct walk_problem){
	                 .kind = MANSCDP_CONDITION,
	                 .weight = MANSCDP_WARNING,
	                 .node = node,
	                 .name = slice_str(name),
	                 .value = slice_trim(w->nodes[node].text),
	                 .expected = slice_str(expected),
	             });
}

/* What Info holds is of the command beside it: of PTZCmd until 2014, of AlarmCmd from 2016:
 * GB/T 28181-2022 A.2.3. Names go with presets and cruises only. */
static void
check_control(struct walk *w)
{
	static const struct {
		const char *field, *command, *name, *expected;
	} rows[] = {
	    {"ControlPriority", "PTZCmd", "Info/ControlPriority",
	     "PTZCmd in the same body"},
	    {"AlarmMethod", "AlarmCmd", "Info/AlarmMethod", "AlarmCmd in the same body"},
	    {"AlarmType", "AlarmCmd", "Info/AlarmType", "AlarmCmd in the same body"},
	};
	uint32_t node = 0, other = 0;
	struct slice ptz = text_of(w, NULL, "PTZCmd", &other);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (text_of(w, "Info", rows[i].field, &node).n != 0 &&
		    text_of(w, NULL, rows[i].command, &other).n == 0)
			tell_control(w, node, rows[i].name, rows[i].expected);
	node = 0;
	(void)text_of(w, NULL, "PTZCmdParams", &node);
	if (node != 0 && ptz.n == 16 && ptz.p[6] != '8')
		tell_control(w, node, "PTZCmdParams",
		             "a PTZCmd that sets a preset or runs a cruise");
}

void
walk_body_check(struct walk *w)
{
	static const struct {
		const char *root, *CmdType;
		void (*check)(struct walk *w);
	} checks[] = {
	    {"Notify", "Alarm", check_alarm},
	    {"Query", "Alarm", check_methods},
	    {"Query", "RecordInfo", check_methods},
	    {"Control", "DeviceControl", check_control},
	};
	size_t i;

	check_sum(w);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (slice_eq(w->command->root, slice_str(checks[i].root)) &&
		    slice_eq(w->command->CmdType, slice_str(checks[i].CmdType)))
			checks[i].check(w);
}
