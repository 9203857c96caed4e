#include "dissect/manscdp_ptz.h"

#include "dissect/manscdp_value.h"
#include "tests/unit/test.h"

/* In words; and what is wrong with it, if anything: the weight and a piece of what it should be. */
static const struct {
	const char *in, *command, *words;
	uint8_t weight;
	const char *expected;
} rows[] = {
    {"A50F0100000000B5", "stop", "stop", 0, ""},
    {"A50F010800FA00B7", "move", "up, tilt speed 250", 0, ""},
    {"a50f010800fa00b7", "move", "up, tilt speed 250", 0, ""},
    {"A50F011A4020305F", "move", "left and up, pan speed 64, tilt speed 32; zoom in at 3",
     0, ""},
    {"A50F0101FF0000B5", "move", "right, pan speed 255", 0, ""},
    {"A50F01041F2000F8", "move", "down, tilt speed 32", 0, ""},
    {"A50F01200000F0C5", "move", "zoom out at 15", 0, ""},
    {"A50F0140000000F5", "lens_stop", "stop focus and iris", 0, ""},
    {"A50F014120000016", "lens", "focus far at 32", 0, ""},
    {"A50F014A1020002F", "lens", "focus near at 16; iris close at 32", 0, ""},
    {"A50F014400210"
     "01A",
     "lens", "iris open at 33", 0, ""},
    {"A50F018100010037", "preset_set", "set preset 1", 0, ""},
    {"A50F018200FF0036", "preset_call", "go to preset 255", 0, ""},
    {"A50F01830002003A", "preset_delete", "delete preset 2", 0, ""},
    {"A50F01840102003C", "cruise_add", "add preset 2 to cruise 1", 0, ""},
    {"A50F01850102003D", "cruise_delete", "delete preset 2 from cruise 1", 0, ""},
    {"A50F01850100003B", "cruise_delete", "delete the whole of cruise 1", 0, ""},
    {"A50F01860123308F", "cruise_speed", "cruise speed 803 of cruise 1", 0, ""},
    {"A50F01870105"
     "0042",
     "cruise_stay", "stay seconds 5 of cruise 1", 0, ""},
    {"A50F01880100003E", "cruise_start", "start cruise 1", 0, ""},
    {"A50F018902000040", "scan_start", "start scan 2", 0, ""},
    {"A50F018902010041", "scan_left", "set the left limit of scan 2", 0, ""},
    {"A50F018902020042", "scan_right", "set the right limit of scan 2", 0, ""},
    {"A50F018A020F0050", "scan_speed", "scan speed 15 of scan 2", 0, ""},
    {"A50F018C01000042", "aux_on", "auxiliary switch on: 1 (wiper)", 0, ""},
    {"A50F018D02000044", "aux_off", "auxiliary switch off: 2", 0, ""},
    {"A50F018903030044", "reserved", "a reserved command (89)", MANSCDP_WARNING,
     "a command code"},
    {"A50F018B00000040", "reserved", "a reserved command (8B)", MANSCDP_WARNING,
     "a command code"},
    {"A50F0160000000"
     "15",
     "reserved", "a reserved command (60)", MANSCDP_WARNING, "a command code"},
    {"A50F018100000036", "preset_set", "set preset 0", MANSCDP_WARNING,
     "a preset from 1"},
    {"A50F018401000"
     "03A",
     "cruise_add", "add preset 0 to cruise 1", MANSCDP_WARNING, "a preset from 1"},
    {"A50F01031F0000D7", "move", "left and right at once, pan speed 31", MANSCDP_ERROR,
     "one direction"},
    {"A50F01300000F0D5", "move", "zoom in and out at once at 15", MANSCDP_ERROR,
     "one direction"},
    {"A50F01431F000017", "lens", "focus near and far at once at 31", MANSCDP_ERROR,
     "one direction"},
    {"A50F0110000003C8", "move", "zoom in at 0", MANSCDP_WARNING,
     "upper half of octet 7"},
    {"A50F0110000000C5", "move", "zoom in at 0", MANSCDP_NOTE, "a speed from 1"},
    {"A50F0102000000B7", "move", "left, pan speed 0", MANSCDP_NOTE, "a speed from 1"},
    {"A50F0141000000F6", "lens", "focus far at 0", MANSCDP_NOTE, "a speed from 1"},
    {"A51F0100000000C5", "stop", "stop", MANSCDP_WARNING, "0F as the second"},
    {"A40F0100000000B4", "stop", "stop", MANSCDP_ERROR, "A5 as the first"},
    {"A50F010800FA00B8", "move", "up, tilt speed 250", MANSCDP_ERROR,
     "B7 as the checksum octet; what stands there is the sum and one more"},
    {"A50F011000003"
     "0C5",
     "move", "zoom in at 3", MANSCDP_ERROR,
     "F5 as the checksum octet; what stands there is the sum of the first six octets"},
    {"A50F011000003"
     "0C8",
     "move", "zoom in at 3", MANSCDP_ERROR, "the halves of octet 7 exchanged"},
    {"A50F010800FA0012", "move", "up, tilt speed 250", MANSCDP_ERROR,
     "without the first octet"},
    {"A50F010800FA0059", "move", "up, tilt speed 250", MANSCDP_ERROR, "the exclusive or"},
    {"A50F010800FA0033", "move", "up, tilt speed 250", MANSCDP_ERROR,
     "B7 as the checksum octet"},
};

