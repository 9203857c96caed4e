#include "src/text_session.h"

#include "src/out_media.h"

static void
id_put(struct out *o, struct slice id)
{
	if (id.n != 0)
		tty_put(o, id);
	else
		(void)fputc('?', o->f);
}

/* "1 h 02 min 03 s", "12.3 s", "840 ms" */
static void
span_put(struct out *o, int64_t ns)
{
	int64_t s = ns / 1000000000;

	if (s >= 3600)
		(void)fprintf(o->f, "%lld h %02lld min", (long long)(s / 3600),
		              (long long)(s / 60 % 60));
	else if (s >= 60)
		(void)fprintf(o->f, "%lld min %02lld s", (long long)(s / 60),
		              (long long)(s % 60));
	else if (s >= 1)
		(void)fprintf(o->f, "%lld.%lld s", (long long)s,
		              (long long)(ns / 100000000 % 10));
	else
		(void)fprintf(o->f, "%lld ms", (long long)(ns / 1000000));
}

static const char *
by(const struct gb_session *x)
{
	return x->bye_by == SIDE_UNKNOWN  ? "one side"
	       : x->bye_by == SIDE_CALLER ? "the caller"
	                                  : "the callee";
}

static void
end_put(struct out *o, const struct gb_session *x)
{
	int64_t up = session_duration_ns(x);

	switch (x->state) {
	case SESSION_ENDED:
		inked(o, INK_GOOD, "ended");
		if (up >= 0) {
			(void)fputs(" after ", o->f);
			span_put(o, up);
		}
		(void)fprintf(o->f, " by %s", by(x));
		if (x->media_status.frame != 0) {
			(void)fputs(", MediaStatus ", o->f);
			id_put(o, x->NotifyType);
		}
		break;
	case SESSION_REFUSED:
	case SESSION_CANCELLED:
		inked(o, x->state == SESSION_REFUSED ? INK_BAD : INK_WARN,
		      session_state_name(x->state));
		if (x->status >= 300) {
			(void)fprintf(o->f, " %u ", x->status);
			tty_put(o, x->reason);
		}
		break;
	case SESSION_UNANSWERED:
		inked(o, INK_BAD, "not answered");
		break;
	case SESSION_NO_INVITE:
		inked(o, INK_BAD, "no INVITE came");
		break;
	case SESSION_OPEN:
		inked(o, INK_GOOD, "answered");
		(void)fputs(", not ended in this capture", o->f);
		break;
	case SESSION_TRYING:
		inked(o, INK_WARN, "not answered");
		(void)fputs(" in this capture", o->f);
		break;
	default:
		(void)fputs("its beginning is not in this capture", o->f);
		break;
	}
}

static void
media_put_short(struct out *o, const struct gb_session *x)
{
	if (x->packets != 0) {
		(void)fputs(", ", o->f);
		count_put(o, x->packets, "packet");
		if (x->lost != 0) {
			ink(o, INK_WARN);
			(void)fprintf(o->f, " (%llu lost)", (unsigned long long)x->lost);
			ink(o, INK_PLAIN);
		}
	} else if (x->answered.frame != 0) {
		(void)fputs(", no media in this capture", o->f);
	}
}

const struct ref *
session_began(const struct gb_session *x)
{
	return x->invite.frame != 0 ? &x->invite : &x->first;
}

bool
session_in_trouble(const struct gb_session *x)
{
	return x->state == SESSION_REFUSED || x->state == SESSION_UNANSWERED ||
	       x->state == SESSION_NO_INVITE || x->state == SESSION_TRYING ||
	       x->lost != 0 || x->killed;
}

void
session_put(struct out *o, const struct gb_session *x)
{
	const struct ref *at = session_began(x);

	(void)fprintf(o->f, "%-9s  ", session_kind_name(x->kind));
	id_put(o, x->channel);
	(void)fputs("  for ", o->f);
	id_put(o, x->broadcast != NULL && x->broadcast->source.n != 0
	              ? x->broadcast->source
	              : x->caller);
	(void)fputs("  ", o->f);
	end_put(o, x);
	media_put_short(o, x);
	(void)fputs("  frame ", o->f);
	text_place(o, at->capture, at->frame);
	(void)fputc('\n', o->f);
}

static void
where_put(struct out *o, const char *who, const struct session_sdp *d)
{
	if (d->ref.frame == 0)
		return;
	(void)fprintf(o->f, "%s ", who);
	id_put(o, d->address);
	if (d->has_port)
		(void)fprintf(o->f, ":%u", d->port);
	(void)fputc(' ', o->f);
	tty_put(o, d->proto);
	if (d->encoding.n != 0) {
		(void)fputc(' ', o->f);
		tty_put(o, d->encoding);
	}
	if (d->setup.n != 0) {
		(void)fputs(" (", o->f);
		tty_put(o, d->setup);
		(void)fputc(')', o->f);
	}
	if (d->y.n != 0) {
		(void)fputs(" y=", o->f);
		tty_put(o, d->y);
	}
}

