#include "src/auth_formula.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "src/hash.h"

/* HA1 of so many (line, user, realm, algorithm); a newer one takes an older one's place. */
enum { REMEMBERED = 8192 };

struct known {
	uint8_t *key; /* user and realm, malloc'd; NULL: nothing here */
	size_t user_n, realm_n, line;
	enum digest_algorithm algorithm;
	char ha1[HEX_MAX];
};

struct auth_formulas {
	EVP_MD *md[DIGEST_ALGORITHM_UNKNOWN]; /* NULL: this OpenSSL lacks it */
	EVP_MD_CTX *ctx;
	struct hash_key key;
	struct known *known;
	uint64_t spent;
	bool failed;
};

static const char *const names[DIGEST_ALGORITHM_UNKNOWN] = {
    [DIGEST_MD5] = "MD5",
    [DIGEST_SHA256] = "SHA256",
    [DIGEST_SHA512_256] = "SHA512-256",
    [DIGEST_SM3] = "SM3",
};

bool
hex_read(struct slice s, uint8_t *out, size_t n)
{
	size_t i;

	if (s.n / 2 != n || s.n % 2 != 0)
		return false;
	for (i = 0; i < s.n; i++) {
		uint8_t c = ascii_lower(s.p[i]), v;

		if (ascii_digit(c))
			v = (uint8_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = (uint8_t)(c - 'a' + 10);
		else
			return false;
		out[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 : out[i / 2] | v);
	}
	return true;
}

void
hex_write(const uint8_t *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
}

static void
hex_upper(char *hex, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (hex[i] >= 'a')
			hex[i] = (char)(hex[i] - 32);
}

struct auth_formulas *
auth_formulas_new(struct err *e)
{
	struct auth_formulas *f = calloc(1, sizeof(*f));
	size_t i, fetched = 0;

	if (f == NULL) {
		err_set(e, "no memory for digest authentication");
		return NULL;
	}
	for (i = 0; i < DIGEST_ALGORITHM_UNKNOWN; i++) {
		f->md[i] = EVP_MD_fetch(NULL, names[i], NULL);
		/* Where FIPS is the default: this checks what others did, it protects nothing. */
		if (f->md[i] == NULL)
			f->md[i] = EVP_MD_fetch(NULL, names[i], "-fips");
		fetched += f->md[i] != NULL;
	}
	f->key = hash_key_random();
	f->known = calloc(REMEMBERED, sizeof(*f->known));
	f->ctx = EVP_MD_CTX_new();
	if (fetched == 0 || f->ctx == NULL || f->known == NULL) {
		err_set(e, fetched == 0 ? "OpenSSL has none of the digest algorithms"
		                        : "no memory for digest authentication");
		auth_formulas_free(f);
		return NULL;
	}
	return f;
}

void
auth_formulas_free(struct auth_formulas *f)
{
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < DIGEST_ALGORITHM_UNKNOWN; i++)
		EVP_MD_free(f->md[i]);
	EVP_MD_CTX_free(f->ctx);
	for (i = 0; f->known != NULL && i < REMEMBERED; i++)
		free(f->known[i].key);
	if (f->known != NULL)
		OPENSSL_cleanse(f->known, REMEMBERED * sizeof(*f->known));
	free(f->known);
	free(f);
}

bool
auth_formulas_has(const struct auth_formulas *f, enum digest_algorithm alg)
{
	return alg < DIGEST_ALGORITHM_UNKNOWN && f->md[alg] != NULL;
}

uint64_t
auth_formulas_spent(const struct auth_formulas *f)
{
	return f->spent;
}

bool
auth_formulas_failed(struct auth_formulas *f)
{
	bool failed = f->failed;

	f->failed = false;
	return failed;
}