static const char *const no_octets[] = {"",
                                        "A5",
                                        "A50F010800FA00B",
                                        "A50F010800FA00B70",
                                        "A50F010800FA00G7",
                                        "A5 0F010800FA00B"};

int
main(void)
{
	struct manscdp_fault f;
	struct arena a;
	struct ptz p;
	char text[PTZ_WORDS];
	size_t i;

	arena_init(&a, 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice in = slice_str(rows[i].in),
		             want = slice_str(rows[i].expected);
		bool fits;

		f = (struct manscdp_fault){.weight = 0};
		fits = manscdp_ptz_fits(in, &a, &f);
		ok(manscdp_ptz_dissect(in, NULL, &p) == DIS_OK, "%s is eight octets",
		   rows[i].in);
		ok(slice_eq(slice_str(ptz_command_name(p.command)),
		            slice_str(rows[i].command)),
		   "%s is %s", rows[i].in, ptz_command_name(p.command));
		ok(slice_eq(slice_str(ptz_words(&p, text)), slice_str(rows[i].words)),
		   "%s: %s", rows[i].in, text);
		ok(fits == (rows[i].weight == 0) && f.weight == rows[i].weight,
		   "%s: weight %d", rows[i].in, f.weight);
		ok(want.n == 0 || slice_find(f.expected, want) < f.expected.n,
		   "%s: needs " SLICE_FMT, rows[i].in, SLICE_ARG(f.expected));
	}
	for (i = 0; i < sizeof(no_octets) / sizeof(no_octets[0]); i++) {
		ok(manscdp_ptz_dissect(slice_str(no_octets[i]), NULL, &p) == DIS_BAD,
		   "text %zu is not", i);
		ok(!manscdp_ptz_fits(slice_str(no_octets[i]), &a, &f) &&
		       f.weight == MANSCDP_ERROR,
		   "text %zu is an error", i);
	}
	/* Whatever the octets: words that end, and fit. */
	for (i = 0; i < 65536; i++) {
		char in[17];

		(void)snprintf(in, sizeof(in), "A5FFFF%02XFFFF%02XFF", (unsigned)i >> 8,
		               (unsigned)i & 0xFF);
		if (manscdp_ptz_dissect(slice_str(in), NULL, &p) != DIS_OK ||
		    strlen(ptz_words(&p, text)) > PTZ_WORDS - 10 || text[0] == '\0')
			break;
	}
	ok(i == 65536, "all commands have words");
	arena_free(&a);
	return done();
}
