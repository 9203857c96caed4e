#include "src/registry.h"

#include "src/body.h"

enum { PARTS_MAX = 32 }; /* the dictionary nests less deeply */

/* ---- making ---- */

struct maker {
	struct arena *a;
	struct entry *entries;
	size_t total;
	const struct dict_command *command;
};

/* A name in front, a dot, and another one. */
static struct slice
joined(struct arena *a, struct slice before, const char *dot, struct slice name)
{
	size_t n = strlen(dot);
	uint8_t *t = arena_alloc(a, before.n + n + name.n);

	if (t == NULL)
		return SLICE_EMPTY;
	memcpy(t, before.p, before.n);
	memcpy(t + before.n, dot, n);
	memcpy(t + before.n + n, name.p, name.n);
	return slice_of(t, before.n + n + name.n);
}

/* Goes down as deep as the loader of the dictionary let it nest. */
static void
add(struct maker *m, const struct dict_field *f, struct slice name, struct slice brief)
{
	size_t i;

	m->entries[m->total++] = (struct entry){
	    .name = name, .brief = brief, .command = m->command, .field = f};
	/* What is in an element is named by its right spelling only. */
	for (i = 0; f->alias_of == NULL && i < f->children_total; i++) {
		const struct dict_field *x = f->children[i];
		const char *dot = x->attribute ? ".@" : ".";

		add(m, x, joined(m->a, name, dot, x->name),
		    joined(m->a, brief, dot, x->name));
	}
}

bool
registry_make(const struct dict *d, struct arena *a, struct registry *out)
{
	struct maker m = {.a = a};
	size_t room = field_total(), i;

	for (i = 0; i < dict_total(d); i++)
		room += 1 + dict_get(d, i)->fields_total;
	m.entries = arena_array(a, room, sizeof(*m.entries));
	if (m.entries == NULL)
		return false;
	for (i = 0; i < field_total(); i++)
		m.entries[m.total++] = (struct entry){
		    .name = slice_str(field_at(i)->name), .info = field_at(i)};
	for (i = 0; i < dict_total(d); i++) {
		const struct dict_command *c = dict_get(d, i);
		struct slice root = joined(a, SLICE("manscdp"), ".", c->root);

		m.command = c;
		add(&m, c->field, joined(a, root, ".", c->CmdType),
		    joined(a, SLICE("manscdp"), ".", c->CmdType));
	}
	*out = (struct registry){m.entries, m.total, d};
	return !a->failed;
}

bool
entry_is_command(const struct entry *e)
{
	return e->command != NULL && e->field == e->command->field;
}

struct slice
entry_own_name(const struct entry *e)
{
	size_t i = e->name.n;

	if (e->field != NULL)
		return entry_is_command(e) ? e->command->CmdType : e->field->name;
	while (i != 0 && e->name.p[i - 1] != '.')
		i--;
	return slice_tail(e->name, i);
}

/* ---- finding ---- */

struct parts {
	struct slice part[PARTS_MAX];
	size_t total;
};

/* Cuts at dots or slashes, drops "@", "[2]" and what all names begin with. False: it is no name. */
static bool
cut(struct slice name, struct parts *out)
{
	uint8_t at = name.n != 0 && name.p[0] == '/' ? '/' : '.';
	struct slice one, rest = slice_tail(name, at == '/');
	bool more = true;

	out->total = 0;
	while (more && out->total < PARTS_MAX) {
		more = slice_cut(rest, at, &one, &rest);
		if (!more)
			one = rest;
		one = slice_head(one, slice_index(one, '['));
		if (one.n != 0 && one.p[0] == '@')
			one = slice_tail(one, 1);
		if (one.n == 0)
			return false;
		if (out->total != 0 || at == '/' || !slice_ieq(one, SLICE("manscdp")))
			out->part[out->total++] = one;
		else if (!more)
			return false;
	}
	return !more;
}

static bool
is_command_name(const struct dict_command *c, struct slice name)
{
	return slice_ieq(name, c->CmdType) ||
	       (c->alias.n != 0 && slice_ieq(name, c->alias));
}

/* The elements below the outermost one, against the parts from `from` on: all of them, or the last. */
static bool
path_fits(const struct parts *have, const struct parts *p, size_t from, bool tail)
{
	size_t wanted = p->total - from, there = have->total - 2, i;

	if (wanted > there || (!tail && wanted != there))
		return false;
	for (i = 0; i < wanted; i++)
		if (!slice_ieq(p->part[p->total - 1 - i],
		               have->part[have->total - 1 - i]))
			return false;
	return true;
}

static bool
dict_fits(const struct entry *e, const struct parts *p, enum registry_how how)
{
	bool rooted = slice_ieq(p->part[0], e->command->root);
	struct parts have;
	size_t from;

	if (how == REGISTRY_ROOT)
		return p->total == 1 && rooted && entry_is_command(e);
	if (!cut(e->name, &have) || have.total < 2)
		return false;
	if (how == REGISTRY_NAME) {
		/* A command may have the name of a root. */
		for (from = 0; from < 2 && from < p->total; from++)
			if ((from == 0 || rooted) &&
			    is_command_name(e->command, p->part[from]) &&
			    path_fits(&have, p, from + 1, false))
				return true;
		return false;
	}
	if (entry_is_command(e))
		return false;
	if (how == REGISTRY_PATH)
		return p->total > 1 && rooted && path_fits(&have, p, 1, false);
	from = p->total > 1 && rooted;
	if (from + 1 < p->total && is_command_name(e->command, p->part[from]) &&
	    path_fits(&have, p, from + 1, true))
		return true;
	return path_fits(&have, p, from, true);
}

static bool
row_ends(const struct entry *e, struct slice name)
{
	struct slice end;

	if (e->name.n <= name.n)
		return false;
	end = slice_tail(e->name, e->name.n - name.n - 1);
	return end.p[0] == '.' && slice_ieq(slice_tail(end, 1), name);
}

size_t
registry_find(const struct registry *r, struct slice name, enum registry_how how,
              const struct entry **out)
{
	const struct field_info *row = how == REGISTRY_NAME ? field_find(name) : NULL;
	struct parts p;
	bool is_name = cut(name, &p), fits;
	size_t i, n = 0;

	for (i = 0; i < r->total; i++) {
		const struct entry *e = &r->entries[i];

		if (e->info == NULL)
			fits = is_name && dict_fits(e, &p, how);
		else
			fits =
			    e->info == row || (how == REGISTRY_TAIL && row_ends(e, name));
		if (fits)
			out[n++] = e;
	}
	return n;
}
