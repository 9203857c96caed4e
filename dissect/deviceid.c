#include "dissect/deviceid.h"

struct code {
	uint16_t code;
	const char *name;
};

/* GB/T 28181-2022 table E.2. */
static const struct code industries[] = {
    {0, "public security: road surface"},
    {1, "public security: community"},
    {2, "public security: internal"},
    {3, "public security: other"},
    {4, "traffic: road surface"},
    {5, "traffic: checkpoint"},
    {6, "traffic: internal"},
    {7, "traffic: other"},
    {8, "city management"},
    {9, "health and environment"},
    {10, "commodity inspection, customs"},
    {11, "education"},
    {12, "civil aviation"},
    {13, "railway"},
    {14, "shipping"},
    {40, "agriculture, forestry, fishing"},
    {41, "mining"},
    {42, "manufacturing"},
    {43, "electricity, heat, gas, water"},
    {44, "construction"},
    {45, "wholesale and retail"},
    {46, "transport, storage, post"},
    {47, "hotels and catering"},
    {48, "information and software"},
    {49, "finance"},
    {50, "real estate"},
    {51, "leasing, business services"},
    {52, "research, technical services"},
    {53, "water, environment, public facilities"},
    {54, "resident services, repair"},
    {55, "education"},
    {56, "health, social work"},
    {57, "culture, sports, entertainment"},
    {58, "public administration"},
    {59, "international organisations"},
};

/* GB/T 28181-2022 E.1, the type codes: digits 11 to 13. */
static const struct code types[] = {
    {111, "DVR"},
    {112, "video server"},
    {113, "encoder"},
    {114, "decoder"},
    {115, "video matrix"},
    {116, "audio matrix"},
    {117, "alarm controller"},
    {118, "NVR"},
    {120, "online video and image collection system"},
    {121, "video checkpoint"},
    {122, "multi-lens device"},
    {123, "parking entrance controller"},
    {124, "person access controller"},
    {125, "security inspection device"},
    {130, "hybrid DVR"},
    {131, "camera or channel"},
    {132, "IP camera"},
    {133, "display"},
    {134, "alarm input"},
    {135, "alarm output"},
    {136, "voice input"},
    {137, "voice output"},
    {138, "mobile transmission device"},
    {139, "other peripheral"},
    {140, "alarm output, relay"},
    {141, "barrier gate"},
    {142, "smart door"},
    {143, "credential reader"},
    {200, "central signalling control server, platform"},
    {201, "web application server"},
    {202, "media distribution server"},
    {203, "proxy server"},
    {204, "security server"},
    {205, "alarm server"},
    {206, "database server"},
    {207, "GIS server"},
    {208, "management server"},
    {209, "access gateway"},
    {210, "media storage server"},
    {211, "signalling security routing gateway"},
    {215, "business group"},
    {216, "virtual organisation"},
    {300, "centre user"},
    {400, "terminal user"},
    {500, "video and image application platform"},
    {501, "operation and maintenance platform"},
    {502, "video analysis system"},
    {503, "image database"},
    {505, "video analysis device"},
};

/* What the table leaves to others, and the class of every code. */
static const struct range {
	uint16_t first, last;
	enum deviceid_class class;
	const char *class_name, *rest;
} ranges[] = {
    {0, 110, DEVICEID_UNDEFINED, "undefined", "reserved"},
    {111, 130, DEVICEID_DEVICE, "front-end main device", "reserved"},
    {131, 199, DEVICEID_PERIPHERAL, "front-end peripheral", "extension"},
    {200, 299, DEVICEID_PLATFORM, "platform equipment", "platform extension"},
    {300, 343, DEVICEID_USER, "centre user", "industry-role user"},
    {344, 399, DEVICEID_USER, "centre user", "user extension"},
    {400, 443, DEVICEID_USER, "terminal user", "industry-role user"},
    {444, 499, DEVICEID_USER, "terminal user", "user extension"},
    {500, 599, DEVICEID_SERVER, "attached server", "attached server"},
    {600, 999, DEVICEID_EXTENSION, "extension", "extension"},
};

/* GB/T 28181-2022 E.1: digit 14. Earlier editions gave some of them other meanings. */
static const char *const networks[10] = {
    "police video transmission network",
    "police video transmission network",
    "industry private network",
    "political and legal information network",
    "police mobile information network",
    "police information network",
    "e-government extranet",
    "Internet and other public networks",
    "dedicated line",
    "reserved",
};

static const char *
code_name(const struct code *table, size_t n, uint16_t code)
{
	size_t low = 0, high = n;

	/* The tables are sorted; the interval halves each round. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (table[mid].code == code)
			return table[mid].name;
		if (table[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static const char *
industry_name(uint16_t industry)
{
	const char *name =
	    code_name(industries, sizeof(industries) / sizeof(industries[0]), industry);

	if (name != NULL)
		return name;
	return industry >= 90 ? "user defined" : "reserved";
}

static uint16_t
number(struct slice digits)
{
	uint32_t v;

	return parse_u32(digits, UINT16_MAX, &v) ? (uint16_t)v : 0;
}

/* The shorter forms: catalog nodes of regions, and what older devices still carry. */
static enum dis
short_dissect(struct slice in, struct deviceid *out)
{
	static const struct {
		size_t digits;
		enum deviceid_class class;
		const char *class_name, *type_name;
	} forms[] = {
	    {2, DEVICEID_REGION, "region", "province"},
	    {4, DEVICEID_REGION, "region", "city"},
	    {6, DEVICEID_REGION, "region", "district or county"},
	    {8, DEVICEID_REGION, "region", "grass-roots unit"},
	    {10, DEVICEID_CENTRE, "alarm centre", "alarm centre"},
	    {18, DEVICEID_RULE_B, "coding rule B device", "coding rule B device"},
	};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].digits != in.n)
			continue;
		out->class = forms[i].class;
		out->class_name = forms[i].class_name;
		out->type_name = forms[i].type_name;
		out->centre = slice_head(in, 8);
		out->domain = in.n >= 10 ? slice_head(in, 10) : SLICE_EMPTY;
		if (in.n >= 10) {
			out->industry = number(slice_head(slice_tail(in, 8), 2));
			out->industry_name = industry_name(out->industry);
		}
		return DIS_OK;
	}
	return DIS_OTHER;
}

bool
deviceid_is20(struct slice s)
{
	return s.n == 20 && slice_digits(s);
}

enum dis
deviceid_dissect(struct slice in, struct arena *a, struct deviceid *out)
{
	size_t i;

	(void)a; /* nothing to keep */

	*out = (struct deviceid){
	    .industry_name = "", .type_name = "", .network_name = "", .class_name = ""};
	if (!slice_digits(in))
		return DIS_OTHER;
	if (in.n != 20)
		return short_dissect(in, out);

	out->centre = slice_head(in, 8);
	out->domain = slice_head(in, 10);
	out->industry = number(slice_head(slice_tail(in, 8), 2));
	out->type = number(slice_head(slice_tail(in, 10), 3));
	out->network = (uint8_t)(in.p[13] - '0');
	out->serial = slice_tail(in, 14);

	out->industry_name = industry_name(out->industry);
	out->network_name = networks[out->network];
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (out->type <= ranges[i].last)
			break;
	out->class = ranges[i].class;
	out->class_name = ranges[i].class_name;
	out->type_name = code_name(types, sizeof(types) / sizeof(types[0]), out->type);
	out->known_type = out->type_name != NULL;
	if (!out->known_type)
		out->type_name = ranges[i].rest;
	return DIS_OK;
}
