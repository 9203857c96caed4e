/* Records of sessions: docs/report.schema.json. */
#include "src/member.h"
#include "src/out_media.h"
#include "src/out_record.h"
#include "src/sessions.h"

static void
place_of(struct writer *w, const struct ref *r)
{
	record_seen(w, r->capture, r->frame, r->time_ns);
}

static void
subject(struct emit *j, const struct gb_session *x)
{
	emit_key(j, "subject");
	if (x->subject.n == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_text_if(j, "value", true, x->subject);
	member_text(j, "sender", x->parts.sender);
	member_text(j, "sender_stream", x->parts.sender_stream);
	member_text(j, "receiver", x->parts.receiver);
	member_text(j, "receiver_stream", x->parts.receiver_stream);
	emit_close(j, '}');
}

static void
payloads(struct emit *j, struct slice rest)
{
	struct slice word;

	emit_key(j, "payload_types");
	emit_open(j, '[');
	while (sdp_word(&rest, &word))
		emit_text(j, word, NULL);
	emit_close(j, ']');
}

static void
description(struct writer *w, const char *key, const struct session_sdp *d)
{
	struct emit *j = &w->json;

	emit_key(j, key);
	if (d->ref.frame == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	place_of(w, &d->ref);
	member_text(j, "s", d->s);
	member_text(j, "u", d->u);
	member_text(j, "address", d->address);
	member_number_if(j, "port", d->has_port, d->port);
	member_text(j, "media", d->media);
	member_text(j, "proto", d->proto);
	payloads(j, d->payloads);
	member_text(j, "encoding", d->encoding);
	member_text(j, "direction", d->direction);
	member_text(j, "setup", d->setup);
	member_text(j, "tcp_connection", d->connection);
	media_y_emit(j, d->y);
	media_f_emit(j, d->f);
	member_text(j, "downloadspeed", d->downloadspeed);
	member_text(j, "filesize", d->filesize);
	member_text(j, "streamnumber", d->streamnumber);
	emit_close(j, '}');
}

/* Do both say the same? null where one says nothing. */
static void
agrees(struct emit *j, const char *key, struct slice offer, struct slice answer)
{
	member_bool_if(j, key, offer.n != 0 && answer.n != 0, slice_ieq(offer, answer));
}

/* t= of GB/T 28181 counts from 1970. */
static void
range(struct writer *w, const struct gb_session *x)
{
	const struct session_sdp *d = x->offer.ref.frame != 0 ? &x->offer : &x->answer;
	struct emit *j = &w->json;
	char t[TIME_TEXT];

	emit_key(j, "range");
	if (d->ref.frame == 0 || !d->has_time || d->stop <= d->start ||
	    d->stop > UINT32_MAX) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_number(j, "start", d->start);
	member_number(j, "stop", d->stop);
	member_string(j, "start_utc", media_time_text(d->start, t));
	member_string(j, "stop_utc", media_time_text(d->stop, t));
	member_number(j, "seconds", d->stop - d->start);
	emit_close(j, '}');
}

/* Who should open the TCP connection: the active one, RFC 4145 4. */
static const char *
connects(const struct gb_session *x)
{
	const struct slice active = SLICE("active"), passive = SLICE("passive");
	struct slice offer = x->offer.setup, answer = x->answer.setup;
	bool offers = x->offer.ref.frame == x->invite.frame;

	if (slice_ieq(answer, active) || (answer.n == 0 && slice_ieq(offer, passive)))
		return offers ? "callee" : "caller";
	if (slice_ieq(answer, passive) || slice_ieq(offer, active))
		return offers ? "caller" : "callee";
	return NULL;
}

static void
hops(struct writer *w, const struct gb_session *x)
{
	struct emit *j = &w->json;
	char t[ADDR_TEXT];
	unsigned i;

	emit_key(j, "hops");
	emit_open(j, '[');
	for (i = 0; i < x->hops_total; i++) {
		emit_open(j, '{');
		member_string(j, "src", addr_text(&x->hops[i].client, t));
		member_string(j, "dst", addr_text(&x->hops[i].server, t));
		place_of(w, &x->hops[i].ref);
		emit_close(j, '}');
	}
	emit_close(j, ']');
}

static void
control(struct writer *w, const struct session_control *c)
{
	struct emit *j = &w->json;

	emit_open(j, '{');
	place_of(w, &c->ref);
	member_string(j, "by", session_side_name(c->by));
	member_text(j, "method", c->method);
	member_text(j, "CSeq", c->CSeq);
	member_text(j, "Scale", c->scale);
	emit_key(j, "Range");
	if (c->has_range) {
		emit_open(j, '{');
		member_text(j, "unit", c->unit);
		member_text(j, "start", c->start);
		member_text(j, "stop", c->stop);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	emit_key(j, "answer");
	if (c->status != 0) {
		emit_open(j, '{');
		place_of(w, &c->answer);
		member_number(j, "status", c->status);
		member_number_if(j, "rtsp_status", c->rtsp_status != 0, c->rtsp_status);
		member_text(j, "rtsp_reason", c->rtsp_reason);
		member_text(j, "CSeq", c->rtsp_CSeq);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	emit_close(j, '}');
}

static void
media_status(struct writer *w, const struct gb_session *x)
{
	struct emit *j = &w->json;

	emit_key(j, "MediaStatus");
	if (x->media_status.frame == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	place_of(w, &x->media_status);
	member_text(j, "NotifyType", x->NotifyType);
	member_bool(j, "in_dialog", x->media_status_inside);
	emit_close(j, '}');
}

static void
broadcast(struct writer *w, const struct gb_session *x)
{
	const struct session_broadcast *b = x->broadcast;
	struct emit *j = &w->json;

	emit_key(j, "broadcast");
	if (b == NULL) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	member_text(j, "SN", b->SN);
	member_text(j, "SourceID", b->source);
	member_text(j, "TargetID", b->target);
	record_ref(w, "notify", &b->notify);
	record_ref(w, "response", &b->response);
	member_text(j, "Result", b->result);
	emit_close(j, '}');
}

static const char *
how_ended(const struct gb_session *x)
{
	switch (x->state) {
	case SESSION_ENDED:
		return x->media_status.frame != 0 &&
		               x->media_status.time_ns <= x->bye.time_ns
		           ? "media_status"
		           : "bye";
	case SESSION_REFUSED:
		return "refused";
	case SESSION_CANCELLED:
		return "cancel";
	case SESSION_UNANSWERED:
		return "timeout";
	default:
		return NULL;
	}
}

static void
end(struct writer *w, const struct gb_session *x)
{
	struct emit *j = &w->json;
	const struct ref *at = x->state == SESSION_ENDED     ? &x->bye
	                       : x->state == SESSION_REFUSED ? &x->refused
	                       : x->cancel.frame != 0        ? &x->cancel
	                                                     : &x->refused;

	record_ref(w, "ended", at);
	member_string(j, "ended_how", how_ended(x));
	member_string(j, "ended_by",
	              session_side_name(x->state == SESSION_ENDED     ? x->bye_by
	                                : x->state == SESSION_REFUSED ? SIDE_CALLEE
	                                                              : x->cancel_by));
	member_text(j, "ended_why", x->why);
	member_ms(j, "duration_ms", session_duration_ns(x) >= 0, session_duration_ns(x));
}

static void
ids(struct emit *j, const struct gb_session *x)
{
	const struct media_stream *s;

	emit_key(j, "media");
	emit_open(j, '[');
	for (s = x->streams; s != NULL; s = s->next)
		emit_number(j, s->id);
	emit_close(j, ']');
}

void
record_session(struct writer *w, const struct gb_session *x)
{
	struct emit *j = &w->json;
	const struct session_control *c;

	member_number(j, "id", x->id);
	member_number_if(j, "dialog", x->dialog != 0, x->dialog);
	member_string(j, "kind", session_kind_name(x->kind));
	member_string(j, "state", session_state_name(x->state));
	member_text(j, "caller", x->caller);
	member_text(j, "callee", x->callee);
	member_text(j, "channel", x->channel);
	member_text(j, "device", x->device);
	subject(j, x);
	record_ref(w, "invite", &x->invite);
	record_ref(w, "ringing", &x->ringing);
	record_ref(w, "answered", &x->answered);
	record_ref(w, "acked", &x->acked);
	record_ref(w, "first_media", &x->rtp);
	end(w, x);
	member_number_if(j, "status", x->status != 0, x->status);
	member_text(j, "reason", x->reason);
	member_string(j, "cause",
	              x->gb && x->status >= 300 ? session_cause(x->status, x->kind)
	                                        : NULL);
	description(w, "offer", &x->offer);
	description(w, "answer", &x->answer);
	agrees(j, "y_agrees", x->offer.y, x->answer.y);
	agrees(j, "f_agrees", x->offer.f, x->answer.f);
	member_string(j, "connects", connects(x));
	range(w, x);
	hops(w, x);
	member_number(j, "reinvites", x->reinvites);
	emit_key(j, "controls");
	emit_open(j, '[');
	for (c = x->controls; c != NULL; c = c->next)
		control(w, c);
	emit_close(j, ']');
	member_number(j, "controls_total", x->controls_total);
	media_status(w, x);
	broadcast(w, x);
	ids(j, x);
	member_number(j, "packets", x->packets);
	member_number(j, "bytes", x->bytes);
	member_number(j, "lost", x->lost);
}
