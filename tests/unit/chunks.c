#include "src/chunks.h"

#include <stdlib.h>

#include "tests/unit/test.h"

/* A chunk: of message `number`, at `order`, 'B'egin, 'E'nd, '-' between; from the other peer if `back`. */
struct step {
	uint32_t number, order;
	char what;
	const char *bytes;
	uint32_t cut; /* octets that the capture lacks */
	int wait_s;   /* since the one before */
	bool back;
};

/* expected: by step, '.' held, '=' a copy, or the message, with ~ if cut, ! if a chunk came again otherwise, and its
 * frames. */
struct row {
	const char *name;
	struct step steps[8];
	const char *expected;
};

static const struct row rows[] = {
    {"in order",
     {{1, 7, 'B', "one ", 0, 0, 0},
      {1, 8, '-', "two ", 0, 0, 0},
      {1, 9, 'E', "end", 0, 0, 0}},
     "..[one two end 1,2,3]"},
    {"backwards",
     {{1, 9, 'E', "end", 0, 0, 0},
      {1, 8, '-', "two ", 0, 0, 0},
      {1, 7, 'B', "one ", 0, 0, 0}},
     "..[one two end 1,2,3]"},
    {"over the end of numbers",
     {{1, 0xFFFFFFFF, 'B', "a", 0, 0, 0},
      {1, 1, 'E', "c", 0, 0, 0},
      {1, 0, '-', "b", 0, 0, 0}},
     "..[abc 1,2,3]"},
    {"one is missing", {{1, 7, 'B', "a", 0, 0, 0}, {1, 9, 'E', "c", 0, 0, 0}}, ".."},
    {"sent again, before and after",
     {{1, 7, 'B', "a", 0, 0, 0},
      {1, 7, 'B', "a", 0, 0, 0},
      {1, 8, 'E', "b", 0, 0, 0},
      {1, 7, 'B', "a", 0, 0, 0},
      {1, 8, 'E', "b", 0, 0, 0}},
     ".=[ab 1,3]=="},
    {"sent again with other octets: the first counts",
     {{1, 7, 'B', "a", 0, 0, 0}, {1, 7, 'B', "x", 0, 0, 0}, {1, 8, 'E', "b", 0, 0, 0}},
     ".=[ab! 1,3]"},
    {"two messages between each other",
     {{1, 7, 'B', "a", 0, 0, 0},
      {2, 8, 'B', "c", 0, 0, 0},
      {1, 8, 'E', "b", 0, 0, 0},
      {2, 9, 'E', "d", 0, 0, 0}},
     "..[ab 1,3][cd 2,4]"},
    {"both directions",
     {{1, 7, 'B', "a", 0, 0, 0},
      {1, 7, 'B', "c", 0, 0, 1},
      {1, 8, 'E', "b", 0, 0, 0},
      {1, 8, 'E', "d", 0, 0, 1}},
     "..[ab 1,3][cd 2,4]"},
    {"unordered ones share a number",
     {{0, 7, 'B', "a", 0, 0, 0},
      {0, 8, 'E', "b", 0, 0, 0},
      {0, 9, 'B', "c", 0, 0, 0},
      {0, 10, 'E', "d", 0, 0, 0}},
     ".[ab 1,2].[cd 3,4]"},
    {"a part that belongs to none before",
     {{0, 7, 'B', "a", 0, 0, 0}, {0, 9, 'B', "c", 0, 0, 0}, {0, 10, 'E', "d", 0, 0, 0}},
     "..[cd 2,3]"},
    {"cut by the capture",
     {{1, 7, 'B', "a", 2, 0, 0}, {1, 8, 'E', "b", 0, 0, 0}},
     ".[a~ 1,2]"},
    {"too late", {{1, 7, 'B', "a", 0, 0, 0}, {1, 8, 'E', "b", 0, 61, 0}}, ".."},
    {"not too late",
     {{1, 7, 'B', "a", 0, 0, 0}, {1, 8, 'E', "b", 0, 59, 0}},
     ".[ab 1,2]"},
};

