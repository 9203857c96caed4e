#include "src/auth_why.h"

#include <stdlib.h>

#include <openssl/crypto.h>

#include "src/auth_patch.h"

/* What a search may cost, in auth_formulas_spent(): a capture full of wrong responses must not
 * take hours. */
enum {
	SPEND_SINGLE = 1000, /* one patch, the lines that fit */
	SPEND_OTHERS = 600,  /* the other lines as they are */
	SPEND_PAIRS = 700,   /* two patches, the lines that fit */
	SPEND_MIXED = 700,   /* the other lines, and one of the likeliest patches */
	FIRST_SEARCHES = 50, /* of a run; so many times as much is spent on them */
	FIRST_TIMES = 16,
	FULL_SEARCHES = 1000, /* of a run; after them only single patches */
	SEARCHES = 20000,     /* of a run; after them only the likeliest patches */
	LIKELY = 8,
	LINES_MAX = 8 /* that fit a user and a realm */
};

static const char *const texts[AUTH_VARIANT_TOTAL] = {
#define TEXT(id, name, text) text,
    AUTH_VARIANTS(TEXT)
#undef TEXT
};

struct other {
	struct slice password;
	size_t line;
};

struct auth_why {
	const struct passwords *passwords;
	struct other *
	    others; /* a line for each password, in the file's order; made when first needed */
	size_t others_total;
	uint8_t *secret; /* room for a changed password */
	size_t secret_room;
	unsigned searches, full;
};

struct search {
	struct auth_why *w;
	const struct auth_case *c;
	struct auth_out *out;
	struct auth_formula base;
	struct auth_patches patches;
	size_t own[LINES_MAX]; /* lines of the user, for whatever realm */
	size_t own_total;
	uint64_t until;
};

const char *
auth_variant_name(enum auth_variant v)
{
	static const char *const names[AUTH_VARIANT_TOTAL] = {
#define NAME(id, name, text) name,
	    AUTH_VARIANTS(NAME)
#undef NAME
	};

	return names[v];
}

struct auth_why *
auth_why_new(const struct passwords *p, struct err *e)
{
	struct auth_why *w = calloc(1, sizeof(*w));
	size_t i;

	if (w == NULL) {
		err_set(e, "no memory for digest authentication");
		return NULL;
	}
	w->passwords = p;
	w->secret_room = HEX_MAX;
	for (i = 0; i < passwords_total(p); i++) {
		size_t n = passwords_get(p, i)->password.n + 1;

		if (n > w->secret_room)
			w->secret_room = n;
	}
	w->secret = malloc(w->secret_room);
	if (w->secret == NULL) {
		err_set(e, "no memory for digest authentication");
		auth_why_free(w);
		return NULL;
	}
	return w;
}

void
auth_why_free(struct auth_why *w)
{
	if (w == NULL)
		return;
	if (w->secret != NULL)
		OPENSSL_cleanse(w->secret, w->secret_room);
	free(w->secret);
	free(w->others);
	free(w);
}

static void
say(char why[256], size_t *n, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n && *n < 255; i++)
		why[(*n)++] = s.p[i] == '\0' ? '?' : (char)s.p[i];
	why[*n] = '\0';
}

void
auth_why_say(char why[256], const char *text, struct slice detail, unsigned line)
{
	struct slice rest = slice_str(text);
	size_t n = strlen(why);

	/* Each round moves past one byte at least. */
	while (rest.n != 0) {
		size_t i = slice_index(rest, '{');

		say(why, &n, slice_head(rest, i));
		rest = slice_tail(rest, i);
		if (slice_starts(rest, SLICE("{detail}"))) {
			say(why, &n, slice_head(detail, 80));
			if (detail.n > 80)
				say(why, &n, SLICE("..."));
			rest = slice_tail(rest, sizeof("{detail}") - 1);
		} else if (slice_starts(rest, SLICE("{line}"))) {
			char digits[12];
			size_t d = sizeof(digits);
			unsigned v = line;

			do
				digits[--d] = (char)('0' + v % 10);
			while ((v /= 10) != 0);
			say(why, &n, slice_of(digits + d, sizeof(digits) - d));
			rest = slice_tail(rest, sizeof("{line}") - 1);
		} else if (rest.n != 0) {
			say(why, &n, slice_head(rest, 1));
			rest = slice_tail(rest, 1);
		}
	}
}

static void
found(struct search *s, enum auth_variant variant, struct slice detail, unsigned line)
{
	struct auth_out *out = s->out;

	if (out->variant == AUTH_VARIANT_NONE)
		out->variant = variant;
	if (out->why[0] != '\0')
		auth_why_say(out->why, "; ", SLICE_EMPTY, 0);
	auth_why_say(out->why, texts[variant], detail, line);
}

static bool
spent(const struct search *s)
{
	return auth_formulas_spent(s->c->formulas) >= s->until;
}

