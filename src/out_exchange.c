/* Records of exchanges: a MANSCDP request, the parts of its answer, and what they say together. */
#include "src/out_record.h"

#include "src/exchanges.h"
#include "src/member.h"
#include "src/out_fields.h"

enum { FIELDS_TOLD = 96, RESULT_ARENA = 256 << 20 };

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
	member_number(j, "capture", at->capture);
	member_number(j, "frame", at->frame);
	record_time(w, "time", at->time_ns, at->capture);
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

/* A node and what is below it, as a body of its own. */
static void
subtree(struct writer *w, struct arena *a, const struct manscdp_node *nodes, uint32_t i,
        uint32_t end)
{
	struct emit *j = &w->json;
	struct manscdp_node *own = arena_array_raw(a, end - i, sizeof(*own));
	struct manscdp b = {.nodes = own, .nodes_total = end - i};
	uint32_t k;

	if (own == NULL) {
		emit_null(j);
		return;
	}
	for (k = i; k < end; k++) {
		own[k - i] = nodes[k];
		own[k - i].parent = k == i ? MANSCDP_NONE : nodes[k].parent - i;
	}
	fields_value_emit(j, &b, &w->key);
}

static uint32_t
subtree_end(const struct result_part *p, uint32_t i)
{
	uint32_t end = i + 1;

	while (end < p->nodes_total && p->nodes[end].depth > p->nodes[i].depth)
		end++;
	return end;
}

/* What the answers before said. */
struct names {
	struct slice of[FIELDS_TOLD];
	size_t total;
	struct arena *mem, *tree;
};

static bool
has(const struct names *told, size_t total, struct slice name)
{
	size_t i;

	for (i = 0; i < total; i++)
		if (slice_eq(told->of[i], name))
			return true;
	return false;
}

/* A tree of its own, of the root and what is picked from below it. */
struct picked {
	struct manscdp_node *nodes;
	uint32_t total;
};

static void
pick(struct picked *to, const struct manscdp_node *nodes, uint32_t i, uint32_t end)
{
	uint32_t first = to->total, k;

	for (k = i; k < end; k++) {
		to->nodes[to->total] = nodes[k];
		to->nodes[to->total++].parent = k == i ? 0 : nodes[k].parent - i + first;
	}
}

/* All of one answer but the list, and but what an earlier one said. */
static void
part_fields(struct writer *w, const struct result_part *p, struct names *told)
{
	struct picked to = {
	    .nodes = arena_array_raw(told->tree, p->nodes_total, sizeof(*to.nodes)),
	    .total = 1};
	struct manscdp b = {.nodes = to.nodes};
	size_t before = told->total;
	uint32_t i;

	if (to.nodes == NULL)
		return;
	to.nodes[0] = p->nodes[0];
	for (i = 1; i < p->nodes_total; i++) {
		const struct manscdp_node *n = &p->nodes[i];

		if (n->depth != 1 || i == p->list || has(told, before, n->name))
			continue;
		if (!has(told, told->total, n->name)) {
			if (told->total == FIELDS_TOLD)
				continue;
			told->of[told->total++] = arena_keep(told->mem, n->name);
		}
		pick(&to, p->nodes, i, subtree_end(p, i));
	}
	b.nodes_total = to.total;
	fields_members_emit(&w->json, &b, &w->key);
}

static void
result_fields(struct writer *w, const struct result *r, struct arena *a)
{
	struct arena names, tree;
	struct names told = {.mem = &names, .tree = &tree};
	struct result_part p = {.nodes = NULL};

	arena_init(&names, 0);
	arena_init(&tree, RESULT_ARENA);
	emit_open(&w->json, '{');
	for (; result_next(r, a, &p); arena_reset(a)) {
		part_fields(w, &p, &told);
		arena_reset(&tree);
		arena_reset(w->json.scratch);
	}
	emit_close(&w->json, '}');
	arena_free(&tree);
	arena_free(&names);
}

/* The items of all answers, in order. */
static void
result_items(struct writer *w, const struct result *r, struct arena *a)
{
	struct emit *j = &w->json;
	struct arena tree;
	struct result_part p = {.nodes = NULL};
	uint32_t i, end;

	arena_init(&tree, RESULT_ARENA);
	emit_open(j, '[');
	for (; result_next(r, a, &p); arena_reset(a)) {
		if (p.list == MANSCDP_NONE)
			continue;
		end = subtree_end(&p, p.list);
		for (i = p.list + 1; i < end; i++) {
			if (p.nodes[i].parent != p.list || p.nodes[i].attribute ||
			    slice_ieq(p.nodes[i].name, SLICE("Num")))
				continue;
			subtree(w, &tree, p.nodes, i, subtree_end(&p, i));
			arena_reset(&tree);
			arena_reset(j->scratch);
		}
	}
	emit_close(j, ']');
	arena_free(&tree);
}

static void
result_list_name(struct emit *j, const struct result *r, struct arena *a)
{
	struct result_part p = {.nodes = NULL};
	bool any = false;

	emit_key(j, "list");
	for (; !any && result_next(r, a, &p); arena_reset(a))
		if (p.list != MANSCDP_NONE) {
			emit_text(j, p.nodes[p.list].name, NULL);
			any = true;
		}
	if (!any)
		emit_null(j);
}

static void
result(struct writer *w, const struct exchange *x)
{
	struct emit *j = &w->json;
	struct arena *scratch = j->scratch, a, own;

	emit_key(j, "result");
	if (x->result == NULL) {
		emit_null(j);
		return;
	}
	/* Thousands of items pass: each has the memory of the one before. */
	arena_init(&a, RESULT_ARENA);
	arena_init(&own, RESULT_ARENA);
	j->scratch = &own;
	emit_open(j, '{');
	emit_key(j, "fields");
	result_fields(w, x->result, &a);
	result_list_name(j, x->result, &a);
	emit_key(j, "items");
	result_items(w, x->result, &a);
	member_number(j, "items_left_out", result_left_out(x->result));
	emit_close(j, '}');
	j->scratch = scratch;
	arena_free(&own);
	arena_free(&a);
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
	result(w, x);
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
