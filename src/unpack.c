#include "src/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { BUFFER = 65536 };

struct unpack {
	FILE *packed;
	enum unpack_kind kind;
	z_stream gzip;
	ZSTD_DStream *zstd;
	ZSTD_inBuffer in; /* gzip: not used */
	uint8_t buffer[BUFFER];
	uint64_t taken, given; /* bytes: read from the file, of what it holds */
	uint64_t used_before,
	    given_before; /* of the file, of what it holds, when the window began */
	bool between;     /* at the end of a member or frame: the file may end here */
	bool ended;
	const char *trouble;
};

enum unpack_kind
unpack_kind(uint32_t magic)
{
	if (magic >> 8 == 0x1F8B08)
		return UNPACK_GZIP;
	/* RFC 8878 3.1.1; 3.1.2: one to be skipped may stand before, as pzstd writes it. */
	return magic == 0x28B52FFD || (magic & 0xF0FFFFFF) == 0x502A4D18 ? UNPACK_ZSTD
	                                                                 : UNPACK_NONE;
}

const char *
unpack_name(enum unpack_kind k)
{
	return k == UNPACK_GZIP ? "gzip" : "zstd";
}

static void
stop(struct unpack *u, const char *trouble)
{
	u->ended = true;
	u->trouble = trouble;
}

/* More of the file. False: there is none. */
static bool
refill(struct unpack *u, const uint8_t **p, size_t *n)
{
	*n = fread(u->buffer, 1, sizeof(u->buffer), u->packed);
	*p = u->buffer;
	u->taken += *n;
	if (*n != 0)
		return true;
	if (ferror(u->packed))
		stop(u, "the compressed file cannot be read on");
	else
		stop(u, u->between ? "" : "the compressed file ends early");
	return false;
}

static bool
gzip_refill(struct unpack *u)
{
	z_stream *z = &u->gzip;
	size_t more;

	if (z->avail_in != 0)
		return true;
	if (!refill(u, (const uint8_t **)&z->next_in, &more))
		return false;
	z->avail_in = (uInt)more;
	return true;
}

/* Members may follow each other: RFC 1952 2.2. Zeros behind one fill a tape's block: gzip(1) takes them for
 * nothing. False: there is no next one. */
static bool
gzip_member(struct unpack *u)
{
	z_stream *z = &u->gzip;

	/* Each round takes an octet. */
	while (*z->next_in == 0) {
		z->next_in++;
		z->avail_in--;
		if (!gzip_refill(u))
			return false;
	}
	if (*z->next_in != 0x1F)
		stop(u, "what stands behind the compressed data is no gzip");
	else if (inflateReset(z) != Z_OK)
		stop(u, "out of memory");
	return !u->ended;
}

/* Room of n octets at `to`: how many were filled. */
static size_t
gzip_read(struct unpack *u, uint8_t *to, size_t n)
{
	z_stream *z = &u->gzip;
	int got;

	if (!gzip_refill(u) || (u->between && !gzip_member(u)))
		return 0;
	u->between = false;
	z->next_out = to;
	z->avail_out = (uInt)n;
	got = inflate(z, Z_NO_FLUSH);
	if (got != Z_OK && got != Z_STREAM_END && got != Z_BUF_ERROR)
		stop(u, "the compressed data is damaged");
	u->between = got == Z_STREAM_END;
	return n - z->avail_out;
}

static const char *
zstd_trouble(size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_frameParameter_windowTooLarge:
		return "the compressed data needs a window of more than 128 MiB "
		       "(zstd --long=N with N above 27); decompress it first";
	case ZSTD_error_dictionary_wrong:
		return "the compressed data needs a dictionary; decompress it first";
	case ZSTD_error_prefix_unknown:
		return "what stands behind the compressed data is no zstd";
	case ZSTD_error_memory_allocation:
		return "out of memory";
	default:
		return "the compressed data is damaged";
	}
}

static size_t
zstd_read(struct unpack *u, uint8_t *to, size_t n)
{
	ZSTD_outBuffer out = {to, n, 0};
	size_t got;

	if (u->in.pos == u->in.size) {
		u->in.pos = 0;
		if (!refill(u, (const uint8_t **)&u->in.src, &u->in.size)) {
			u->in.size = 0;
			return 0;
		}
	}
	got = ZSTD_decompressStream(u->zstd, &out, &u->in);
	if (ZSTD_isError(got))
		stop(u, zstd_trouble(got));
	u->between = got == 0;
	return out.pos;
}

/* A bomb is known by each window that comes out of it. */
static void
watch(struct unpack *u)
{
	uint64_t used = u->taken - (u->kind == UNPACK_GZIP ? u->gzip.avail_in
	                                                   : u->in.size - u->in.pos);

	if (u->given - u->given_before < UNPACK_WINDOW)
		return;
	if ((u->given - u->given_before) / UNPACK_RATIO_MAX > used - u->used_before)
		stop(u, "the compressed file grows to more than 1000 times its size");
	u->used_before = used;
	u->given_before = u->given;
}

static ssize_t
unpack_read(void *cookie, char *to, size_t n)
{
	struct unpack *u = cookie;
	size_t got = 0;

	if (n > BUFFER)
		n = BUFFER;
	/* Each round takes something from the file, or gives something, or ends. */
	while (got == 0 && n != 0 && !u->ended) {
		if (u->kind == UNPACK_GZIP)
			got = gzip_read(u, (uint8_t *)to, n);
		else
			got = zstd_read(u, (uint8_t *)to, n);
		u->given += got;
		watch(u);
	}
	return (ssize_t)got;
}

static int
unpack_close(void *cookie)
{
	struct unpack *u = cookie;
	int answer = fclose(u->packed);

	(void)inflateEnd(&u->gzip);
	(void)ZSTD_freeDStream(u->zstd);
	free(u);
	return answer;
}

#if HAVE_FOPENCOOKIE
static FILE *
stream_open(struct unpack *u)
{
	cookie_io_functions_t f = {.read = unpack_read, .close = unpack_close};

	return fopencookie(u, "rb", f);
}
#elif HAVE_FUNOPEN
static int
unpack_read_int(void *cookie, char *to, int n)
{
	return (int)unpack_read(cookie, to, n > 0 ? (size_t)n : 0);
}

static FILE *
stream_open(struct unpack *u)
{
	return funopen(u, unpack_read_int, NULL, NULL, unpack_close);
}
#else
static FILE *
stream_open(struct unpack *u)
{
	(void)u;
	errno = ENOTSUP;
	return NULL;
}
#endif

FILE *
unpack_open(FILE *packed, enum unpack_kind k, struct unpack **out)
{
	struct unpack *u = calloc(1, sizeof(*u));
	FILE *f = NULL;

	if (u == NULL)
		return NULL;
	u->packed = packed;
	u->kind = k;
	u->trouble = "";
	errno = ENOMEM;
	u->zstd = ZSTD_createDStream();
	if (u->zstd != NULL &&
	    !ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax,
	                                         UNPACK_WINDOW_LOG)) &&
	    inflateInit2(&u->gzip, 16 + MAX_WBITS) == Z_OK)
		f = stream_open(u);
	if (f == NULL) {
		(void)inflateEnd(&u->gzip);
		(void)ZSTD_freeDStream(u->zstd);
		free(u);
		return NULL;
	}
	*out = u;
	return f;
}

const char *
unpack_trouble(const struct unpack *u)
{
	return u->trouble;
}
