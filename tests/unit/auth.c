/* The values were computed apart from gbscope, with Python's hashlib and with `openssl dgst`. */
#include "src/auth.h"

#include <stdlib.h>

#include "tests/unit/auth_fill.h"
#include "tests/unit/test.h"

static const char file[] =
    "# the first line is a comment\n"
    "34020000001320000003:3402000000:12345678\n"
    "34020000001320000004:3402000000:other-device\n"
    "34020000001320000003:*:less-specific\n"
    "admin:*:admin-pass\n"
    "spaced:*:tail \n"
    "mixed:*:PassWord\n"
    "ha1:3402000000:8542f37e59879b01e8668567996c0f5a\n"
    "hex:*:0123456789abcdef0123456789abcdef\n"
    "ha1s:3402000000:AED45D4EFE4EC42B6BCC61CB85731A1724B636DB14E413B31B890A45A25D3058\n"
    "a\"b:3402000000:esc\n"
    "张三:3402000000:utf8\n"
    "::nothing\n"
    "a\\\\\"b:3402000000:esc-raw\n"
    "*:open:anybody\n"
    "a%c:*:pc\n"
    "twice:*:one\n"
    "twice:*:two\n"
    "34020000001320000003:34020000:12345678\n";

/* Each algorithm, -sess with its own and with the session's first cnonce, each qop. */
static const struct {
	const char *algorithm, *qop, *first_cnonce, *response;
} formulas[] = {
    {"MD5", "", "", "b5913de8748d5c89f673f0a2c53309cb"},
    {"MD5", "auth", "", "3ab43c03368872c1f6b8ec632783fc7f"},
    {"MD5", "auth-int", "", "107a2a4758e805a1b1d40a18a050dfd7"},
    {"MD5-sess", "", "", "121b51bab91ef58ea15799f126d310b5"},
    {"MD5-sess", "auth", "", "db20a4b53cc5ec277f70d88ee81e9bbf"},
    {"MD5-sess", "auth-int", "", "9d8490e2124ea33560545731d1eedb29"},
    {"MD5-sess", "", "f1r57", "ecb83e3a8119bd05c784d0e53c31858b"},
    {"MD5-sess", "auth", "f1r57", "28a735f05d349d74d5a6377a51cf5dd5"},
    {"MD5-sess", "auth-int", "f1r57", "8e21c075914fd6accef6f19c02f27288"},
    {"SHA-256", "", "",
     "f8cbb35c5567eab927c6c7057c5d14fec1e0a09801a6f93eed44e1a4d8f32dac"},
    {"SHA-256", "auth", "",
     "2c2d05f0e1bf87cc77b1b950eb90feffd63f310e7e6519907608a627b0801bec"},
    {"SHA-256", "auth-int", "",
     "9e326b86c6c883a3efe9f127d7618d07c615054492ea0920f4e8e1afdd66038a"},
    {"SHA-256-sess", "", "",
     "03313e2d72bec37c11e985775f323376beb413e7571c28e15de9f171cdacc250"},
    {"SHA-256-sess", "auth", "",
     "dae43313851f8d12f2f3d4c7f11d536cf4b06c24b8f0ae5d176347026421da57"},
    {"SHA-256-sess", "auth-int", "",
     "7d4fc39ac714e68372a9522a5cdc0d7c7748e9912e945733c4d4157c9f01fa5e"},
    {"SHA-256-sess", "", "f1r57",
     "4e88161a78b4cb40fafdb5c5b120d966f662633e25d2b489b887ca4e64127a4e"},
    {"SHA-256-sess", "auth", "f1r57",
     "0ccf7807d713b6493a6c48ac08986a5347d07cb4c1d16c76455406071f94413b"},
    {"SHA-256-sess", "auth-int", "f1r57",
     "7dac490556bf8f944fea92870595ab59b936d910a67e1aa03be71a21509779a4"},
    {"SHA-512-256", "", "",
     "186abaf67e1602b142b27b3351b4b34cab63e6735a49879bafe16e36e5c0291c"},
    {"SHA-512-256", "auth", "",
     "25837d502ec620f073bb41bbfe69c0ef95af54f43ef4e861a1c2129c447d3ed1"},
    {"SHA-512-256", "auth-int", "",
     "eefb1186702d929449b24491934a5fe6b0d6233a6bb2053d951da8b3abe55586"},
    {"SHA-512-256-sess", "", "",
     "baa48eca18f017cebe494f7392285e3daadeeee2692f9da226ce692b748928ab"},
    {"SHA-512-256-sess", "auth", "",
     "a85e8f48e58cd82ae0b3e737148680b8a900078ddf51da48093d9ca2e8100f66"},
    {"SHA-512-256-sess", "auth-int", "",
     "758945a6a8d5253f54900ffb96b0e7039f12128a96a24100c43c392008435869"},
    {"SHA-512-256-sess", "", "f1r57",
     "5d66cfd88b29059745179da0847b88debd7b191029882466bd42726b8ed4e0a1"},
    {"SHA-512-256-sess", "auth", "f1r57",
     "1f3e73a78385cb213d6f69ef0416df9a20e5b0c95134d8855288837179bda536"},
    {"SHA-512-256-sess", "auth-int", "f1r57",
     "c18c66bef0b1f3e3aeef3b175a4cc803c3bbbd4d5e8726a94ed667c02d8f848b"},
    {"SM3", "", "", "422a03514691f2be450a0b62cf47002282ac8f6a28b72cfc5c154c3c112f5c3e"},
    {"SM3", "auth", "",
     "a4b6c64d04351778dd7b75d2e2d97bbab724f28b9f418c0249e11c61eaf5d668"},
    {"SM3", "auth-int", "",
     "c448e066a7c49e493bd9f6ab306547cde173d5cbc07debc82e25e819f28e10d9"},
    {"SM3-sess", "", "",
     "68a93291e4c2abe9544c3e95b0924ba6307a74074b3493bb7a3b980ded961a69"},
    {"SM3-sess", "auth", "",
     "56e514bbc8e757c1a6f224583efdc1f3bddbd315689c35d0f0d3d07108e0ed64"},
    {"SM3-sess", "auth-int", "",
     "3ed165c7c7f8547233243d2a8049975326c4c5aa1fb7ee35ae18b0736ff37e90"},
    {"SM3-sess", "", "f1r57",
     "1233384d1ec93f8e4c411718d4787a24d337b37e2e86b4cc3cb4d30a7738b80e"},
    {"SM3-sess", "auth", "f1r57",
     "f6bd7c4830cbae10d1fd4d02f76664ad70614c1f9bfead7ac73660752576a189"},
    {"SM3-sess", "auth-int", "f1r57",
     "f387e8d5bf975023f51c65eb52aadf4db76c0ebffde537bdbb6de5c7c62e6821"},
};

