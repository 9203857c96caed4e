#include "src/entry.h"

#include "dissect/sip.h"
#include "src/body.h"
#include "src/dict.h"

const struct entry_bit entry_editions[EDITIONS] = {
    {EDITION_2011, "2011"},
    {EDITION_2014, "2014"},
    {EDITION_2016, "2016"},
    {EDITION_2022, "2022"},
};

const struct entry_bit entry_kinds[5] = {
    {DICT_NODE_DEVICE, "device"}, {DICT_NODE_SYSTEM, "system"},
    {DICT_NODE_GROUP, "group"},   {DICT_NODE_ORGANISATION, "organisation"},
    {DICT_NODE_REGION, "region"},
};

#define REQUESTED "from the platform to the device"
#define TOLD "from the device to the platform"
#define EXTERNAL "between a platform and a system outside of it, in a MESSAGE"

/* By root and command, "" is any; the first row that fits. GB/T 28181-2022 9.3, 9.5 and Annex A. */
static const struct {
	const char *root, *CmdType, *sent;
} carriers[] = {
    {"Response", "*", "back to who asked, in the 200 of a SUBSCRIBE or NOTIFY"},
    {"", "MPAlarm", EXTERNAL},
    {"", "MPAlarmRecordList", EXTERNAL},
    {"", "ECSAlarm", EXTERNAL},
    {"", "ECSAlarmRecordList", EXTERNAL},
    {"", "TGSAlarm", EXTERNAL},
    {"", "TGSAlarmRecordList", EXTERNAL},
    {"", "ConfigDefence", EXTERNAL},
    {"Query", "Alarm", REQUESTED ", in a SUBSCRIBE"},
    {"Query", "MobilePosition", REQUESTED ", in a SUBSCRIBE"},
    {"Query", "Catalog", REQUESTED ", in a MESSAGE or a SUBSCRIBE"},
    {"Query", "PTZPosition", REQUESTED ", in a MESSAGE or a SUBSCRIBE"},
    {"Query", "", REQUESTED ", in a MESSAGE"},
    {"Control", "", REQUESTED ", in a MESSAGE"},
    {"Notify", "Broadcast", REQUESTED ", in a MESSAGE"},
    {"Notify", "Alarm", TOLD ", in a MESSAGE, or in a NOTIFY where it was subscribed to"},
    {"Notify", "Catalog", TOLD ", in a NOTIFY"},
    {"Notify", "MobilePosition", TOLD ", in a NOTIFY"},
    {"Notify", "PTZPosition", TOLD ", in a NOTIFY"},
    {"Notify", "MediaStatus",
     "from who sends the media to the platform, in a MESSAGE inside the call"},
    {"Notify", "", TOLD ", in a MESSAGE"},
    {"Response", "", "back to who asked, in a MESSAGE of its own"},
};

const char *
entry_weight(uint8_t weight)
{
	static const char *const names[] = {NULL, "note", "warning", "error"};

	return weight <= MANSCDP_ERROR ? names[weight] : NULL;
}

const char *
entry_type(const struct entry *e)
{
	if (e->info != NULL)
		return e->info->type;
	return entry_is_command(e) ? "command" : dict_type_name(e->field->type);
}

/* The header of a row that is one. */
static const struct sip_header_info *
header_of(const struct entry *e)
{
	int i;

	if (e->info == NULL || !slice_starts(e->name, SLICE("sip.")))
		return NULL;
	for (i = SIP_HDR_OTHER + 1; i < SIP_HDR_TOTAL; i++)
		if (slice_eq(slice_tail(e->name, 4), slice_str(sip_header_infos[i].name)))
			return &sip_header_infos[i];
	return NULL;
}

bool
entry_occurs(const struct entry *e, uint32_t *min, uint32_t *max)
{
	const struct sip_header_info *h = header_of(e);

	if (e->field != NULL) {
		*min = e->field->min;
		*max = e->field->max;
		return !entry_is_command(e);
	}
	*min = 0;
	*max = h != NULL && h->flags & SIP_ONCE ? 1 : 0;
	return h != NULL;
}

