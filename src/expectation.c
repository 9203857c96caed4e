#include "src/expectation.h"

#include <stdio.h>

#include "dissect/deviceid.h"
#include "src/thresholds.h"

enum { LIST_MAX = 1024, TEXT_MAX = 128 };

const struct fact_info fact_infos[FACT_TOTAL] = {
#define ROW(id, key, words, flags, what)                                                 \
	{key, FACT_##words, flags, RULE_EXPECT_##id, what},
    FACTS(ROW)
#undef ROW
};

bool
fact_find(struct slice key, enum fact *out)
{
	int i;

	for (i = 0; i < FACT_TOTAL; i++)
		if (slice_eq(key, slice_str(fact_infos[i].key))) {
			*out = (enum fact)i;
			return true;
		}
	return false;
}

/* ---- words ---- */

static bool
ends_word(uint8_t c)
{
	return ascii_space(c) || c == ',';
}

/* The next word, or a comma; empty at the end. */
static struct slice
peek(struct slice rest)
{
	size_t n = 0;

	rest = slice_trim_front(rest);
	if (rest.n != 0 && rest.p[0] == ',')
		return slice_head(rest, 1);
	while (n < rest.n && !ends_word(rest.p[n]))
		n++;
	return slice_head(rest, n);
}

static struct slice
take(struct slice *rest)
{
	struct slice word = peek(*rest);

	*rest = word.n != 0 ? slice_tail(slice_trim_front(*rest), word.n) : SLICE_EMPTY;
	return word;
}

static bool
take_if(struct slice *rest, const char *word)
{
	if (!slice_eq(peek(*rest), slice_str(word)))
		return false;
	(void)take(rest);
	return true;
}

/* Printable ASCII, so that it can be told as it is. */
static bool
is_name(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7F || s.p[i] == ',')
			return false;
	return s.n != 0;
}

/* WORD {"," WORD} */
static int
list(struct slice *rest, struct arena *a, const char *what, struct slice **out,
     size_t *total, struct err *e)
{
	struct slice word, left = *rest;
	size_t n = 0, room = 1, i;

	*total = 0;
	for (; left.n != 0; left = slice_tail(left, 1))
		room += left.p[0] == ',';
	if (room > LIST_MAX)
		return err_set(e, "more than %d in one line", LIST_MAX);
	*out = arena_array(a, room, sizeof(**out));
	if (*out == NULL)
		return err_set(e, "out of memory");
	do {
		word = take(rest);
		if (!is_name(word))
			return err_set(e, "%s is missing", what);
		for (i = 0; i < n; i++)
			if (slice_eq((*out)[i], word))
				return err_set(e, "twice in one line: " SLICE_FMT,
				               SLICE_ARG(slice_head(word, 64)));
		(*out)[n++] = word;
	} while (take_if(rest, ","));
	*total = n;
	return 0;
}

/* ---- clauses ---- */

static int
quota(struct slice *rest, struct expectation *x, struct err *e)
{
	static const struct {
		const char *first, *second;
		enum quota quota;
	} rows[] = {
	    {"at", "least", QUOTA_AT_LEAST},
	    {"at", "most", QUOTA_AT_MOST},
	    {"exactly", NULL, QUOTA_EXACTLY},
	};
	struct slice from = *rest;
	size_t i;

	x->quota = fact_infos[x->fact].flags & FACT_EVERY ? QUOTA_EVERY : QUOTA_AT_LEAST;
	x->n = 1;
	if (take_if(rest, "every")) {
		if (!(fact_infos[x->fact].flags & FACT_FAILS))
			return err_set(e, "%s cannot fail, so 'every' says nothing",
			               fact_infos[x->fact].key);
		x->quota = QUOTA_EVERY;
		return 0;
	}
	if (take_if(rest, "none")) {
		x->quota = QUOTA_AT_MOST;
		x->n = 0;
		return 0;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		*rest = from;
		if (!take_if(rest, rows[i].first) ||
		    (rows[i].second != NULL && !take_if(rest, rows[i].second)))
			continue;
		x->quota = rows[i].quota;
		if (!parse_u64(take(rest), UINT32_MAX, &x->n))
			return err_set(e, "a number is missing behind '%s%s%s'",
			               rows[i].first, rows[i].second ? " " : "",
			               rows[i].second ? rows[i].second : "");
		return 0;
	}
	*rest = from;
	return 0;
}

static bool
all_ids(const struct slice *list, size_t total)
{
	size_t i;

	for (i = 0; i < total; i++)
		if (!deviceid_is20(list[i]))
			return false;
	return total != 0;
}

