/* manscdp_ptz - the eight octets of a PTZCmd and what they tell a camera: GB/T 28181-2022 A.3. */
#ifndef DISSECT_MANSCDP_PTZ_H
#define DISSECT_MANSCDP_PTZ_H

#include "dissect/dis.h"

enum { PTZ_OCTETS = 8, PTZ_WORDS = 160 };

enum ptz_command {
	PTZ_STOP,
	PTZ_MOVE, /* pan, tilt, zoom */
	PTZ_LENS_STOP,
	PTZ_LENS, /* focus, iris */
	PTZ_PRESET_SET,
	PTZ_PRESET_CALL,
	PTZ_PRESET_DELETE,
	PTZ_CRUISE_ADD,
	PTZ_CRUISE_DELETE, /* preset 0: the whole group */
	PTZ_CRUISE_SPEED,
	PTZ_CRUISE_STAY, /* in seconds */
	PTZ_CRUISE_START,
	PTZ_SCAN_START,
	PTZ_SCAN_LEFT,
	PTZ_SCAN_RIGHT,
	PTZ_SCAN_SPEED,
	PTZ_AUX_ON,
	PTZ_AUX_OFF,
	PTZ_RESERVED,
};
const char *ptz_command_name(enum ptz_command c); /* "move", "preset_set" ... */
/* What a command has besides its code. */
enum { PTZ_HAS_GROUP = 1, PTZ_HAS_PRESET = 2, PTZ_HAS_VALUE = 4, PTZ_HAS_AUX = 8 };
bool ptz_has(enum ptz_command c, uint8_t what);

/* What moves; several at once in PTZ_MOVE and PTZ_LENS. Each bit is one of octet 4. */
enum {
	PTZ_RIGHT = 0x01,
	PTZ_LEFT = 0x02,
	PTZ_DOWN = 0x04,
	PTZ_UP = 0x08,
	PTZ_ZOOM_IN = 0x10,
	PTZ_ZOOM_OUT = 0x20,
	PTZ_FOCUS_FAR = 0x01,
	PTZ_FOCUS_NEAR = 0x02,
	PTZ_IRIS_OPEN = 0x04,
	PTZ_IRIS_CLOSE = 0x08,
};

struct ptz {
	uint8_t octets[PTZ_OCTETS];
	uint8_t sum; /* what the last octet should be */
	enum ptz_command command;
	uint8_t moves;    /* PTZ_ bits of the command; of no other than MOVE and LENS */
	uint8_t speed[3]; /* pan, tilt, zoom; or focus, iris */
	uint8_t group, preset, aux; /* of the commands that have one */
	uint16_t value;             /* 12 bits: speed, seconds */
	uint16_t address;           /* 12 bits; not used: DeviceID says which camera */
};

/* DIS_BAD: not 16 hexadecimal digits. Marks and checksum may be wrong all the same. */
enum dis manscdp_ptz_dissect(struct slice in, struct arena *a, struct ptz *out);
/* "left and up, pan speed 64, tilt speed 32; zoom in at 3" */
const char *ptz_words(const struct ptz *p, char text[PTZ_WORDS]);

#endif
