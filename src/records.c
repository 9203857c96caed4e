#include "src/records.h"

#include <stdlib.h>

void
records_init(struct records *rs)
{
	*rs = (struct records){.row = NULL};
	arena_init(&rs->frames, 0);
}

void
records_reset(struct records *rs)
{
	size_t i;

	rs->first = rs->total = 0;
	if (rs->frames.chunks != NULL)
		arena_reset(&rs->frames);
	for (i = 0; i < rs->kept_total; i++)
		free(rs->kept[i]);
	rs->kept_total = 0;
}

/* Room for one more record, and for a block to be kept for it. */
static bool
records_room(struct records *rs)
{
	struct record *row;
	void **kept;
	size_t room;

	if (rs->total == rs->room) {
		room = rs->room ? rs->room * 2 : 16;
		row = realloc(rs->row, room * sizeof(*row));
		if (row == NULL)
			return false;
		rs->row = row;
		rs->room = room;
	}
	if (rs->kept_room < rs->total + 1) {
		room = rs->kept_room ? rs->kept_room * 2 : 16;
		kept = realloc(rs->kept, room * sizeof(*kept));
		if (kept == NULL)
			return false;
		rs->kept = kept;
		rs->kept_room = room;
	}
	return true;
}

bool
records_add(struct records *rs, const struct record *r, const uint64_t *frames,
            size_t frames_total)
{
	uint64_t *list = arena_array(&rs->frames, frames_total, sizeof(*list));

	if (list == NULL || !records_room(rs)) {
		rs->dropped++;
		return false;
	}
	memcpy(list, frames, frames_total * sizeof(*list));
	rs->row[rs->total] = *r;
	rs->row[rs->total].frames = list;
	rs->row[rs->total].frames_total = (uint32_t)frames_total;
	rs->total++;
	return true;
}

/* At most one block a record, so records_add has made the room. */
void
records_keep(struct records *rs, void *block)
{
	rs->kept[rs->kept_total++] = block;
}

bool
records_next(struct records *rs, struct record *out)
{
	if (rs->first == rs->total)
		return false;
	*out = rs->row[rs->first++];
	return true;
}

void
records_free(struct records *rs)
{
	records_reset(rs);
	arena_free(&rs->frames);
	free(rs->row);
	free(rs->kept);
	rs->row = NULL;
	rs->kept = NULL;
}
