/* The report as JSON: docs/report.schema.json. One record at a time is built with json-c and written. */
#include "src/output.h"

#include <json-c/json.h>
#include <stdlib.h>

enum { ADD_FLAGS = JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT, COPY_BYTES = 65536 };

struct own {
	FILE *exchanges;      /* they stand behind the dialogs: kept in a file without a name */
	uint64_t dialogs, exchanges_total;
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
text_or_null(struct out *o, struct slice s)
{
	return s.n ? text(o, s) : NULL;
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

static struct json_object *
num_or_null(uint64_t n)
{
	return n ? num(n) : NULL;
}

static int
precision(const struct out *o, uint32_t capture)
{
	return capture < capture_total(o->captures) ? capture_info(o->captures, capture)->precision : 6;
}

static struct json_object *
when(const struct out *o, int64_t ns, uint32_t capture)
{
	char t[TIME_TEXT];

	return json_object_new_string(time_text(ns, precision(o, capture), t));
}

/* Milliseconds with three decimals, made of integers. */
static struct json_object *
milliseconds(int64_t ns)
{
	char t[40];
	int64_t us = (ns + 500) / 1000;

	(void)snprintf(t, sizeof(t), "%lld.%03d", (long long)(us / 1000), (int)(us % 1000));
	return json_object_new_double_s((double)us / 1000.0, t);
}

static struct json_object *
frame_list(const uint64_t *frames, uint32_t total, uint64_t frame)
{
	struct json_object *a = json_object_new_array_ext(total ? (int)total : 1);
	uint32_t i;

	if (total == 0 && frame != 0)
		(void)json_object_array_add(a, num(frame));
	for (i = 0; i < total; i++)
		(void)json_object_array_add(a, num(frames[i]));
	return a;
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
	own->exchanges = tmpfile();
	if (own->exchanges == NULL) {
		free(own);
		return false;
	}
	o->own = own;
	(void)fprintf(o->f, "{\n\"schema\":\"gbscope-report-1\",\n\"generator\":{\"name\":\"gbscope\",\"version\":\"%s\"},\n"
	                    "\"dialogs\":[",
	              GBSCOPE_VERSION);
	return true;
}

/* Repeated, or repeatable by the dictionary: always a list, so that readers need not look. */
static bool
is_list(const struct manscdp_node *n)
{
	return n->def != NULL && n->def->max != 1 && !n->attribute;
}

static void
node_add(struct json_object *parent, const char *key, bool list, struct json_object *v)
{
	struct json_object *have, *a;

	if (!json_object_object_get_ex(parent, key, &have)) {
		if (list) {
			a = json_object_new_array_ext(4);
			(void)json_object_array_add(a, v);
			v = a;
		}
		(void)json_object_object_add_ex(parent, key, v, JSON_C_OBJECT_ADD_KEY_IS_NEW);
		return;
	}
	if (json_object_is_type(have, json_type_array)) {
		(void)json_object_array_add(have, v);
		return;
	}
	a = json_object_new_array_ext(4);
	(void)json_object_array_add(a, json_object_get(have));
	(void)json_object_array_add(a, v);
	(void)json_object_object_add(parent, key, a);
}

static struct json_object *
secret_text(struct slice s)
{
	char t[40];

	(void)snprintf(t, sizeof(t), "<%zu octets>", s.n);
	return json_object_new_string(t);
}

static bool
has_attribute(const struct kept_body *b, size_t i)
{
	return i + 1 < b->nodes_total && b->nodes[i + 1].attribute && b->nodes[i + 1].parent == i;
}

/* The decoded tree: objects by element name, attributes as @Name, repeatable elements as lists. */
static struct json_object *
fields(struct out *o, const struct kept_body *b)
{
	struct json_object **made, *root = json_object_new_object(), *v;
	size_t i;
	bool bad;

	made = arena_array(&o->scratch, b->nodes_total, sizeof(struct json_object *));
	for (i = 0; made != NULL && i < b->nodes_total; i++) {
		const struct manscdp_node *n = &b->nodes[i];
		struct json_object *parent = n->parent < i ? made[n->parent] : root;
		struct slice name = utf8_clean(slice_head(n->name, 120), &o->scratch, &bad), value = slice_trim(n->text);
		char key[128];
		int len = snprintf(key, sizeof(key), "%s" SLICE_FMT, n->attribute ? "@" : "", SLICE_ARG(name));

		if (len < 0 || parent == NULL)
			continue;
		if (n->attribute || (n->leaf && !has_attribute(b, i))) {
			bool secret = (n->def != NULL && n->def->secret) || slice_istarts(n->name, SLICE("password"));

			v = secret && value.n ? secret_text(value) : text(o, value);
		} else {
			v = made[i] = json_object_new_object();
			if (value.n != 0)
				(void)json_object_object_add(v, "#text", text(o, value));
		}
		node_add(parent, key, is_list(n), v);
	}
	return root;
}

static struct json_object *
body(struct out *o, const struct kept_body *b)
{
	struct json_object *v;

	if (b == NULL)
		return NULL;
	v = json_object_new_object();
	add(v, "content_type", text_or_null(o, b->content_type));
	add(v, "charset", b->charset[0] ? str(b->charset) : NULL);
	add(v, "root", text_or_null(o, b->root));
	add(v, "CmdType", text_or_null(o, b->CmdType));
	add(v, "SN", text_or_null(o, b->SN));
	add(v, "DeviceID", text_or_null(o, b->DeviceID));
	add(v, "verdict", b->manscdp ? str(body_verdict_name(b->verdict)) : NULL);
	add(v, "fields", b->nodes ? fields(o, b) : NULL);
	return v;
}

static struct json_object *
given(struct out *o, bool has, struct slice s)
{
	return has ? text(o, s) : NULL;
}

static struct json_object *
auth(struct out *o, const struct auth_entry *e)
{
	static const struct {
		const char *name;
	} variants[] = {
#define V(id, name, text) {name},
		AUTH_VARIANTS(V)
#undef V
	};
	struct json_object *v = json_object_new_object(), *why;

	add(v, "header", str(e->header));
	add(v, "scheme", text(o, e->scheme));
	add(v, "username", given(o, e->has_username, e->username));
	add(v, "realm", given(o, e->has_realm, e->realm));
	add(v, "algorithm", given(o, e->has_algorithm, e->algorithm));
	add(v, "qop", given(o, e->has_qop, e->qop));
	add(v, "uri", given(o, e->has_uri, e->uri));
	add(v, "nonce", given(o, e->has_nonce, e->nonce));
	add(v, "nc", given(o, e->has_nc, e->nc));
	add(v, "cnonce", given(o, e->has_cnonce, e->cnonce));
	add(v, "opaque", given(o, e->has_opaque, e->opaque));
	add(v, "verdict", str(auth_verdict_name(e->out.verdict)));
	if (e->why.n != 0) {
		why = json_object_new_object();
		add(why, "variant", e->out.variant ? str(variants[e->out.variant].name) : NULL);
		add(why, "text", text(o, e->why));
		add(v, "why", why);
	} else {
		add(v, "why", NULL);
	}
	add(v, "nonce_check", str(nonce_check_name(e->nonce_check)));
	add(v, "decision", str(auth_decision_name(e->decision)));
	add(v, "agrees", e->agrees < 0 ? NULL : json_object_new_boolean(e->agrees));
	return v;
}

static void
add_ref(struct out *o, struct json_object *v, const struct ref *r, bool frames)
{
	add(v, "capture", num(r->capture));
	add(v, "frame", num(r->frame));
	if (frames)
		add(v, "frames", frame_list(r->frames, r->frames_total, r->frame));
	add(v, "time", when(o, r->time_ns, r->capture));
}

static struct json_object *
transaction(struct out *o, const struct tx *x)
{
	struct json_object *v = json_object_new_object(), *list, *r;
	const struct response *p;
	const struct auth_entry *e;
	unsigned n = 0;

	add(v, "id", num(x->id));
	add(v, "method", text(o, x->method_name));
	add(v, "cseq", num(x->cseq));
	add(v, "branch", text_or_null(o, x->branch));
	if (x->request.frame != 0) {
		r = json_object_new_object();
		add_ref(o, r, &x->request, true);
		add(r, "repeats", num(x->repeats));
		add(v, "request", r);
	} else {
		add(v, "request", NULL);
	}
	for (p = x->responses; p != NULL; p = p->next)
		n++;
	list = json_object_new_array_ext(n ? (int)n : 1);
	for (p = x->responses; p != NULL; p = p->next) {
		r = json_object_new_object();
		add(r, "status", num(p->status));
		add(r, "reason", text(o, p->reason));
		add_ref(o, r, &p->ref, false);
		add(r, "repeats", num(p->repeats));
		add(r, "body", body(o, p->body));
		(void)json_object_array_add(list, r);
	}
	add(v, "responses", list);
	add(v, "response_ms", x->request.frame != 0 && x->status >= 200 && x->final_ns >= x->request.time_ns
	                          ? milliseconds(x->final_ns - x->request.time_ns)
	                          : NULL);
	add(v, "registration_scheme", text_or_null(o, x->registration_scheme));
	list = json_object_new_array_ext(1);
	for (e = x->auths; e != NULL; e = e->next)
		(void)json_object_array_add(list, auth(o, e));
	add(v, "auth", list);
	add(v, "body", body(o, x->body));
	return v;
}

static struct json_object *
party(struct out *o, const struct party_kept *p)
{
	struct json_object *v = json_object_new_object();

	add(v, "uri", text_or_null(o, p->uri));
	add(v, "user", text_or_null(o, p->user));
	add(v, "tag", text_or_null(o, p->tag));
	return v;
}

static void
dialog(struct out *o, const struct dialog *d, bool last)
{
	struct own *own = o->own;
	struct json_object *v = json_object_new_object(), *list;
	const struct tx *x;

	(void)last;
	add(v, "id", num(d->id));
	add(v, "part", num(d->part));
	add(v, "kind", str(dialog_kind_name(d->kind)));
	add(v, "call_id", text(o, d->call_id));
	add(v, "from", party(o, &d->from));
	add(v, "to", party(o, &d->to));
	add(v, "device", text_or_null(o, d->device));
	add(v, "state", str(dialog_state_name(d->state)));
	add(v, "outcome", str(dialog_outcome_name(d->outcome)));
	add(v, "started", when(o, d->started_ns, d->first.capture));
	add(v, "ended", when(o, d->ended_ns, d->last.capture));
	add(v, "transactions_total", num(d->transactions_total));
	list = json_object_new_array_ext(d->txs_held ? (int)d->txs_held : 1);
	for (x = d->txs; x != NULL; x = x->dialog_next)
		if (x->write)
			(void)json_object_array_add(list, transaction(o, x));
	add(v, "transactions", list);
	write_record(o, o->f, v, own->dialogs++);
}

static void
exchange(struct out *o, const struct exchange *x)
{
	struct own *own = o->own;
	struct json_object *v = json_object_new_object(), *list, *r;
	const struct exchange_part *p;

	add(v, "id", num(x->id));
	add(v, "root", text(o, x->root));
	add(v, "CmdType", text(o, x->CmdType));
	add(v, "SN", text_or_null(o, x->SN));
	add(v, "from", text_or_null(o, x->from));
	add(v, "to", text_or_null(o, x->to));
	add(v, "DeviceID", text_or_null(o, x->DeviceID));
	if (x->request.frame != 0) {
		r = json_object_new_object();
		add(r, "dialog", num(x->request_dialog));
		add(r, "capture", num(x->request.capture));
		add(r, "frame", num(x->request.frame));
		add(v, "request", r);
	} else {
		add(v, "request", NULL);
	}
	list = json_object_new_array_ext(x->parts_total ? (int)x->parts_total : 1);
	for (p = x->parts; p != NULL; p = p->next) {
		r = json_object_new_object();
		add(r, "dialog", num(p->dialog));
		add(r, "capture", num(p->ref.capture));
		add(r, "frame", num(p->ref.frame));
		add(r, "Num", p->has_num ? num(p->num) : NULL);
		(void)json_object_array_add(list, r);
	}
	add(v, "responses", list);
	add(v, "SumNum", x->has_sum ? num(x->SumNum) : NULL);
	add(v, "received", num(x->received));
	add(v, "latency_ms", x->latency_ns >= 0 ? milliseconds(x->latency_ns) : NULL);
	add(v, "outcome", str(exchange_outcome_name(x->outcome)));
	write_record(o, own->exchanges, v, own->exchanges_total++);
}

static struct json_object *
device(struct out *o, const struct device *d, const struct findings *f)
{
	static const char *const editions[] = {NULL, "2011", "2014", NULL, "2016", NULL, NULL, NULL, "2022"};
	struct json_object *v = json_object_new_object(), *list = json_object_new_array_ext(1), *n;
	uint64_t counts[4];
	char t[ADDR_TEXT];
	unsigned i;

	add(v, "id", text(o, d->id));
	add(v, "kind", str(device_kind_name(d->kind)));
	add(v, "registered", d->registered < 0 ? NULL : json_object_new_boolean(d->registered));
	for (i = 0; i < d->addresses_total; i++)
		(void)json_object_array_add(list, str(addr_text(&d->addresses[i], t)));
	add(v, "addresses", list);
	add(v, "user_agent", text_or_null(o, d->user_agent));
	add(v, "edition", d->edition <= 8 ? str(editions[d->edition]) : NULL);
	findings_of_device(f, d->id, counts);
	n = json_object_new_object();
	add(n, "error", num(counts[SEVERITY_ERROR]));
	add(n, "warning", num(counts[SEVERITY_WARNING]));
	add(n, "note", num(counts[SEVERITY_NOTE]));
	add(v, "findings", n);
	return v;
}

/* Octets as hex, where they are no text. */
static struct json_object *
hex(struct out *o, struct slice s)
{
	static const char digits[] = "0123456789abcdef";
	char *t = arena_array(&o->scratch, s.n, 2);
	size_t i;

	if (t == NULL)
		return NULL;
	for (i = 0; i < s.n; i++) {
		t[2 * i] = digits[s.p[i] >> 4];
		t[2 * i + 1] = digits[s.p[i] & 15];
	}
	return json_object_new_string_len(t, (int)(2 * s.n));
}

static void
add_value(struct out *o, struct json_object *v, const char *key, const char *key_hex, bool has, struct slice s)
{
	bool bad = false;

	add(v, key, has ? text(o, s) : NULL);
	if (has)
		(void)utf8_clean(s, &o->scratch, &bad);
	if (bad)
		add(v, key_hex, hex(o, s));
}

static struct json_object *
finding(struct out *o, const struct finding *x)
{
	struct json_object *v = json_object_new_object(), *args = json_object_new_object();
	size_t i;

	add(v, "id", num(x->id));
	add(v, "rule", str(rule_infos[x->rule].id));
	add(v, "severity", str(severity_name(x->severity)));
	add(v, "message", text(o, finding_message(x, &o->scratch)));
	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++)
		add(args, x->args[i].name, text(o, x->args[i].value));
	add(v, "args", args);
	add(v, "reference", str(rule_infos[x->rule].reference));
	add(v, "capture", x->has_place ? num(x->capture) : NULL);
	add(v, "frame", num_or_null(x->frame));
	add(v, "frames", frame_list(x->frames, x->frames_total, x->frame));
	add(v, "dialog", num_or_null(x->dialog));
	add(v, "transaction", num_or_null(x->transaction));
	add(v, "device", text_or_null(o, x->device));
	add(v, "field", text_or_null(o, x->field));
	add_value(o, v, "value", "value_hex", x->has_value, x->value);
	add_value(o, v, "expected", "expected_hex", x->has_expected, x->expected);
	add(v, "line", num_or_null(x->line));
	add(v, "count", num(x->count));
	return v;
}

static struct json_object *
capture(struct out *o, const struct results *r, size_t i)
{
	const struct capture_info *c = capture_info(r->captures, i);
	struct json_object *v = json_object_new_object(), *list = json_object_new_array_ext(1), *skipped;
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
	static const enum auth_verdict verdicts[] = {AUTH_VERIFIED, AUTH_MISMATCH, AUTH_NO_PASSWORD, AUTH_UNSUPPORTED,
	                                             AUTH_MALFORMED};
	static const enum body_verdict bodies[] = {BODY_VALID, BODY_INVALID, BODY_MALFORMED, BODY_UNKNOWN};
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
			(void)snprintf(key, sizeof(key), i == STATUSES_MAX ? "other" : "%zu", i);
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
copy(FILE *from, FILE *to)
{
	char *t = malloc(COPY_BYTES);
	size_t n;

	rewind(from);
	while (t != NULL && (n = fread(t, 1, COPY_BYTES, from)) != 0)
		(void)fwrite(t, n, 1, to);
	free(t);
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
		copy(own->exchanges, o->f);
		(void)fputs("\n],\n\"media\":[],\n\"devices\":[", o->f);
		while ((d = tracker_device(r->tracker, d)) != NULL)
			write_record(o, o->f, device(o, d, r->findings), n++);
		(void)fputs("\n],\n\"findings\":[", o->f);
		n = 0;
		(void)findings_rewind(r->findings);
		while (findings_read(r->findings, &x))
			write_record(o, o->f, finding(o, &x), n++);
		(void)fputs("\n],\n\"captures\":[", o->f);
		for (i = 0; i < capture_total(r->captures); i++)
			write_record(o, o->f, capture(o, r, i), i);
		v = summary(o, r);
		(void)fputs("\n],\n\"summary\":", o->f);
		(void)fputs(json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN, &len), o->f);
		json_object_put(v);
		(void)fprintf(o->f, ",\n\"complete\":%s\n}\n", r->complete ? "true" : "false");
	}
	if (own != NULL) {
		(void)fclose(own->exchanges);
		free(own);
	}
	o->own = NULL;
}

const struct format format_json = {"json", "one JSON document (docs/report.schema.json)", true, begin, dialog, exchange, end};
