/* deviceid - the 20-digit identifier of GB/T 28181 (2022 Annex E, 2016 Annex D) and its shorter kin. */
#ifndef DISSECT_DEVICEID_H
#define DISSECT_DEVICEID_H

#include "dissect/dis.h"

enum deviceid_class {
	DEVICEID_UNDEFINED,  /* type 000-110 */
	DEVICEID_DEVICE,     /* 111-130 */
	DEVICEID_PERIPHERAL, /* 131-199 */
	DEVICEID_PLATFORM,   /* 200-299 */
	DEVICEID_USER,       /* 300-399 centre, 400-499 terminal */
	DEVICEID_SERVER,     /* 500-599 */
	DEVICEID_EXTENSION,  /* 600-999 */
	DEVICEID_REGION,     /* 2, 4, 6 or 8 digits */
	DEVICEID_RULE_B,     /* 18 digits */
	DEVICEID_CENTRE,     /* 10 digits: alarm centre */
};

struct deviceid {
	enum deviceid_class class;
	struct slice centre; /* digits 1-8 */
	struct slice domain; /* digits 1-10 */
	uint16_t industry;   /* digits 9-10 */
	uint16_t type;       /* digits 11-13 */
	uint8_t network;     /* digit 14 */
	struct slice serial; /* digits 15-20 */
	const char *industry_name, *type_name, *network_name,
	    *class_name; /* English, static; "reserved" where so */
	bool known_type; /* the type code is in the table */
};

/* DIS_OK for 20 digits and the shorter forms; DIS_OTHER: another length or other octets. */
enum dis deviceid_dissect(struct slice in, struct arena *a, struct deviceid *out);
bool deviceid_is20(struct slice s); /* 20 decimal digits */

#endif
