#include "src/record.h"

#include <arpa/inet.h>
#include <stdio.h>

const char *
addr_ip_text(const struct addr *a, char text[ADDR_TEXT])
{
	int family = a->n == 16 ? AF_INET6 : AF_INET;

	if (inet_ntop(family, a->ip, text, ADDR_TEXT) == NULL)
		text[0] = '\0';
	return text;
}

const char *
addr_text(const struct addr *a, char text[ADDR_TEXT])
{
	char ip[ADDR_TEXT];

	if (a->port == 0)
		return addr_ip_text(a, text);
	/* 45 octets of IPv6, two brackets, a colon, five digits. */
	(void)snprintf(text, ADDR_TEXT, a->n == 16 ? "[%.45s]:%u" : "%.45s:%u",
	               addr_ip_text(a, ip), (unsigned)a->port);
	return text;
}

bool
addr_parse(struct slice s, struct addr *out)
{
	char text[ADDR_TEXT];

	*out = (struct addr){.n = 0};
	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, out->ip) == 1) {
		out->n = 4;
		return true;
	}
	if (inet_pton(AF_INET6, text, out->ip) == 1) {
		out->n = 16;
		return true;
	}
	*out = (struct addr){.n = 0};
	return false;
}

const char *
carrier_name(enum carrier c)
{
	static const char *const names[] = {"UDP", "TCP", "SCTP"};

	return names[c];
}

bool
addr_private(const struct addr *a)
{
	if (a->n != 4)
		return (a->ip[0] & 0xFE) == 0xFC;
	return a->ip[0] == 10 || (a->ip[0] == 172 && (a->ip[1] & 0xF0) == 16) ||
	       (a->ip[0] == 192 && a->ip[1] == 168);
}

const char *
addr_unreachable(const struct addr *a)
{
	static const uint8_t zero[16];

	if (memcmp(a->ip, zero, a->n) == 0)
		return "the unspecified address";
	if (a->n == 4) {
		if (a->ip[0] == 127)
			return "a loopback address";
		if (a->ip[0] == 169 && a->ip[1] == 254)
			return "a link-local address";
		return "";
	}
	if (memcmp(a->ip, zero, 15) == 0 && a->ip[15] == 1)
		return "the loopback address";
	if (a->ip[0] == 0xFE && (a->ip[1] & 0xC0) == 0x80)
		return "a link-local address";
	return "";
}
