#include "src/fingerprint.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "dissect/chars.h"
#include "src/findings.h"
#include "src/hash.h"
#include "src/mix.h"
#include "src/output.h"
#include "src/secret.h"

/* Goes into each: a change of what is made here changes all of them, and must not be taken for another one. */
#define FORM "gbscope-fingerprint-1"

enum {
	CANONICAL_BYTES = 1024,
	PART_BYTES =
	    160, /* of one text; what is longer differs at its front or not at all */
	WORD_LONG = 8,   /* a word of letters and digits that long is some random id */
	SHORT_VALUE = 7, /* a number that short may be a code; a date is longer */
	ID_DIGITS = 20,  /* GB/T 28181-2022 Annex E */
	HALF = FINGERPRINT_TEXT / 2,
	CLASSES_KEPT = 256, /* both are powers of two */
	DEVICES_KEPT = 1024,
};

/* One half, and from what it was made: src/mix.h. */
struct half {
	uint64_t mixed;
	char text[HALF];
	bool there;
};

struct fingerprints {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
	uint64_t key;
	struct half classes[CLASSES_KEPT], devices[DEVICES_KEPT];
};

struct canonical {
	uint8_t p[CANONICAL_BYTES];
	size_t n;
};

/* How a value enters. */
enum policy {
	POLICY_NUMBERS, /* without numbers and random ids */
	POLICY_SHORT,   /* as it is if it is short: a code or a version */
	POLICY_WHOLE,   /* as it is: a part of an id */
	POLICY_NOTHING,
};

/* By the field, else by the beginning of the rule's id. */
#define S(lit)                                                                           \
	{                                                                                \
		(const uint8_t *)(lit), sizeof(lit) - 1                                  \
	}
static const struct {
	struct slice what;
	enum policy policy;
} fields[] =
    {
        {S("sip.Call-ID"), POLICY_NOTHING},    {S("sip.from.tag"), POLICY_NOTHING},
        {S("sip.to.tag"), POLICY_NOTHING},     {S("sip.Via.branch"), POLICY_NOTHING},
        {S("sip.Via.rport"), POLICY_NOTHING},  {S("sip.Via.received"), POLICY_NOTHING},
        {S("sip.CSeq.seq"), POLICY_NOTHING},   {S("sip.Date"), POLICY_NOTHING},
        {S("sip.Timestamp"), POLICY_NOTHING},  {S("mansrtsp.CSeq"), POLICY_NOTHING},
        {S("sip.Status-Code"), POLICY_SHORT},  {S("sdp.version"), POLICY_SHORT},
        {S("mansrtsp.version"), POLICY_SHORT}, {S("mansrtsp.Scale"), POLICY_SHORT},
},
  rules[] = {
      {S("auth-nonce-"), POLICY_NOTHING},
      {S("sip-tag-"), POLICY_NOTHING},
      {S("sip-branch-"), POLICY_NOTHING},
      {S("sip-version"), POLICY_SHORT},
      {S("sip-uri-parameters"), POLICY_NOTHING},
      {S("auth-realm-"), POLICY_WHOLE},
      {S("auth-username-"), POLICY_WHOLE},
      {S("gb-domain-"), POLICY_WHOLE},
      {S("gb-user-"), POLICY_WHOLE},
      {S("manscdp-deviceid-"), POLICY_WHOLE},
      {S("manscdp-alarm-type"), POLICY_SHORT},
      {S("manscdp-charset-"), POLICY_SHORT},
      {S("manscdp-edition"), POLICY_SHORT},
      {S("manscdp-field-enum"), POLICY_SHORT},
      {S("manscdp-field-range"), POLICY_SHORT},
      {S("manscdp-method-form"), POLICY_SHORT},
      {S("manscdp-value-"), POLICY_SHORT},
};

#undef S

/* Arguments that say what kind of wrong it is. Others say where, when and how often. */
static const char *const kinds[] = {
    "CmdType", "algorithm", "detail", "first", "header", "how", "kind", "line",
    "method",  "missing",   "name",   "param", "part",   "qop", "root", "s",
    "scheme",  "second",    "status", "what",  "which",  "why",
};

/* What stands behind one of these and a '=' is another one each time. */
static const char *const volatiles[] = {
    "tag", "branch", "nonce", "cnonce", "opaque", "nc", "response", "rspauth", "received",
};

