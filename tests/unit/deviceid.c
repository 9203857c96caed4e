#include "dissect/deviceid.h"

#include "tests/unit/test.h"

static const struct {
	const char *what, *in;
	enum dis dis;
	enum deviceid_class class;
	uint16_t type, industry;
	uint8_t network;
	bool known;
} rows[] = {
    {"an IP camera", "34020000001320000001", DIS_OK, DEVICEID_PERIPHERAL, 132, 0, 0,
     true},
    {"a DVR", "34020000001110000001", DIS_OK, DEVICEID_DEVICE, 111, 0, 0, true},
    {"a hybrid DVR, the last main device", "34020000001300000001", DIS_OK,
     DEVICEID_DEVICE, 130, 0, 0, true},
    {"a camera, the first peripheral", "34020000001310000001", DIS_OK,
     DEVICEID_PERIPHERAL, 131, 0, 0, true},
    {"a reserved main device", "34020000001190000001", DIS_OK, DEVICEID_DEVICE, 119, 0, 0,
     false},
    {"a platform", "34020000002000000001", DIS_OK, DEVICEID_PLATFORM, 200, 0, 0, true},
    {"a business group on the Internet", "11010809402157123456", DIS_OK,
     DEVICEID_PLATFORM, 215, 40, 7, true},
    {"a virtual organisation", "11010800002160000001", DIS_OK, DEVICEID_PLATFORM, 216, 0,
     0, true},
    {"a platform extension", "11010800002990000001", DIS_OK, DEVICEID_PLATFORM, 299, 0, 0,
     false},
    {"a centre user", "11010800993000000001", DIS_OK, DEVICEID_USER, 300, 99, 0, true},
    {"a terminal user", "11010800004000000001", DIS_OK, DEVICEID_USER, 400, 0, 0, true},
    {"a server", "11010800005000000001", DIS_OK, DEVICEID_SERVER, 500, 0, 0, true},
    {"an extension", "11010800009990000001", DIS_OK, DEVICEID_EXTENSION, 999, 0, 0,
     false},
    {"an undefined type", "11010800000000000001", DIS_OK, DEVICEID_UNDEFINED, 0, 0, 0,
     false},
    {"the last undefined type", "11010800001100000001", DIS_OK, DEVICEID_UNDEFINED, 110,
     0, 0, false},
    {"a province", "34", DIS_OK, DEVICEID_REGION, 0, 0, 0, false},
    {"a city", "3402", DIS_OK, DEVICEID_REGION, 0, 0, 0, false},
    {"a county", "340200", DIS_OK, DEVICEID_REGION, 0, 0, 0, false},
    {"a grass-roots unit", "34020001", DIS_OK, DEVICEID_REGION, 0, 0, 0, false},
    {"an alarm centre", "3402000014", DIS_OK, DEVICEID_CENTRE, 0, 14, 0, false},
    {"rule B", "130909113319427420", DIS_OK, DEVICEID_RULE_B, 0, 33, 0, false},
    {"nothing", "", DIS_OTHER, 0, 0, 0, 0, false},
    {"19 digits", "3402000000132000000", DIS_OTHER, 0, 0, 0, 0, false},
    {"21 digits", "340200000013200000011", DIS_OTHER, 0, 0, 0, 0, false},
    {"3 digits", "340", DIS_OTHER, 0, 0, 0, 0, false},
    {"a letter", "3402000000132000000O", DIS_OTHER, 0, 0, 0, 0, false},
    {"a blank at the end", "3402000000132000001 ", DIS_OTHER, 0, 0, 0, 0, false},
    {"a sign", "-4020000001320000001", DIS_OTHER, 0, 0, 0, 0, false},
};

int
main(void)
{
	struct deviceid id;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice in = slice_str(rows[i].in);

		ok(deviceid_dissect(in, NULL, &id) == rows[i].dis, "%s: kind",
		   rows[i].what);
		ok(deviceid_is20(in) == (rows[i].dis == DIS_OK && in.n == 20),
		   "%s: is 20", rows[i].what);
		if (rows[i].dis != DIS_OK)
			continue;
		ok(id.class == rows[i].class, "%s: class %d", rows[i].what,
		   (int)id.class);
		ok(id.type == rows[i].type && id.industry == rows[i].industry &&
		       id.network == rows[i].network,
		   "%s: codes", rows[i].what);
		ok(id.known_type == rows[i].known, "%s: known type", rows[i].what);
		ok(id.class_name[0] != '\0' && id.type_name[0] != '\0', "%s: names",
		   rows[i].what);
	}

	(void)deviceid_dissect(SLICE("11010809402157123456"), NULL, &id);
	ok(slice_eq(id.centre, SLICE("11010809")), "centre");
	ok(slice_eq(id.domain, SLICE("1101080940")), "domain");
	ok(slice_eq(id.serial, SLICE("123456")), "serial");
	ok(slice_eq(slice_str(id.industry_name), SLICE("agriculture, forestry, fishing")),
	   "industry");
	ok(slice_eq(slice_str(id.network_name),
	            SLICE("Internet and other public networks")),
	   "network");
	ok(slice_eq(slice_str(id.type_name), SLICE("business group")), "type");
	(void)deviceid_dissect(SLICE("11010800912120000001"), NULL, &id);
	ok(slice_eq(slice_str(id.industry_name), SLICE("user defined")), "industry 91");
	ok(slice_eq(slice_str(id.type_name), SLICE("platform extension")), "type 212");
	(void)deviceid_dissect(SLICE("11010800301190000001"), NULL, &id);
	ok(slice_eq(slice_str(id.industry_name), SLICE("reserved")), "industry 30");
	ok(slice_eq(slice_str(id.type_name), SLICE("reserved")), "type 119");
	return done();
}
