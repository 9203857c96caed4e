#include "src/sink.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char folder[] = "/tmp/gbscope-sink-XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *p = path[turn++ % 4];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static int
files(void)
{
	DIR *d = opendir(folder);
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		(void)closedir(d);
	return n - 2;
}

static bool
holds(const char *path, const char *want)
{
	char got[256] = "";
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(got, 1, sizeof(got) - 1, f);
	(void)fclose(f);
	return n == strlen(want) && strcmp(got, want) == 0;
}

static int
write_to(const char *path, const char *text, int keep, struct err *e)
{
	struct sink *s;

	e->text[0] = '\0';
	s = sink_open(path, e);
	if (s == NULL)
		return -2;
	(void)fputs(text, sink_file(s));
	return sink_close(s, keep, e);
}

static void
test_file(void)
{
	struct err e;
	struct stat st;
	struct sink *s;
	const char *path = in_folder("report");

	(void)umask(027);
	e.text[0] = '\0';
	s = sink_open(path, &e);
	ok(s != NULL && access(path, F_OK) != 0, "before it is whole, it is not there");
	if (s == NULL)
		return;
	(void)fputs("one", sink_file(s));
	ok(sink_close(s, 1, &e) == 0 && holds(path, "one"), "then it is");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640,
	   "with the mode of a new file");
	ok(write_to(path, "two", 0, &e) == 0 && holds(path, "one"),
	   "given up, the old one stays");
	ok(write_to(path, "two", 1, &e) == 0 && holds(path, "two"), "or is replaced");
	ok(files() == 1, "nothing else is left behind");
}

static void
test_link(void)
{
	struct err e;
	struct stat st;
	const char *link = in_folder("link");

	if (symlink("report", link) != 0)
		return;
	ok(write_to(link, "three", 1, &e) == 0 && holds(in_folder("report"), "three"),
	   "through a link");
	ok(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "which stays a link");
}

static void
test_straight(void)
{
	struct err e;
	const char *fifo = in_folder("fifo");
	char got[8] = "";
	int fd;

	ok(write_to("/dev/null", "x", 1, &e) == 0, "a device is written straight");
	if (access("/dev/full", W_OK) == 0)
		ok(write_to("/dev/full", "x", 1, &e) == -1 && e.text[0] != '\0',
		   "a full one is trouble: %s", e.text);
	if (mkfifo(fifo, 0600) != 0)
		return;
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	ok(fd >= 0 && write_to(fifo, "four", 1, &e) == 0 &&
	       read(fd, got, sizeof(got)) == 4,
	   "so is a FIFO");
	if (fd >= 0)
		(void)close(fd);
}

static void
test_trouble(void)
{
	struct err e;

	ok(write_to(in_folder("no/where"), "x", 1, &e) == -2 &&
	       strstr(e.text, "no/where") != NULL,
	   "a folder that is missing: %s", e.text);
	ok(write_to(folder, "x", 1, &e) == -2 && e.text[0] != '\0',
	   "a folder is no file: %s", e.text);
}

int
main(void)
{
	static const char *const names[] = {"report", "link", "fifo"};
	size_t i;

	if (mkdtemp(folder) == NULL)
		return 77;
	test_file();
	test_link();
	test_straight();
	test_trouble();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(in_folder(names[i]));
	ok(rmdir(folder) == 0, "the folder is empty");
	return done();
}
