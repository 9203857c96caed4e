#include "src/check.h"

#include <stdio.h>

#include "src/transport.h"

struct slice
number(const struct checker *c, uint64_t n)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%llu", (unsigned long long)n);

	return arena_keep(c->scratch, slice_of(text, (size_t)len));
}

struct slice
address(const struct checker *c, const struct addr *a)
{
	char text[ADDR_TEXT];

	return arena_keep(c->scratch, slice_str(addr_text(a, text)));
}

void
found_on(const struct checker *c, const struct message *m, const struct place *p,
         struct finding *x)
{
	/* Fields have the names of the registry: a header's is sip.NAME. */
	if (x->field.n != 0 && x->field.p[0] != '/' &&
	    slice_index(x->field, '.') == x->field.n) {
		uint8_t *t = arena_alloc(c->scratch, x->field.n + 4);

		if (t != NULL) {
			memcpy(t, "sip.", 4);
			memcpy(t + 4, x->field.p, x->field.n);
			x->field = slice_of(t, x->field.n + 4);
		}
	}
	x->has_place = true;
	x->capture = m->rec.capture;
	x->frame = m->rec.frame;
	x->time_ns = m->rec.time_ns;
	if (m->rec.frames_total > 1) {
		x->frames = m->rec.frames;
		x->frames_total = m->rec.frames_total;
	}
	x->dialog = p->dialog->id;
	x->transaction = p->tx->id;
	x->kind = p->dialog->kind;
	x->device = p->dialog->device;
	x->gb = p->dialog->gb;
	x->sender = m->request ? m->from.uri.user : m->to.uri.user;
	x->method = m->request ? m->sip.method : p->tx->method_name;
	x->response = !m->request;
	x->root = m->mans.m.root;
	x->CmdType = m->mans.m.CmdType;
	findings_add(c->findings, x);
}

void
found_at(const struct checker *c, const struct dialog *d, uint32_t tx,
         const struct ref *at, struct finding *x)
{
	x->has_place = true;
	x->capture = at->capture;
	x->frame = at->frame;
	if (x->frames == NULL) {
		x->frames = at->frames;
		x->frames_total = at->frames_total;
	}
	x->time_ns = at->time_ns;
	if (d != NULL) {
		x->dialog = d->id;
		x->kind = d->kind;
		x->device = d->device;
		x->gb = d->gb;
	}
	x->transaction = tx;
	findings_add(c->findings, x);
}

void
check_message(const struct checker *c, const struct message *m, const struct place *p)
{
	check_carrier(c, m, p);
	/* A repeat is the same message again: what is wrong with it was said. */
	if (p->repeat) {
		check_repeat(c, m, p);
		return;
	}
	check_start(c, m, p);
	/* What a cut head lacks was perhaps in it. */
	if (head_cut(m))
		return;
	check_headers(c, m, p);
	check_addresses(c, m, p);
	check_via(c, m, p);
	check_transaction(c, m, p);
	if (!m->request || m->method == METHOD_CANCEL || m->method == METHOD_ACK)
		check_timing(c, m, p);
	/* Nothing of it concerns a keep-alive or a registration. */
	if (p->dialog->kind == DIALOG_CALL || p->call != 0 || p->tx->was != 0 ||
	    m->method == METHOD_CANCEL)
		check_dialog(c, m, p);
	check_register(c, m, p);
	check_auth(c, m, p);
	check_body(c, m, p);
	check_gb(c, m, p);
	check_device(c, m, p);
	check_play(c, m, p);
	check_notice(c, m, p);
	if (m->method == METHOD_REGISTER || m->sip.first[SIP_NOTE] != 0 ||
	    p->notice != NULL)
		check_certificate(c, m, p);
	check_exchange(c, m, p);
	check_sdp(c, m, p);
	check_sdp_gb(c, m, p);
	if (m->sdp != NULL || p->offer != NULL)
		check_offer(c, m, p);
	check_mansrtsp(c, m, p);
	check_methods(c, m, p);
	check_extension(c, m, p);
	check_simple(c, m, p);
	check_subscription(c, m, p);
	check_session(c, m, p);
}

