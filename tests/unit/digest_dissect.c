#include "dissect/digest.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)  {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING {NULL, 0}
/* clang-format on */

/* clang-format off */
static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	struct slice scheme;
	bool is_digest;
	struct slice realm, nonce, qop, unknown;
	bool comma, merged;
} rows[] = {
    {"a challenge", S("Digest realm=\"3402000000\",nonce=\"a b\", qop=\"auth,auth-int\""), DIS_OK,
     S("Digest"), true, S("3402000000"), S("a b"), S("auth,auth-int"), NOTHING, false, false},
    {"white space around = and ,", S("DIGEST  realm = \"r\" ,\r\n nonce\t=\t\"n\" , qop = auth"),
     DIS_OK, S("DIGEST"), true, S("r"), S("n"), S("auth"), NOTHING, false, false},
    {"escapes stay", S("Digest realm=\"a\\\"b, c\", nonce=\"\""), DIS_OK, S("Digest"), true,
     S("a\\\"b, c"), NOTHING, NOTHING, NOTHING, false, false},
    {"unquoted values", S("Digest realm=r,nonce=sip:u@h;x,qop=auth"), DIS_OK, S("Digest"), true,
     S("r"), S("sip:u@h;x"), S("auth"), NOTHING, false, false},
    {"names in another case", S("Digest Realm=\"r\", NONCE=\"n\""), DIS_OK, S("Digest"), true, S("r"),
     S("n"), NOTHING, NOTHING, false, false},
    {"a name that is not known", S("Digest realm=\"r\", foo=bar, baz=1"), DIS_OK, S("Digest"), true,
     S("r"), NOTHING, NOTHING, S("foo"), false, false},
    {"a value with =", S("Digest nonce=YWJj==, realm=\"r\""), DIS_OK, S("Digest"), true, S("r"),
     S("YWJj=="), NOTHING, NOTHING, false, false},
    {"a second scheme behind a comma", S("Digest realm=\"r\", nonce=\"n\", Digest realm=\"s\""), DIS_OK,
     S("Digest"), true, S("r"), S("n"), NOTHING, NOTHING, false, true},
    {"Basic behind a comma", S("Digest realm=\"r\", Basic realm=\"s\", nonce=\"n\""), DIS_OK,
     S("Digest"), true, S("r"), NOTHING, NOTHING, NOTHING, false, true},
    {"a comma behind the scheme", S("Digest, realm=\"r\""), DIS_OK, S("Digest"), true, S("r"), NOTHING,
     NOTHING, NOTHING, true, false},
    {"a comma at the end", S("Digest realm=\"r\","), DIS_BAD, S("Digest"), true, S("r"), NOTHING,
     NOTHING, NOTHING, false, false},
    {"two commas", S("Digest realm=\"r\",, nonce=\"n\""), DIS_BAD, S("Digest"), true, S("r"), S("n"),
     NOTHING, NOTHING, false, false},
    {"no comma between", S("Digest realm=\"r\" nonce=\"n\" qop=auth"), DIS_BAD, S("Digest"), true,
     S("r"), S("n"), S("auth"), NOTHING, false, false},
    {"no comma between unquoted values", S("Digest qop=auth nonce=\"n\""), DIS_BAD, S("Digest"), true,
     NOTHING, S("n"), S("auth"), NOTHING, false, false},
    {"the last quote is missing", S("Digest nonce=\"n\", realm=\"r"), DIS_BAD, S("Digest"), true,
     S("r"), S("n"), NOTHING, NOTHING, false, false},
    {"a quote in the middle is missing", S("Digest realm=\"r, nonce=\"n\", qop=auth"), DIS_BAD,
     S("Digest"), true, S("r, nonce="), NOTHING, S("auth"), NOTHING, false, false},
    {"words behind the quotes", S("Digest realm=\"r\"x, nonce=\"n\""), DIS_BAD, S("Digest"), true,
     S("r"), S("n"), NOTHING, NOTHING, false, false},
    {"a name without value", S("Digest realm, nonce=\"n\""), DIS_BAD, S("Digest"), true, NOTHING,
     S("n"), NOTHING, NOTHING, false, false},
    {"an empty value", S("Digest realm=, nonce=\"n\""), DIS_BAD, S("Digest"), true, NOTHING, S("n"),
     NOTHING, NOTHING, false, false},
    {"no name", S("Digest =\"r\", nonce=\"n\""), DIS_BAD, S("Digest"), true, NOTHING, S("n"), NOTHING,
     NOTHING, false, false},
    {"a list without quotes", S("Digest qop=auth,auth-int, nonce=\"n\""), DIS_BAD, S("Digest"), true,
     NOTHING, S("n"), S("auth"), NOTHING, false, false},
    {"a semicolon for a comma", S("Digest realm=\"r\"; nonce=\"n\", qop=auth"), DIS_BAD, S("Digest"),
     true, S("r"), NOTHING, S("auth"), NOTHING, false, false},
    {"glued", S("Digestrealm=\"r\", nonce=\"n\""), DIS_BAD, S("Digest"), true, S("r"), S("n"), NOTHING,
     NOTHING, false, false},
    {"a colon behind the scheme", S("Digest: realm=\"r\", nonce=\"n\""), DIS_BAD, S("Digest"), true,
     NOTHING, S("n"), NOTHING, NOTHING, false, false},
    {"no scheme", S("realm=\"r\", nonce=\"n\""), DIS_BAD, NOTHING, false, S("r"), S("n"), NOTHING,
     NOTHING, false, false},
    {"a scheme alone", S("Digest"), DIS_BAD, S("Digest"), true, NOTHING, NOTHING, NOTHING, NOTHING,
     false, false},
    {"Basic", S("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), DIS_OK, S("Basic"), false, NOTHING, NOTHING,
     NOTHING, NOTHING, false, false},
    {"Capability", S("Capability algorithm=\"A:SM2;H:SM3\", nonce=\"n\""), DIS_OK, S("Capability"), false,
     NOTHING, S("n"), NOTHING, NOTHING, false, false},
    {"Capability and a comma", S("Capability, algorithm=\"A:SM2\", nonce=\"n\""), DIS_OK,
     S("Capability"), false, NOTHING, S("n"), NOTHING, NOTHING, true, false},
    {"a scheme nobody knows", S("NoOneKnowsThisScheme opaque-data=here"), DIS_OK,
     S("NoOneKnowsThisScheme"), false, NOTHING, NOTHING, NOTHING, NOTHING, false, false},
    {"a quote and no more", S("\""), DIS_BAD, NOTHING, false, NOTHING, NOTHING, NOTHING, NOTHING, false,
     false},
    {"nothing", S(" "), DIS_MORE, NOTHING, false, NOTHING, NOTHING, NOTHING, NOTHING, false, false},
};
/* clang-format on */

static void
credentials(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct digest d;
		enum dis dis = digest_dissect(rows[i].in, NULL, &d);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(slice_eq(d.scheme, rows[i].scheme) && d.is_digest == rows[i].is_digest,
		   "%s: scheme", rows[i].what);
		ok(slice_eq(d.p[DIGEST_REALM].value, rows[i].realm), "%s: realm",
		   rows[i].what);
		ok(slice_eq(d.p[DIGEST_NONCE].value, rows[i].nonce), "%s: nonce",
		   rows[i].what);
		ok(slice_eq(d.p[DIGEST_QOP].value, rows[i].qop), "%s: qop", rows[i].what);
		ok(slice_eq(d.unknown, rows[i].unknown), "%s: unknown", rows[i].what);
		ok(d.comma_after_scheme == rows[i].comma && d.merged == rows[i].merged,
		   "%s: its form", rows[i].what);
	}
}

