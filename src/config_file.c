#include "src/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/limits.h"

enum { FOLDERS_MAX = 64 }; /* upwards */

static int
read_all(int fd, const char *file, struct arena *a, struct slice *text, struct err *e)
{
	struct limits limits;
	uint8_t *bytes;
	size_t max, n = 0;
	ssize_t got = 1;

	limits_init(&limits);
	max = (size_t)limits.max[LIMIT_CONFIG_BYTES];
	bytes = arena_alloc(a, max + 1);
	if (bytes == NULL)
		return err_set(e, "out of memory");
	while (got != 0 && n <= max) {
		got = read(fd, bytes + n, max + 1 - n);
		if (got < 0 && errno != EINTR)
			return err_set(e, "%s: %s", file, strerror(errno));
		if (got > 0)
			n += (size_t)got;
	}
	if (n > max)
		return err_set(e, "%s: larger than %zu bytes", file, max);
	*text = slice_of(bytes, n);
	return 0;
}

/* Where everybody may put files, everybody could turn off rules: there, only what is ours is taken unasked. */
static int
check_found(int fd, const char *file, const char *folder, struct err *e)
{
	struct stat st, above;

	if (fstat(fd, &st) != 0 || stat(folder, &above) != 0)
		return err_set(e, "%s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, "%s: not a regular file", file);
	if ((above.st_mode & S_IWOTH) != 0 && st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(e,
		               "%s: everybody can write to its folder, and it is "
		               "somebody else's: --config names it, --no-config goes "
		               "without",
		               file);
	return 0;
}

/* Is this the last folder to look in? `prefix` is "" or "../../". */
static bool
is_top(const char *prefix)
{
	char path[4 * FOLDERS_MAX + 8];
	struct stat here, above;

	(void)snprintf(path, sizeof(path), "%s.git", prefix);
	if (lstat(path, &here) == 0)
		return true;
	(void)snprintf(path, sizeof(path), "%s.", prefix);
	if (stat(path, &here) != 0)
		return true;
	(void)snprintf(path, sizeof(path), "%s..", prefix);
	return stat(path, &above) != 0 ||
	       (here.st_dev == above.st_dev && here.st_ino == above.st_ino);
}

/* Opens the nearest one; -1 and no error where there is none. */
static int
find(struct arena *a, const char **name, struct err *e)
{
	char prefix[4 * FOLDERS_MAX] = "", path[4 * FOLDERS_MAX + 32],
	                folder[sizeof(path)];
	size_t n = 0;
	int fd, i;

	for (i = 0; i < FOLDERS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "%s" CONFIG_NAME, prefix);
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			return err_set(e, "%s: %s", path, strerror(errno));
		if (fd >= 0) {
			(void)snprintf(folder, sizeof(folder), "%s.", prefix);
			*name =
			    (const char *)arena_keep(a, slice_of(path, strlen(path) + 1))
			        .p;
			if (*name == NULL)
				(void)err_set(e, "out of memory");
			else if (check_found(fd, path, folder, e) == 0)
				return fd;
			(void)close(fd);
			return -1;
		}
		if (is_top(prefix))
			return -1;
		memcpy(prefix + n, "../", 4);
		n += 3;
	}
	return -1;
}

int
config_file(const struct options *o, struct arena *a, const char **name,
            struct slice *text, struct err *e)
{
	int fd, result;

	*name = o->config;
	*text = SLICE_EMPTY;
	if (o->no_config && o->config == NULL)
		return 0;
	if (o->config != NULL)
		fd = open(o->config, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	else
		fd = find(a, name, e);
	if (fd < 0 && o->config != NULL)
		return err_set(e, "%s: %s", o->config, strerror(errno));
	if (fd < 0)
		return e->text[0] != '\0' ? -1 : 0;
	result = read_all(fd, *name, a, text, e);
	(void)close(fd);
	return result;
}

const char *
config_path(const char *file, const char *path, struct arena *a, struct err *e)
{
	const char *slash = strrchr(file, '/');
	size_t n = slash != NULL && path[0] != '/' ? (size_t)(slash - file) + 1 : 0;
	size_t total = n + strlen(path) + 1;
	char *joined = arena_alloc(a, total);
	struct stat st;

	if (joined == NULL) {
		(void)err_set(e, "out of memory");
		return NULL;
	}
	memcpy(joined, file, n);
	memcpy(joined + n, path, total - n);
	if (stat(joined, &st) != 0) {
		(void)err_set(e, "%s: %s", joined, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)err_set(e, "%s: not a regular file", joined);
		return NULL;
	}
	return joined;
}