static void
spend(struct search *s, uint64_t more)
{
	s->until = auth_formulas_spent(s->c->formulas) + more;
}

static uint8_t
recase(uint8_t c, enum auth_change change)
{
	uint8_t low = ascii_lower(c);

	return change == CHANGE_UPPER && ascii_alpha(c) ? (uint8_t)(low - 32) : low;
}

/* A line's password as the change has it, in w->secret; false if there is nothing to try. */
static bool
changed(struct search *s, const struct auth_formula *form, const struct password *line,
        enum auth_change change, struct auth_secret *out)
{
	static const char added[] = {
	    [CHANGE_ADD_SPACE] = ' ', [CHANGE_ADD_CR] = '\r', [CHANGE_ADD_LF] = '\n'};
	struct slice text = line->password;
	uint8_t raw[HASH_MAX], *to = s->w->secret;
	size_t i, n = digest_hex_length(form->algorithm);

	*out = (struct auth_secret){.text = text};
	switch (change) {
	case CHANGE_NONE:
		return true;
	case CHANGE_TRIM:
		out->text = slice_trim(text);
		return out->text.n != text.n;
	case CHANGE_ADD_SPACE:
	case CHANGE_ADD_CR:
	case CHANGE_ADD_LF:
		if (text.n != 0)
			memcpy(to, text.p, text.n);
		to[text.n] = (uint8_t)added[change];
		out->text = slice_of(to, text.n + 1);
		return true;
	case CHANGE_LOWER:
	case CHANGE_UPPER:
		for (i = 0; i < text.n; i++)
			to[i] = recase(text.p[i], change);
		out->text = slice_of(to, text.n);
		return !slice_eq(out->text, text);
	case CHANGE_EMPTY:
		out->text = SLICE_EMPTY;
		return text.n != 0;
	case CHANGE_HASHED:
		if (!auth_formulas_hash(s->c->formulas, form->algorithm, &text, 1, raw))
			return false;
		hex_write(raw, n / 2, (char *)to);
		OPENSSL_cleanse(raw, sizeof(raw));
		out->text = slice_of(to, n);
		return true;
	case CHANGE_HA1:
		out->is_ha1 = true;
		return text.n == n;
	}
	return false;
}

static bool
line_matches(struct search *s, struct auth_formula *form, size_t i,
             enum auth_change change)
{
	const struct password *line = passwords_get(s->c->passwords, i);
	struct auth_secret secret;
	bool same = changed(s, form, line, change, &secret);

	if (same) {
		secret.remember = change == CHANGE_NONE;
		secret.line = i;
		same = auth_formulas_match(s->c->formulas, form, &secret, s->c->want);
		if (!same && change == CHANGE_NONE && line->maybe_ha1 &&
		    line->password.n == digest_hex_length(form->algorithm)) {
			secret.is_ha1 = true;
			same = auth_formulas_match(s->c->formulas, form, &secret,
			                           s->c->want);
		}
	}
	if (change != CHANGE_NONE)
		OPENSSL_cleanse(s->w->secret, s->w->secret_room);
	return same;
}

/* The lines that fit the formula's user and realm, and those that fit the credentials'. */
static bool
lines_match(struct search *s, struct auth_formula *form, enum auth_change change)
{
	size_t lines[LINES_MAX], i, n;

	n = passwords_find(s->c->passwords, form->user, form->realm, lines, LINES_MAX);
	for (i = 0; i < n && !spent(s); i++)
		if (line_matches(s, form, lines[i], change))
			return true;
	if (slice_eq(form->user, s->base.user) && slice_eq(form->realm, s->base.realm))
		return false;
	n = passwords_find(s->c->passwords, s->base.user, s->base.realm, lines,
	                   LINES_MAX);
	for (i = 0; i < n && !spent(s); i++)
		if (line_matches(s, form, lines[i], change))
			return true;
	return false;
}

static enum auth_change
change_of(const struct auth_patch *p)
{
	return p->place == PLACE_PASSWORD ? p->change : CHANGE_NONE;
}

static bool
try_single(struct search *s, size_t max)
{
	size_t i;

	for (i = 0; i < s->patches.total && i < max && !spent(s); i++) {
		const struct auth_patch *p = &s->patches.at[i];
		struct auth_formula form = s->base;

		auth_patch_apply(p, &form);
		if (!lines_match(s, &form, change_of(p)))
			continue;
		found(s, p->variant, p->value, 0);
		return true;
	}
	return false;
}

