/* onefile - a main for fuzz targets where there is no libFuzzer: each file named is one input. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *name)
{
	FILE *f = fopen(name, "rb");
	uint8_t *data = NULL;
	size_t size = 0, room = 0, got;

	if (f == NULL) {
		perror(name);
		return -1;
	}
	do {
		if (size == room) {
			uint8_t *more = realloc(data, room += 65536);

			if (more == NULL)
				abort();
			data = more;
		}
		got = fread(data + size, 1, room - size, f);
		size += got;
	} while (got > 0);
	if (ferror(f)) {
		perror(name);
		fclose(f);
		free(data);
		return -1;
	}
	fclose(f);
	/* Should it crash, the last name printed says on what. */
	printf("%s\n", name);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	printf("%d inputs\n", argc - 1);
	return bad != 0 || argc < 2;
}
