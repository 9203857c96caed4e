/* The report as JSON: docs/report.schema.json. One record at a time is made and written. */
#include "src/output.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "src/emit.h"
#include "src/out_fields.h"
#include "src/out_media.h"
#include "src/spool.h"

enum {
	ADD_FLAGS = JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT,
};

struct own {
	FILE
	    *exchanges; /* they stand behind the dialogs: kept in a file without a name */
	uint64_t dialogs, exchanges_total;
	struct hash_key key;
	struct emit json; /* dialogs, exchanges and findings: they come by the million */
};

static void
add(struct json_object *o, const char *key, struct json_object *v)
{
	(void)json_object_object_add_ex(o, key, v, ADD_FLAGS);
}

static struct json_object *
text(struct out *o, struct slice s)
{
	bool bad;

	s = utf8_clean(s, &o->scratch, &bad);
	return json_object_new_string_len(s.n ? (const char *)s.p : "", (int)s.n);
}

static struct json_object *
str(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

static struct json_object *
num(uint64_t n)
{
	return json_object_new_int64((int64_t)n);
}

static int
precision(const struct out *o, uint32_t capture)
{
	return capture < capture_total(o->captures)
	           ? capture_info(o->captures, capture)->precision
	           : 6;
}

static struct json_object *
when(const struct out *o, int64_t ns, uint32_t capture)
{
	char t[TIME_TEXT];

	return json_object_new_string(time_text(ns, precision(o, capture), t));
}

static void
write_record(struct out *o, FILE *f, struct json_object *v, uint64_t before)
{
	size_t n;
	const char *t = json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN, &n);

	(void)fputs(before ? ",\n" : "\n", f);
	(void)fwrite(t, n, 1, f);
	json_object_put(v);
	arena_reset(&o->scratch);
}

static bool
begin(struct out *o)
{
	struct own *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return false;
	own->exchanges = spool_open();
	if (own->exchanges == NULL) {
		free(own);
		return false;
	}
	own->key = hash_key_random();
	own->json.scratch = &o->scratch;
	o->own = own;
	(void)fprintf(
	    o->f,
	    "{\n\"schema\":\"gbscope-report-1\",\n\"generator\":{\"name\":\"gbscope\",\"version\":\"%s\"},\n"
	    "\"dialogs\":[",
	    GBSCOPE_VERSION);
	return true;
}

static void
text_or_null(struct emit *j, const char *key, struct slice s)
{
	emit_key(j, key);
	if (s.n != 0)
		emit_text(j, s, NULL);
	else
		emit_null(j);
}

static void
text_if(struct emit *j, const char *key, bool has, struct slice s)
{
	emit_key(j, key);
	if (has)
		emit_text(j, s, NULL);
	else
		emit_null(j);
}

static void
string(struct emit *j, const char *key, const char *s)
{
	emit_key(j, key);
	emit_string(j, s);
}

static void
number(struct emit *j, const char *key, uint64_t n)
{
	emit_key(j, key);
	emit_number(j, n);
}

static void
number_or_null(struct emit *j, const char *key, bool has, uint64_t n)
{
	emit_key(j, key);
	if (has)
		emit_number(j, n);
	else
		emit_null(j);
}

static void
time_of(const struct out *o, struct emit *j, const char *key, int64_t ns,
        uint32_t capture)
{
	char t[TIME_TEXT];

	string(j, key, time_text(ns, precision(o, capture), t));
}

