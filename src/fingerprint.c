#include "src/fingerprint.h"

#include <openssl/evp.h>
#include <stdio.h>

static void
part(EVP_MD_CTX *c, struct slice s)
{
	(void)EVP_DigestUpdate(c, s.p, s.n);
	(void)EVP_DigestUpdate(c, "", 1);
}

void
fingerprint(const struct finding *x, char out[FINGERPRINT_TEXT])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char md[EVP_MAX_MD_SIZE] = {0};
	unsigned i;

	if (c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1) {
		part(c, slice_str(rule_infos[x->rule].id));
		part(c, slice_str(dialog_kind_name(x->kind)));
		/* Other users are random in many a test. */
		part(c, x->device.n == 20 && slice_digits(x->device) ? x->device
		                                                     : SLICE_EMPTY);
		part(c, x->field);
		part(c, x->expected);
		(void)EVP_DigestFinal_ex(c, md, NULL);
	}
	EVP_MD_CTX_free(c);
	for (i = 0; i < 16; i++)
		(void)snprintf(out + 2 * (size_t)i, 3, "%02x", md[i]);
}