bool
entry_secret(const struct entry *e)
{
	const struct sip_header_info *h = header_of(e);

	if (e->field != NULL)
		return e->field->secret;
	return (h != NULL && h->flags & SIP_SECRET) ||
	       slice_eq(e->name, SLICE("sip.auth.digest.response"));
}

const char *
entry_sent(const struct entry *e)
{
	size_t i;

	if (!entry_is_command(e))
		return NULL;
	for (i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
		struct slice root = slice_str(carriers[i].root),
		             CmdType = slice_str(carriers[i].CmdType);

		if ((root.n == 0 || slice_eq(root, e->command->root)) &&
		    (CmdType.n == 0 || slice_eq(CmdType, e->command->CmdType)))
			return carriers[i].sent;
	}
	return NULL;
}

struct slice
entry_rule_name(const struct entry *e, char text[static 128])
{
	struct slice own = entry_own_name(e);

	if (e->info != NULL)
		return e->name;
	/* A command's own name may be that of an element somewhere else. */
	if (entry_is_command(e))
		return SLICE_EMPTY;
	(void)snprintf(text, 128, "manscdp." SLICE_FMT, SLICE_ARG(slice_head(own, 100)));
	return slice_str(text);
}

const char *
entry_compact(const struct entry *e)
{
	const struct sip_header_info *h = header_of(e);

	return h != NULL && h->compact[0] != '\0' ? h->compact : NULL;
}

int64_t
entry_bound(const struct dict_field *f, int64_t bound)
{
	return f->type == DICT_DOUBLE ? bound / 1000000 : bound;
}

const char *
entry_any_rules(const struct entry *e)
{
	if (e->field == NULL || entry_is_command(e))
		return NULL;
	return e->field->type == DICT_DEVICEID
	           ? "manscdp-deviceid-*, manscdp-field-*, manscdp-edition"
	           : "manscdp-field-*, manscdp-value-*, manscdp-edition";
}

const struct dict_field *
entry_spelling_next(const struct entry *e, size_t *at)
{
	while (e->field != NULL && *at < e->command->fields_total) {
		const struct dict_field *f = e->command->fields[(*at)++];

		if (f->alias_of == e->field)
			return f;
	}
	return NULL;
}

static bool
values_same(const struct dict_field *x, const struct dict_field *y)
{
	size_t i;

	if (x->values_total != y->values_total)
		return false;
	for (i = 0; i < x->values_total; i++)
		if (!slice_eq(x->values[i].value, y->values[i].value) ||
		    !slice_eq(x->values[i].meaning, y->values[i].meaning) ||
		    x->values[i].weight != y->values[i].weight)
			return false;
	return true;
}

static bool
spellings_same(const struct entry *a, const struct entry *b)
{
	const struct dict_field *x, *y;
	size_t i = 0, k = 0;

	do {
		x = entry_spelling_next(a, &i);
		y = entry_spelling_next(b, &k);
		if (x != NULL && y != NULL &&
		    (!slice_eq(x->name, y->name) || x->editions != y->editions))
			return false;
	} while (x != NULL && y != NULL);
	return x == y;
}

bool
entry_same(const struct entry *a, const struct entry *b)
{
	const struct dict_field *x = a->field, *y = b->field;

	if (x == NULL || y == NULL || entry_is_command(a) || entry_is_command(b) ||
	    x->children_total != 0 || y->children_total != 0)
		return false;
	return slice_eq(x->name, y->name) && slice_eq(x->meaning, y->meaning) &&
	       slice_eq(x->clause, y->clause) && slice_eq(x->unit, y->unit) &&
	       slice_eq(x->form, y->form) && slice_eq(x->pattern, y->pattern) &&
	       x->type == y->type && x->attribute == y->attribute &&
	       x->secret == y->secret && x->any_order == y->any_order &&
	       x->weight == y->weight && x->list == y->list && x->min == y->min &&
	       x->max == y->max && x->editions == y->editions &&
	       x->required_in == y->required_in && x->required_of == y->required_of &&
	       x->has_low == y->has_low && x->has_high == y->has_high &&
	       x->low == y->low && x->high == y->high && x->length_max == y->length_max &&
	       x->alias_of == NULL && y->alias_of == NULL && values_same(x, y) &&
	       spellings_same(a, b);
}
