/* The dictionary in force, as text or as schemas. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "src/body.h"
#include "src/dict_file.h"
#include "src/dict_tree.h"
#include "src/run.h"
#include "src/sink.h"
#include "src/xsd.h"

/* Ours with its comments where nothing was added to it; else all in one. */
static int
print(const struct options *o, const struct dict_node *tree, struct err *e)
{
	struct sink *s = sink_open(o->output, e);
	struct slice ours = dict_ours();

	if (s == NULL)
		return EXIT_TROUBLE;
	if (o->dictionaries_total == 0)
		(void)fwrite(ours.p, 1, ours.n, sink_file(s));
	else
		dict_tree_write(sink_file(s), tree);
	return sink_close(s, 1, e) < 0 ? EXIT_TROUBLE : EXIT_OK;
}

/* DIR/Query-Catalog.xsd; free() it. */
static char *
path_make(const char *folder, const struct dict_command *c)
{
	char *path = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&path, &n);

	if (f == NULL)
		return NULL;
	(void)fprintf(f, "%s/", folder);
	xsd_name_write(f, c);
	(void)fputs(".xsd", f);
	if (fclose(f) != 0) {
		free(path);
		return NULL;
	}
	return path;
}

static int
schema_write(const struct options *o, const struct dict_command *c, struct err *e)
{
	char *path = path_make(o->xsd, c);
	struct sink *s;
	int result;

	if (path == NULL)
		return err_set(e, "out of memory");
	s = sink_open(path, e);
	if (s != NULL)
		xsd_write(sink_file(s), c, o->edition);
	result = s != NULL ? sink_close(s, 1, e) : -1;
	if (result == 0 && !o->quiet)
		(void)printf("%s\n", path);
	free(path);
	return result;
}

static int
schemas(const struct options *o, const struct dict *d, struct err *e)
{
	const struct dict_command *c;
	size_t i;

	if (mkdir(o->xsd, 0777) != 0 && errno != EEXIST) {
		err_set(e, "%s: cannot make the folder: %s", o->xsd, strerror(errno));
		return EXIT_TROUBLE;
	}
	for (i = 0; i < dict_total(d); i++) {
		c = dict_get(d, i);
		if (o->edition != 0 && (c->editions & o->edition) == 0)
			continue;
		if (schema_write(o, c, e) < 0)
			return EXIT_TROUBLE;
	}
	if (fflush(stdout) != 0) {
		err_set(e, "output: cannot write: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	return EXIT_OK;
}

/* Both forms of it: what is printed stands for itself only if it can be used. */
static int
use(const struct options *o, struct xml *x, struct arena *a, struct err *e)
{
	struct dict_source *sources =
	    dict_sources(o->dictionaries, o->dictionaries_total, a, e);
	const struct dict *d;
	const struct dict_node *tree;

	if (sources == NULL)
		return EXIT_TROUBLE;
	d = dict_new(sources, o->dictionaries_total + 1, x, a, e);
	if (d == NULL)
		return EXIT_TROUBLE;
	if (o->xsd != NULL)
		return schemas(o, d, e);
	tree = dict_tree_read(sources, o->dictionaries_total + 1, x, a, e);
	return tree != NULL ? print(o, tree, e) : EXIT_TROUBLE;
}

int
run_dictionary(const struct options *o, struct err *e)
{
	struct limits limits;
	struct arena a;
	struct xml *x;
	int result;

	if (o->xsd == NULL && o->edition != 0)
		return err_set(e, "--edition goes with --xsd"), EXIT_TROUBLE;
	if (o->xsd != NULL && o->output != NULL)
		return err_set(e, "--xsd writes files of its own: no --output"),
		       EXIT_TROUBLE;
	limits_init(&limits);
	x = xml_new(&limits);
	if (x == NULL)
		return err_set(e, "libxml2: out of memory"), EXIT_TROUBLE;
	arena_init(&a, 0);
	result = use(o, x, &a, e);
	arena_free(&a);
	xml_free(x);
	return result;
}
