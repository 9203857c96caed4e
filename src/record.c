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
