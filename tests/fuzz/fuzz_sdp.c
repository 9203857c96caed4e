#include "dissect/sdp.h"

#include "tests/fuzz/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
level_hold(const struct sdp *s, uint32_t i, struct slice in)
{
	const struct sdp_level *l = &s->levels[i];
	enum sdp_f_part p;

	must(l->lines == 0 || l->line + l->lines <= s->lines_total);
	must(inside(l->m.formats, in) && inside(l->m.proto, in) &&
	     inside(l->m.port_text, in));
	must(inside(l->connection.address, in) && inside(l->connection.ttl, in));
	must(inside(l->y.value, in) && inside(l->y.domain, l->y.value));
	must(l->y.dis != DIS_OK || (l->y.has_ssrc && l->y.ssrc < 2000000000));
	for (p = 0; p < SDP_F_TOTAL; p++) {
		must(inside(l->f.part[p], l->f.value));
		(void)sdp_f_meaning(p, l->f.part[p]);
	}
	(void)sdp_f_plausible(&l->f);
	(void)sdp_connection_of(s, i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = exact(data, n), rest, word;
	struct sdp_rtpmap r;
	struct arena a;
	struct sdp x;
	enum dis dis;
	uint32_t i;

	arena_init(&a, n != 0 && data[0] == 'L' ? 4096 : 1 << 24);
	dis = sdp_dissect(in, &a, &x);
	must(dis == DIS_OK || dis == DIS_BAD || dis == DIS_MORE || dis == DIS_LIMIT);
	must(x.lines_total <= SDP_LINES_MAX && x.levels_total <= SDP_MEDIA_MAX + 1);
	for (i = 0; i < x.lines_total; i++) {
		const struct sdp_line *l = &x.lines[i];

		must(inside(l->text, in) && inside(l->value, l->text) &&
		     inside(l->name, l->value) && inside(l->rest, l->value));
		must(x.levels_total == 0 || l->level < x.levels_total);
		must(dis != DIS_OK || l->type != 0);
		(void)sdp_rtpmap_dissect(l->rest, NULL, &r);
		must(inside(r.encoding, l->rest) && inside(r.params, l->rest));
		rest = l->value;
		while (sdp_word(&rest, &word))
			must(word.n != 0 && inside(word, l->value));
	}
	for (i = 0; i < x.levels_total; i++)
		level_hold(&x, i, in);
	(void)sdp_y_first(&x);
	(void)sdp_f_first(&x);
	arena_free(&a);
	free((void *)(uintptr_t)in.p);
	return 0;
}
