/* Records of exchanges: a MANSCDP request, the parts of its answer, and what they say together. */
#include "src/out_record.h"

#include "src/exchanges.h"
#include "src/member.h"

/* Words in one text, with something between. */
static void
words(struct emit *j, const char *key, struct slice text, uint8_t between)
{
	struct slice word;
	size_t at;

	emit_key(j, key);
	emit_open(j, '[');
	while (text.n != 0) {
		at = slice_index(text, between);
		word = slice_trim(slice_head(text, at));
		if (word.n != 0)
			emit_text(j, word, NULL);
		text = slice_tail(text, at + 1);
	}
	emit_close(j, ']');
}

static void
types_missing(struct emit *j, const struct exchange *x)
{
	struct slice rest = x->types;
	unsigned n;
	size_t at;

	emit_key(j, "types_missing");
	emit_open(j, '[');
	for (n = 0; rest.n != 0 && n < 64; n++) {
		at = slice_index(rest, '/');
		if ((x->types_missing >> n & 1) != 0)
			emit_text(j, slice_trim(slice_head(rest, at)), NULL);
		rest = slice_tail(rest, at + 1);
	}
	emit_close(j, ']');
}

static void
mismatches(struct emit *j, unsigned mismatch)
{
	unsigned bit;

	emit_key(j, "mismatch");
	emit_open(j, '[');
	for (bit = MISMATCH_SN; bit <= MISMATCH_ROOT; bit <<= 1)
		if ((mismatch & bit) != 0)
			emit_string(j,
			            exchange_mismatch_name((enum exchange_mismatch)bit));
	emit_close(j, ']');
}

static void
problems(struct emit *j, const struct exchange *x)
{
	uint32_t n;

	emit_key(j, "sn_problems");
	emit_open(j, '[');
	if (x->SN.n == 0)
		emit_string(j, "missing");
	else if (!slice_digits(x->SN))
		emit_string(j, "not_a_number");
	else if (parse_u32(x->SN, UINT32_MAX, &n) && n == 0)
		emit_string(j, "zero");
	if ((x->facts & EXCHANGE_SN_OPEN) != 0)
		emit_string(j, "used_while_open");
	if ((x->facts & EXCHANGE_SN_AGAIN) != 0)
		emit_string(j, "used_before");
	if ((x->mismatch & MISMATCH_SN) != 0)
		emit_string(j, "mismatch");
	emit_close(j, ']');
}

static void
place_of(struct writer *w, uint32_t dialog, uint32_t tx, const struct ref *at,
         uint32_t status)
{
	struct emit *j = &w->json;

	member_number(j, "dialog", dialog);
	member_number(j, "transaction", tx);
	record_seen(w, at->capture, at->frame, at->time_ns);
	member_number_if(j, "status", status != 0, status);
}

static void
part(struct writer *w, const struct exchange_part *p)
{
	static const struct {
		enum exchange_fact fact;
		const char *word;
	} rows[] = {
	    {EXCHANGE_PART_AGAIN, "repeated"},
	    {EXCHANGE_AFTER_WHOLE, "after_complete"},
	    {EXCHANGE_AFTER_TIMEOUT, "after_timeout"},
	    {EXCHANGE_SUM_CHANGED, "sum_changed"},
	    {EXCHANGE_SURPLUS, "surplus"},
	    {EXCHANGE_ITEM_TWICE, "item_twice"},
	    {EXCHANGE_IN_RESPONSE, "in_response"},
	    {EXCHANGE_FAILED, "failed"},
	};
	struct emit *j = &w->json;
	size_t i;

	emit_open(j, '{');
	place_of(w, p->dialog, p->tx, &p->ref, p->status);
	member_number_if(j, "Num", p->has_num, p->num);
	member_number(j, "items", p->items);
	mismatches(j, p->mismatch);
	emit_key(j, "remarks");
	emit_open(j, '[');
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((p->facts & rows[i].fact) != 0)
			emit_string(j, rows[i].word);
	emit_close(j, ']');
	emit_close(j, '}');
}

/* ---- the result ---- */

