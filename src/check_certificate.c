/* Registration with certificates: Capability and Asymmetric of GB/T 28181-2011 to 2016, Unidirection and Bidirection of
 * GB 35114, SecurityInfo and Note. Without keys only the form can be looked at, and what one side repeats of the other. */
#include "src/check.h"

#include "dissect/deviceid.h"
#include "dissect/digest.h"
#include "src/notice_note.h"

enum { RANDOM_OCTETS = 16 };

/* Octets that it stands for; -1: it is no base64 (RFC 4648 4). */
static int
base64_octets(struct slice s)
{
	size_t i, pad = 0;

	while (s.n != 0 && pad < 2 && s.p[s.n - 1] == '=') {
		s.n--;
		pad++;
	}
	if (s.n == 0 || s.n > 65536 || (s.n + pad) % 4 != 0)
		return -1;
	for (i = 0; i < s.n; i++)
		if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && s.p[i] != '+' &&
		    s.p[i] != '/')
			return -1;
	return (int)(s.n * 3 / 4);
}

static bool
is_certificate(struct slice scheme)
{
	return slice_ieq(scheme, SLICE("Asymmetric")) ||
	       slice_ieq(scheme, SLICE("Unidirection")) ||
	       slice_ieq(scheme, SLICE("Bidirection"));
}

static void
values(const struct checker *c, const struct message *m, const struct place *p,
       const char *header, const struct digest *g)
{
	static const struct {
		enum digest_param param;
		int octets; /* 0: any */
	} rows[] = {{DIGEST_RANDOM1, RANDOM_OCTETS},
	            {DIGEST_RANDOM2, RANDOM_OCTETS},
	            {DIGEST_SIGN1, 0},
	            {DIGEST_SIGN2, 0},
	            {DIGEST_CRYPTKEY, 0}};
	size_t i;
	int n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct digest_value *v = &g->p[rows[i].param];
		struct slice name = slice_str(digest_param_names[rows[i].param]);

		if (v->times == 0)
			continue;
		n = base64_octets(v->value);
		if (n >= 0 && (rows[i].octets == 0 || rows[i].octets == n))
			continue;
		found(c, m, p, RULE_GB_CERTIFICATE_VALUE, .field = slice_str(header),
		      .severity = n >= 0 ? SEVERITY_NOTE : SEVERITY_OFF, VALUE(v->value),
		      EXPECTED(SLICE("base64")),
		      ARGS({"param", name},
		           {"what", n < 0 ? SLICE("no base64")
		                          : SLICE("not a random number of 16 octets")}));
		return;
	}
}

/* What the platform gave is given back. */
static void
echo(const struct checker *c, const struct message *m, const struct place *p,
     const struct digest *g, struct slice had, enum digest_param param)
{
	const struct digest_value *has = &g->p[param];

	if (had.n == 0 || (has->times != 0 && slice_eq(had, has->value)))
		return;
	found(c, m, p, RULE_GB_CERTIFICATE_RANDOM, .field = SLICE("Authorization"),
	      .has_value = has->times != 0, .value = has->value, EXPECTED(had),
	      ARGS({"param", slice_str(digest_param_names[param])},
	           {"frame", number(c, p->dialog->certificate->ref.frame)}));
}

/* serverid and deviceid are the two that speak here. */
static void
ids(const struct checker *c, const struct message *m, const struct place *p,
    const struct digest *g)
{
	const struct {
		enum digest_param param;
		struct slice id;
	} rows[] = {{DIGEST_SERVERID, m->uri_dis == DIS_OK ? m->uri.user : SLICE_EMPTY},
	            {DIGEST_DEVICEID, m->from.uri.user}};
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct digest_value *v = &g->p[rows[i].param];

		if (v->times == 0 || !deviceid_is20(rows[i].id) ||
		    slice_eq(v->value, rows[i].id))
			continue;
		found(c, m, p, RULE_GB_CERTIFICATE_ID, .field = SLICE("Authorization"),
		      VALUE(v->value), EXPECTED(rows[i].id),
		      ARGS({"param", slice_str(digest_param_names[rows[i].param])},
		           {"value", v->value}, {"id", rows[i].id}));
	}
}

