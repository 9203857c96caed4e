/* Records of media streams: docs/report.schema.json. */
#include "src/member.h"
#include "src/out_record.h"
#include "src/sessions.h"

static void
types(struct emit *j, const struct media_stream *s)
{
	unsigned i;

	emit_key(j, "payload_types");
	emit_open(j, '[');
	for (i = 0; i < s->types_total; i++) {
		emit_open(j, '{');
		member_number(j, "payload_type", s->types[i].payload_type);
		member_number(j, "packets", s->types[i].packets);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

void
record_media(struct writer *w, const struct media_stream *s)
{
	struct emit *j = &w->json;
	const struct media_seen *first = &s->types[0], *most = first;
	int64_t jitter_ns = arrivals_jitter_ns(&s->arrivals);
	char t[ADDR_TEXT];
	unsigned i;

	for (i = 1; i < s->types_total; i++)
		if (s->types[i].packets > most->packets)
			most = &s->types[i];
	member_number(j, "id", s->id);
	member_number_if(j, "dialog", s->dialog != 0, s->dialog);
	member_number_if(j, "session", s->session != 0, s->session);
	member_string(j, "transport", s->tcp ? "tcp" : "udp");
	member_string(j, "src", addr_text(&s->src, t));
	member_string(j, "dst", addr_text(&s->dst, t));
	member_number(j, "ssrc", s->ssrc);
	member_bool_if(j, "ssrc_expected", s->expected >= 0, s->expected == 1);
	member_number_if(j, "expected_ssrc", s->expected >= 0,
	                 s->expected == 1 ? s->ssrc : s->wanted);
	member_number(j, "payload_type", most->payload_type);
	types(j, s);
	member_number(j, "packets", s->packets);
	member_number(j, "bytes", s->bytes);
	member_number(j, "lost", arrivals_lost(&s->arrivals));
	member_number(j, "late", s->arrivals.late);
	member_number(j, "restarts", s->arrivals.restarts);
	member_ms(j, "jitter_ms", jitter_ns >= 0, jitter_ns);
	member_number(j, "behind_end", s->ended ? s->packets - s->at_end : 0);
	record_moment(w, "first", first->capture, first->frame, first->first_ns);
	record_moment(w, "last", s->capture, s->frame, s->last_ns);
}
