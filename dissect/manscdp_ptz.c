#include "dissect/manscdp_ptz.h"

#include <stdarg.h>
#include <stdio.h>

#include "dissect/manscdp_value.h"

/* GB/T 28181-2022 A.3: first octet, version and check nibbles, address, command, three of
 * data, checksum. */
enum { PTZ_FIRST = 0xA5, PTZ_SECOND = 0x0F, NOT_HEX = 0xFF };

static const struct {
	const char *name, *words; /* words: before what it has */
	uint8_t code, has;
} commands[] = {
    [PTZ_STOP] = {"stop", "stop", 0x00, 0},
    [PTZ_MOVE] = {"move", "", 0x01, 0},
    [PTZ_LENS_STOP] = {"lens_stop", "stop focus and iris", 0x40, 0},
    [PTZ_LENS] = {"lens", "", 0x41, 0},
    [PTZ_PRESET_SET] = {"preset_set", "set preset", 0x81, PTZ_HAS_PRESET},
    [PTZ_PRESET_CALL] = {"preset_call", "go to preset", 0x82, PTZ_HAS_PRESET},
    [PTZ_PRESET_DELETE] = {"preset_delete", "delete preset", 0x83, PTZ_HAS_PRESET},
    [PTZ_CRUISE_ADD] = {"cruise_add", "add preset", 0x84, PTZ_HAS_GROUP | PTZ_HAS_PRESET},
    [PTZ_CRUISE_DELETE] = {"cruise_delete", "delete preset", 0x85,
                           PTZ_HAS_GROUP | PTZ_HAS_PRESET},
    [PTZ_CRUISE_SPEED] = {"cruise_speed", "cruise speed", 0x86,
                          PTZ_HAS_GROUP | PTZ_HAS_VALUE},
    [PTZ_CRUISE_STAY] = {"cruise_stay", "stay seconds", 0x87,
                         PTZ_HAS_GROUP | PTZ_HAS_VALUE},
    [PTZ_CRUISE_START] = {"cruise_start", "start cruise", 0x88, PTZ_HAS_GROUP},
    [PTZ_SCAN_START] = {"scan_start", "start scan", 0x89, PTZ_HAS_GROUP},
    [PTZ_SCAN_LEFT] = {"scan_left", "set the left limit of scan", 0x89, PTZ_HAS_GROUP},
    [PTZ_SCAN_RIGHT] = {"scan_right", "set the right limit of scan", 0x89, PTZ_HAS_GROUP},
    [PTZ_SCAN_SPEED] = {"scan_speed", "scan speed", 0x8A, PTZ_HAS_GROUP | PTZ_HAS_VALUE},
    [PTZ_AUX_ON] = {"aux_on", "auxiliary switch on:", 0x8C, PTZ_HAS_AUX},
    [PTZ_AUX_OFF] = {"aux_off", "auxiliary switch off:", 0x8D, PTZ_HAS_AUX},
    [PTZ_RESERVED] = {"reserved", "a reserved command", 0xFF, 0},
};

const char *
ptz_command_name(enum ptz_command c)
{
	return commands[c].name;
}

bool
ptz_has(enum ptz_command c, uint8_t what)
{
	return (commands[c].has & what) != 0;
}

static uint8_t
hex_digit(uint8_t c)
{
	c = ascii_lower(c);
	if (ascii_digit(c))
		return (uint8_t)(c - '0');
	return c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10) : NOT_HEX;
}

static enum ptz_command
command_of(const uint8_t b[PTZ_OCTETS])
{
	uint8_t code = b[3];
	int i;

	if (code < 0x40)
		return code == 0 ? PTZ_STOP : PTZ_MOVE;
	if (code < 0x50)
		return code == 0x40 ? PTZ_LENS_STOP : PTZ_LENS;
	if (code == commands[PTZ_SCAN_START].code)
		return b[5] <= 2 ? (enum ptz_command)(PTZ_SCAN_START + b[5])
		                 : PTZ_RESERVED;
	for (i = PTZ_PRESET_SET; i < PTZ_RESERVED; i++)
		if (commands[i].code == code)
			return (enum ptz_command)i;
	return PTZ_RESERVED;
}

enum dis
manscdp_ptz_dissect(struct slice in, struct arena *a, struct ptz *out)
{
	uint8_t *b = out->octets, has;
	size_t i;

	(void)a; /* nothing to keep */

	*out = (struct ptz){.command = PTZ_RESERVED};
	if (in.n != 2 * (size_t)PTZ_OCTETS)
		return DIS_BAD;
	for (i = 0; i < PTZ_OCTETS; i++) {
		uint8_t high = hex_digit(in.p[2 * i]), low = hex_digit(in.p[2 * i + 1]);

		if (high == NOT_HEX || low == NOT_HEX)
			return DIS_BAD;
		b[i] = (uint8_t)(high << 4 | low);
	}
	for (i = 0; i < PTZ_OCTETS - 1; i++)
		out->sum = (uint8_t)(out->sum + b[i]);
	out->command = command_of(b);
	out->address = (uint16_t)(b[2] | (b[6] & 0x0F) << 8);
	if (out->command == PTZ_MOVE || out->command == PTZ_LENS) {
		out->moves = b[3] & 0x3F;
		out->speed[0] = b[4];
		out->speed[1] = b[5];
		out->speed[2] = b[6] >> 4;
	}
	has = commands[out->command].has;
	if (has & PTZ_HAS_AUX)
		out->aux = b[4];
	if (has & PTZ_HAS_GROUP)
		out->group = b[4];
	if (has & PTZ_HAS_PRESET)
		out->preset = b[5];
	if (has & PTZ_HAS_VALUE)
		out->value = (uint16_t)(b[5] | (b[6] & 0xF0) << 4);
	return DIS_OK;
}

