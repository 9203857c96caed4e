#include "src/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/unit/test.h"

enum { ROOM = 1 << 20, BOMB = 64 << 20 };

static uint8_t packed[ROOM];

static size_t
gzip_pack(const void *data, size_t n, uint8_t *to)
{
	z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)data,
	              .avail_in = (uInt)n,
	              .next_out = to,
	              .avail_out = ROOM};

	(void)deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
	(void)deflate(&z, Z_FINISH);
	(void)deflateEnd(&z);
	return ROOM - z.avail_out;
}

static size_t
pack(enum unpack_kind k, const void *data, size_t n, uint8_t *to)
{
	return k == UNPACK_GZIP ? gzip_pack(data, n, to)
	                        : ZSTD_compress(to, ROOM, data, n, 3);
}

/* How many bytes come out, the first of them in `to`; *why says how it ended. */
static size_t
unpack(enum unpack_kind k, size_t n, char *to, size_t room, const char **why)
{
	struct unpack *u = NULL;
	FILE *f = unpack_open(fmemopen(packed, n, "rb"), k, &u);
	static char more[65536];
	size_t got, total;

	*why = "not opened";
	if (f == NULL)
		return 0;
	total = fread(to, 1, room, f);
	while ((got = fread(more, 1, sizeof(more), f)) != 0)
		total += got;
	*why = unpack_trouble(u);
	(void)fclose(f);
	return total;
}

static void
both(enum unpack_kind k)
{
	static const char text[] = "what was packed, what was packed again and again";
	const char *name = unpack_name(k), *why;
	char out[256];
	size_t n = pack(k, text, sizeof(text), packed), i, got, early = 0;

	ok(unpack_kind((uint32_t)packed[0] << 24 | (uint32_t)packed[1] << 16 |
	               (uint32_t)packed[2] << 8 | packed[3]) == k,
	   "%s: known by its first octets", name);
	got = unpack(k, n, out, sizeof(out), &why);
	ok(got == sizeof(text) && memcmp(out, text, got) == 0 && why[0] == '\0',
	   "%s: as it was: %s", name, why);
	for (i = 5; i < n; i++) {
		got = unpack(k, i, out, sizeof(out), &why);
		ok(got <= sizeof(text) && memcmp(out, text, got) == 0,
		   "%s, cut at %zu: right so far", name, i);
		early += strcmp(why, "the compressed file ends early") == 0;
	}
	ok(early == n - 5, "%s: each cut is said", name);
	n += pack(k, text, sizeof(text), packed + n);
	got = unpack(k, n, out, sizeof(out), &why);
	ok(got == 2 * sizeof(text) && why[0] == '\0', "%s: two after each other", name);
	packed[k == UNPACK_GZIP ? n / 2 - 9 : 4] ^= 0x5F;
	(void)unpack(k, n, out, sizeof(out), &why);
	ok(strcmp(why, "the compressed data is damaged") == 0, "%s: damage: %s", name,
	   why);
}

/* What may stand around the data, and what may not. */
static void
around(void)
{
	static const char skip[] = "\x50\x2A\x4D\x18\4\0\0\0four";
	static const char text[] = "packed";
	const char *why;
	char out[64];
	size_t n, got;

	n = pack(UNPACK_GZIP, text, sizeof(text), packed);
	memset(packed + n, 0, 200000);
	got = unpack(UNPACK_GZIP, n + 1, out, sizeof(out), &why);
	ok(got == sizeof(text) && why[0] == '\0', "gzip, a zero behind it: %s", why);
	got = unpack(UNPACK_GZIP, n + 200000, out, sizeof(out), &why);
	ok(got == sizeof(text) && why[0] == '\0', "gzip, many zeros behind it: %s", why);
	got = pack(UNPACK_GZIP, text, sizeof(text), packed + n + 70000);
	got = unpack(UNPACK_GZIP, n + 70000 + got, out, sizeof(out), &why);
	ok(got == 2 * sizeof(text) && why[0] == '\0', "gzip, zeros, gzip: %s", why);
	packed[n] = 'x';
	got = unpack(UNPACK_GZIP, n + 1, out, sizeof(out), &why);
	ok(got == sizeof(text) && strstr(why, "is no gzip") != NULL,
	   "gzip, another octet behind it: %s", why);
	packed[n] = 0x1F;
	got = unpack(UNPACK_GZIP, n + 1, out, sizeof(out), &why);
	ok(got == sizeof(text) && strstr(why, "ends early") != NULL,
	   "gzip, and the first octet of another: %s", why);

	memcpy(packed, skip, 12);
	ok(unpack_kind(0x502A4D18) == UNPACK_ZSTD &&
	       unpack_kind(0x5F2A4D18) == UNPACK_ZSTD &&
	       unpack_kind(0x602A4D18) == UNPACK_NONE,
	   "zstd, known by a frame to be skipped");
	n = 12 + pack(UNPACK_ZSTD, text, sizeof(text), packed + 12);
	memcpy(packed + n, skip, 12);
	got = unpack(UNPACK_ZSTD, n + 12, out, sizeof(out), &why);
	ok(got == sizeof(text) && why[0] == '\0', "zstd between such: %s", why);
	got = unpack(UNPACK_ZSTD, n + 11, out, sizeof(out), &why);
	ok(got == sizeof(text) && strstr(why, "ends early") != NULL,
	   "zstd, the second one cut: %s", why);
	packed[n] = 'x';
	got = unpack(UNPACK_ZSTD, n + 12, out, sizeof(out), &why);
	ok(got == sizeof(text) && strstr(why, "is no zstd") != NULL,
	   "zstd, another thing behind it: %s", why);
	/* A frame's header alone: no single segment, window 2^31. */
	memcpy(packed, "\x28\xB5\x2F\xFD\0\xA8\1\0\0", 9);
	got = unpack(UNPACK_ZSTD, 9, out, sizeof(out), &why);
	ok(got == 0 && strstr(why, "128 MiB") != NULL, "zstd, a large window: %s", why);
}

static void
bomb(enum unpack_kind k)
{
	uint8_t *zeros = calloc(1, BOMB);
	const char *why;
	char out[16];
	size_t n, got;

	if (!ok(zeros != NULL, "memory"))
		return;
	n = pack(k, zeros, BOMB, packed);
	free(zeros);
	got = unpack(k, n, out, sizeof(out), &why);
	ok(got < BOMB && got >= UNPACK_WINDOW, "%s: %zu bytes of a bomb", unpack_name(k),
	   got);
	ok(strstr(why, "1000 times") != NULL, "%s: said: %s", unpack_name(k), why);
}

int
main(void)
{
	both(UNPACK_GZIP);
	both(UNPACK_ZSTD);
	around();
	bomb(UNPACK_GZIP);
	bomb(UNPACK_ZSTD);
	return done();
}
