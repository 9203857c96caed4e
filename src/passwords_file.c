#include "src/passwords_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "src/limits.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#endif

#if defined(__linux__)
#include <sys/prctl.h>
#endif

/* realloc() may leave the old bytes behind. */
static uint8_t *
grow(uint8_t *bytes, size_t n, size_t room)
{
	uint8_t *more = malloc(room);

	if (more != NULL)
		memcpy(more, bytes, n);
	OPENSSL_cleanse(bytes, n);
	free(bytes);
	return more;
}

/* Without stdio, whose buffer would keep the bytes. */
static int
read_all(int fd, const char *file, uint8_t **bytes, size_t *n, struct err *e)
{
	struct limits limits;
	size_t max, room = 4096;
	ssize_t got = 1;

	limits_init(&limits);
	max = (size_t)limits.max[LIMIT_PASSWORD_BYTES];
	*bytes = NULL;
	*n = 0;
	if ((*bytes = malloc(room)) == NULL)
		return err_set(e, "%s: no memory", file);
	while (got != 0) {
		if (*n > max)
			return err_set(e, "%s: larger than %zu bytes", file, max);
		if (*n == room) {
			*bytes = grow(*bytes, *n, room * 2);
			if (*bytes == NULL) {
				*n = 0;
				return err_set(e, "%s: no memory", file);
			}
			room *= 2;
		}
		got = read(fd, *bytes + *n, room - *n);
		if (got < 0 && errno != EINTR)
			return err_set(e, "%s: %s", file, strerror(errno));
		if (got > 0)
			*n += (size_t)got;
	}
	return 0;
}

/* Of the file that is open, so that nobody can change it in between. */
static int
check_mode(int fd, const char *file, bool strict, struct err *e, char warning[256])
{
	struct stat st;
	unsigned mode;

	if (fstat(fd, &st) != 0)
		return err_set(e, "%s: %s", file, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(e, "%s: %s", file, strerror(EISDIR));
	mode = (unsigned)st.st_mode & 07777u;
	if (!S_ISREG(st.st_mode) || (mode & (S_IRGRP | S_IROTH)) == 0)
		return 0;
	(void)snprintf(warning, 256,
	               "%.160s: %s can read this file (mode %04o); chmod 600 it", file,
	               mode & S_IROTH ? "others" : "its group", mode);
	if (strict)
		return err_set(e, "%s", warning);
	return 0;
}

int
password_file_read(const char *file, bool strict, uint8_t **bytes, size_t *n,
                   struct err *e, char warning[256])
{
	int status = -1;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*bytes = NULL;
	*n = 0;
	if (fd < 0)
		return err_set(e, "%s: %s", file, strerror(errno));
	if (check_mode(fd, file, strict, e, warning) == 0)
		status = read_all(fd, file, bytes, n, e);
	(void)close(fd);
	if (status != 0 && *bytes != NULL) {
		OPENSSL_cleanse(*bytes, *n);
		free(*bytes);
		*bytes = NULL;
	}
	return status;
}

void
password_process_close(void)
{
#if !defined(GBSCOPE_DEBUG)
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	/* The leak checker of AddressSanitizer needs what this forbids. */
#if defined(__linux__) && !defined(UNDER_ASAN)
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
#endif
}