/* "32 s", if nobody says otherwise. */
static struct slice
wait_text(const struct checker *c)
{
	char text[32];
	int n = snprintf(
	    text, sizeof(text), "%lld s",
	    (long long)(threshold_ns(c->thresholds, THRESHOLD_TRANSACTION_TIMEOUT) /
	                1000000000));

	return arena_keep(c->scratch, slice_of(text, (size_t)n));
}

/* RFC 3261 17.1.1.2 (timer B: no response at all), 17.1.2.2 (timer F: no final response). */
static void
unanswered(const struct checker *c, const struct tracker_event *e)
{
	const struct tx *x = e->tx;
	struct finding f = {.rule = RULE_SIP_UNANSWERED, .severity = SEVERITY_NOTE};
	bool invite = x->method == METHOD_INVITE;

	if (x->status != 0 || x->request.frame == 0 || x->method == METHOD_ACK ||
	    e->how == ENDED_EVICTED)
		return;
	if (invite && x->provisional)
		return;
	if (e->how == ENDED_TIMEOUT && e->direction_seen)
		f.severity = SEVERITY_OFF;
	f.args[0] = (struct finding_arg){"method", x->method_name};
	f.args[1] = (struct finding_arg){"what", invite ? SLICE("provisional or final")
	                                                : SLICE("final")};
	f.args[2] = (struct finding_arg){
	    "when", e->how == ENDED_TIMEOUT ? wait_text(c) : SLICE("this capture")};
	f.args[3] = (struct finding_arg){"sent", number(c, x->repeats + 1u)};
	found_at(c, x->dialog, x->id, &x->request, &f);
}

void
check_ended(const struct checker *c, const struct tracker_event *e)
{
	if (e->kind == TRACKER_TX) {
		unanswered(c, e);
		check_time_tx(c, e->tx);
		if (e->tx->resent != NULL || e->tx->inv != NULL)
			check_timing_ended(c, e);
	} else if (e->kind == TRACKER_EXCHANGE) {
		check_exchange_ended(c, e);
	} else if (e->kind == TRACKER_DIALOG && e->over) {
		check_media(c, e->dialog, &e->dialog->last);
	} else if (e->kind == TRACKER_SUBSCRIPTION || e->kind == TRACKER_NOTICE) {
		check_notice_ended(c, e);
	} else if (e->kind == TRACKER_SESSION) {
		check_play_ended(c, e);
	}
	if (e->place.device != NULL)
		check_device_ended(c, e);
	if (e->place.usage != NULL) {
		check_subscription_ended(c, e);
		check_session_ended(c, e);
	}
}

void
check_loss(const struct checker *c, const struct net_loss *l)
{
	struct finding f = {.rule = RULE_NET_FRAGMENT_LOST,
	                    .has_place = true,
	                    .capture = l->capture,
	                    .frame = l->frame,
	                    .time_ns = l->time_ns,
	                    .kind = DIALOG_OTHER};

	if (!l->sip || l->evicted)
		return;
	f.args[0] = (struct finding_arg){"fragments", number(c, l->fragments)};
	findings_add(c->findings, &f);
}

void
check_conflict(const struct checker *c, const struct transport_conflict *x)
{
	const uint64_t frames[] = {x->frame, x->again};
	struct finding f = {.rule = RULE_NET_OVERLAP,
	                    .has_place = true,
	                    .capture = x->capture,
	                    .frame = x->frame,
	                    .frames = frames,
	                    .frames_total = x->again != 0 ? 2 : 1,
	                    .time_ns = x->time_ns,
	                    .kind = DIALOG_OTHER};

	findings_add(c->findings, &f);
}