static void
tell(const struct chunks_whole *w, char *text, size_t room)
{
	size_t n = strlen(text);
	uint32_t i;

	n += (size_t)snprintf(text + n, room - n, "[" SLICE_FMT "%s%s",
	                      SLICE_ARG(w->payload), w->payload.n < w->length ? "~" : "",
	                      w->overlap ? "!" : "");
	for (i = 0; i < w->frames_total; i++)
		n += (size_t)snprintf(text + n, room - n, "%c%d", i == 0 ? ' ' : ',',
		                      (int)w->frames[i]);
	(void)snprintf(text + n, room - n, "]");
}

static void
run(const struct row *row, struct limits *limits)
{
	struct chunks *cs = chunks_new(limits);
	const struct addr ends[2] = {{.n = 4, .ip = {1}, .port = 1},
	                             {.n = 4, .ip = {2}, .port = 2}};
	int64_t now = 1700000000 * CLOCK_SECOND;
	struct clock clock = {0};
	char text[256] = "";
	const struct step *s;
	uint64_t frame = 0;

	for (s = row->steps; s < row->steps + 8 && s->bytes != NULL; s++) {
		struct chunks_whole w;
		char *exact = malloc(strlen(s->bytes));
		struct sctp_data d = {.number = s->number, .order = s->order};

		memcpy(exact, s->bytes, strlen(s->bytes));
		d.payload = slice_of(exact, strlen(s->bytes));
		d.length = (uint16_t)(d.payload.n + s->cut);
		d.first = s->what == 'B';
		d.last = s->what == 'E';
		now += s->wait_s * CLOCK_SECOND;
		(void)clock_tick(&clock, now);
		chunks_clock(cs, &clock);
		switch (chunks_add(cs, &ends[s->back], &ends[!s->back], &d,
		                   (struct origin){0, ++frame}, &w)) {
		case CHUNKS_HELD:
			strcat(text, ".");
			break;
		case CHUNKS_COPY:
			strcat(text, "=");
			break;
		case CHUNKS_WHOLE:
			tell(&w, text, sizeof(text));
			break;
		}
		free(exact);
	}
	ok(strcmp(text, row->expected) == 0, "%s: %s, not %s", row->name, text,
	   row->expected);
	chunks_free(cs);
}

static void
limits_reached(void)
{
	static const struct row row = {"the oldest goes",
	                               {{1, 7, 'B', "a", 0, 0, 0},
	                                {2, 8, 'B', "c", 0, 0, 0},
	                                {3, 9, 'B', "e", 0, 0, 0},
	                                {1, 8, 'E', "b", 0, 0, 0},
	                                {3, 10, 'E', "f", 0, 0, 0}},
	                               "....[ef 3,5]"};
	static const struct row pieces = {"too many parts of one",
	                                  {{1, 7, 'B', "a", 0, 0, 0},
	                                   {1, 8, '-', "b", 0, 0, 0},
	                                   {1, 9, 'E', "c", 0, 0, 0}},
	                                  "..."};
	struct limits limits;

	limits_init(&limits);
	limits.max[LIMIT_CHUNK_SETS] = 2;
	run(&row, &limits);
	ok(limits.dropped[LIMIT_CHUNK_SETS] == 2 && limits_incomplete(&limits),
	   "counted");
	limits_init(&limits);
	limits.max[LIMIT_CHUNK_BYTES] = 140;
	run(&row, &limits);
	ok(limits.dropped[LIMIT_CHUNK_BYTES] == 2, "bytes are counted");
	limits_init(&limits);
	limits.max[LIMIT_CHUNK_PIECES] = 2;
	run(&pieces, &limits);
	ok(limits.dropped[LIMIT_CHUNK_PIECES] == 1 && !limits_incomplete(&limits),
	   "parts are counted");
}

int
main(void)
{
	struct limits limits;
	size_t i;

	limits_init(&limits);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(&rows[i], &limits);
	limits_reached();
	return done();
}