/* Pairs of small numbers first, as the likeliest patches have them. */
static bool
try_pairs(struct search *s)
{
	size_t sum, i, j;

	for (sum = 1; sum + 1 < 2 * s->patches.total; sum++) {
		i = sum < s->patches.total ? 0 : sum - s->patches.total + 1;
		for (; i < sum - i && !spent(s); i++) {
			const struct auth_patch *p = &s->patches.at[i], *q;
			struct auth_formula form = s->base;

			j = sum - i;
			q = &s->patches.at[j];
			if (p->place == q->place)
				continue;
			auth_patch_apply(p, &form);
			auth_patch_apply(q, &form);
			if (!lines_match(s, &form,
			                 p->place == PLACE_PASSWORD ? p->change
			                                            : change_of(q)))
				continue;
			found(s, p->variant, p->value, 0);
			found(s, q->variant, q->value, 0);
			return true;
		}
	}
	return false;
}

static int
other_cmp(const void *a, const void *b)
{
	const struct other *x = a, *y = b;
	size_t n = x->password.n < y->password.n ? x->password.n : y->password.n;
	int c = n != 0 ? memcmp(x->password.p, y->password.p, n) : 0;

	if (c == 0)
		c = (x->password.n > y->password.n) - (x->password.n < y->password.n);
	return c != 0 ? c : (x->line > y->line) - (x->line < y->line);
}

static int
other_cmp_line(const void *a, const void *b)
{
	const struct other *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Devices share passwords: one line for each is enough, the first. */
static bool
others_make(struct auth_why *w)
{
	size_t total = passwords_total(w->passwords), i, n = 0;

	if (w->others != NULL)
		return true;
	w->others = calloc(total + 1, sizeof(*w->others));
	if (w->others == NULL)
		return false;
	for (i = 0; i < total; i++) {
		w->others[i].password = passwords_get(w->passwords, i)->password;
		w->others[i].line = i;
	}
	if (total == 0)
		return true;
	qsort(w->others, total, sizeof(*w->others), other_cmp);
	for (i = 0; i < total; i++)
		if (i == 0 || !slice_eq(w->others[i].password, w->others[n - 1].password))
			w->others[n++] = w->others[i];
	qsort(w->others, n, sizeof(*w->others), other_cmp_line);
	w->others_total = n;
	return true;
}

static void
own_find(struct search *s)
{
	size_t i;

	for (i = 0; i < passwords_total(s->c->passwords) && s->own_total < LINES_MAX; i++)
		if (slice_eq(passwords_get(s->c->passwords, i)->user, s->base.user))
			s->own[s->own_total++] = i;
}

static bool
other_matches(struct search *s, struct auth_formula *form, size_t i)
{
	const struct password *line = passwords_get(s->c->passwords, i);

	if (!line_matches(s, form, i, CHANGE_NONE))
		return false;
	found(s,
	      line->any_user || slice_eq(line->user, s->base.user)
	          ? AUTH_VARIANT_OTHER_LINE
	          : AUTH_VARIANT_OTHER_USER,
	      SLICE_EMPTY, line->line);
	return true;
}

static bool
try_others(struct search *s, struct auth_formula *form)
{
	size_t i;

	for (i = 0; i < s->own_total && !spent(s); i++)
		if (other_matches(s, form, s->own[i]))
			return true;
	for (i = 0; i < s->w->others_total && !spent(s); i++)
		if (other_matches(s, form, s->w->others[i].line))
			return true;
	return false;
}

static bool
try_mixed(struct search *s)
{
	size_t i;

	for (i = 0; i < s->patches.total && i < LIKELY && !spent(s); i++) {
		const struct auth_patch *p = &s->patches.at[i];
		struct auth_formula form = s->base;

		auth_patch_apply(p, &form);
		if (!try_others(s, &form))
			continue;
		found(s, p->variant, p->value, 0);
		return true;
	}
	return false;
}

void
auth_why_search(struct auth_why *w, const struct auth_case *c, struct auth_out *out)
{
	struct search s = {.w = w, .c = c, .out = out};
	bool brief = w->searches >= SEARCHES;
	uint64_t times = w->full < FIRST_SEARCHES ? FIRST_TIMES : 1;
	size_t i;

	if (!brief)
		w->searches++;
	spend(&s, SPEND_SINGLE);
	/* From the last to the first, which the rest goes on with. */
	for (i = c->total; i-- > 0;) {
		s.base = c->forms[i];
		auth_patches_make(&s.patches, c->in, &s.base, c->arena);
		if (try_single(&s, brief ? LIKELY : PATCHES_MAX))
			return;
	}
	if (w->full >= FULL_SEARCHES || !others_make(w))
		return;
	w->full++;
	own_find(&s);
	spend(&s, times * SPEND_OTHERS);
	for (i = 0; i < c->total; i++) {
		struct auth_formula form = c->forms[i];

		if (try_others(&s, &form))
			return;
	}
	spend(&s, times * SPEND_PAIRS);
	if (try_pairs(&s))
		return;
	spend(&s, times * SPEND_MIXED);
	(void)try_mixed(&s);
}
