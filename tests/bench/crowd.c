/* crowd - a capture of many devices that are well, on standard output: for what the program remembers.
 *
 * crowd keepalives DEVICES COUNT [MS]   each registers, and says COUNT/DEVICES times, a minute apart, that it is alive
 * crowd catalogs DEVICES ITEMS [MS]     all are asked for their catalogs at once, and answer part by part, in turn
 *
 * MS, if given, go by after each answer (else none). IPv4 without checksums of UDP, frames as large as they must be.
 * The same arguments give the same octets. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLATFORM "34020000002000000001"

enum { PER_PART = 4, MINUTE_US = 60000000 };

static char text[16384], body[12288];
static size_t text_n, body_n;
static int64_t now_us = 1767578400000000; /* 2026-01-05T02:00:00Z */
static int64_t pause_us;
static unsigned serial;

__attribute__((format(printf, 4, 0))) static void
add(char *to, size_t size, size_t *n, const char *format, va_list v)
{
	int wrote = vsnprintf(to + *n, size - *n, format, v);

	if (wrote < 0 || *n + (size_t)wrote >= size)
		abort();
	*n += (size_t)wrote;
}

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
	va_list v;

	va_start(v, format);
	add(text, sizeof text, &text_n, format, v);
	va_end(v);
}

__attribute__((format(printf, 1, 2))) static void
xml(const char *format, ...)
{
	va_list v;

	va_start(v, format);
	add(body, sizeof body, &body_n, format, v);
	va_end(v);
}