static void
repeats(void)
{
	struct digest d;

	digest_dissect(
	    SLICE(
	        "Digest nonce=\"a\", nonce=a, realm=\"a\", realm=\"b\", nc=1, opaque=\"\""),
	    NULL, &d);
	ok(d.p[DIGEST_NONCE].times == 2 && !d.p[DIGEST_NONCE].differs &&
	       d.p[DIGEST_NONCE].quoted,
	   "twice the same, the first is kept");
	ok(d.p[DIGEST_REALM].times == 2 && d.p[DIGEST_REALM].differs &&
	       slice_eq(d.p[DIGEST_REALM].value, SLICE("a")),
	   "twice and different");
	ok(d.p[DIGEST_NC].times == 1 && !d.p[DIGEST_NC].quoted, "once, without quotes");
	ok(d.p[DIGEST_OPAQUE].times == 1 && d.p[DIGEST_OPAQUE].value.n == 0,
	   "there, and empty");
	ok(d.p[DIGEST_URI].times == 0, "not there");
	ok(digest_info_dissect(SLICE("nextnonce=\"x\", qop=auth, rspauth=\"00\""), NULL,
	                       &d) == DIS_OK &&
	       d.is_digest && d.scheme.n == 0 &&
	       slice_eq(d.p[DIGEST_NEXTNONCE].value, SLICE("x")) &&
	       slice_eq(d.p[DIGEST_RSPAUTH].value, SLICE("00")),
	   "Authentication-Info");
	ok(digest_info_dissect(SLICE("Digest rspauth=\"00\""), NULL, &d) == DIS_OK &&
	       d.merged,
	   "Authentication-Info has no scheme");
	ok(digest_info_dissect(SLICE(""), NULL, &d) == DIS_MORE,
	   "an empty Authentication-Info");
}

