/* Masking: spans in order and inside, nothing left to mask in what is masked; and a secret on a line of its own is
 * hidden, whatever stands in the lines before it. */
#include "src/secret.h"
#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CANARY "cAnArYpAsSwOrD"

static void
spans(struct slice text)
{
	struct secret_span s;
	size_t from = 0, rounds = 0;

	while (secret_next(text, from, &s)) {
		must(s.at >= from && s.at <= text.n && s.n <= text.n - s.at);
		must(++rounds <= text.n + 1);
		from = s.at + s.n;
		if (s.n == 0)
			from++;
	}
}

static void
hidden(struct slice before, const char *line, struct arena *a)
{
	size_t n = strlen(line);
	uint8_t *p = arena_alloc(a, before.n + 2 + n);
	struct slice text;

	if (p == NULL)
		return;
	if (before.n != 0)
		memcpy(p, before.p, before.n);
	memcpy(p + before.n, "\r\n", 2);
	memcpy(p + before.n + 2, line, n);
	text = secret_mask(slice_of(p, before.n + 2 + n), a);
	must(slice_find(text, SLICE(CANARY)) == text.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const lines[] = {
	    "Authorization: Digest username=\"u\", response=\"" CANARY "\"\r\n",
	    "Authentication-Info: rspauth=\"" CANARY "\"\r\n",
	    "Authorization: Basic " CANARY "\r\n",
	    "<Password>" CANARY "</Password>\r\n",
	    "Contact: <sip:u:" CANARY "@h>\r\n",
	    "Call-Info: <http://u:" CANARY "@h/p>\r\n",
	};
	struct slice text = exact(data, size), masked;
	struct arena a;
	size_t i;

	arena_init(&a, 0);
	spans(text);
	masked = secret_mask(text, &a);
	must(touch(masked) != 1 || masked.n != 0);
	spans(masked);
	/* The fuzzer finds out what the canary is. */
	for (i = 0; slice_find(text, SLICE(CANARY)) == text.n &&
	            i < sizeof(lines) / sizeof(lines[0]);
	     i++)
		hidden(text, lines[i], &a);
	arena_free(&a);
	free((void *)(uintptr_t)text.p);
	return 0;
}