/* Milliseconds with three decimals, made of integers. */
static void
milliseconds(struct emit *j, const char *key, bool has, int64_t ns)
{
	char t[8];
	int64_t us = (ns + 500) / 1000;

	number_or_null(j, key, has && ns >= 0, (uint64_t)(us / 1000));
	if (!has || ns < 0)
		return;
	t[0] = '.';
	t[1] = (char)('0' + us % 1000 / 100);
	t[2] = (char)('0' + us % 100 / 10);
	t[3] = (char)('0' + us % 10);
	emit_raw(j, t, 4);
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

static void
finish(struct out *o, FILE *f, uint64_t before)
{
	struct own *own = o->own;

	(void)fputs(before ? ",\n" : "\n", f);
	emit_flush(&own->json, f);
	arena_reset(&o->scratch);
}

static void
body(struct out *o, const struct kept_body *b)
{
	struct emit *j = &((struct own *)o->own)->json;

	emit_key(j, "body");
	if (b == NULL) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	text_or_null(j, "content_type", b->content_type);
	string(j, "charset", b->charset[0] ? b->charset : NULL);
	text_or_null(j, "root", b->root);
	text_or_null(j, "CmdType", b->CmdType);
	text_or_null(j, "SN", b->SN);
	text_or_null(j, "DeviceID", b->DeviceID);
	string(j, "verdict", b->manscdp ? body_verdict_name(b->verdict) : NULL);
	emit_key(j, "fields");
	if (b->nodes != NULL)
		fields_emit(j, b, &((struct own *)o->own)->key);
	else
		media_emit(j, b);
	emit_close(j, '}');
}

static void
auth(struct emit *j, const struct auth_entry *e)
{
	emit_open(j, '{');
	string(j, "header", e->header);
	text_or_null(j, "scheme", e->scheme);
	text_if(j, "username", e->has_username, e->username);
	text_if(j, "realm", e->has_realm, e->realm);
	text_if(j, "algorithm", e->has_algorithm, e->algorithm);
	text_if(j, "qop", e->has_qop, e->qop);
	text_if(j, "uri", e->has_uri, e->uri);
	text_if(j, "nonce", e->has_nonce, e->nonce);
	text_if(j, "nc", e->has_nc, e->nc);
	text_if(j, "cnonce", e->has_cnonce, e->cnonce);
	text_if(j, "opaque", e->has_opaque, e->opaque);
	string(j, "verdict", auth_verdict_name(e->out.verdict));
	emit_key(j, "why");
	if (e->why.n != 0) {
		emit_open(j, '{');
		string(j, "variant",
		       e->out.variant ? auth_variant_name(e->out.variant) : NULL);
		text_or_null(j, "text", e->why);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	string(j, "nonce_check", nonce_check_name(e->nonce_check));
	string(j, "decision", auth_decision_name(e->decision));
	emit_key(j, "agrees");
	if (e->agrees < 0)
		emit_null(j);
	else
		emit_bool(j, e->agrees != 0);
	emit_close(j, '}');
}

static void
place_of(const struct out *o, struct emit *j, const struct ref *r, bool frames)
{
	number(j, "capture", r->capture);
	number(j, "frame", r->frame);
	if (frames)
		frame_list(j, r->frames, r->frames_total, r->frame);
	time_of(o, j, "time", r->time_ns, r->capture);
}

static void
transaction(struct out *o, const struct tx *x)
{
	struct emit *j = &((struct own *)o->own)->json;
	const struct response *p;
	const struct auth_entry *e;

	emit_open(j, '{');
	number(j, "id", x->id);
	text_or_null(j, "method", x->method_name);
	number(j, "cseq", x->cseq);
	text_or_null(j, "branch", x->branch);
	emit_key(j, "request");
	if (x->request.frame != 0) {
		emit_open(j, '{');
		place_of(o, j, &x->request, true);
		number(j, "repeats", x->repeats);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	emit_key(j, "responses");
	emit_open(j, '[');
	for (p = x->responses; p != NULL; p = p->next) {
		emit_open(j, '{');
		number(j, "status", p->status);
		text_if(j, "reason", true, p->reason);
		place_of(o, j, &p->ref, false);
		number(j, "repeats", p->repeats);
		body(o, p->body);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	milliseconds(j, "response_ms", x->request.frame != 0 && x->status >= 200,
	             x->final_ns - x->request.time_ns);
	text_or_null(j, "registration_scheme", x->registration_scheme);
	emit_key(j, "auth");
	emit_open(j, '[');
	for (e = x->auths; e != NULL; e = e->next)
		auth(j, e);
	emit_close(j, ']');
	body(o, x->body);
	emit_close(j, '}');
}

static void
party(struct emit *j, const char *key, const struct party_kept *p)
{
	emit_key(j, key);
	emit_open(j, '{');
	text_or_null(j, "uri", p->uri);
	text_or_null(j, "user", p->user);
	text_or_null(j, "tag", p->tag);
	emit_close(j, '}');
}

static void
dialog(struct out *o, const struct dialog *d, bool last)
{
	struct own *own = o->own;
	struct emit *j = &own->json;
	const struct tx *x;

	(void)last;
	emit_open(j, '{');
	number(j, "id", d->id);
	number(j, "part", d->part);
	string(j, "kind", dialog_kind_name(d->kind));
	text_if(j, "call_id", true, d->call_id);
	party(j, "from", &d->from);
	party(j, "to", &d->to);
	text_or_null(j, "device", d->device);
	string(j, "state", dialog_state_name(d->state));
	string(j, "outcome", dialog_outcome_name(d->outcome));
	time_of(o, j, "started", d->started_ns, d->first.capture);
	time_of(o, j, "ended", d->ended_ns, d->last.capture);
	number(j, "transactions_total", d->transactions_total);
	emit_key(j, "transactions");
	emit_open(j, '[');
	for (x = d->txs; x != NULL; x = x->dialog_next)
		if (x->write)
			transaction(o, x);
	emit_close(j, ']');
	emit_close(j, '}');
	finish(o, o->f, own->dialogs++);
}

static void
exchange(struct out *o, const struct exchange *x)
{
	struct own *own = o->own;
	struct emit *j = &own->json;
	const struct exchange_part *p;

	emit_open(j, '{');
	number(j, "id", x->id);
	text_or_null(j, "root", x->root);
	text_or_null(j, "CmdType", x->CmdType);
	text_or_null(j, "SN", x->SN);
	text_or_null(j, "from", x->from);
	text_or_null(j, "to", x->to);
	text_or_null(j, "DeviceID", x->DeviceID);
	emit_key(j, "request");
	if (x->request.frame != 0) {
		emit_open(j, '{');
		number(j, "dialog", x->request_dialog);
		number(j, "capture", x->request.capture);
		number(j, "frame", x->request.frame);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	emit_key(j, "responses");
	emit_open(j, '[');
	for (p = x->parts; p != NULL; p = p->next) {
		emit_open(j, '{');
		number(j, "dialog", p->dialog);
		number(j, "capture", p->ref.capture);
		number(j, "frame", p->ref.frame);
		number_or_null(j, "Num", p->has_num, p->num);
		emit_close(j, '}');
	}
	emit_close(j, ']');
	number_or_null(j, "SumNum", x->has_sum, x->SumNum);
	number(j, "received", x->received);
	milliseconds(j, "latency_ms", x->latency_ns >= 0, x->latency_ns);
	string(j, "outcome", exchange_outcome_name(x->outcome));
	emit_close(j, '}');
	finish(o, own->exchanges, own->exchanges_total++);
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

static void
finding(struct out *o, const struct finding *x, uint64_t before)
{
	struct emit *j = &((struct own *)o->own)->json;
	size_t i;

	emit_open(j, '{');
	number(j, "id", x->id);
	string(j, "rule", rule_infos[x->rule].id);
	string(j, "severity", severity_name(x->severity));
	emit_key(j, "message");
	emit_text(j, finding_message(x, &o->scratch), NULL);
	emit_key(j, "args");
	emit_open(j, '{');
	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++)
		text_if(j, x->args[i].name, true, x->args[i].value);
	emit_close(j, '}');
	string(j, "reference", rule_infos[x->rule].reference);
	number_or_null(j, "capture", x->has_place, x->capture);
	number_or_null(j, "frame", x->frame != 0, x->frame);
	frame_list(j, x->frames, x->frames_total, x->frame);
	number_or_null(j, "dialog", x->dialog != 0, x->dialog);
	number_or_null(j, "transaction", x->transaction != 0, x->transaction);
	text_or_null(j, "device", x->device);
	text_or_null(j, "field", x->field);
	value_of(j, "value", "value_hex", x->has_value, x->value);
	value_of(j, "expected", "expected_hex", x->has_expected, x->expected);
	number_or_null(j, "line", x->line != 0, x->line);
	number(j, "count", x->count);
	emit_close(j, '}');
	finish(o, o->f, before);
}

static struct json_object *
device(struct out *o, const struct device *d, const struct findings *f)
{
	static const char *const editions[] = {NULL, "2011", "2014", NULL,  "2016",
	                                       NULL, NULL,   NULL,   "2022"};
	struct json_object *v = json_object_new_object(),
	                   *list = json_object_new_array_ext(1), *n;
	uint64_t counts[4];
	char t[ADDR_TEXT];
	unsigned i;

	add(v, "id", text(o, d->id));
	add(v, "kind", str(device_kind_name(d->kind)));
	add(v, "registered",
	    d->registered < 0 ? NULL : json_object_new_boolean(d->registered));
	for (i = 0; i < d->addresses_total; i++)
		(void)json_object_array_add(list, str(addr_text(&d->addresses[i], t)));
	add(v, "addresses", list);
	add(v, "user_agent", d->user_agent.n ? text(o, d->user_agent) : NULL);
	add(v, "edition", d->edition <= 8 ? str(editions[d->edition]) : NULL);
	findings_of_device(f, d->id, counts);
	n = json_object_new_object();
	add(n, "error", num(counts[SEVERITY_ERROR]));
	add(n, "warning", num(counts[SEVERITY_WARNING]));
	add(n, "note", num(counts[SEVERITY_NOTE]));
	add(v, "findings", n);
	return v;
}

static struct json_object *
capture(struct out *o, const struct results *r, size_t i)
{
	const struct capture_info *c = capture_info(r->captures, i);
	struct json_object *v = json_object_new_object(),
	                   *list = json_object_new_array_ext(1), *skipped;
	const struct link_type *link = c->dlt >= 0 ? link_find(c->dlt) : NULL;
	char name[32];
	int s;

	add(v, "file", text(o, slice_str(c->file)));
	add(v, "format", str(c->format));
	if (c->dlt >= 0) {
		(void)snprintf(name, sizeof(name), "LINKTYPE %d", c->dlt);
		(void)json_object_array_add(list, str(link ? link->name : name));
	}
	add(v, "link_types", list);
	add(v, "frames", num(c->frames));
	add(v, "bytes", num(c->bytes));
	add(v, "first", c->frames ? when(o, c->first_ns, (uint32_t)i) : NULL);
	add(v, "last", c->frames ? when(o, c->last_ns, (uint32_t)i) : NULL);
	add(v, "complete", json_object_new_boolean(c->complete));
	skipped = json_object_new_object();
	for (s = 0; s < NET_SKIP_TOTAL; s++) {
		uint64_t n = net_skipped(r->net, i, (enum net_skip)s);

		if (n != 0)
			add(skipped, net_skip_text((enum net_skip)s), num(n));
	}
	add(v, "skipped", skipped);
	return v;
}

static struct json_object *
summary(struct out *o, const struct results *r)
{
	static const enum auth_verdict verdicts[] = {AUTH_VERIFIED, AUTH_MISMATCH,
	                                             AUTH_NO_PASSWORD, AUTH_UNSUPPORTED,
	                                             AUTH_MALFORMED};
	static const enum body_verdict bodies[] = {BODY_VALID, BODY_INVALID,
	                                           BODY_MALFORMED, BODY_UNKNOWN};
	const struct summary *s = r->summary;
	struct json_object *v = json_object_new_object(), *n;
	const struct device *d = NULL;
	enum severity worst;
	uint64_t devices = 0, count;
	char key[16];
	size_t i;

	while ((d = tracker_device(r->tracker, d)) != NULL)
		devices += d->kind == DEVICE_DEVICE;
	add(v, "frames", num(s->frames));
	add(v, "messages", num(s->messages));
	add(v, "requests", num(s->requests));
	add(v, "responses", num(s->responses));
	n = json_object_new_object();
	for (i = 0; i < s->methods_total; i++)
		(void)json_object_object_add(n, s->methods[i].name, num(s->methods[i].n));
	add(v, "methods", n);
	n = json_object_new_object();
	for (i = 0; i <= STATUSES_MAX; i++)
		if (s->statuses[i] != 0) {
			(void)snprintf(key, sizeof(key),
			               i == STATUSES_MAX ? "other" : "%zu", i);
			(void)json_object_object_add(n, key, num(s->statuses[i]));
		}
	add(v, "statuses", n);
	add(v, "transactions", num(s->transactions));
	add(v, "dialogs", num(tracker_dialogs(r->tracker)));
	add(v, "devices", num(devices));
	n = json_object_new_object();
	for (i = 0; i < 5; i++)
		add(n, auth_verdict_name(verdicts[i]), num(s->auth[verdicts[i]]));
	add(v, "auth", n);
	n = json_object_new_object();
	for (i = 0; i < 4; i++)
		add(n, body_verdict_name(bodies[i]), num(s->bodies[bodies[i]]));
	add(v, "bodies", n);
	n = json_object_new_object();
	add(n, "error", num(findings_count(r->findings, SEVERITY_ERROR)));
	add(n, "warning", num(findings_count(r->findings, SEVERITY_WARNING)));
	add(n, "note", num(findings_count(r->findings, SEVERITY_NOTE)));
	add(v, "findings", n);
	n = json_object_new_object();
	for (i = 0; i < RULE_TOTAL; i++) {
		count = findings_of_rule(r->findings, (enum rule)i, &worst);
		if (count != 0)
			add(n, rule_infos[i].id, num(count));
	}
	add(v, "rules", n);
	n = json_object_new_object();
	for (i = 0; i < LIMIT_TOTAL; i++)
		if (r->limits->dropped[i] != 0)
			add(n, limit_name((enum limit)i), num(r->limits->dropped[i]));
	add(v, "limits", n);
	(void)o;
	return v;
}

static void
end(struct out *o, const struct results *r)
{
	struct own *own = o->own;
	const struct device *d = NULL;
	struct json_object *v;
	struct finding x;
	uint64_t n = 0;
	size_t i, len;

	if (r != NULL) {
		(void)fputs("\n],\n\"exchanges\":[", o->f);
		spool_copy(own->exchanges, o->f);
		(void)fputs("\n],\n\"media\":[],\n\"devices\":[", o->f);
		while ((d = tracker_device(r->tracker, d)) != NULL)
			write_record(o, o->f, device(o, d, r->findings), n++);
		(void)fputs("\n],\n\"findings\":[", o->f);
		n = 0;
		(void)findings_rewind(r->findings);
		while (findings_read(r->findings, &x))
			finding(o, &x, n++);
		(void)fputs("\n],\n\"captures\":[", o->f);
		for (i = 0; i < capture_total(r->captures); i++)
			write_record(o, o->f, capture(o, r, i), i);
		v = summary(o, r);
		(void)fputs("\n],\n\"summary\":", o->f);
		(void)fputs(
		    json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN, &len),
		    o->f);
		json_object_put(v);
		(void)fprintf(o->f, ",\n\"complete\":%s\n}\n",
		              r->complete ? "true" : "false");
	}
	if (own != NULL) {
		(void)fclose(own->exchanges);
		emit_free(&own->json);
		free(own);
	}
	o->own = NULL;
}

const struct format format_json = {
    "json",   "one JSON document (docs/report.schema.json)",
    true,     true,
    begin,    dialog,
    exchange, end};
