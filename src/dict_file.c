#include "src/dict_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "src/limits.h"

/* dissect/manscdp.xml, made into an array by dissect/embed.sh. */
extern const unsigned char manscdp_xml[];
extern const size_t manscdp_xml_n;

/* Pipes and /dev/fd/N are fine: nothing asks for a size. */
static bool
read_all(int fd, const char *file, struct slice room, uint8_t *bytes, struct slice *out,
         struct err *e)
{
	size_t n = 0;
	ssize_t got = 1;

	while (got != 0) {
		got = read(fd, bytes + n, room.n - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, "%s: %s", file, strerror(errno)), false;
		n += (size_t)got;
		if (n == room.n)
			return err_set(e, "%s: larger than %zu bytes", file, room.n - 1),
			       false;
	}
	*out = slice_of(bytes, n);
	return true;
}

static bool
file_read(const char *file, struct arena *a, struct slice *out, struct err *e)
{
	struct limits limits;
	struct slice room;
	uint8_t *bytes;
	bool right;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(e, "%s: %s", file, strerror(errno)), false;
	limits_init(&limits);
	bytes = arena_alloc(a, (size_t)limits.max[LIMIT_DICTIONARY_BYTES] + 1);
	if (bytes == NULL) {
		(void)close(fd);
		return err_set(e, "%s: out of memory", file), false;
	}
	room = slice_of(bytes, (size_t)limits.max[LIMIT_DICTIONARY_BYTES] + 1);
	right = read_all(fd, file, room, bytes, out, e);
	(void)close(fd);
	return right;
}

struct slice
dict_ours(void)
{
	return slice_of(manscdp_xml, manscdp_xml_n);
}

struct dict_source *
dict_sources(const char *const *files, size_t total, struct arena *a, struct err *e)
{
	struct dict_source *sources = arena_array(a, total + 1, sizeof(*sources));
	size_t i;

	if (sources == NULL) {
		(void)err_set(e, "out of memory");
		return NULL;
	}
	sources[0] = (struct dict_source){"dictionary", dict_ours()};
	for (i = 0; i < total; i++) {
		sources[i + 1].file = files[i];
		if (!file_read(files[i], a, &sources[i + 1].text, e))
			return NULL;
	}
	return sources;
}
