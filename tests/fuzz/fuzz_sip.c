/* A message as a whole, and what goes with it: probe, end of the head, lists, lookups. */
#include "dissect/sip.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_header(const struct sip *s, uint32_t i, struct slice in, const struct arena *a)
{
	const struct sip_header *h = &s->headers[i];
	struct slice rest = h->value, value, last = {h->value.p, 0};
	struct sip_param p;
	unsigned total = 0;

	must(h->id < SIP_HDR_TOTAL && (!h->bad || h->id == SIP_HDR_OTHER));
	must(inside(h->raw, in) && h->raw.n != 0 && h->raw.p == in.p + h->offset);
	must(inside(h->name, h->raw));
	must(h->folded ? h->value.n <= h->raw.n : inside(h->value, h->raw));
	must(h->bad || sip_token(h->name));
	touch(h->value);
	if (h->folded && !a->failed)
		must(slice_index(h->value, '\n') == h->value.n);
	while (sip_list_next(&rest, &value)) {
		must(value.p != NULL && inside(value, h->value));
		must(value.p >= last.p + last.n);
		must(total++ <= h->value.n);
		last = value;
	}
	for (rest = h->value, total = 0; sip_param_next(&rest, &p);) {
		must(inside(p.name, h->value) && inside(p.value, h->value));
		must(total++ <= h->value.n);
	}
	must(sip_param_count(h->value, SLICE_EMPTY) <= total);
	(void)sip_params_ok(h->value);
}

static void
check(struct slice in, struct arena *a)
{
	struct sip s;
	enum dis probe = sip_probe(in), dis = sip_dissect(in, a, &s);
	size_t length = 0, half;
	enum dis end = sip_head_end(in, 0, &length);
	uint32_t i, content, known = 0;
	unsigned id;

	must(end == DIS_MORE ||
	     (length != 0 && length <= in.n && in.p[length - 1] == '\n'));
	for (half = in.n / 2; half < in.n && half < in.n / 2 + 3; half++) {
		size_t again = 0;

		if (sip_head_end(slice_head(in, half), 0, &again) == DIS_MORE)
			must(sip_head_end(in, half, &again) == end);
		must(again == length);
	}

	must(probe != DIS_OK || dis != DIS_OTHER);
	must(dis != DIS_OTHER || probe == DIS_OTHER);
	must(dis != DIS_OTHER || (s.faults == 0 && s.headers_total == 0));
	if (dis == DIS_OK)
		must(end == DIS_OK && s.skipped + s.head.n == length);
	must(inside(s.start_line, in) && inside(s.method, s.start_line) &&
	     inside(s.uri, s.start_line) && inside(s.version, s.start_line) &&
	     inside(s.reason, s.start_line) && inside(s.status_text, s.start_line));
	must(inside(s.head, in) && inside(s.body, in));
	must(s.faults == 0 || s.fault_offset <= in.n);
	must(s.headers_total <= SIP_HEADERS_MAX);
	for (i = 0; i < s.headers_total; i++) {
		must(i == 0 || s.headers[i].offset >
		                   s.headers[i - 1].offset + s.headers[i - 1].raw.n);
		check_header(&s, i, in, a);
	}
	for (id = 0; id < SIP_HDR_TOTAL; id++) {
		unsigned total = sip_count(&s, (enum sip_hdr)id);

		known += total;
		must((sip_find(&s, (enum sip_hdr)id, 0) == NULL) == (total == 0));
		must(sip_find(&s, (enum sip_hdr)id, total) == NULL);
	}
	must(known == s.headers_total);
	(void)sip_content_length(&s, &content);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n);
	struct arena a;

	arena_init(&a, 0);
	check(in, &a);
	arena_free(&a);
	/* The same where memory ends early. */
	arena_init(&a, 2048);
	check(in, &a);
	arena_free(&a);
	free((void *)(uintptr_t)in.p);
	return 0;
}