static void
agreed_put(struct out *o, const struct gb_session *x)
{
	const struct session_sdp *d = &x->offer;
	char t[TIME_TEXT];

	if (x->offer.ref.frame == 0 && x->answer.ref.frame == 0)
		return;
	(void)fputs("      ", o->f);
	if (d->has_time && d->stop > d->start && d->stop <= UINT32_MAX) {
		(void)fprintf(o->f, "recording of %s to ", media_time_text(d->start, t));
		(void)fprintf(o->f, "%s, ", media_time_text(d->stop, t));
	}
	where_put(o, "offer", &x->offer);
	if (x->answer.ref.frame != 0 && x->offer.ref.frame != 0)
		(void)fputs(", ", o->f);
	where_put(o, "answer", &x->answer);
	(void)fputc('\n', o->f);
}

static void
streams_put(struct out *o, const struct gb_session *x)
{
	const struct media_stream *s;
	char t[ADDR_TEXT];
	unsigned n = 0;

	for (s = x->streams; s != NULL && n < 4; s = s->next, n++) {
		(void)fprintf(o->f, "      RTP %s to ", addr_text(&s->src, t));
		(void)fprintf(o->f, "%s, SSRC %010u, ", addr_text(&s->dst, t), s->ssrc);
		count_put(o, s->packets, "packet");
		(void)fprintf(o->f, ", %llu lost",
		              (unsigned long long)arrivals_lost(&s->arrivals));
		if (arrivals_jitter_ns(&s->arrivals) >= 0)
			(void)fprintf(
			    o->f, ", jitter %lld.%lld ms",
			    (long long)(arrivals_jitter_ns(&s->arrivals) / 1000000),
			    (long long)(arrivals_jitter_ns(&s->arrivals) / 100000 % 10));
		if (s->expected == 0)
			inked(o, INK_BAD, ", not the SSRC of y=");
		if (s->ended && s->packets != s->at_end)
			(void)fprintf(o->f, ", %llu behind the end",
			              (unsigned long long)(s->packets - s->at_end));
		(void)fputc('\n', o->f);
	}
	if (s != NULL)
		(void)fprintf(o->f, "      ... and %u streams more\n",
		              x->streams_total - n);
}

static void
controls_put(struct out *o, const struct gb_session *x)
{
	const struct session_control *c;
	char t[TIME_TEXT];
	unsigned n = 0;

	for (c = x->controls; c != NULL && n < 8; c = c->next, n++) {
		(void)fprintf(o->f, "      %s  frame ", text_time(o, c->ref.time_ns, t));
		text_place(o, c->ref.capture, c->ref.frame);
		(void)fputs("  ", o->f);
		tty_put(o, c->method);
		if (c->scale.n != 0) {
			(void)fputs(" Scale ", o->f);
			tty_put(o, c->scale);
		}
		if (c->has_range) {
			(void)fputs(" Range ", o->f);
			tty_put(o, c->unit);
			(void)fputc('=', o->f);
			tty_put(o, c->start);
			(void)fputc('-', o->f);
			tty_put(o, c->stop);
		}
		if (c->status == 0)
			(void)fputs(": no answer in this capture", o->f);
		else
			(void)fprintf(o->f, ": %u", c->status);
		if (c->rtsp_status != 0 && c->rtsp_status != c->status)
			(void)fprintf(o->f, ", RTSP %u", c->rtsp_status);
		(void)fputc('\n', o->f);
	}
	if (x->controls_total > n)
		(void)fprintf(o->f, "      ... and %u controls more\n",
		              x->controls_total - n);
}

static void
broadcast_put(struct out *o, const struct gb_session *x)
{
	const struct session_broadcast *b = x->broadcast;

	if (b == NULL)
		return;
	(void)fputs("      Notify Broadcast frame ", o->f);
	text_place(o, b->notify.capture, b->notify.frame);
	if (b->response.frame != 0) {
		(void)fputs(", Response ", o->f);
		id_put(o, b->result);
		(void)fputs(" frame ", o->f);
		text_place(o, b->response.capture, b->response.frame);
	} else {
		inked(o, INK_WARN, ", no Response");
	}
	(void)fputs(x->invite.frame != 0 ? ", INVITE" : ", no INVITE", o->f);
	(void)fputs(x->packets != 0 ? ", RTP\n" : ", no RTP\n", o->f);
}

void
session_detail_put(struct out *o, const struct gb_session *x)
{
	broadcast_put(o, x);
	agreed_put(o, x);
	if (x->gb && x->status >= 300 && x->state != SESSION_CANCELLED)
		(void)fprintf(o->f, "      %s\n", session_cause(x->status, x->kind));
	if (x->why.n != 0) {
		(void)fputs("      Reason: ", o->f);
		tty_put(o, x->why);
		(void)fputc('\n', o->f);
	}
	controls_put(o, x);
	streams_put(o, x);
}