/* A text that grows, and is cut where it does not fit. */
struct words {
	char *text;
	size_t n;
};

static void add(struct words *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct words *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->text + w->n, PTZ_WORDS - w->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		w->n = w->n + (size_t)n < PTZ_WORDS ? w->n + (size_t)n : PTZ_WORDS - 1;
}

/* One of the two that exclude each other, or both where they stand so. */
static const char *
either(uint8_t moves, uint8_t one, const char *one_word, uint8_t other,
       const char *other_word, const char *both)
{
	if ((moves & one) != 0 && (moves & other) != 0)
		return both;
	return (moves & one) != 0 ? one_word : (moves & other) != 0 ? other_word : NULL;
}

static void
move_words(struct words *w, const struct ptz *p)
{
	const char *pan = either(p->moves, PTZ_LEFT, "left", PTZ_RIGHT, "right",
	                         "left and right at once"),
	           *tilt = either(p->moves, PTZ_UP, "up", PTZ_DOWN, "down",
	                          "up and down at once"),
	           *zoom = either(p->moves, PTZ_ZOOM_IN, "in", PTZ_ZOOM_OUT, "out",
	                          "in and out at once");

	if (pan != NULL || tilt != NULL)
		add(w, "%s%s%s", pan ? pan : "", pan && tilt ? " and " : "",
		    tilt ? tilt : "");
	if (pan != NULL)
		add(w, ", pan speed %u", p->speed[0]);
	if (tilt != NULL)
		add(w, ", tilt speed %u", p->speed[1]);
	if (zoom != NULL)
		add(w, "%szoom %s at %u", w->n ? "; " : "", zoom, p->speed[2]);
}

static void
lens_words(struct words *w, const struct ptz *p)
{
	const char *focus = either(p->moves, PTZ_FOCUS_NEAR, "near", PTZ_FOCUS_FAR, "far",
	                           "near and far at once"),
	           *iris = either(p->moves, PTZ_IRIS_OPEN, "open", PTZ_IRIS_CLOSE,
	                          "close", "open and close at once");

	if (focus != NULL)
		add(w, "focus %s at %u", focus, p->speed[0]);
	if (iris != NULL)
		add(w, "%siris %s at %u", w->n ? "; " : "", iris, p->speed[1]);
}

const char *
ptz_words(const struct ptz *p, char text[PTZ_WORDS])
{
	struct words w = {text, 0};
	uint8_t has = commands[p->command].has;

	text[0] = '\0';
	if (p->command == PTZ_MOVE) {
		move_words(&w, p);
	} else if (p->command == PTZ_LENS) {
		lens_words(&w, p);
	} else if (p->command == PTZ_CRUISE_DELETE && p->preset == 0) {
		add(&w, "delete the whole of cruise %u", p->group);
	} else {
		add(&w, "%s", commands[p->command].words);
		if (p->command == PTZ_RESERVED)
			add(&w, " (%02X)", p->octets[3]);
		if (has & PTZ_HAS_PRESET)
			add(&w, " %u", p->preset);
		if ((has & PTZ_HAS_GROUP) &&
		    (has & (PTZ_HAS_PRESET | PTZ_HAS_VALUE)) == 0)
			add(&w, " %u", p->group);
		if (has & PTZ_HAS_AUX)
			add(&w, " %u%s", p->aux, p->aux == 1 ? " (wiper)" : "");
		if (has & PTZ_HAS_VALUE)
			add(&w, " %u", p->value);
		if ((has & PTZ_HAS_GROUP) &&
		    (has & (PTZ_HAS_PRESET | PTZ_HAS_VALUE)) != 0)
			add(&w, "%s %u",
			    p->command == PTZ_CRUISE_ADD      ? " to cruise"
			    : p->command == PTZ_CRUISE_DELETE ? " from cruise"
			    : p->command == PTZ_SCAN_SPEED    ? " of scan"
			                                      : " of cruise",
			    p->group);
	}
	return text;
}

static bool
fault(struct manscdp_fault *out, uint8_t weight, struct slice expected)
{
	*out = (struct manscdp_fault){MANSCDP_PTZ, weight, expected};
	return false;
}

