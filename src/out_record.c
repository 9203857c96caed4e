/* Records of what passes and ends: messages, transactions, dialogs, exchanges, findings. */
#include "src/out_record.h"

#include "src/member.h"
#include "src/out_fields.h"
#include "src/out_media.h"

enum { TEXT_SHOWN = 1024 }; /* octets of one header value: what the tracker keeps, too */

void
writer_init(struct writer *w, struct out *o)
{
	w->json.scratch = &o->scratch;
	w->captures = o->captures;
}

void
record_time(struct writer *w, const char *key, int64_t ns, uint32_t capture)
{
	const struct capture_info *c = capture_info(w->captures, capture);
	char t[TIME_TEXT];

	member_string(&w->json, key, time_text(ns, c ? c->precision : 6, t));
}

void
record_seen(struct writer *w, uint32_t capture, uint64_t frame, int64_t ns)
{
	member_number(&w->json, "capture", capture);
	member_number(&w->json, "frame", frame);
	record_time(w, "time", ns, capture);
}

void
record_moment(struct writer *w, const char *key, uint32_t capture, uint64_t frame,
              int64_t ns)
{
	emit_key(&w->json, key);
	if (frame == 0) {
		emit_null(&w->json);
		return;
	}
	emit_open(&w->json, '{');
	record_seen(w, capture, frame, ns);
	emit_close(&w->json, '}');
}

static void
frame_list(struct emit *j, const uint64_t *frames, uint32_t total, uint64_t frame)
{
	uint32_t i;

	emit_key(j, "frames");
	emit_open(j, '[');
	if (total == 0 && frame != 0)
		emit_number(j, frame);
	for (i = 0; i < total; i++)
		emit_number(j, frames[i]);
	emit_close(j, ']');
}

/* All of it but the tree. */
static void
body_head(struct emit *j, const struct kept_body *b)
{
	member_text(j, "content_type", b->content_type);
	member_string(j, "charset", b->charset[0] ? b->charset : NULL);
	member_text(j, "root", b->root);
	member_text(j, "CmdType", b->CmdType);
	member_text(j, "SN", b->SN);
	member_text(j, "DeviceID", b->DeviceID);
	member_string(j, "verdict", b->manscdp ? body_verdict_name(b->verdict) : NULL);
}

static void
body(struct writer *w, const struct kept_body *b)
{
	struct emit *j = &w->json;

	emit_key(j, "body");
	if (b == NULL) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	body_head(j, b);
	emit_key(j, "fields");
	if (b->tree.n != 0)
		emit_ready(j, (const char *)b->tree.p, b->tree.n);
	else
		media_emit(j, b);
	emit_close(j, '}');
}

