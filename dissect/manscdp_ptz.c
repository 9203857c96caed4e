#include "dissect/manscdp_value.h"

#include <stdio.h>

/* GB/T 28181-2022 A.3: first octet, version and check nibbles, address, command, three of
 * data, checksum. */
enum { PTZ_OCTETS = 8, PTZ_FIRST = 0xA5, PTZ_SECOND = 0x0F, NOT_HEX = 0xFF };

static bool
fault(struct manscdp_fault *out, uint8_t weight, struct slice expected)
{
	*out = (struct manscdp_fault){MANSCDP_PTZ, weight, expected};
	return false;
}

static uint8_t
hex_digit(uint8_t c)
{
	c = ascii_lower(c);
	if (ascii_digit(c))
		return (uint8_t)(c - '0');
	return c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10) : NOT_HEX;
}

static bool
command_fits(const uint8_t b[PTZ_OCTETS], struct manscdp_fault *out)
{
	uint8_t command = b[3];

	if (command < 0x40) {
		static const uint8_t pairs[] = {0x30, 0x0C, 0x03};
		size_t i;

		for (i = 0; i < sizeof(pairs); i++)
			if ((command & pairs[i]) == pairs[i])
				return fault(
				    out, MANSCDP_ERROR,
				    SLICE(
				        "one direction of each pair: zoom in or out, up or "
				        "down, left or right"));
		return true;
	}
	if (command < 0x50) {
		if ((command & 0x03) == 0x03 || (command & 0x0C) == 0x0C)
			return fault(
			    out, MANSCDP_ERROR,
			    SLICE(
			        "one direction of each pair: focus near or far, iris open "
			        "or close"));
		return true;
	}
	if (command < 0x81 || command > 0x8D || command == 0x8B)
		return fault(out, MANSCDP_WARNING,
		             SLICE("a command code of GB/T 28181-2022 A.3"));
	if (command <= 0x83 && b[5] == 0)
		return fault(out, MANSCDP_WARNING,
		             SLICE("a preset from 1 to 255: 0 is reserved"));
	return true;
}

bool
manscdp_ptz_fits(struct slice value, struct arena *a, struct manscdp_fault *out)
{
	uint8_t b[PTZ_OCTETS];
	unsigned sum = 0;
	char text[48];
	size_t i;
	int n;

	for (i = 0; i < value.n; i++)
		if (hex_digit(value.p[i]) == NOT_HEX)
			return fault(out, MANSCDP_ERROR, SLICE("16 hexadecimal digits"));
	if (value.n != 2 * sizeof(b))
		return fault(out, MANSCDP_ERROR, SLICE("16 hexadecimal digits"));
	for (i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(hex_digit(value.p[2 * i]) << 4 |
		                 hex_digit(value.p[2 * i + 1]));
	for (i = 0; i < sizeof(b) - 1; i++)
		sum += b[i];
	if (b[0] != PTZ_FIRST)
		return fault(out, MANSCDP_ERROR, SLICE("A5 as the first octet"));
	if ((sum & 0xFF) != b[7]) {
		n = snprintf(text, sizeof(text), "%02X as the checksum octet",
		             sum & 0xFF);
		return fault(out, MANSCDP_ERROR,
		             arena_keep(a, slice_of(text, (size_t)n)));
	}
	if (b[1] != PTZ_SECOND)
		return fault(out, MANSCDP_WARNING, SLICE("0F as the second octet"));
	return command_fits(b, out);
}
