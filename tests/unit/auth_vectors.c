/* Digest responses that others published with their passwords, from a table that does not belong to
 * gbscope: $GBSCOPE_SHARED/captures/digest.tsv, or the same under ../shared. */
#include "src/auth.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "tests/unit/test.h"

enum column {
	SOURCE,
	METHOD,
	USERNAME,
	REALM,
	PASSWORD,
	NONCE,
	NC,
	CNONCE,
	QOP,
	ALGORITHM,
	URI,
	BODY_HASH,
	RESPONSE,
	COLUMNS
};

/* What the table gives by its hash only: nothing, and the session description of
 * draft-smith-sip-auth-examples-00. */
static const char *const bodies[] = {
    "",
    "v=0\r\no=alice 53655765 2353687637 IN IP4 pc33.atlanta.com\r\ns=-\r\n"
    "c=IN IP4 pc33.atlanta.com\r\nt=0 0\r\nm=audio 3456 RTP/AVP 0 1 3 99\r\n"
    "a=rtpmap:0 PCMU/8000\r\n",
};

static bool
hash_is(const char *name, const char *body, struct slice want)
{
	uint8_t raw[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	size_t n, i;

	if (EVP_Q_digest(NULL, name, NULL, body, strlen(body), raw, &n) != 1)
		return false;
	for (i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	return slice_eq(slice_str(hex), want);
}

/* NULL if the hash is that of none. */
static const char *
body_find(struct slice hash)
{
	static const char *const names[] = {"MD5", "SHA256", "SHA512-256"};
	size_t i, j;

	if (hash.n == 0)
		return "";
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		for (j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (hash_is(names[j], bodies[i], hash))
				return bodies[i];
	return NULL;
}

struct header {
	char text[4096];
	size_t n;
};

static void
header_add(struct header *h, const char *before, struct slice value, const char *after)
{
	if (value.n == 0 && strcmp(after, "\"") != 0)
		return;
	h->n += (size_t)snprintf(h->text + h->n, sizeof(h->text) - h->n,
	                         "%s" SLICE_FMT "%s", before, SLICE_ARG(value), after);
}

static enum auth_verdict
verdict_of(struct auth *au, const struct slice *column, const char *body, char why[256])
{
	struct header h = {.n = 0};
	struct digest d;
	struct auth_in in = {
	    .credentials = &d, .method = column[METHOD], .body = slice_str(body)};
	struct auth_out out;

	header_add(&h, "Digest username=\"", column[USERNAME], "\"");
	header_add(&h, ", realm=\"", column[REALM], "\"");
	header_add(&h, ", nonce=\"", column[NONCE], "\"");
	header_add(&h, ", uri=\"", column[URI], "\"");
	header_add(&h, ", response=\"", column[RESPONSE], "\"");
	header_add(&h, ", algorithm=", column[ALGORITHM], "");
	header_add(&h, ", qop=", column[QOP], "");
	header_add(&h, ", nc=", column[NC], "");
	if (column[CNONCE].n != 0)
		header_add(&h, ", cnonce=\"", column[CNONCE], "\"");
	if (digest_dissect(slice_of(h.text, h.n), NULL, &d) != DIS_OK)
		return AUTH_MALFORMED;
	auth_check(au, &in, &out);
	memcpy(why, out.why, sizeof(out.why));
	return out.verdict;
}

/* The line with the row's password, or with its HA1. */
static struct passwords *
passwords_of(const struct slice *column)
{
	struct slice secret = column[PASSWORD];
	char line[1024];
	struct err e = {""};
	int n;

	if (slice_starts(secret, SLICE("HA1=")))
		secret = slice_tail(secret, 4);
	n = snprintf(line, sizeof(line), SLICE_FMT ":" SLICE_FMT ":" SLICE_FMT "\n",
	             SLICE_ARG(column[USERNAME]), SLICE_ARG(column[REALM]),
	             SLICE_ARG(secret));
	return passwords_parse(slice_of(line, (size_t)n), "row", &e);
}

/* One character of each in turn: none of these may verify. */
static void
test_changes(struct auth *au, struct slice *column, const char *body, unsigned row)
{
	static const enum column changed[] = {RESPONSE, NONCE, URI, CNONCE, NC};
	size_t i, j;
	char why[256];

	for (i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		struct slice was = column[changed[i]];
		uint8_t copy[256];

		if (was.n > sizeof(copy))
			continue;
		/* Without qop, nc and cnonce go into nothing. */
		for (j = 0; j < was.n; j++) {
			enum auth_verdict v;

			memcpy(copy, was.p, was.n);
			copy[j] = copy[j] == '1' ? '2' : '1';
			column[changed[i]] = slice_of(copy, was.n);
			v = verdict_of(au, column, body, why);
			ok(v == AUTH_MISMATCH || v == AUTH_MALFORMED,
			   "row %u, column %d changed at %zu: %s", row, (int)changed[i],
			   j, auth_verdict_name(v));
		}
		column[changed[i]] = was;
	}
}

static bool
test_row(struct slice line, unsigned row)
{
	struct slice column[COLUMNS];
	struct passwords *p;
	struct auth *au;
	const char *body;
	char why[256] = "";
	struct err e = {""};
	int i;

	for (i = 0; i < COLUMNS; i++)
		if (!slice_cut(line, '\t', &column[i], &line)) {
			column[i] = line;
			line = SLICE_EMPTY;
		}
	body = body_find(column[BODY_HASH]);
	if (body == NULL)
		return false;
	p = passwords_of(column);
	au = auth_new(p, &e);
	if (ok(p != NULL && au != NULL, "row %u: %s", row, e.text)) {
		enum auth_verdict v = verdict_of(au, column, body, why);

		ok(v == AUTH_VERIFIED, "row %u, " SLICE_FMT ": %s (%s)", row,
		   SLICE_ARG(column[SOURCE]), auth_verdict_name(v), why);
		test_changes(au, column, body, row);
	}
	auth_free(au);
	passwords_free(p);
	return true;
}

int
main(void)
{
	const char *shared = getenv("GBSCOPE_SHARED");
	char path[1024], text[65536];
	struct slice rest, line;
	unsigned row = 0, skipped = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/captures/digest.tsv",
	               shared ? shared : "../shared");
	f = fopen(path, "rb");
	if (f == NULL) {
		printf("skipped: no %s\n", path);
		return 77;
	}
	rest = slice_of(text, fread(text, 1, sizeof(text), f));
	(void)fclose(f);
	ok(slice_cut(rest, '\n', &line, &rest), "a line with the columns' names");
	while (slice_cut(rest, '\n', &line, &rest)) {
		row++;
		skipped += !test_row(line, row);
	}
	ok(row > skipped, "%u rows", row);
	printf("%u rows, %u of them skipped: body not known\n", row, skipped);
	return done();
}