/* Octets that went into the sum by mistake, or did not: what the field gets wrong. */
static const char *
sum_mistake(const struct ptz *p)
{
	const uint8_t *b = p->octets;
	uint8_t is = b[7], turned = (uint8_t)(b[6] << 4 | b[6] >> 4), exclusive = 0;
	const struct {
		unsigned sum;
		const char *what;
	} rows[] = {
	    {p->sum - (unsigned)b[6],
	     "the sum of the first six octets: octet 7 was left out"},
	    {p->sum - (unsigned)b[0], "the sum without the first octet, A5"},
	    {p->sum - (unsigned)b[0] - b[1], "the sum without the first two octets"},
	    {p->sum - (unsigned)b[6] + turned,
	     "the sum with the halves of octet 7 exchanged"},
	    {p->sum - (unsigned)b[3], "the sum without the command"},
	    {p->sum - (unsigned)b[4], "the sum without octet 5"},
	    {p->sum - (unsigned)b[5], "the sum without octet 6"},
	    {p->sum - (unsigned)b[2], "the sum without the address"},
	    {p->sum + 1U, "the sum and one more"},
	    {(uint8_t)~p->sum, "the complement of the sum"},
	    {(uint8_t)-p->sum, "the negative of the sum"},
	};
	size_t i;

	for (i = 0; i < PTZ_OCTETS - 1; i++)
		exclusive ^= b[i];
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((rows[i].sum & 0xFF) == is)
			return rows[i].what;
	if (exclusive == is)
		return "the exclusive or of the octets, not their sum";
	return is == 0xB5 ? "that of the stop command" : NULL;
}

static bool
sum_fits(const struct ptz *p, struct arena *a, struct manscdp_fault *out)
{
	const char *mistake;
	char text[128];
	int n;

	if (p->sum == p->octets[7])
		return true;
	mistake = sum_mistake(p);
	n = snprintf(text, sizeof(text), "%02X as the checksum octet%s%s", p->sum,
	             mistake ? "; what stands there is " : "", mistake ? mistake : "");
	return fault(out, MANSCDP_ERROR, arena_keep(a, slice_of(text, (size_t)n)));
}

static bool
pairs_fit(const struct ptz *p, struct manscdp_fault *out)
{
	uint8_t m = p->moves;

	if (p->command == PTZ_MOVE &&
	    ((m & 0x30) == 0x30 || (m & 0x0C) == 0x0C || (m & 0x03) == 0x03))
		return fault(out, MANSCDP_ERROR,
		             SLICE("one direction of each pair: zoom in or out, up or "
		                   "down, left or right"));
	if (p->command == PTZ_LENS && ((m & 0x03) == 0x03 || (m & 0x0C) == 0x0C))
		return fault(
		    out, MANSCDP_ERROR,
		    SLICE("one direction of each pair: focus near or far, iris open "
		          "or close"));
	return true;
}

/* What moves with speed 0 does not. */
static bool
speeds_fit(const struct ptz *p, struct manscdp_fault *out)
{
	uint8_t m = p->moves;

	if (p->command == PTZ_MOVE && (m & 0x30) != 0 && p->speed[2] == 0 &&
	    (p->octets[6] & 0x0F) != 0)
		return fault(
		    out, MANSCDP_WARNING,
		    SLICE("the zoom speed in the upper half of octet 7; it stands "
		          "in the lower half, which is the address"));
	if (p->command == PTZ_MOVE && (((m & 0x03) != 0 && p->speed[0] == 0) ||
	                               ((m & 0x0C) != 0 && p->speed[1] == 0) ||
	                               ((m & 0x30) != 0 && p->speed[2] == 0)))
		return fault(out, MANSCDP_NOTE,
		             SLICE("a speed from 1 for each direction that is set"));
	if (p->command == PTZ_LENS && (((m & 0x03) != 0 && p->speed[0] == 0) ||
	                               ((m & 0x0C) != 0 && p->speed[1] == 0)))
		return fault(out, MANSCDP_NOTE,
		             SLICE("a speed from 1 for focus and iris where they move"));
	return true;
}

bool
manscdp_ptz_fits(struct slice value, struct arena *a, struct manscdp_fault *out)
{
	struct ptz p;

	if (manscdp_ptz_dissect(value, NULL, &p) != DIS_OK)
		return fault(out, MANSCDP_ERROR, SLICE("16 hexadecimal digits"));
	if (p.octets[0] != PTZ_FIRST)
		return fault(out, MANSCDP_ERROR, SLICE("A5 as the first octet"));
	if (!sum_fits(&p, a, out) || !pairs_fit(&p, out))
		return false;
	if (p.octets[1] != PTZ_SECOND)
		return fault(out, MANSCDP_WARNING, SLICE("0F as the second octet"));
	if (p.command == PTZ_RESERVED)
		return fault(out, MANSCDP_WARNING,
		             SLICE("a command code of GB/T 28181-2022 A.3"));
	if (p.preset == 0 &&
	    ((p.command >= PTZ_PRESET_SET && p.command <= PTZ_PRESET_DELETE) ||
	     p.command == PTZ_CRUISE_ADD))
		return fault(out, MANSCDP_WARNING,
		             SLICE("a preset from 1 to 255: 0 is reserved"));
	return speeds_fit(&p, out);
}
