/* A line each: credentials, challenge, Authentication-Info, method, Request-URI, user in From, user
 * in To, first cnonce; the rest is the body. No verdict without a reason, no secret in a text. */
#include "src/auth.h"

#include <stdlib.h>

enum { LINES = 8 };

#define must(holds)                                                                      \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)

static const char file[] = "34020000001320000003:34020000:12345678\n"
                           "34020000001320000003:*:cAnArY-one\n"
                           "ha1:34020000:0123456789abcdef0123456789abcdef\n"
                           "*:34020000:cAnArY-two\n"
                           "admin:*:cAnArY-three \n"
                           "::\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_out(const struct auth_in *in, const struct auth_out *out, bool in_input)
{
	const struct digest_value *response = &in->credentials->p[DIGEST_RESPONSE];
	struct slice why = slice_str(out->why);

	must(memchr(out->why, '\0', sizeof(out->why)) != NULL);
	must((int)out->verdict >= AUTH_VERIFIED && out->verdict <= AUTH_MALFORMED);
	must(auth_verdict_name(out->verdict) != NULL);
	must((int)out->variant >= 0 && out->variant < AUTH_VARIANT_TOTAL);
	must(auth_variant_name(out->variant) != NULL);
	must(in_input || slice_find(why, SLICE("cAnArY")) == why.n);
	switch (out->verdict) {
	case AUTH_VERIFIED:
		must(out->line != 0 && why.n == 0 && out->variant == AUTH_VARIANT_NONE);
		must(response->value.n == digest_hex_length(out->algorithm));
		must(response->times != 0 && !response->differs);
		break;
	case AUTH_MISMATCH:
		must((why.n == 0) == (out->variant == AUTH_VARIANT_NONE));
		must(response->value.n == digest_hex_length(out->algorithm));
		break;
	case AUTH_NO_PASSWORD:
		must(why.n != 0);
		break;
	case AUTH_UNSUPPORTED:
	case AUTH_MALFORMED:
		must(why.n != 0 && out->reason[0] != '\0');
		break;
	}
	must(out->verdict == AUTH_VERIFIED || out->line == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct passwords *passwords;
	static struct auth *auth;
	uint8_t *copy = malloc(n ? n : 1);
	struct slice part[LINES], rest;
	struct digest credentials, challenge, info;
	struct auth_out out, again;
	struct err e = {""};
	size_t i;

	if (copy == NULL)
		return 0;
	if (auth == NULL) {
		passwords = passwords_parse(SLICE(file), "f", &e);
		auth = auth_new(passwords, &e);
		must(auth != NULL);
	}
	if (n != 0)
		memcpy(copy, data, n);
	rest = slice_of(copy, n);
	for (i = 0; i < LINES; i++)
		if (!slice_cut(rest, '\n', &part[i], &rest)) {
			part[i] = rest;
			rest = SLICE_EMPTY;
		}
	(void)digest_dissect(part[0], NULL, &credentials);
	(void)digest_dissect(part[1], NULL, &challenge);
	(void)digest_info_dissect(part[2], NULL, &info);

	{
		struct auth_in in = {
		    .credentials = &credentials,
		    .challenge = part[1].n ? &challenge : NULL,
		    .method = part[3],
		    .request_uri = part[4],
		    .from_user = part[5],
		    .to_user = part[6],
		    .first_cnonce = part[7],
		    .body = rest,
		};

		auth_check(auth, &in, &out);
		/* A text of the capture may show, even where it is a password too. */
		check_out(&in, &out,
		          slice_find(slice_of(copy, n), SLICE("cAnArY")) != n ||
		              slice_index(slice_of(copy, n), '\\') != n ||
		              slice_index(slice_of(copy, n), '%') != n);
		/* What is remembered changes no verdict. */
		auth_check(auth, &in, &again);
		must(out.verdict == again.verdict && out.line == again.line);
		(void)auth_check_rspauth(auth, &in, &info, rest);
	}
	free(copy);
	return 0;
}