static void
add(struct canonical *c, struct slice s)
{
	s = slice_head(s, sizeof(c->p) - c->n);
	if (s.n != 0)
		memcpy(c->p + c->n, s.p, s.n);
	c->n += s.n;
}

static bool
word_octet(uint8_t c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

static bool
hex_octet(uint8_t c)
{
	return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* Octets of an IPv6 address at the front: hex digits and two colons at least. */
static size_t
address_text(struct slice s)
{
	size_t i, colons = 0, digits = 0;

	for (i = 0; i < s.n && (hex_octet(s.p[i]) || s.p[i] == ':' || s.p[i] == '.');
	     i++) {
		colons += s.p[i] == ':';
		digits += s.p[i] != ':';
	}
	/* A time of day has two colons, but its numbers do not enter either. */
	return colons >= 2 && digits != 0 && (i == s.n || !word_octet(s.p[i])) ? i : 0;
}

static size_t
word(struct slice s, size_t *digits, bool *hex)
{
	size_t i;

	*digits = 0;
	*hex = true;
	for (i = 0; i < s.n && word_octet(s.p[i]); i++) {
		*digits += ascii_digit(s.p[i]);
		*hex = *hex && hex_octet(s.p[i]);
	}
	return i;
}

/* A short word: "H264" and "MD5" are names, "10s" is a number with its unit. */
static void
add_short(struct canonical *c, struct slice s)
{
	size_t i = 0;

	while (i < s.n && ascii_digit(s.p[i]))
		i++;
	if (i != 0)
		add(c, SLICE("#"));
	add(c, slice_tail(s, i));
}

static void
add_word(struct canonical *c, struct slice s, size_t digits, bool hex)
{
	if (digits == s.n && s.n != ID_DIGITS)
		add(c, SLICE("#"));
	else if (digits != s.n && s.n >= WORD_LONG && (digits != 0 || hex))
		add(c, SLICE("*"));
	else if (digits == s.n)
		add(c, s);
	else
		add_short(c, s);
}

/* Behind the name `s`, at a '=': how much of the rest is its value, if that is another one each time. */
static size_t
volatile_value(struct slice name, struct slice rest)
{
	size_t i, n = 1;
	bool known = false;

	for (i = 0; i < sizeof(volatiles) / sizeof(volatiles[0]) && !known; i++)
		known = slice_ieq(name, slice_str(volatiles[i]));
	if (!known || rest.n == 0 || rest.p[0] != '=')
		return 0;
	while (n < rest.n && rest.p[n] != ';' && rest.p[n] != ',' && rest.p[n] != '>' &&
	       !ascii_space(rest.p[n]))
		n++;
	return n;
}

/* Without numbers, addresses and random ids. */
static void
add_plain(struct canonical *c, struct slice s)
{
	size_t n, digits, more;
	bool hex;

	for (s = slice_head(s, PART_BYTES); s.n != 0; s = slice_tail(s, n)) {
		n = address_text(s);
		if (n != 0) {
			add(c, SLICE("*"));
			continue;
		}
		n = word(s, &digits, &hex);
		if (n == 0) {
			n = 1;
			add(c, slice_head(s, 1));
			continue;
		}
		add_word(c, slice_head(s, n), digits, hex);
		more = volatile_value(slice_head(s, n), slice_tail(s, n));
		if (more != 0)
			add(c, SLICE("=*"));
		n += more;
	}
}

/* "/Response/DeviceList/Item[3]/Name": which of the items is chance. */
static void
add_path(struct canonical *c, struct slice s)
{
	size_t i, k;

	s = slice_head(s, 2 * PART_BYTES);
	for (i = 0; i < s.n; i++) {
		add(c, slice_of(s.p + i, 1));
		if (s.p[i] != '[')
			continue;
		for (k = i + 1; k < s.n && ascii_digit(s.p[k]); k++)
			continue;
		i = k - 1;
	}
}

static enum policy
policy_of(const struct finding *x)
{
	struct slice rule = slice_str(rule_infos[x->rule].id), field = x->field;
	enum policy p = POLICY_NUMBERS;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_eq(field, fields[i].what))
			return fields[i].policy;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rule.p[0] == rules[i].what.p[0] &&
		    slice_starts(rule, rules[i].what)) {
			p = rules[i].policy;
			break;
		}
	/* A command's number counts, whatever is wrong with it. */
	if (p == POLICY_SHORT && field.n > 3 &&
	    slice_eq(slice_tail(field, field.n - 3), SLICE("/SN")))
		return POLICY_NUMBERS;
	return p;
}