bool
auth_formulas_hash(struct auth_formulas *f, enum digest_algorithm alg,
                   const struct slice *parts, size_t n, uint8_t out[HASH_MAX])
{
	uint8_t full[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool good;
	size_t i;

	f->spent++;
	good = auth_formulas_has(f, alg) &&
	       EVP_DigestInit_ex2(f->ctx, f->md[alg], NULL) == 1;
	for (i = 0; i < n && good; i++) {
		f->spent += parts[i].n / 1024;
		if (i != 0)
			good = EVP_DigestUpdate(f->ctx, ":", 1) == 1;
		if (good && parts[i].n != 0)
			good = EVP_DigestUpdate(f->ctx, parts[i].p, parts[i].n) == 1;
	}
	good = good && EVP_DigestFinal_ex(f->ctx, full, &len) == 1 &&
	       len == digest_hex_length(alg) / 2 && len <= HASH_MAX;
	if (good)
		memcpy(out, full, len);
	else
		f->failed = true;
	OPENSSL_cleanse(full, sizeof(full));
	return good;
}

/* The same in hex digits. */
static bool
hash_hex(struct auth_formulas *f, enum digest_algorithm alg, const struct slice *parts,
         size_t n, char out[HEX_MAX])
{
	uint8_t raw[HASH_MAX];

	if (!auth_formulas_hash(f, alg, parts, n, raw))
		return false;
	hex_write(raw, digest_hex_length(alg) / 2, out);
	OPENSSL_cleanse(raw, sizeof(raw));
	return true;
}

static struct known *
known_find(struct auth_formulas *f, const struct auth_formula *form, size_t line,
           bool *found)
{
	struct slice part = slice_of(&line, sizeof(line));
	uint64_t h = hash_more(&f->key, form->algorithm, part);
	struct known *k;

	h = hash_more(&f->key, h, form->user);
	h = hash_more(&f->key, h, form->realm);
	k = &f->known[h % REMEMBERED];
	*found = k->key != NULL && k->line == line && k->algorithm == form->algorithm &&
	         slice_eq(slice_of(k->key, k->user_n), form->user) &&
	         slice_eq(slice_of(k->key + k->user_n, k->realm_n), form->realm);
	return k;
}

static void
known_set(struct known *k, const struct auth_formula *form, size_t line,
          const char ha1[HEX_MAX])
{
	uint8_t *key;

	/* Longer ones are no names; they are computed each time. */
	if (form->user.n > 1024 || form->realm.n > 1024)
		return;
	key = malloc(form->user.n + form->realm.n + 1);
	if (key == NULL)
		return;
	if (form->user.n != 0)
		memcpy(key, form->user.p, form->user.n);
	if (form->realm.n != 0)
		memcpy(key + form->user.n, form->realm.p, form->realm.n);
	free(k->key);
	k->key = key;
	k->user_n = form->user.n;
	k->realm_n = form->realm.n;
	k->line = line;
	k->algorithm = form->algorithm;
	memcpy(k->ha1, ha1, HEX_MAX);
}

/* H(user:realm:password), RFC 7616 3.4.2, before -sess. */
static bool
ha1_of_password(struct auth_formulas *f, const struct auth_formula *form,
                const struct auth_secret *secret, char ha1[HEX_MAX])
{
	const struct slice parts[] = {form->user, form->realm, secret->text};
	struct known *k = NULL;
	bool found = false;

	if (secret->remember)
		k = known_find(f, form, secret->line, &found);
	if (found) {
		memcpy(ha1, k->ha1, HEX_MAX);
		return true;
	}
	if (!hash_hex(f, form->algorithm, parts, 3, ha1))
		return false;
	if (k != NULL)
		known_set(k, form, secret->line, ha1);
	return true;
}

static bool
ha1_of(struct auth_formulas *f, const struct auth_formula *form,
       const struct auth_secret *secret, char ha1[HEX_MAX])
{
	size_t n = digest_hex_length(form->algorithm);
	uint8_t raw[HASH_MAX];

	if (secret->is_ha1) {
		if (!hex_read(secret->text, raw, n / 2))
			return false;
		hex_write(raw, n / 2, ha1);
		OPENSSL_cleanse(raw, sizeof(raw));
	} else if (!ha1_of_password(f, form, secret, ha1)) {
		return false;
	}
	if (form->sess) {
		const struct slice parts[] = {slice_of(ha1, n), form->nonce,
		                              form->sess_cnonce};

		if (!hash_hex(f, form->algorithm, parts, 3, ha1))
			return false;
	}
	if (form->upper_ha1)
		hex_upper(ha1, n);
	return true;
}

/* H(method:uri), with auth-int H(method:uri:H(body)): RFC 7616 3.4.3. */
static bool
ha2_of(struct auth_formulas *f, struct auth_formula *form)
{
	size_t n = digest_hex_length(form->algorithm);
	struct slice parts[] = {form->method, form->uri, SLICE_EMPTY};

	if (form->ha2_ready)
		return true;
	if (form->body_in) {
		if ((!form->body_ready || form->body_algorithm != form->algorithm) &&
		    !hash_hex(f, form->algorithm, &form->body, 1, form->body_hash))
			return false;
		form->body_algorithm = form->algorithm;
		form->body_ready = true;
		parts[2] = slice_of(form->body_hash, n);
	}
	if (!hash_hex(f, form->algorithm, parts, form->body_in ? 3 : 2, form->ha2))
		return false;
	if (form->upper_ha2)
		hex_upper(form->ha2, n);
	form->ha2_ready = true;
	return true;
}

bool
auth_formulas_match(struct auth_formulas *f, struct auth_formula *form,
                    const struct auth_secret *secret, const uint8_t want[HASH_MAX])
{
	size_t n = digest_hex_length(form->algorithm), total = 0;
	struct slice parts[6];
	char ha1[HEX_MAX];
	uint8_t got[HASH_MAX];
	bool same = false;

	if (!ha2_of(f, form) || !ha1_of(f, form, secret, ha1))
		goto out;
	parts[total++] = slice_of(ha1, n);
	parts[total++] = form->nonce;
	if (form->middle == MIDDLE_FULL)
		parts[total++] = form->nc;
	if (form->middle != MIDDLE_NONE)
		parts[total++] = form->cnonce;
	if (form->middle == MIDDLE_FULL || form->middle == MIDDLE_NO_NC)
		parts[total++] = form->qop;
	parts[total++] = slice_of(form->ha2, n);
	same = auth_formulas_hash(f, form->algorithm, parts, total, got) &&
	       CRYPTO_memcmp(got, want, n / 2) == 0;
out:
	OPENSSL_cleanse(ha1, sizeof(ha1));
	OPENSSL_cleanse(got, sizeof(got));
	return same;
}