/* The rule, and what it is not: (parameters changed, surroundings changed) -> verdict. */
static const struct {
	const char *name, *params, *around, *response;
	enum auth_verdict verdict;
	enum auth_variant variant;
	unsigned line;
} rows[] = {
    {"no qop", "", "", "b5913de8748d5c89f673f0a2c53309cb", AUTH_VERIFIED,
     AUTH_VARIANT_NONE, 2},
    {"qop=auth", "qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"upper-case hex", "", "", "B5913DE8748D5C89F673F0A2C53309CB", AUTH_VERIFIED,
     AUTH_VARIANT_NONE, 2},
    {"algorithm in lower case", "algorithm=md5", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"a nonce that is the empty string", "nonce=", "", "74f2d383ae734633da2b9f3d6647a66b",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"a uri that is the empty string", "uri=", "", "ddcc4840a60a487ecbfc7ccbcef8813c",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"the uri parameter, not the Request-URI", "", "request_uri=sip:elsewhere",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"nc as sent, though not of eight digits", "qop=auth|nc=1|cnonce=0a4f113b", "",
     "70f77f63859aa4d7af664d4094523285", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"the word of qop as sent", "qop=AUTH|nc=00000001|cnonce=0a4f113b", "",
     "f0ca6eeccf3bcb2acc5d7272ac52b14e", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"without qop, nc and cnonce do not count", "nc=00000001|+nc=00000002|cnonce=x", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"auth-int over an empty body", "qop=auth-int|nc=00000001|cnonce=0a4f113b", "",
     "c19314de2ce6915db005877b142635de", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"auth-int over a body with a NUL", "qop=auth-int|nc=00000001|cnonce=0a4f113b",
     "body=NUL", "ab011841de61adad01484207afa34954", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"HA1 in place of the password", "username=ha1", "",
     "dd07ef3edc9331c3990dcfffdaaec297", AUTH_VERIFIED, AUTH_VARIANT_NONE, 8},
    {"32 hex digits that are a password", "username=ha1", "",
     "9bf3c7cb9af759fd609a76cce47d50fa", AUTH_VERIFIED, AUTH_VARIANT_NONE, 8},
    {"HA1 of SHA-256, upper case in the file", "username=ha1s|algorithm=SHA-256", "",
     "0356dc80cbe037d6e2274b68afa17336f085bcc9246f638a56b55edf6a459cbc", AUTH_VERIFIED,
     AUTH_VARIANT_NONE, 10},
    {"HA1 and MD5-sess",
     "username=ha1|algorithm=MD5-sess|qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "e9960018f744458a25f04cf916f7ccbb", AUTH_VERIFIED, AUTH_VARIANT_NONE, 8},
    {"escapes removed, RFC 7616", "username=a\\\"b", "",
     "e88069f3eaf4b7775a7541879aea1c24", AUTH_VERIFIED, AUTH_VARIANT_NONE, 11},
    {"escapes kept, RFC 2617", "username=a\\\"b", "", "1b4b316dfd2351b760e3b12555873e60",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 14},
    {"an escape in the nonce only, removed", "nonce=16\\165", "",
     "631cf8e12d6a40c8e71414f600cd247f", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"an escape in the nonce only, kept", "nonce=16\\165", "",
     "8689ab1f80e397e03e02a7edc03e9fb6", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"a backslash at the end of a value", "nonce=16\\", "",
     "03a13288f30bbb909d15afadb77fe1d5", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"username*", "-username|username*=UTF-8''%E5%BC%A0%e4%b8%89", "",
     "b3d5d78104778b62f3c4e514ec3aaa34", AUTH_VERIFIED, AUTH_VARIANT_NONE, 12},
    {"username* with a language", "-username|username*=utf-8'zh'%E5%BC%A0%e4%b8%89", "",
     "b3d5d78104778b62f3c4e514ec3aaa34", AUTH_VERIFIED, AUTH_VARIANT_NONE, 12},
    {"username* beside the same username", "username=a%c|username*=UTF-8''a%25c", "",
     "58d5c731798da8189c22534446f6ed44", AUTH_VERIFIED, AUTH_VARIANT_NONE, 16},
    {"userhash of a known user",
     "username=1c17463692cc3990771f0b7ef04637b2|userhash=true", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"userhash in upper case",
     "username=E390E01BA523D48D1D74FDB4E576BADA65C057AC6FC97DEC9A43A393475CD940|userhash=true|algorithm=SHA-256",
     "", "f8cbb35c5567eab927c6c7057c5d14fec1e0a09801a6f93eed44e1a4d8f32dac",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"userhash=false", "userhash=false", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"userhash of the user in From, by a line for all",
     "username=e5c603335f7715d7e647f5334d09658f|realm=open|userhash=true", "from=visitor",
     "9e2eab6bcb3a96f4a88dbbe98f624df6", AUTH_VERIFIED, AUTH_VARIANT_NONE, 15},
    {"a line for any realm", "username=admin|realm=hik", "",
     "2a6ce069b11f070bce7b48388a466333", AUTH_VERIFIED, AUTH_VARIANT_NONE, 5},
    {"a line for any user", "username=nobody|realm=open", "",
     "e59b0658a48e16f2e2590f7d96c61fb8", AUTH_VERIFIED, AUTH_VARIANT_NONE, 15},
    {"the second of equal lines", "username=twice", "",
     "8ad427eb819e28ba60cd5ff3850e7cdb", AUTH_VERIFIED, AUTH_VARIANT_NONE, 18},
    {"ACK with the credentials of its INVITE", "", "method=ACK",
     "1709fbef4ce2e412643acd6898fcb5dd", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"ACK with its own", "", "method=ACK", "64aff908d7d2f2d46b55c7fb0ed375f6",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"CANCEL with the credentials of its INVITE", "", "method=CANCEL",
     "1709fbef4ce2e412643acd6898fcb5dd", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"a user and a realm of no octets", "username=|realm=", "",
     "4706a257c0d85fae3261ce7b1c27c87d", AUTH_VERIFIED, AUTH_VARIANT_NONE, 13},
    {"a parameter given twice with one value", "+nonce=1616570703", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_VERIFIED, AUTH_VARIANT_NONE, 2},
    {"a registration without qop, the nonce a time",
     "realm=34020000|uri=sip:192.168.35.165:5060", "", "9c75261f524d20d385f1371c7a077505",
     AUTH_VERIFIED, AUTH_VARIANT_NONE, 19},
    {"a password that nobody has", "", "", "57c54aa82e74949ae21119b7e14eba2c",
     AUTH_MISMATCH, AUTH_VARIANT_NONE, 0},
    {"one digit less right", "", "", "b5913de8748d5c89f673f0a2c53309c0", AUTH_MISMATCH,
     AUTH_VARIANT_NONE, 0},
    {"all zeros", "", "", "00000000000000000000000000000000", AUTH_MISMATCH,
     AUTH_VARIANT_NONE, 0},
    {"BYE with the credentials of its INVITE", "", "method=BYE",
     "1709fbef4ce2e412643acd6898fcb5dd", AUTH_MISMATCH, AUTH_VARIANT_METHOD, 0},
    {"a less specific line of the user", "", "", "5558981265e0b70e919d53692399281a",
     AUTH_MISMATCH, AUTH_VARIANT_OTHER_LINE, 0},
    {"the password of another user", "", "", "ff111c40c379d1027d38311e0f0c14d1",
     AUTH_MISMATCH, AUTH_VARIANT_OTHER_USER, 0},
    {"with the Request-URI", "", "request_uri=sip:10.0.0.1:5060",
     "067a69cee5a8632a58eb7c637d973be4", AUTH_MISMATCH, AUTH_VARIANT_REQUEST_URI, 0},
    {"with a port in the uri", "", "", "e858b7fa9b4e5e947f55d5de1c886319", AUTH_MISMATCH,
     AUTH_VARIANT_URI_PORT, 0},
    {"without the port of the uri", "uri=sip:h:5060", "",
     "2ad38d77cee4c6da96c1f2d3a646f0e6", AUTH_MISMATCH, AUTH_VARIANT_URI_PORT, 0},
    {"without the port of an IPv6 uri", "uri=sip:[2001:db8::1]:5060", "",
     "7131cba25a98a2efd277eea4a412189b", AUTH_MISMATCH, AUTH_VARIANT_URI_PORT, 0},
    {"without the parameters of the uri", "uri=sip:h;transport=udp", "",
     "2ad38d77cee4c6da96c1f2d3a646f0e6", AUTH_MISMATCH, AUTH_VARIANT_URI_PARAMS, 0},
    {"with the domain only", "", "", "961b0e25455d7e419b28df7cd7b6bcb2", AUTH_MISMATCH,
     AUTH_VARIANT_URI_DOMAIN, 0},
    {"with id@domain", "uri=sip:3402000000", "", "927a6c4fce3aa88797dcd88bfffe86fd",
     AUTH_MISMATCH, AUTH_VARIANT_URI_DOMAIN, 0},
    {"with the id of To at the domain", "uri=sip:3402000000", "to=x9",
     "279bc82d7632fdcf3a197476e0f39186", AUTH_MISMATCH, AUTH_VARIANT_URI_DOMAIN, 0},
    {"with the user in From, and that user's password", "username=admin",
     "from=34020000001320000003", "b5913de8748d5c89f673f0a2c53309cb", AUTH_MISMATCH,
     AUTH_VARIANT_FROM_USER, 0},
    {"with the user in From, the password of username's line", "username=admin",
     "from=cam1", "7f1147e094bb2f1e97c2802b9369ae76", AUTH_MISMATCH,
     AUTH_VARIANT_FROM_USER, 0},
    {"with an empty realm", "", "", "5d753090469c9f251a0401f73083017b", AUTH_MISMATCH,
     AUTH_VARIANT_EMPTY_REALM, 0},
    {"with the challenge's realm", "", "crealm=34020000",
     "1cfcd02a8f23a63371e608d41cea5c47", AUTH_MISMATCH, AUTH_VARIANT_CHALLENGE_REALM, 0},
    {"with the challenge's nonce", "", "cnonce=fresh", "c0a35b077395eb8cc18f27e3e75d1cbe",
     AUTH_MISMATCH, AUTH_VARIANT_CHALLENGE_NONCE, 0},
    {"by the formula without qop", "qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MISMATCH, AUTH_VARIANT_NO_QOP_FORMULA, 0},
    {"by the formula with qop", "nc=00000001|cnonce=0a4f113b", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MISMATCH, AUTH_VARIANT_QOP_FORMULA, 0},
    {"by the formula with qop, nc not sent", "cnonce=0a4f113b", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MISMATCH, AUTH_VARIANT_QOP_FORMULA, 0},
    {"without nc", "qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "15d8c993bd8cd083ad1b515fc15e13dd", AUTH_MISMATCH, AUTH_VARIANT_NO_NC, 0},
    {"without nc and qop", "qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "0c9b1a6d296da60c5b2f4ab0da4e0d5a", AUTH_MISMATCH, AUTH_VARIANT_NO_NC, 0},
    {"without qop, but with cnonce", "cnonce=0a4f113b", "",
     "0c9b1a6d296da60c5b2f4ab0da4e0d5a", AUTH_MISMATCH, AUTH_VARIANT_NO_NC, 0},
    {"with nc in lower case", "qop=auth|nc=0000000A|cnonce=0a4f113b", "",
     "36c40d9bdc80ee40d0f88b51ed173b9f", AUTH_MISMATCH, AUTH_VARIANT_NC_CASE, 0},
    {"with nc of eight digits", "qop=auth|nc=2|cnonce=0a4f113b", "",
     "eeb2f8d9a997b1ee35b7449593cee241", AUTH_MISMATCH, AUTH_VARIANT_NC_CASE, 0},
    {"with nc without zeros", "qop=auth|nc=00000002|cnonce=0a4f113b", "",
     "519d756df9334be3e6da646d98c815c9", AUTH_MISMATCH, AUTH_VARIANT_NC_CASE, 0},
    {"with the first nc for ever", "qop=auth|nc=00000007|cnonce=0a4f113b", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MISMATCH, AUTH_VARIANT_NC_CASE, 0},
    {"with the quotes around nc", "qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "9cf501a1943c006886ed2cf727f4eea2", AUTH_MISMATCH, AUTH_VARIANT_NC_QUOTED, 0},
    {"with REGISTER, for a MESSAGE", "", "method=MESSAGE",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MISMATCH, AUTH_VARIANT_METHOD, 0},
    {"with auth-int although qop=auth", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "body=hello", "f3bb2129c79d4dec90f0ae296339c1c7", AUTH_MISMATCH,
     AUTH_VARIANT_AUTH_INT, 0},
    {"over the body, with the word auth", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "body=hello", "d94ffda26d32a9063e2a225cfcc1cf2f", AUTH_MISMATCH,
     AUTH_VARIANT_AUTH_INT, 0},
    {"with auth although qop=auth-int", "qop=auth-int|nc=00000001|cnonce=0a4f113b",
     "body=hello", "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MISMATCH,
     AUTH_VARIANT_AUTH_NO_BODY, 0},
    {"not over the body, with the word auth-int",
     "qop=auth-int|nc=00000001|cnonce=0a4f113b", "body=hello",
     "0cdca1534417361c08fe63851a759cd8", AUTH_MISMATCH, AUTH_VARIANT_AUTH_NO_BODY, 0},
    {"auth-int over an empty body, though there is one",
     "qop=auth-int|nc=00000001|cnonce=0a4f113b", "body=hello",
     "c19314de2ce6915db005877b142635de", AUTH_MISMATCH, AUTH_VARIANT_AUTH_EMPTY_BODY, 0},
    {"by SHA-256 although SM3 is named", "algorithm=SM3", "",
     "f8cbb35c5567eab927c6c7057c5d14fec1e0a09801a6f93eed44e1a4d8f32dac", AUTH_MISMATCH,
     AUTH_VARIANT_ALGORITHM, 0},
    {"by the -sess form", "qop=auth|nc=00000001|cnonce=0a4f113b", "",
     "db20a4b53cc5ec277f70d88ee81e9bbf", AUTH_MISMATCH, AUTH_VARIANT_SESS, 0},
    {"without the -sess form", "algorithm=MD5-sess|qop=auth|nc=00000001|cnonce=0a4f113b",
     "", "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MISMATCH, AUTH_VARIANT_NO_SESS, 0},
    {"without the space at the end of the password", "username=spaced", "",
     "e69d10170b9763efb53be1b8797c0ff3", AUTH_MISMATCH, AUTH_VARIANT_PASSWORD_SPACE, 0},
    {"with a space at the end of the password", "", "",
     "f2480588d7207ce8a609fecb15774502", AUTH_MISMATCH, AUTH_VARIANT_PASSWORD_SPACE, 0},
    {"with a CR at the end of the password", "", "", "7907dd7a1135d9d39ab0e554054416e5",
     AUTH_MISMATCH, AUTH_VARIANT_PASSWORD_SPACE, 0},
    {"the password in lower case", "username=mixed", "",
     "b6f671fae820ee74d9d46a26fc7814c8", AUTH_MISMATCH, AUTH_VARIANT_PASSWORD_CASE, 0},
    {"the password in upper case", "username=mixed", "",
     "e9b0cb38d6aebd6388ce2f6a407122e2", AUTH_MISMATCH, AUTH_VARIANT_PASSWORD_CASE, 0},
    {"an empty password", "", "", "f4769f164f770a4db560b1cc37205b67", AUTH_MISMATCH,
     AUTH_VARIANT_PASSWORD_EMPTY, 0},
    {"the password hashed before", "", "", "26d2605fd157e5b8ab7ffe1df091c83f",
     AUTH_MISMATCH, AUTH_VARIANT_PASSWORD_HASHED, 0},
    {"32 hex digits as HA1, of a line for any realm", "username=hex", "",
     "a475a82d2d283cef3b135b42deda174e", AUTH_MISMATCH, AUTH_VARIANT_HA1, 0},
    {"over upper-case HA1 and HA2", "", "", "bd325043790c391b34a71436aa82f514",
     AUTH_MISMATCH, AUTH_VARIANT_UPPERCASE_HASH, 0},
    {"over upper-case HA1", "", "", "f674fd78495988cf7ffbb21334303a87", AUTH_MISMATCH,
     AUTH_VARIANT_UPPERCASE_HASH, 0},
    {"the user name in another case", "username=MIXED", "",
     "06faed897a1920dfb34c8da23ebc3c30", AUTH_NO_PASSWORD, AUTH_VARIANT_USER_CASE, 0},
    {"two changes at once", "qop=auth|nc=00000001|cnonce=0a4f113b", "request_uri=sip:h",
     "2ad38d77cee4c6da96c1f2d3a646f0e6", AUTH_MISMATCH, AUTH_VARIANT_REQUEST_URI, 0},
    {"two changes, one of them the password", "", "request_uri=sip:h",
     "852f0fbebc8592c09c0eb6013488d282", AUTH_MISMATCH, AUTH_VARIANT_REQUEST_URI, 0},
    {"another line and a change", "", "request_uri=sip:h",
     "614679c206e61602bff0e0423702d98b", AUTH_MISMATCH, AUTH_VARIANT_OTHER_USER, 0},
    {"nobody knows this user", "username=stranger|realm=elsewhere", "",
     "9f309d4ce4ad7202feda63895130abc0", AUTH_NO_PASSWORD, AUTH_VARIANT_NONE, 0},
    {"nobody knows this realm, a line for another",
     "username=34020000001320000004|realm=elsewhere", "",
     "98f5b1c8bb90843bc5e9c46459e9e24a", AUTH_NO_PASSWORD, AUTH_VARIANT_OTHER_LINE, 0},
    {"the password of somebody else", "username=stranger|realm=elsewhere", "",
     "2078f3c9a5fd04a7cb0606ef6075a04b", AUTH_NO_PASSWORD, AUTH_VARIANT_OTHER_USER, 0},
    {"username=admin, computed for the device in From", "username=root|realm=3402000000",
     "from=34020000001320000003", "b5913de8748d5c89f673f0a2c53309cb", AUTH_NO_PASSWORD,
     AUTH_VARIANT_FROM_USER, 0},
    {"userhash of nobody", "username=1e14ec3d197acc59f840e093f06d9511|userhash=true", "",
     "01a254dc3c0ea05dfe3917912cf70475", AUTH_NO_PASSWORD, AUTH_VARIANT_NONE, 0},
    {"userhash that is no hash", "username=zz|userhash=true", "",
     "ec5b829a45da1a2b76c5afb6ac557986", AUTH_NO_PASSWORD, AUTH_VARIANT_NONE, 0},
    {"an unknown algorithm", "algorithm=MD4", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_UNSUPPORTED, AUTH_VARIANT_NONE, 0},
    {"algorithm AKAv1-MD5", "algorithm=AKAv1-MD5", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_UNSUPPORTED, AUTH_VARIANT_NONE, 0},
    {"an unknown qop", "qop=auth-conf|nc=00000001|cnonce=x", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_UNSUPPORTED, AUTH_VARIANT_NONE, 0},
    {"username missing", "-username", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"username given twice", "+username=other", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"realm missing", "-realm", "", "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED,
     AUTH_VARIANT_NONE, 0},
    {"realm given twice", "+realm=other", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"nonce missing", "-nonce", "", "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED,
     AUTH_VARIANT_NONE, 0},
    {"nonce given twice", "+nonce=other", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"uri missing", "-uri", "", "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED,
     AUTH_VARIANT_NONE, 0},
    {"uri given twice", "+uri=other", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"response missing", "", "", NULL, AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"response given twice", "+response=00", "", "b5913de8748d5c89f673f0a2c53309cb",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"algorithm given twice", "algorithm=MD5|+algorithm=SHA-256", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"qop given twice", "qop=auth|nc=00000001|cnonce=0a4f113b|+qop=auth-int", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"nc missing", "qop=auth|cnonce=x", "", "3ab43c03368872c1f6b8ec632783fc7f",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"nc given twice", "qop=auth|nc=00000001|cnonce=0a4f113b|+nc=00000002", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"cnonce missing", "qop=auth|nc=00000001", "", "3ab43c03368872c1f6b8ec632783fc7f",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"cnonce missing, -sess without qop", "algorithm=MD5-sess", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"cnonce given twice", "qop=auth|nc=00000001|cnonce=0a4f113b|+cnonce=x", "",
     "3ab43c03368872c1f6b8ec632783fc7f", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"an empty response", "", "", "", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"a response too short", "", "", "b5913de8748d5c89f673f0a2c53309c", AUTH_MALFORMED,
     AUTH_VARIANT_NONE, 0},
    {"a response too long", "", "", "b5913de8748d5c89f673f0a2c53309cb0", AUTH_MALFORMED,
     AUTH_VARIANT_NONE, 0},
    {"a response of an octet too few", "", "", "b5913de8748d5c89f673f0a2c53309",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"a response with a letter g", "", "", "b5913de8748d5c89f673f0a2c53309cg",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"a response with a blank", "", "", "b5913de8748d5c89f673f0a2c53309c ",
     AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"of 32 digits although SHA-256 is named", "algorithm=SHA-256", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_ALGORITHM, 0},
    {"of 32 digits that fit nothing", "algorithm=SHA-256", "",
     "00000000000000000000000000000000", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"of 64 digits although MD5 is named", "", "",
     "186abaf67e1602b142b27b3351b4b34cab63e6735a49879bafe16e36e5c0291c", AUTH_MALFORMED,
     AUTH_VARIANT_ALGORITHM, 0},
    {"username* in another charset", "-username|username*=GBK''%D5%C5", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"username* without quotes", "-username|username*=abc", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"username* that ends in a percent sign", "-username|username*=UTF-8''ab%2", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
    {"username* and another username", "username*=UTF-8''other", "",
     "b5913de8748d5c89f673f0a2c53309cb", AUTH_MALFORMED, AUTH_VARIANT_NONE, 0},
};

/* A2 of rspauth has no method. */
static const struct {
	const char *name, *params, *info, *body;
	enum auth_verdict verdict;
} answers[] = {
    {"no qop", "", "rspauth=66c251bf4ec15e774bd2c8b3b9cbb6ca", "", AUTH_VERIFIED},
    {"qop=auth", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "qop=auth|nc=00000001|cnonce=0a4f113b|rspauth=c4849aa50e77dd6be2c5eb366e5d9b19", "",
     AUTH_VERIFIED},
    {"qop of the request", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "rspauth=c4849aa50e77dd6be2c5eb366e5d9b19", "", AUTH_VERIFIED},
    {"upper-case hex", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "rspauth=C4849AA50E77DD6BE2C5EB366E5D9B19", "", AUTH_VERIFIED},
    {"auth-int, the body of the response", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "qop=auth-int|rspauth=de0d877a80db3ed226544b1c07283cdb", "v=0\r\n", AUTH_VERIFIED},
    {"auth-int, another body", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "qop=auth-int|rspauth=de0d877a80db3ed226544b1c07283cdb", "v=1\r\n", AUTH_MISMATCH},
    {"another nc", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "qop=auth|nc=00000002|rspauth=c4849aa50e77dd6be2c5eb366e5d9b19", "", AUTH_MISMATCH},
    {"another cnonce", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "qop=auth|cnonce=x|rspauth=c4849aa50e77dd6be2c5eb366e5d9b19", "", AUTH_MISMATCH},
    {"a wrong one", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "rspauth=c4849aa50e77dd6be2c5eb366e5d9b18", "", AUTH_MISMATCH},
    {"none", "qop=auth|nc=00000001|cnonce=0a4f113b", "nextnonce=x", "", AUTH_MALFORMED},
    {"an empty one", "qop=auth|nc=00000001|cnonce=0a4f113b", "rspauth=", "",
     AUTH_MALFORMED},
    {"a short one", "qop=auth|nc=00000001|cnonce=0a4f113b", "rspauth=c4849a", "",
     AUTH_MALFORMED},
    {"no hex", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "rspauth=z4849aa50e77dd6be2c5eb366e5d9b19", "", AUTH_MALFORMED},
    {"given twice", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "rspauth=c4849aa50e77dd6be2c5eb366e5d9b19|+rspauth=00", "", AUTH_MALFORMED},
    {"an unknown qop", "qop=auth|nc=00000001|cnonce=0a4f113b",
     "qop=x|rspauth=c4849aa50e77dd6be2c5eb366e5d9b19", "", AUTH_UNSUPPORTED},
    {"of a user without a line", "username=x|realm=x",
     "rspauth=c4849aa50e77dd6be2c5eb366e5d9b19", "", AUTH_NO_PASSWORD},
};

static const char base[] =
    "username=34020000001320000003|realm=3402000000|nonce=1616570703|"
    "uri=sip:34020000002000000001@3402000000";

/* No secret may show: the passwords of the file, any HA1 of it. */
static const char *const secrets[] = {
    "12345678",
    "other-device",
    "less-specific",
    "admin-pass",
    "PassWord",
    "password",
    "tail",
    "8542f37e59879b01e8668567996c0f5a",
    "0123456789abcdef0123456789abcdef",
    "anybody",
    "esc-raw",
};

static bool
tells_secret(const char *why)
{
	size_t i;

	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcmp(secrets[i], "password") != 0 &&
		    strstr(why, secrets[i]) != NULL)
			return true;
	return false;
}

static void
test_formulas(struct auth *au)
{
	size_t i;

	for (i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++) {
		struct digest d = fill(base);
		struct auth_in in = {.credentials = &d,
		                     .method = SLICE("REGISTER"),
		                     .body = SLICE("v=0\r\n"),
		                     .first_cnonce = slice_str(formulas[i].first_cnonce)};
		struct auth_out out;
		int round;

		fill_one(&d, "algorithm", formulas[i].algorithm);
		fill_one(&d, "nc", "00000001");
		fill_one(&d, "cnonce", "0a4f113b");
		if (formulas[i].qop[0] != '\0')
			fill_one(&d, "qop", formulas[i].qop);
		fill_one(&d, "response", formulas[i].response);
		/* The second time HA1 is known already. */
		for (round = 0; round < 2; round++) {
			auth_check(au, &in, &out);
			ok(out.verdict == AUTH_VERIFIED && out.line == 2 &&
			       out.why[0] == '\0' && out.reason[0] == '\0',
			   "%s, qop \"%s\": %s %s", formulas[i].algorithm,
			   formulas[i].qop, auth_verdict_name(out.verdict), out.why);
		}
		in.method = SLICE("PUBLISH");
		auth_check(au, &in, &out);
		ok(out.verdict == AUTH_MISMATCH && out.variant == AUTH_VARIANT_METHOD,
		   "%s, qop \"%s\", another method: %s", formulas[i].algorithm,
		   formulas[i].qop, auth_verdict_name(out.verdict));
	}
}

static void
test_rows(struct auth *au)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct digest d = fill(base), challenge;
		struct auth_in in = {.credentials = &d, .method = SLICE("REGISTER")};
		struct auth_out out;

		fill_more(&d, rows[i].params);
		fill_around(&in, &challenge, rows[i].around);
		if (rows[i].response != NULL)
			fill_one(&d,
			         d.p[DIGEST_RESPONSE].times ? "+response" : "response",
			         rows[i].response);
		auth_check(au, &in, &out);
		ok(out.verdict == rows[i].verdict && out.variant == rows[i].variant &&
		       out.line == rows[i].line,
		   "%s: %s, %s, line %u (%s)", rows[i].name,
		   auth_verdict_name(out.verdict), auth_variant_name(out.variant),
		   out.line, out.why);
		ok((out.verdict == AUTH_VERIFIED) == (out.why[0] == '\0') ||
		       (out.verdict == AUTH_MISMATCH && out.variant == AUTH_VARIANT_NONE),
		   "%s: a reason is given: %s", rows[i].name, out.why);
		ok((out.verdict == AUTH_MALFORMED || out.verdict == AUTH_UNSUPPORTED) ==
		       (out.reason[0] != '\0'),
		   "%s: its short name: %s", rows[i].name, out.reason);
		ok(strchr(out.why, '{') == NULL && !tells_secret(out.why),
		   "%s: no secret in: %s", rows[i].name, out.why);
	}
}

static void
test_answers(struct auth *au)
{
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct digest d = fill(base), info = fill(answers[i].info);
		struct auth_in in = {.credentials = &d, .method = SLICE("REGISTER")};
		enum auth_verdict v;

		fill_one(&d, "response", "00000000000000000000000000000000");
		fill_more(&d, answers[i].params);
		v = auth_check_rspauth(au, &in, &info, slice_str(answers[i].body));
		ok(v == answers[i].verdict, "rspauth, %s: %s", answers[i].name,
		   auth_verdict_name(v));
	}
}

static void
test_texts(struct auth *au)
{
	static const struct {
		const char *params, *around, *response, *why;
	} texts[] = {
	    {"", "request_uri=sip:10.0.0.1:5060", "067a69cee5a8632a58eb7c637d973be4",
	     "it was computed with the Request-URI, not with the uri parameter"},
	    {"", "", "e858b7fa9b4e5e947f55d5de1c886319",
	     "it was computed with the uri sip:34020000002000000001@3402000000:5060"},
	    {"", "", "ff111c40c379d1027d38311e0f0c14d1",
	     "the password of another user matches: line 3"},
	    {"", "", "5558981265e0b70e919d53692399281a",
	     "another line of the passwords file matches: line 4"},
	    {"qop=auth|nc=00000001|cnonce=0a4f113b", "request_uri=sip:h",
	     "2ad38d77cee4c6da96c1f2d3a646f0e6",
	     "it was computed with the Request-URI, not with the uri parameter; it was computed by the formula without qop (RFC 2069) although qop is given"},
	    {"",
	     "crealm=rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr",
	     "01e0294386d9e548884bceed839ac9cc",
	     "it was computed with the challenge's realm rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr..."},
	    {"algorithm=SM3", "",
	     "f8cbb35c5567eab927c6c7057c5d14fec1e0a09801a6f93eed44e1a4d8f32dac",
	     "it was computed with SHA-256, not with the algorithm that is named"},
	    {"algorithm=SHA-256", "", "b5913de8748d5c89f673f0a2c53309cb",
	     "response not of 64 hex digits; it was computed with MD5"},
	    {"-nonce", "", "b5913de8748d5c89f673f0a2c53309cb", "nonce missing"},
	    {"algorithm=MD4", "", "b5913de8748d5c89f673f0a2c53309cb",
	     "the algorithm MD4 is not known"},
	    {"username=a|realm=b", "", "b5913de8748d5c89f673f0a2c53309cb",
	     "no line of the passwords file fits this user and realm"},
	    {"username=a|realm=b", "", "d72801315421fddd2cccbea7a7df64d0",
	     "no line of the passwords file fits this user and realm; the password of another user matches: line 2"},
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct digest d = fill(base), challenge;
		struct auth_in in = {.credentials = &d, .method = SLICE("REGISTER")};
		struct auth_out out;

		fill_more(&d, texts[i].params);
		fill_around(&in, &challenge, texts[i].around);
		if (texts[i].response[0] != '\0')
			fill_one(&d, "response", texts[i].response);
		auth_check(au, &in, &out);
		ok(strcmp(out.why, texts[i].why) == 0, "\"%s\" for \"%s\"", out.why,
		   texts[i].why);
	}
}

/* Without a passwords file, and without a digest scheme. */
static void
test_none(void)
{
	struct digest d = fill(base);
	struct auth_in in = {.credentials = &d, .method = SLICE("REGISTER")};
	struct err e = {""};
	struct auth *au = auth_new(NULL, &e);
	struct auth_out out;

	if (!ok(au != NULL, "no passwords: %s", e.text))
		return;
	fill_one(&d, "response", "b5913de8748d5c89f673f0a2c53309cb");
	auth_check(au, &in, &out);
	ok(out.verdict == AUTH_NO_PASSWORD, "no passwords: %s",
	   auth_verdict_name(out.verdict));
	ok(strcmp(out.why, "there is no passwords file") == 0, "no passwords: %s",
	   out.why);
	d.is_digest = false;
	d.scheme = SLICE("Basic");
	auth_check(au, &in, &out);
	ok(out.verdict == AUTH_UNSUPPORTED &&
	       strcmp(out.why, "the scheme Basic is not Digest") == 0,
	   "Basic: %s", out.why);
	auth_free(au);
	auth_free(NULL);
}

/* Values as long as a message: nothing is cut before it is hashed, no text overflows. */
static void
test_long(struct auth *au)
{
	enum { LONG = 1 << 20 };
	struct digest d = fill(base);
	struct auth_in in = {.credentials = &d, .method = SLICE("REGISTER")};
	struct auth_out out;
	char *text = malloc(LONG + 1);
	int p;

	if (text == NULL)
		return;
	memset(text, 'a', LONG);
	text[LONG] = '\0';
	fill_more(
	    &d,
	    "qop=auth|nc=00000001|cnonce=0a4f113b|response=3ab43c03368872c1f6b8ec632783fc7f");
	for (p = DIGEST_USERNAME; p <= DIGEST_NC; p++) {
		struct digest_value was = d.p[p];

		if (p == DIGEST_OPAQUE)
			continue;
		memset(text, p % 2 ? 'a' : '\\', LONG);
		d.p[p] = (struct digest_value){
		    .value = slice_str(text), .times = 1, .quoted = true};
		in.request_uri = slice_str(text);
		auth_check(au, &in, &out);
		ok(out.verdict != AUTH_VERIFIED && strlen(out.why) < sizeof(out.why),
		   "parameter %d of 1 MiB: %s", p, auth_verdict_name(out.verdict));
		d.p[p] = was;
	}
	auth_check(au, &in, &out);
	in.request_uri = SLICE_EMPTY;
	auth_check(au, &in, &out);
	ok(out.verdict == AUTH_VERIFIED, "after all that: %s",
	   auth_verdict_name(out.verdict));
	free(text);
}

/* A capture that tries passwords: the work for each has an end, and later good ones verify. */
static void
test_flood(struct auth *au)
{
	struct digest d = fill(base);
	struct auth_in in = {.credentials = &d,
	                     .method = SLICE("REGISTER"),
	                     .request_uri = SLICE("sip:3402000000")};
	struct auth_out out;
	char response[33];
	unsigned i;

	for (i = 0; i < 1100; i++) {
		(void)snprintf(response, sizeof(response), "%032x", i);
		fill_one(&d, "response", response);
		auth_check(au, &in, &out);
		if (out.verdict != AUTH_MISMATCH || out.variant != AUTH_VARIANT_NONE)
			break;
	}
	ok(i == 1100, "guess %u is wrong: %s", i, auth_verdict_name(out.verdict));
	fill_one(&d, "response", "b5913de8748d5c89f673f0a2c53309cb");
	auth_check(au, &in, &out);
	ok(out.verdict == AUTH_VERIFIED, "after the guesses: %s",
	   auth_verdict_name(out.verdict));
	fill_one(&d, "response", "961b0e25455d7e419b28df7cd7b6bcb2");
	auth_check(au, &in, &out);
	ok(out.variant == AUTH_VARIANT_REQUEST_URI, "single changes are still found: %s",
	   out.why);
}

int
main(void)
{
	struct err e = {""};
	struct passwords *p = passwords_parse(SLICE(file), "passwords", &e);
	struct auth *au = p == NULL ? NULL : auth_new(p, &e);

	if (ok(au != NULL, "passwords: %s", e.text)) {
		test_formulas(au);
		test_rows(au);
		test_answers(au);
		test_texts(au);
		test_long(au);
		test_flood(au);
	}
	auth_free(au);
	passwords_free(p);
	test_none();
	return done();
}