static void
add_value(struct canonical *c, struct slice s, enum policy p)
{
	if (p == POLICY_WHOLE || (p == POLICY_SHORT && s.n <= SHORT_VALUE))
		add(c, slice_head(s, PART_BYTES));
	else if (p != POLICY_NOTHING)
		add_plain(c, s);
}

static bool
kind(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (name[0] == kinds[i][0] && strcmp(name, kinds[i]) == 0)
			return true;
	return false;
}

/* That of a body's finding says where the standard has it, or where in the body it was. */
static bool
clause(const struct finding *x, const struct finding_arg *a)
{
	return strcmp(a->name, "detail") == 0 &&
	       (slice_starts(a->value, SLICE("GB/T ")) ||
	        slice_starts(slice_str(rule_infos[x->rule].id),
	                     SLICE("manscdp-charset-")));
}

/* The n-th argument that enters, from *i on; NULL: no more. */
static const struct finding_arg *
next_arg(const struct finding *x, size_t *i)
{
	const struct finding_arg *a;

	while (*i < FINDING_ARGS_MAX && x->args[*i].name != NULL) {
		a = &x->args[(*i)++];
		if (a->value.n != 0 && kind(a->name) && !clause(x, a))
			return a;
	}
	return NULL;
}

/* Who sent it, where that was not the device. */
static struct slice
sender(const struct finding *x)
{
	return slice_eq(x->sender, x->device) ? SLICE_EMPTY : x->sender;
}

static void
add_message(struct canonical *c, const struct finding *x)
{
	struct slice from = sender(x);

	if (from.n != 0) {
		add(c, SLICE("from "));
		add_plain(c, from);
	}
	add(c, SLICE("\n"));
	add_plain(c, x->method);
	if (x->response)
		add(c, SLICE(" response"));
	add(c, SLICE("\n"));
	add_plain(c, x->root);
	add(c, SLICE(" "));
	add_plain(c, x->CmdType);
	add(c, SLICE("\n"));
}

/* A line each; what is not there is an empty one. */
static void
class_text(struct canonical *c, const struct finding *x, enum policy p)
{
	const struct finding_arg *a;
	size_t i = 0;

	add_message(c, x);
	add_path(c, x->field);
	add(c, SLICE("\n"));
	if (x->has_value)
		add_value(c, x->value, p);
	add(c, SLICE("\n"));
	if (x->has_expected)
		add_value(c, x->expected, p);
	while ((a = next_arg(x, &i)) != NULL) {
		add(c, SLICE("\n"));
		add(c, slice_str(a->name));
		add(c, SLICE(" "));
		add_value(c, a->value,
		          strcmp(a->name, "status") == 0 ? POLICY_SHORT : POLICY_NUMBERS);
	}
}

/* The same texts as they stand, to know a class again. */
static uint64_t
class_mixed(const struct fingerprints *f, const struct finding *x, enum policy p)
{
	struct slice texts[7 + FINDING_ARGS_MAX] = {
	    sender(x),
	    x->method,
	    x->root,
	    x->CmdType,
	    x->field,
	    p != POLICY_NOTHING && x->has_value ? x->value : SLICE_EMPTY,
	    x->has_expected && p != POLICY_NOTHING ? x->expected : SLICE_EMPTY,
	};
	const struct finding_arg *a;
	uint64_t h = (uint64_t)x->rule << 1 | x->response;
	size_t i = 0, n = 7;

	while ((a = next_arg(x, &i)) != NULL)
		texts[n++] = a->value;
	for (i = 0; i < n; i++)
		h = (h ^ mix(f->key, texts[i])) * f->key + n;
	return h ^ h >> 32;
}

static void
digest(struct fingerprints *f, const struct canonical *c, char out[HALF])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t full[EVP_MAX_MD_SIZE] = {0};
	unsigned n = 0;
	bool good = EVP_DigestInit_ex2(f->ctx, f->md, NULL) == 1 &&
	            EVP_DigestUpdate(f->ctx, c->p, c->n) == 1 &&
	            EVP_DigestFinal_ex(f->ctx, full, &n) == 1;
	size_t i;

	assert(good && n >= HALF / 2);
	(void)good;
	for (i = 0; i < HALF / 2; i++) {
		out[2 * i] = hex[full[i] >> 4];
		out[2 * i + 1] = hex[full[i] & 15];
	}
}