static void
values(void)
{
	/* clang-format off */
	static const struct {
		struct slice name;
		enum digest_algorithm algorithm;
		bool sess;
		size_t hex;
	} algorithms[] = {
	    {S(""), DIGEST_MD5, false, 32},
	    {S("MD5"), DIGEST_MD5, false, 32},
	    {S("md5-SESS"), DIGEST_MD5, true, 32},
	    {S("SHA-256"), DIGEST_SHA256, false, 64},
	    {S("sha-256-sess"), DIGEST_SHA256, true, 64},
	    {S("SHA-512-256"), DIGEST_SHA512_256, false, 64},
	    {S("SHA-512-256-sess"), DIGEST_SHA512_256, true, 64},
	    {S("SM3"), DIGEST_SM3, false, 64},
	    {S("Sm3-Sess"), DIGEST_SM3, true, 64},
	    {S("SHA-1"), DIGEST_ALGORITHM_UNKNOWN, false, 0},
	    {S("MD5-sess-sess"), DIGEST_ALGORITHM_UNKNOWN, true, 0},
	    {S("-sess"), DIGEST_ALGORITHM_UNKNOWN, false, 0},
	    {S("\"MD5\""), DIGEST_ALGORITHM_UNKNOWN, false, 0},
	};
	/* clang-format on */
	size_t i;
	bool sess;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		enum digest_algorithm a = digest_algorithm(algorithms[i].name, &sess);

		ok(a == algorithms[i].algorithm && sess == algorithms[i].sess &&
		       digest_hex_length(a) == algorithms[i].hex,
		   "algorithm " SLICE_FMT, SLICE_ARG(algorithms[i].name));
	}
	ok(digest_qop(SLICE("AUTH")) == DIGEST_QOP_AUTH &&
	       digest_qop(SLICE("")) == DIGEST_QOP_NONE &&
	       digest_qop(SLICE(" auth-int ")) == DIGEST_QOP_AUTH_INT &&
	       digest_qop(SLICE("auth,auth-int")) == DIGEST_QOP_UNKNOWN,
	   "qop of credentials");
	ok(digest_qop_offered(SLICE("auth, auth-int"), SLICE("auth-INT")) &&
	       digest_qop_offered(SLICE("auth"), SLICE("auth")) &&
	       !digest_qop_offered(SLICE("auth-int"), SLICE("auth")) &&
	       !digest_qop_offered(SLICE(""), SLICE("auth")) &&
	       !digest_qop_offered(SLICE("auth,"), SLICE("")),
	   "qop of a challenge");
	for (i = 0; i < DIGEST_PARAM_TOTAL; i++)
		ok(digest_param_names[i] != NULL && digest_param_names[i][0] != 0,
		   "parameter %zu has a name", i);
}

int
main(void)
{
	credentials();
	repeats();
	values();
	return done();
}
