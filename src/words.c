#include "src/words.h"

#include <stdio.h>

#include "dissect/manscdp_ptz.h"

/* An AlarmMethod stands at the front of the body that it is in. */
enum { METHOD_WITHIN = 64, TYPES = 14 };

/* GB/T 28181-2022 A.2.5.3. AlarmType is counted anew for each method. */
static const struct {
	const char *method;
	const char *types[TYPES];
} alarms[] = {
    ['0' - '0'] = {"any", {NULL}},
    ['1' - '0'] = {"by telephone", {NULL}},
    ['2' - '0'] = {"from a device",
                   {NULL, "video lost", "device tampered with", "disk full",
                    "device too hot", "device too cold"}},
    ['3' - '0'] = {"by SMS", {NULL}},
    ['4' - '0'] = {"by GPS", {NULL}},
    ['5' - '0'] = {"from video",
                   {NULL, "by hand", "a moving target", "an object left behind",
                    "an object removed", "a trip wire", "an intrusion",
                    "the wrong direction", "loitering", "a flow count", "a crowd",
                    "video abnormal", "fast movement", "picture covered"}},
    ['6' - '0'] = {"a device fault", {NULL, "disk fault", "fan fault"}},
    ['7' - '0'] = {"other", {NULL}},
};

static bool
named(const struct manscdp_node *n, const char *name)
{
	return !n->attribute && slice_eq(n->name, slice_str(name));
}

/* The method of the alarm that node i tells more of; -1: none, or several. */
static int
method_of(const struct manscdp_node *nodes, size_t total, size_t i)
{
	uint32_t around = nodes[i].parent;
	size_t k;

	for (k = 1; k < total && k < METHOD_WITHIN; k++) {
		struct slice s = slice_trim(nodes[k].text);

		if (named(&nodes[k], "AlarmMethod") && nodes[k].parent < total &&
		    (nodes[k].parent == around ||
		     nodes[k].parent == nodes[around].parent))
			return s.n == 1 && s.p[0] >= '0' && s.p[0] <= '7' ? s.p[0] - '0'
			                                                  : -1;
	}
	return -1;
}

/* "25" and "2/5": each digit a method. */
static void
methods_words(struct slice s, char text[WORDS_TEXT])
{
	size_t i, n = 0;

	for (i = 0; i < s.n && n < WORDS_TEXT - 32; i++) {
		int written;

		if (s.p[i] == '/')
			continue;
		if (s.p[i] < '0' || s.p[i] > '7') {
			text[0] = '\0';
			return;
		}
		written = snprintf(text + n, WORDS_TEXT - n, "%s%s", n ? ", " : "",
		                   alarms[s.p[i] - '0'].method);
		n += written > 0 ? (size_t)written : 0;
	}
}

static void
type_words(const struct manscdp_node *nodes, size_t total, size_t i,
           char text[WORDS_TEXT])
{
	int method = method_of(nodes, total, i);
	uint32_t type;

	if (method >= 0 && parse_u32(slice_trim(nodes[i].text), TYPES - 1, &type) &&
	    alarms[method].types[type] != NULL)
		(void)snprintf(text, WORDS_TEXT, "%s", alarms[method].types[type]);
}

const char *
value_words(const struct manscdp_node *nodes, size_t total, size_t i,
            char text[WORDS_TEXT])
{
	const struct manscdp_node *n = &nodes[i];
	struct slice value = slice_trim(n->text);
	struct ptz ptz;
	size_t k;

	text[0] = '\0';
	if (n->def == NULL || value.n == 0)
		return text;
	for (k = 0; k < n->def->values_total; k++)
		if (slice_eq(n->def->values[k].value, value)) {
			(void)snprintf(text, WORDS_TEXT, SLICE_FMT,
			               SLICE_ARG(n->def->values[k].meaning));
			return text;
		}
	if (named(n, "AlarmMethod"))
		methods_words(value, text);
	else if (named(n, "AlarmType") && n->parent < total)
		type_words(nodes, total, i, text);
	else if (named(n, "PTZCmd") && manscdp_ptz_dissect(value, NULL, &ptz) == DIS_OK)
		return ptz_words(&ptz, text);
	return text;
}

static bool
is_command(const struct manscdp *m, const char *root, const char *CmdType)
{
	return slice_eq(m->root, slice_str(root)) &&
	       slice_eq(m->CmdType, slice_str(CmdType));
}

const char *
body_words(const struct manscdp *m, char text[WORDS_TEXT])
{
	bool control = is_command(m, "Control", "DeviceControl"),
	     alarm = is_command(m, "Notify", "Alarm");
	char one[WORDS_TEXT];
	size_t i, n = 0;

	text[0] = '\0';
	if (!control && !alarm)
		return text;
	for (i = 1; i < m->nodes_total && i < METHOD_WITHIN; i++) {
		const struct manscdp_node *node = &m->nodes[i];
		int written;

		if (!(control ? named(node, "PTZCmd")
		              : named(node, "AlarmMethod") || named(node, "AlarmType")) ||
		    value_words(m->nodes, m->nodes_total, i, one)[0] == '\0')
			continue;
		written = snprintf(text + n, WORDS_TEXT - n, "%s%s",
		                   n       ? ": "
		                   : alarm ? "alarm "
		                           : "",
		                   one);
		if (written < 0 || (size_t)written >= WORDS_TEXT - n)
			break;
		n += (size_t)written;
	}
	return text;
}