static void
result_items_emit(struct emit *j, const struct result *r)
{
	struct result_reader *d = ARENA_NEW(j->scratch, struct result_reader);
	struct slice some;

	emit_key(j, "items");
	emit_open(j, '[');
	while (d != NULL && (some = result_items(r, d)).n != 0)
		emit_raw(j, (const char *)some.p, some.n);
	emit_close(j, ']');
}

static void
result(struct emit *j, const struct result *r)
{
	const void *at = NULL;
	struct slice member;

	emit_key(j, "result");
	if (r == NULL) {
		emit_null(j);
		return;
	}
	emit_open(j, '{');
	emit_key(j, "fields");
	emit_open(j, '{');
	while ((member = result_member(r, &at)).n != 0)
		emit_ready(j, (const char *)member.p, member.n);
	emit_close(j, '}');
	member_text(j, "list", result_list(r));
	result_items_emit(j, r);
	member_number(j, "items_left_out", result_left_out(r));
	emit_close(j, '}');
}

static void
counts(struct emit *j, const struct exchange *x)
{
	member_number_if(j, "SumNum", x->has_sum, x->SumNum);
	member_number(j, "received", x->received);
	member_number_if(j, "missing", x->has_sum,
	                 x->SumNum > x->received ? x->SumNum - x->received : 0);
	member_number(j, "repeated", x->repeated);
	member_ms(j, "latency_ms", x->latency_ns >= 0, x->latency_ns);
	member_ms(j, "duration_ms", x->request.frame != 0 && x->parts_total != 0,
	          x->last_ns > x->request.time_ns ? x->last_ns - x->request.time_ns : 0);
}

void
record_exchange(struct writer *w, const struct exchange *x)
{
	struct emit *j = &w->json;
	const struct exchange_part *p;

	member_number(j, "id", x->id);
	member_text(j, "root", x->root);
	member_text(j, "CmdType", x->CmdType);
	member_text(j, "SN", x->SN);
	problems(j, x);
	member_text(j, "from", x->from);
	member_text(j, "to", x->to);
	member_text(j, "DeviceID", x->DeviceID);
	words(j, "commands", x->commands, ' ');
	words(j, "types", x->types, '/');
	types_missing(j, x);
	member_bool(j, "needs_response", x->needs);
	emit_key(j, "request");
	if (x->request.frame != 0) {
		emit_open(j, '{');
		place_of(w, x->request_dialog, x->request_tx, &x->request,
		         x->request_status);
		emit_close(j, '}');
	} else {
		emit_null(j);
	}
	emit_key(j, "responses");
	emit_open(j, '[');
	for (p = x->parts; p != NULL; p = p->next)
		part(w, p);
	emit_close(j, ']');
	member_number(j, "responses_total", x->parts_total);
	counts(j, x);
	member_string(j, "outcome", exchange_outcome_name(x->outcome));
	member_number_if(j, "refused", x->refused != 0, x->refused);
	member_bool_if(j, "failed", x->parts_total != 0, x->failed);
	mismatches(j, x->mismatch);
	member_number_if(j, "related", x->related != 0, x->related);
	result(j, x->result);
}

static void
ask(struct emit *j, const struct ask *a)
{
	const uint64_t *n = a->outcomes;

	emit_open(j, '{');
	member_number(j, "asked", a->asked);
	member_number(j, "complete", n[EXCHANGE_COMPLETE]);
	member_number(j, "incomplete", n[EXCHANGE_INCOMPLETE]);
	member_number(j, "unanswered", n[EXCHANGE_UNANSWERED] + n[EXCHANGE_UNKNOWN]);
	member_number(j, "mismatched", n[EXCHANGE_MISMATCHED]);
	member_number(j, "refused", n[EXCHANGE_REFUSED]);
	member_number(j, "unsolicited", n[EXCHANGE_UNSOLICITED]);
	member_number(j, "not_needed", n[EXCHANGE_NOT_NEEDED]);
	member_number(j, "items", a->items);
	emit_close(j, '}');
}

void
record_asks(struct writer *w, const struct asks *s)
{
	struct emit *j = &w->json;
	size_t i;

	emit_open(j, '{');
	for (i = 0; i < s->total; i++) {
		emit_text_key(j, "", slice_str(s->of[i].name));
		ask(j, &s->of[i]);
	}
	emit_close(j, '}');
}
