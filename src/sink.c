#include "src/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SINK_BUFFER = 1 << 17 };

struct sink {
	FILE *f;
	char *buffer;             /* of f; libc takes a size only with the octets */
	char *target, *temporary; /* NULL: written straight */
};

static void
sink_free(struct sink *s)
{
	free(s->target);
	free(s->temporary);
	free(s->buffer);
	free(s);
}

/* A name beside the resolved target, opened for us alone. */
static int
temporary(struct sink *s, const char *path)
{
	char resolved[PATH_MAX];
	size_t n;

	s->target = strdup(realpath(path, resolved) ? resolved : path);
	if (s->target == NULL)
		return -1;
	n = strlen(s->target) + sizeof(".XXXXXX");
	s->temporary = malloc(n);
	if (s->temporary == NULL)
		return -1;
	(void)snprintf(s->temporary, n, "%s.XXXXXX", s->target);
	return mkostemp(s->temporary, O_CLOEXEC);
}

struct sink *
sink_open(const char *path, struct err *e)
{
	struct sink *s = calloc(1, sizeof(*s));
	static char standard[SINK_BUFFER]; /* lives as long as stdout does */
	struct stat st;
	mode_t mask;
	int fd;

	if (s == NULL) {
		err_set(e, "out of memory");
		return NULL;
	}
	if (path == NULL) {
		s->f = stdout;
		(void)setvbuf(stdout, standard, _IOFBF, SINK_BUFFER);
		return s;
	}
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else {
		fd = temporary(s, path);
		if (fd >= 0) {
			mask = umask(0);
			(void)umask(mask);
			(void)fchmod(fd, 0666 & ~mask);
		}
	}
	s->f = fd < 0 ? NULL : fdopen(fd, "w");
	if (s->f == NULL) {
		err_set(e, "%s: cannot write: %s", path, strerror(errno));
		sink_free(s);
		return NULL;
	}
	s->buffer = malloc(SINK_BUFFER);
	if (s->buffer != NULL)
		(void)setvbuf(s->f, s->buffer, _IOFBF, SINK_BUFFER);
	return s;
}

FILE *
sink_file(struct sink *s)
{
	return s->f;
}

static void
sync_folder(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *folder = slash ? strndup(file, slash == file ? 1 : (size_t)(slash - file))
	                     : strdup(".");
	int fd;

	if (folder == NULL)
		return;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(folder);
}

/* Why an earlier write failed: nobody kept its errno, so one more octet is tried, behind what is not whole. */
static int
cause(FILE *f)
{
	errno = 0;
	clearerr(f);
	if (fflush(f) == 0 && fputc('\n', f) != EOF)
		(void)fflush(f);
	return errno ? errno : EIO;
}

int
sink_close(struct sink *s, int keep, struct err *e)
{
	const char *name = s->target ? s->target : "output";
	int wrong = 0, written = !ferror(s->f) && fflush(s->f) == 0;

	if (!written)
		wrong = cause(s->f);
	if (s->f != stdout) {
		if (s->temporary != NULL && written && fsync(fileno(s->f)) != 0) {
			written = 0;
			wrong = errno;
		}
		if (fclose(s->f) != 0 && written) {
			written = 0;
			wrong = errno;
		}
	}
	if (s->temporary != NULL) {
		if (written && keep && rename(s->temporary, s->target) != 0) {
			written = 0;
			wrong = errno;
		}
		if (!written || !keep)
			(void)unlink(s->temporary);
		else
			sync_folder(s->target);
	}
	if (!written)
		err_set(e, "%s: cannot write: %s", name, strerror(wrong));
	sink_free(s);
	return written ? 0 : -1;
}