static void
put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static void
put32(unsigned char *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* The sum of the IPv4 header. */
static unsigned
sum(const unsigned char *p)
{
	unsigned s = 0;

	for (int i = 0; i < 20; i += 2)
		s += (unsigned)p[i] << 8 | p[i + 1];
	s = (s & 0xffff) + (s >> 16);
	return ~(s + (s >> 16)) & 0xffff;
}

static uint32_t
address(unsigned device)
{
	return 0x0a010000 + device + 1;
}

/* What was said goes out as a frame. */
static void
sent(unsigned device, int from_device)
{
	unsigned char head[42] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
	uint32_t own = address(device), platform = 0x0a000002;
	uint32_t size, record[4];

	memcpy(text + text_n, body, body_n);
	text_n += body_n;
	put16(head + 16, (unsigned)(28 + text_n));
	put16(head + 18, ++serial & 0xffff);
	head[22] = 64;
	head[23] = 17;
	put32(head + 26, from_device ? own : platform);
	put32(head + 30, from_device ? platform : own);
	put16(head + 24, sum(head + 14));
	put16(head + 34, 5060);
	put16(head + 36, 5060);
	put16(head + 38, (unsigned)(8 + text_n));
	size = (uint32_t)(sizeof head + text_n);
	record[0] = (uint32_t)(now_us / 1000000);
	record[1] = (uint32_t)(now_us % 1000000);
	record[2] = record[3] = size;
	fwrite(record, sizeof record, 1, stdout);
	fwrite(head, sizeof head, 1, stdout);
	fwrite(text, text_n, 1, stdout);
	text_n = body_n = 0;
}

static void
id_of(char out[24], unsigned device)
{
	snprintf(out, 24, "3402%02u%02u00118%07u", device / 10000 % 100, 0U, device);
}

static void
quad(char out[20], unsigned device)
{
	uint32_t a = address(device);

	snprintf(out, 20, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

/* A request, and 1 ms later its 200. */
static void
exchange(unsigned device, int from_device, const char *method, const char *more,
         const char *granted)
{
	char id[24], host[20], own[40];
	unsigned n = serial;

	id_of(id, device);
	quad(host, device);
	snprintf(own, sizeof own, "%s", from_device ? host : "10.0.0.2");
	for (int response = 0; response < 2; response++) {
		size_t length = response ? 0 : body_n;

		if (response)
			say("SIP/2.0 200 OK\r\n");
		else if (from_device)
			say("%s sip:" PLATFORM "@3402000000 SIP/2.0\r\n", method);
		else
			say("%s sip:%s@%s:5060 SIP/2.0\r\n", method, id, host);
		say("Via: SIP/2.0/UDP %s:5060;rport", own);
		if (response)
			say("=5060;received=%s", own);
		say(";branch=z9hG4bK%08x%04x\r\n", n, device);
		say("From: <sip:%s@3402000000>;tag=%08x\r\n", from_device ? id : PLATFORM,
		    n * 2654435761U);
		say("To: <sip:%s@3402000000>",
		    from_device && strcmp(method, "REGISTER") != 0 ? PLATFORM : id);
		if (response)
			say(";tag=%08x", n * 40503U + 7);
		say("\r\nCall-ID: %08x%08x@%s\r\nCSeq: 1 %s\r\n", n, n * 2246822519U, own,
		    method);
		say("%s%sContent-Length: %zu\r\n\r\n",
		    response ? "" : "Max-Forwards: 70\r\n", response ? granted : more,
		    length);
		sent(device, from_device != response);
		now_us += 1000;
	}
	now_us += pause_us;
}

static void
registers(unsigned device)
{
	char id[24], host[20], more[200], granted[300];
	time_t beijing = (time_t)(now_us / 1000000 + 8 * 3600);
	struct tm tm = {0};
	size_t n;

	id_of(id, device);
	quad(host, device);
	snprintf(more, sizeof more, "Contact: <sip:%s@%s:5060>\r\nExpires: 86400\r\n", id,
	         host);
	gmtime_r(&beijing, &tm);
	n = strftime(granted, sizeof granted, "Date: %Y-%m-%dT%H:%M:%S.000\r\n", &tm);
	snprintf(granted + n, sizeof granted - n,
	         "Contact: <sip:%s@%s:5060>;expires=86400\r\nExpires: 86400\r\n", id,
	         host);
	exchange(device, 1, "REGISTER", more, granted);
}

static void
begin_body(const char *root, const char *command, unsigned sn, unsigned device)
{
	char id[24];

	id_of(id, device);
	xml("<?xml version=\"1.0\" encoding=\"GB2312\"?>\r\n<%s>\r\n<CmdType>%s</CmdType>\r\n<SN>%u</SN>\r\n"
	    "<DeviceID>%s</DeviceID>\r\n",
	    root, command, sn, id);
}

static const char TYPE[] = "Content-Type: Application/MANSCDP+xml\r\n";

static void
keepalives(unsigned devices, unsigned count)
{
	for (unsigned i = 0; i < devices; i++)
		registers(i);
	for (unsigned round = 0; round < count / devices; round++) {
		int64_t begin = now_us;

		for (unsigned i = 0; i < devices; i++) {
			/* spread over a minute */
			int64_t at = begin + (int64_t)i * (MINUTE_US - 1000) / devices;

			now_us = at > now_us ? at : now_us;
			begin_body("Notify", "Keepalive", round + 1, i);
			xml("<Status>OK</Status>\r\n</Notify>\r\n");
			exchange(i, 1, "MESSAGE", TYPE, "");
		}
		now_us = begin + MINUTE_US > now_us ? begin + MINUTE_US : now_us;
	}
}

static void
catalogs(unsigned devices, unsigned items)
{
	for (unsigned i = 0; i < devices; i++) {
		begin_body("Query", "Catalog", 17, i);
		xml("</Query>\r\n");
		exchange(i, 0, "MESSAGE", TYPE, "");
	}
	for (unsigned first = 0; first < items; first += PER_PART)
		for (unsigned i = 0; i < devices; i++) {
			unsigned end =
			    first + PER_PART < items ? first + PER_PART : items;
			char id[24];

			id_of(id, i);
			begin_body("Response", "Catalog", 17, i);
			xml("<SumNum>%u</SumNum>\r\n<DeviceList Num=\"%u\">\r\n", items,
			    end - first);
			for (unsigned n = first; n < end; n++)
				xml("<Item>\r\n<DeviceID>3402%04u001310%06u</DeviceID>\r\n<Name>Camera %u</Name>\r\n"
				    "<Manufacturer>Example</Manufacturer>\r\n<Model>IPC-4M</Model>\r\n<Owner>Owner</Owner>\r\n"
				    "<CivilCode>340200</CivilCode>\r\n<Address>Street %u</Address>\r\n<Parental>0</Parental>\r\n"
				    "<ParentID>%s</ParentID>\r\n<SafetyWay>0</SafetyWay>\r\n<RegisterWay>1</RegisterWay>\r\n"
				    "<Secrecy>0</Secrecy>\r\n<Status>ON</Status>\r\n</Item>\r\n",
				    i % 10000, n, n, n, id);
			xml("</DeviceList>\r\n</Response>\r\n");
			exchange(i, 1, "MESSAGE", TYPE, "");
		}
}

int
main(int argc, char **argv)
{
	static const uint32_t head[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
	unsigned devices = argc >= 4 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	unsigned count = argc >= 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;

	if (devices == 0 || devices > 60000 || count == 0) {
		fprintf(stderr, "usage: crowd keepalives|catalogs DEVICES COUNT [MS]\n");
		return 2;
	}
	pause_us = argc > 4 ? strtol(argv[4], NULL, 10) * 1000 : 0;
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	fwrite(head, sizeof head, 1, stdout);
	if (strcmp(argv[1], "keepalives") == 0)
		keepalives(devices, count);
	else
		catalogs(devices, count);
	return fflush(stdout) == 0 ? 0 : 1;
}
