#include "src/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COPY_BYTES = 65536 };

/* tmpfile() of libc does not ask TMPDIR: where /tmp is small, a large run needs another place. */
FILE *
spool_open(void)
{
	static const char name[] = "/gbscope.XXXXXX";
	const char *folder = getenv("TMPDIR");
	char *path;
	size_t n;
	FILE *f;
	int fd;

	if (folder == NULL || folder[0] == '\0')
		folder = "/tmp";
	n = strlen(folder);
	path = malloc(n + sizeof(name));
	if (path == NULL)
		return NULL;
	memcpy(path, folder, n);
	memcpy(path + n, name, sizeof(name));
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	free(path);
	f = fd < 0 ? NULL : fdopen(fd, "w+");
	if (f == NULL && fd >= 0)
		(void)close(fd);
	return f;
}

void
spool_copy(FILE *spool, FILE *to)
{
	char *t = malloc(COPY_BYTES);
	size_t n;

	rewind(spool);
	while (t != NULL && (n = fread(t, 1, COPY_BYTES, spool)) != 0)
		(void)fwrite(t, n, 1, to);
	free(t);
}