static void
credentials(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_AUTHORIZATION, 0);
	const struct certificate *asked = p->dialog->certificate;
	struct digest g;

	if (h == NULL || digest_dissect(h->value, c->scratch, &g) == DIS_OTHER ||
	    g.is_digest)
		return;
	values(c, m, p, "Authorization", &g);
	if (!is_certificate(g.scheme))
		return;
	ids(c, m, p, &g);
	if (asked == NULL || !slice_ieq(asked->scheme, g.scheme))
		return;
	echo(c, m, p, &g, asked->random1, DIGEST_RANDOM1);
	if (slice_ieq(g.scheme, SLICE("Asymmetric")))
		echo(c, m, p, &g, asked->nonce, DIGEST_NONCE);
}

/* The platform's side: its challenge, and the key in its 200. */
static void
answer(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_WWW_AUTHENTICATE, 0);
	const struct sip_header *key = sip_find(&m->sip, SIP_SECURITY_INFO, 0);
	struct slice scheme = p->tx->registration_scheme;
	struct digest g;

	if (h != NULL && digest_dissect(h->value, c->scratch, &g) != DIS_OTHER &&
	    is_certificate(g.scheme)) {
		found(c, m, p, RULE_AUTH_CAPABILITY, .field = SLICE("WWW-Authenticate"),
		      ARGS({"scheme", g.scheme}));
		values(c, m, p, "WWW-Authenticate", &g);
		if (!slice_ieq(g.scheme, SLICE("Asymmetric")) &&
		    g.p[DIGEST_RANDOM1].times == 0)
			found(c, m, p, RULE_GB_CERTIFICATE_CHALLENGE,
			      .field = SLICE("WWW-Authenticate"),
			      ARGS({"status", number(c, m->sip.status)},
			           {"scheme", g.scheme}));
	}
	if (key != NULL && digest_dissect(key->value, c->scratch, &g) != DIS_OTHER)
		values(c, m, p, "SecurityInfo", &g);
	if (m->sip.status / 100 == 2 && key == NULL && !p->tx->logout &&
	    (slice_ieq(scheme, SLICE("Unidirection")) ||
	     slice_ieq(scheme, SLICE("Bidirection"))))
		found(c, m, p, RULE_GB_CERTIFICATE_KEY,
		      .field = header_name(SIP_SECURITY_INFO),
		      ARGS({"status", number(c, m->sip.status)}, {"scheme", scheme}));
}

/* The octets of a hash, in base64. */
static int
hash_octets(struct slice algorithm)
{
	static const struct {
		const char *name;
		int octets;
	} rows[] = {{"MD5", 16},     {"SHA-1", 20},  {"SHA1", 20},
	            {"SHA-256", 32}, {"SHA256", 32}, {"SM3", 32}};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_ieq(algorithm, slice_str(rows[i].name)))
			return rows[i].octets;
	return 0;
}

/* Hashes are seen in hex below the base64, too. */
static void
note(const struct checker *c, const struct message *m, const struct place *p,
     const struct sip_header *h)
{
	struct digest g;
	struct slice what = SLICE_EMPTY;
	int octets, want;

	if (digest_dissect(h->value, c->scratch, &g) == DIS_OTHER || !g.is_digest)
		what = SLICE("is no Digest");
	else if (g.p[DIGEST_NONCE].times == 0)
		what = SLICE("has no nonce");
	else if (g.p[DIGEST_ALGORITHM].times == 0)
		what = SLICE("has no algorithm");
	if (what.n == 0) {
		octets = base64_octets(g.p[DIGEST_NONCE].value);
		want = hash_octets(g.p[DIGEST_ALGORITHM].value);
		if (octets < 0)
			what = SLICE("has a nonce that is no base64");
		else if (want != 0 && octets != want && octets != 2 * want)
			what = SLICE(
			    "has a nonce of another length than its algorithm makes");
	}
	if (what.n == 0 && sip_find(&m->sip, SIP_DATE, 0) == NULL)
		what = SLICE("stands without Date");
	if (what.n != 0)
		found(c, m, p, RULE_GB_NOTE, .field = header_name(SIP_NOTE),
		      VALUE(h->value), ARGS({"what", what}));
}

void
check_certificate(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_NOTE, 0);

	if (h != NULL && p->dialog->gb)
		note(c, m, p, h);
	else if (notice_facts(p) & NOTICE_NO_NOTE)
		found(c, m, p, RULE_GB_NOTE_MISSING, .field = header_name(SIP_NOTE),
		      ARGS({"method", m->sip.method}, {"user", m->from.uri.user},
		           {"frame", number(c, p->notice->other.frame)}));
	if (m->method != METHOD_REGISTER)
		return;
	if (m->request)
		credentials(c, m, p);
	else
		answer(c, m, p);
}