static bool
ends_list(struct slice word)
{
	return word.n == 0 || slice_eq(word, SLICE("within")) ||
	       slice_eq(word, SLICE("by"));
}

static int
words(struct slice *rest, struct arena *a, struct expectation *x, struct err *e)
{
	const struct fact_info *f = &fact_infos[x->fact];

	if (ends_list(peek(*rest)))
		return 0;
	if (list(rest, a, "a word behind the comma", &x->words, &x->words_total, e) != 0)
		return -1;
	/* Who else could be meant? */
	if (all_ids(x->words, x->words_total)) {
		x->by = x->words;
		x->by_total = x->words_total;
		x->words = NULL;
		x->words_total = 0;
		return 0;
	}
	if (slice_digits(x->words[0]))
		return err_set(
		    e, "a number alone: 'at least N', 'at most N' and 'exactly N' "
		       "say how it is meant, 'by' that it is an id");
	if (f->words == FACT_NOTHING)
		return err_set(
		    e,
		    "not understood: " SLICE_FMT
		    " (there are: every, at least N, at most N, exactly N, none, within TIME, by ID)",
		    SLICE_ARG(slice_head(x->words[0], 64)));
	return 0;
}

static int
within(struct slice *rest, struct expectation *x, struct err *e)
{
	struct slice number;
	int64_t ms;

	if (!take_if(rest, "within"))
		return 0;
	if (!(fact_infos[x->fact].flags & FACT_TIMED))
		return err_set(e, "%s takes no time, so 'within' says nothing",
		               fact_infos[x->fact].key);
	number = take(rest);
	/* "5 s" as well. */
	if (slice_digits(number) && !ends_list(peek(*rest)))
		number = slice_of(number.p,
		                  (size_t)(peek(*rest).p + peek(*rest).n - number.p)),
		(void)take(rest);
	if (!duration_parse(number, &ms) || ms == 0)
		return err_set(e, "a time is missing behind 'within', such as 5s, 500ms");
	x->within_ns = ms * INT64_C(1000000);
	return 0;
}

static int
by(struct slice *rest, struct arena *a, struct expectation *x, struct err *e)
{
	if (peek(*rest).n == 0)
		return 0;
	if (!take_if(rest, "by"))
		return err_set(e, "not understood: %s" SLICE_FMT,
		               is_name(peek(*rest)) ? "" : "near ",
		               SLICE_ARG(is_name(peek(*rest))
		                             ? slice_head(peek(*rest), 64)
		                             : SLICE("a comma or an odd character")));
	if (x->by_total != 0)
		return err_set(e, "ids stand before and behind 'by'");
	if (list(rest, a, "an id behind 'by'", &x->by, &x->by_total, e) != 0)
		return -1;
	if (peek(*rest).n != 0)
		return err_set(e, "ids are separated by commas, and end the line");
	return 0;
}

int
expectation_parse(struct slice key, struct slice value, struct arena *a,
                  struct expectation *out, struct err *e)
{
	*out = (struct expectation){.quota = QUOTA_AT_LEAST};
	if (!fact_find(key, &out->fact))
		return err_set(e, "nothing of this name can be expected");
	if (quota(&value, out, e) != 0 || words(&value, a, out, e) != 0 ||
	    within(&value, out, e) != 0)
		return -1;
	return by(&value, a, out, e);
}

struct slice
expectation_text(const struct expectation *x, struct slice word, struct arena *a)
{
	static const char *const quotas[] = {"at least", "at most", "exactly"};
	char time[THRESHOLD_TEXT], *text;
	size_t size = TEXT_MAX, n, i;

	for (i = 0; i < x->words_total; i++)
		size += x->words[i].n + 2;
	text = arena_alloc(a, size);
	if (text == NULL)
		return SLICE_EMPTY;
	n = (size_t)snprintf(text, size, "%s =", fact_infos[x->fact].key);
	if (x->quota == QUOTA_EVERY)
		n += (size_t)snprintf(text + n, size - n, " every");
	else
		n += (size_t)snprintf(text + n, size - n, " %s %llu", quotas[x->quota],
		                      (unsigned long long)x->n);
	if (word.n != 0)
		n += (size_t)snprintf(text + n, size - n, " " SLICE_FMT, SLICE_ARG(word));
	for (i = 0; i < x->words_total && word.n == 0; i++)
		n += (size_t)snprintf(text + n, size - n, "%s" SLICE_FMT, i ? ", " : " ",
		                      SLICE_ARG(x->words[i]));
	if (x->within_ns != 0)
		n += (size_t)snprintf(text + n, size - n, " within %s",
		                      duration_text(x->within_ns / 1000000, time));
	return slice_of(text, n);
}