/* Its texts without secrets: the half of a hash must not give away a short one. */
static void
mask(struct finding *x, struct arena *a)
{
	size_t i;

	x->device = secret_mask(x->device, a);
	x->sender = secret_mask(x->sender, a);
	x->method = secret_mask(x->method, a);
	x->root = secret_mask(x->root, a);
	x->CmdType = secret_mask(x->CmdType, a);
	x->field = secret_mask(x->field, a);
	x->value = secret_mask(x->value, a);
	x->expected = secret_mask(x->expected, a);
	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++)
		x->args[i].value = secret_mask(x->args[i].value, a);
}

static void
make_class(struct fingerprints *f, const struct finding *x, enum policy p, char out[HALF])
{
	struct canonical c = {.n = 0};
	struct finding masked = *x;
	struct arena a;

	arena_init(&a, 0);
	mask(&masked, &a);
	add(&c, SLICE(FORM "\n"));
	add(&c, slice_str(rule_infos[x->rule].id));
	add(&c, SLICE("\n"));
	class_text(&c, &masked, p);
	digest(f, &c, out);
	arena_free(&a);
}

static void
make_device(struct fingerprints *f, struct slice device, char out[HALF])
{
	struct canonical c = {.n = 0};
	struct arena a;

	arena_init(&a, 0);
	add(&c, SLICE(FORM "\n"));
	add(&c, slice_head(secret_mask(device, &a), PART_BYTES));
	digest(f, &c, out);
	arena_free(&a);
}

void
fingerprints_make(struct fingerprints *f, const struct finding *x,
                  char out[FINGERPRINT_TEXT])
{
	enum policy p = policy_of(x);
	uint64_t mixed = class_mixed(f, x, p);
	struct half *h = &f->classes[mixed % CLASSES_KEPT];

	if (!h->there || h->mixed != mixed)
		make_class(f, x, p, h->text);
	h->mixed = mixed;
	h->there = true;
	memcpy(out, h->text, HALF);

	mixed = mix(f->key, x->device);
	h = &f->devices[mixed % DEVICES_KEPT];
	if (!h->there || h->mixed != mixed)
		make_device(f, x->device, h->text);
	h->mixed = mixed;
	h->there = true;
	memcpy(out + HALF, h->text, HALF);
	out[FINGERPRINT_TEXT - 1] = '\0';
}

struct fingerprints *
fingerprints_new(void)
{
	struct fingerprints *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->key = hash_key_random().k0 | 1;
	f->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	f->ctx = EVP_MD_CTX_new();
	if (f->md != NULL && f->ctx != NULL)
		return f;
	fingerprints_free(f);
	return NULL;
}

void
fingerprints_free(struct fingerprints *f)
{
	if (f == NULL)
		return;
	EVP_MD_free(f->md);
	EVP_MD_CTX_free(f->ctx);
	free(f);
}

/* What a terminal can be shown: an octet that is no text, or that moves it about, is a '?'. */
static size_t
readable(struct slice s, char out[FINGERPRINT_SUBJECT])
{
	uint32_t code;
	size_t n = 0, len;

	for (; s.n != 0 && n + 5 < FINGERPRINT_SUBJECT; s = slice_tail(s, len)) {
		len = chars_utf8(s, &code);
		if (len == 0 || chars_invisible(code)) {
			out[n++] = '?';
			len += len == 0;
		} else if (code > ' ' && code != 0x7F) {
			memcpy(out + n, s.p, len);
			n += len;
		} else if (n != 0 && out[n - 1] != ' ') {
			/* Empty lines, and blanks in a row, are one blank. */
			out[n++] = ' ';
		}
	}
	while (n != 0 && out[n - 1] == ' ')
		n--;
	return n;
}

size_t
fingerprint_subject(const struct finding *x, char out[FINGERPRINT_SUBJECT])
{
	struct canonical c = {.n = 0};
	struct finding masked = *x;
	struct arena a;
	size_t n;

	arena_init(&a, 0);
	mask(&masked, &a);
	add(&c, slice_head(masked.device, PART_BYTES));
	add(&c, SLICE(" "));
	class_text(&c, &masked, policy_of(x));
	arena_free(&a);
	n = readable(slice_of(c.p, c.n), out);
	if (n == 0)
		out[n++] = '-';
	out[n] = '\0';
	return n;
}
