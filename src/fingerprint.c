#include "src/fingerprint.h"

#include <assert.h>

#include <openssl/evp.h>

#include "dissect/chars.h"
#include "src/findings.h"
#include "src/output.h"

/* Goes into each: a change of what is made here changes all of them, and must not be taken for another one. */
#define FORM "gbscope-fingerprint-1"

enum {
	CANONICAL_BYTES = 1024,
	PART_BYTES = 160, /* of one text; what is longer differs at its front or not at all */
	WORD_LONG = 8,    /* a word of letters and digits that long is some random id */
	SHORT_VALUE = 7,  /* a number that short may be a code; a date is longer */
	ID_DIGITS = 20    /* GB/T 28181-2022 Annex E */
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

/* By the beginning of the rule's id. The first row that fits decides; fields come before. */
static const struct {
	const char *what;
	enum policy policy;
} fields[] =
    {
        {"sip.Call-ID", POLICY_NOTHING},    {"sip.from.tag", POLICY_NOTHING},
        {"sip.to.tag", POLICY_NOTHING},     {"sip.Via.branch", POLICY_NOTHING},
        {"sip.Via.rport", POLICY_NOTHING},  {"sip.Via.received", POLICY_NOTHING},
        {"sip.CSeq.seq", POLICY_NOTHING},   {"sip.Date", POLICY_NOTHING},
        {"sip.Timestamp", POLICY_NOTHING},  {"mansrtsp.CSeq", POLICY_NOTHING},
        {"sip.Status-Code", POLICY_SHORT},  {"sdp.version", POLICY_SHORT},
        {"mansrtsp.version", POLICY_SHORT}, {"mansrtsp.Scale", POLICY_SHORT},
},
  rules[] = {
      {"auth-nonce-", POLICY_NOTHING},
      {"sip-tag-", POLICY_NOTHING},
      {"sip-branch-", POLICY_NOTHING},
      {"sip-version", POLICY_SHORT},
      {"auth-realm-", POLICY_WHOLE},
      {"auth-username-", POLICY_WHOLE},
      {"gb-domain-", POLICY_WHOLE},
      {"gb-user-", POLICY_WHOLE},
      {"manscdp-deviceid-", POLICY_WHOLE},
      {"manscdp-alarm-type", POLICY_SHORT},
      {"manscdp-charset-", POLICY_SHORT},
      {"manscdp-edition", POLICY_SHORT},
      {"manscdp-field-enum", POLICY_SHORT},
      {"manscdp-field-range", POLICY_SHORT},
      {"manscdp-method-form", POLICY_SHORT},
      {"manscdp-value-", POLICY_SHORT},
};

/* Arguments that say what kind of wrong it is. Others say where, when and how often. */
static const char *const kinds[] = {
    "CmdType", "algorithm", "detail", "first", "header", "how",    "kind",   "line",
    "method",  "missing",   "name",   "param", "part",   "qop",    "root",   "s",
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
address(struct slice s)
{
	size_t i, colons = 0, digits = 0;

	for (i = 0; i < s.n && (hex_octet(s.p[i]) || s.p[i] == ':' || s.p[i] == '.'); i++) {
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
		n = address(s);
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
		if (slice_eq(field, slice_str(fields[i].what)))
			return fields[i].policy;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (slice_starts(rule, slice_str(rules[i].what))) {
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
		if (strcmp(name, kinds[i]) == 0)
			return true;
	return false;
}

static void
add_message(struct canonical *c, const struct finding *x)
{
	add_plain(c, x->sender);
	add(c, SLICE("\n"));
	add_plain(c, x->method);
	if (x->response)
		add(c, SLICE(" response"));
	add(c, SLICE("\n"));
	add_plain(c, x->root);
	if (x->CmdType.n != 0) {
		add(c, SLICE(" "));
		add_plain(c, x->CmdType);
	}
	add(c, SLICE("\n"));
}

/* A line each; what is not there is an empty one. */
static void
parts(struct canonical *c, const struct finding *x)
{
	enum policy p = policy_of(x);
	size_t i;

	add(c, slice_head(x->device, PART_BYTES));
	add(c, SLICE("\n"));
	add_message(c, x);
	add_path(c, x->field);
	add(c, SLICE("\n"));
	if (x->has_value)
		add_value(c, x->value, p);
	add(c, SLICE("\n"));
	if (x->has_expected && p != POLICY_NOTHING)
		add_value(c, x->expected, p);
	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++) {
		if (x->args[i].value.n == 0 || !kind(x->args[i].name))
			continue;
		add(c, SLICE("\n"));
		add(c, slice_str(x->args[i].name));
		add(c, SLICE(" "));
		add_value(c, x->args[i].value,
		          strcmp(x->args[i].name, "status") == 0 ? POLICY_SHORT
		                                                 : POLICY_NUMBERS);
	}
}

void
fingerprint(const struct finding *x, char out[FINGERPRINT_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t full[EVP_MAX_MD_SIZE];
	struct canonical c = {.n = 0};
	unsigned n = 0;
	int good;
	size_t i;

	add(&c, SLICE(FORM "\n"));
	add(&c, slice_str(rule_infos[x->rule].id));
	add(&c, SLICE("\n"));
	parts(&c, x);
	good = EVP_Digest(c.p, c.n, full, &n, EVP_sha256(), NULL);
	assert(good == 1 && n >= FINGERPRINT_TEXT / 2);
	(void)good;
	for (i = 0; i < FINGERPRINT_TEXT / 2; i++) {
		out[2 * i] = hex[full[i] >> 4];
		out[2 * i + 1] = hex[full[i] & 15];
	}
	out[FINGERPRINT_TEXT - 1] = '\0';
}

size_t
fingerprint_subject(const struct finding *x, char out[FINGERPRINT_SUBJECT])
{
	struct canonical c = {.n = 0};
	struct slice rest;
	uint32_t code;
	size_t n = 0, len;

	parts(&c, x);
	for (rest = slice_of(c.p, c.n); rest.n != 0 && n + 4 < FINGERPRINT_SUBJECT;
	     rest = slice_tail(rest, len)) {
		len = chars_utf8(rest, &code);
		if (len == 0) {
			len = 1;
			out[n++] = '?';
		} else if (code <= ' ' || code == 0x7F) {
			/* Empty lines, and blanks in a row, are one blank. */
			if (n != 0 && out[n - 1] != ' ')
				out[n++] = ' ';
		} else if (tty_invisible(code)) {
			out[n++] = '?';
		} else {
			memcpy(out + n, rest.p, len);
			n += len;
		}
	}
	while (n != 0 && out[n - 1] == ' ')
		n--;
	if (n == 0)
		out[n++] = '-';
	out[n] = '\0';
	return n;
}