static void
auth(struct emit *j, const struct auth_entry *e)
{
	emit_open(j, '{');
	member_string(j, "header", e->header);
	member_text(j, "scheme", e->scheme);
	member_text_if(j, "username", e->has_username, e->username);
	member_text_if(j, "realm", e->has_realm, e->realm);
	member_text_if(j, "algorithm", e->has_algorithm, e->algorithm);
	member_text_if(j, "qop", e->has_qop, e->qop);
	member_text_if(j, "uri", e->has_uri, e->uri);
	member_text_if(j, "nonce", e->has_nonce, e->nonce);
	member_text_if(j, "nc", e->has_nc, e->nc);
	member_text_if(j, "cnonce", e->has_cnonce, e->cnonce);
	member_text_if(j, "opaque", e->has_opaque, e->opaque);
	member_string(j, "verdict", auth_verdict_name(e->out.verdict));
	emit_key(j, "why");
	if (e->why.n != 0) {
		emit_open(j, '{');
		member_string(j, "variant",
		              e->out.variant ? auth_variant_name(e->out.variant) : NULL);
		member_text(j, "text", e->why);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	member_string(j, "nonce_check", nonce_check_name(e->nonce_check));
	member_string(j, "decision", auth_decision_name(e->decision));
	member_bool_if(j, "agrees", e->agrees >= 0, e->agrees != 0);
	emit_close(j, '}');
}

static void
place_of(struct writer *w, const struct ref *r, bool frames)
{
	struct emit *j = &w->json;

	member_number(j, "capture", r->capture);
	member_number(j, "frame", r->frame);
	if (frames)
		frame_list(j, r->frames, r->frames_total, r->frame);
	record_time(w, "time", r->time_ns, r->capture);
}

void
record_transaction(struct writer *w, const struct tx *x)
{
	struct emit *j = &w->json;
	const struct response *p;
	const struct auth_entry *e;

	member_number(j, "id", x->id);
	member_text(j, "method", x->method_name);
	member_number(j, "cseq", x->cseq);
	member_text(j, "branch", x->branch);
	emit_key(j, "request");
	if (x->request.frame != 0) {
		emit_open(j, '{');
		place_of(w, &x->request, true);
		member_number(j, "repeats", x->repeats);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	emit_key(j, "responses");
	emit_open(j, '[');
	for (p = x->responses; p != NULL; p = p->next) {
		emit_open(j, '{');
		member_number(j, "status", p->status);
		member_text_if(j, "reason", true, p->reason);
		place_of(w, &p->ref, false);
		member_number(j, "repeats", p->repeats);
		body(w, p->body);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	member_ms(j, "response_ms", x->request.frame != 0 && x->status >= 200,
	          x->final_ns - x->request.time_ns);
	member_text(j, "registration_scheme", x->registration_scheme);
	emit_key(j, "auth");
	emit_open(j, '[');
	for (e = x->auths; e != NULL; e = e->next)
		auth(j, e);
	emit_close(j, ']');
	body(w, x->body);
}

static void
party(struct emit *j, const char *key, const struct party_kept *p)
{
	emit_key(j, key);
	emit_open(j, '{');
	member_text(j, "uri", p->uri);
	member_text(j, "user", p->user);
	member_text(j, "tag", p->tag);
	emit_close(j, '}');
}

void
record_dialog(struct writer *w, const struct dialog *d)
{
	struct emit *j = &w->json;

	member_number(j, "id", d->id);
	member_number(j, "part", d->part);
	member_string(j, "kind", dialog_kind_name(d->kind));
	member_text_if(j, "call_id", true, d->call_id);
	party(j, "from", &d->from);
	party(j, "to", &d->to);
	member_text(j, "device", d->device);
	member_string(j, "state", dialog_state_name(d->state));
	member_string(j, "outcome", dialog_outcome_name(d->outcome));
	record_time(w, "started", d->started_ns, d->first.capture);
	record_time(w, "ended", d->ended_ns, d->last.capture);
	member_number(j, "transactions_total", d->transactions_total);
}

/* A party of a message, as the dialog's records have it. */
static void
party_of(struct emit *j, const char *key, const struct party *p)
{
	struct party_kept k = {.uri = slice_head(p->addr.uri, TEXT_SHOWN),
	                       .user = slice_head(p->uri.user, TEXT_SHOWN),
	                       .tag = slice_head(p->tag, TEXT_SHOWN)};

	party(j, key, &k);
}

static void
body_of(struct emit *j, const struct message *m)
{
	const struct manscdp *s = &m->mans.m;
	struct kept_body b = {.content_type = slice_head(m->content_type, TEXT_SHOWN),
	                      .manscdp = m->manscdp,
	                      .verdict = m->mans.verdict,
	                      .charset = m->mans.charset ? m->mans.charset : "",
	                      .root = slice_head(s->root, TEXT_SHOWN),
	                      .CmdType = slice_head(s->CmdType, TEXT_SHOWN),
	                      .SN = slice_head(s->SN, TEXT_SHOWN),
	                      .DeviceID = slice_head(s->DeviceID, TEXT_SHOWN)};

	emit_key(j, "body");
	if (m->body.n == 0) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	body_head(j, &b);
	emit_close(j, '}');
}

/* How it travelled. */
static void
way_of(struct writer *w, const struct record *r)
{
	struct emit *j = &w->json;
	char t[ADDR_TEXT];

	member_number(j, "capture", r->capture);
	member_number(j, "frame", r->frame);
	frame_list(j, r->frames, r->frames_total, r->frame);
	record_time(w, "time", r->time_ns, r->capture);
	member_string(j, "transport", r->carrier == CARRIER_UDP ? "udp" : "tcp");
	member_string(j, "src", addr_text(&r->src, t));
	member_string(j, "dst", addr_text(&r->dst, t));
	member_number(j, "bytes", r->bytes.n);
	member_bool(j, "partial", (r->faults & RECORD_PARTIAL) != 0);
}

void
record_message(struct writer *w, const struct message *m, const struct place *p)
{
	struct emit *j = &w->json;
	const struct sip_header *agent = sip_find(&m->sip, SIP_USER_AGENT, 0);

	member_string(j, "kind", m->request ? "request" : "response");
	member_text(j, "method",
	            slice_head(m->request ? m->sip.method : m->cseq.method, TEXT_SHOWN));
	member_text(j, "uri", slice_head(m->sip.uri, TEXT_SHOWN));
	member_number_if(j, "status", !m->request, m->sip.status);
	member_text_if(j, "reason", !m->request, slice_head(m->sip.reason, TEXT_SHOWN));
	member_text_if(j, "call_id", true, slice_head(m->call_id, TEXT_SHOWN));
	member_number_if(j, "cseq", m->cseq_dis == DIS_OK, m->cseq.seq);
	party_of(j, "from", &m->from);
	party_of(j, "to", &m->to);
	member_text(j, "user_agent",
	            agent ? slice_head(agent->value, TEXT_SHOWN) : SLICE_EMPTY);
	way_of(w, &m->rec);
	member_number(j, "dialog", p->dialog->id);
	member_number(j, "transaction", p->tx->id);
	member_text(j, "device", p->dialog->device);
	member_bool(j, "repeat", p->repeat);
	body_of(j, m);
}

/* Beside a value whose octets are no text: its octets as hex. */
static void
value_of(struct emit *j, const char *key, const char *key_hex, bool has, struct slice s)
{
	bool bad = false;

	emit_key(j, key);
	if (!has) {
		emit_null(j);
		return;
	}
	emit_text(j, s, &bad);
	if (!bad)
		return;
	emit_key(j, key_hex);
	emit_hex(j, s);
}

void
record_finding(struct writer *w, const struct finding *x)
{
	struct emit *j = &w->json;
	size_t i;

	member_number(j, "id", x->id);
	member_string(j, "rule", rule_infos[x->rule].id);
	member_string(j, "severity", severity_name(x->severity));
	emit_key(j, "message");
	emit_text(j, finding_message(x, j->scratch), NULL);
	emit_key(j, "args");
	emit_open(j, '{');
	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++)
		member_text_if(j, x->args[i].name, true, x->args[i].value);
	emit_close(j, '}');
	member_string(j, "reference", rule_infos[x->rule].reference);
	member_number_if(j, "capture", x->has_place, x->capture);
	member_number_if(j, "frame", x->frame != 0, x->frame);
	frame_list(j, x->frames, x->frames_total, x->frame);
	member_number_if(j, "dialog", x->dialog != 0, x->dialog);
	member_number_if(j, "transaction", x->transaction != 0, x->transaction);
	member_text(j, "device", x->device);
	member_text(j, "field", x->field);
	value_of(j, "value", "value_hex", x->has_value, x->value);
	value_of(j, "expected", "expected_hex", x->has_expected, x->expected);
	member_number_if(j, "line", x->line != 0, x->line);
	member_number(j, "count", x->count);
	member_string(j, "fingerprint", x->fingerprint);
	member_string(j, "baseline_state", baseline_state_name(x->state));
}
