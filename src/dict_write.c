/* A dictionary's tree as text again. */
#include "src/dict_tree.h"

static void
quoted_write(FILE *f, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '&')
			(void)fputs("&amp;", f);
		else if (s.p[i] == '<')
			(void)fputs("&lt;", f);
		else if (s.p[i] == '"')
			(void)fputs("&quot;", f);
		else if (s.p[i] < 0x20)
			(void)fprintf(f, "&#%d;", s.p[i]);
		else
			(void)fputc(s.p[i], f);
}

/* What said where it goes has been done. */
static bool
is_kept(struct slice attribute)
{
	return !slice_eq(attribute, SLICE("replace")) &&
	       !slice_eq(attribute, SLICE("follows")) &&
	       !slice_eq(attribute, SLICE("noNamespaceSchemaLocation"));
}

static void
attributes_write(FILE *f, const struct dict_node *n)
{
	size_t i;

	for (i = 1; i <= n->attributes; i++) {
		if (!is_kept(n->xml[i].name))
			continue;
		(void)fprintf(f, " " SLICE_FMT "=\"", SLICE_ARG(n->xml[i].name));
		quoted_write(f, n->xml[i].text);
		(void)fputc('"', f);
	}
	if (n->secret && dict_attribute(n, "secret").n == 0)
		(void)fputs(" secret=\"yes\"", f);
}

/* As deep as the tree. */
static void
node_write(FILE *f, const struct dict_node *n, int depth)
{
	const struct dict_node *i;

	(void)fprintf(f, "%*s<%s", 2 * depth, "", dict_form_name(n->element));
	attributes_write(f, n);
	if (n->first == NULL) {
		(void)fputs("/>\n", f);
		return;
	}
	(void)fputs(">\n", f);
	for (i = n->first; i != NULL; i = i->next)
		node_write(f, i, depth + 1);
	(void)fprintf(f, "%*s</%s>\n", 2 * depth, "", dict_form_name(n->element));
}

void
dict_tree_write(FILE *f, const struct dict_node *dictionary)
{
	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", f);
	node_write(f, dictionary, 0);
}
