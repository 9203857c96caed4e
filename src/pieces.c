#include "src/pieces.h"

#include <stdlib.h>

enum { ROOM_FIRST = 8 };

static uint32_t
piece_end(const struct piece *p)
{
	return p->at + p->length;
}

static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* The index of the first piece that ends behind `at`. */
static size_t
locate(const struct pieces *ps, uint32_t at)
{
	size_t low = ps->first, high = ps->end, middle;

	if (low == high || !before(at, piece_end(ps->row[high - 1])))
		return high; /* mostly they come in order */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (before(at, piece_end(ps->row[middle])))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Room for one more at index i. What was taken from the front is used before more is asked for. */
static bool
open_slot(struct pieces *ps, size_t *i)
{
	struct piece **row;
	size_t room;

	if (ps->first > 0 && *i - ps->first <= ps->end - *i) {
		memmove(&ps->row[ps->first - 1], &ps->row[ps->first],
		        (*i - ps->first) * sizeof(ps->row[0]));
		ps->first--;
		*i -= 1;
		return true;
	}
	if (ps->end == ps->room && ps->first > ps->room / 2) {
		memmove(ps->row, &ps->row[ps->first],
		        pieces_total(ps) * sizeof(ps->row[0]));
		*i -= ps->first;
		ps->end -= ps->first;
		ps->first = 0;
	}
	if (ps->end == ps->room) {
		room = ps->room ? ps->room * 2 : ROOM_FIRST;
		row = realloc(ps->row, room * sizeof(row[0]));
		if (row == NULL)
			return false;
		ps->row = row;
		ps->room = room;
	}
	memmove(&ps->row[*i + 1], &ps->row[*i], (ps->end - *i) * sizeof(ps->row[0]));
	ps->end++;
	return true;
}

static bool
insert(struct pieces *ps, size_t i, uint32_t at, struct slice bytes, uint32_t length,
       const struct piece_source *source)
{
	struct piece *p = malloc(sizeof(*p) + bytes.n);

	if (p == NULL)
		return false;
	*p = (struct piece){
	    .at = at, .length = length, .n = (uint32_t)bytes.n, .source = *source};
	if (bytes.n != 0)
		memcpy(p->bytes, bytes.p, bytes.n);
	if (!open_slot(ps, &i)) {
		free(p);
		return false;
	}
	ps->row[i] = p;
	ps->held += bytes.n + PIECE_COST;
	return true;
}

/* Do the captured octets of both differ where both have some? `in` begins `skip` octets into p. */
static bool
differ(const struct piece *p, size_t skip, struct slice in, size_t n)
{
	struct slice have = slice_tail(slice_of(p->bytes, p->n), skip);

	if (n > have.n)
		n = have.n;
	if (n > in.n)
		n = in.n;
	return n != 0 && memcmp(have.p, in.p, n) != 0;
}

bool
pieces_add(struct pieces *ps, uint32_t at, struct slice bytes, uint32_t length,
           const struct piece_source *source, struct pieces_added *out)
{
	size_t i = locate(ps, at);
	struct piece *p;
	uint32_t n;

	*out = (struct pieces_added){.fresh = 0};
	if (i < ps->end)
		out->twin = ps->row[i]->at == at && ps->row[i]->length == length;
	/* Each round deals with the octets before the next piece's start, or before its end. */
	while (length != 0) {
		p = i < ps->end ? ps->row[i] : NULL;
		if (p != NULL && !before(at, p->at)) {
			n = piece_end(p) - at;
			if (n > length)
				n = length;
			if (differ(p, at - p->at, bytes, n)) {
				p->differs = true;
				out->differs = true;
			}
			out->covered += n;
			i++;
		} else {
			n = length;
			if (p != NULL && before(p->at, at + n))
				n = p->at - at;
			if (!insert(ps, i, at, slice_head(bytes, n), n, source))
				return false;
			out->fresh += n;
			/* The slot may lie one to the left of where it was asked for. */
			i = locate(ps, at + n);
		}
		at += n;
		length -= n;
		bytes = slice_tail(bytes, n);
	}
	return true;
}

bool
pieces_compare(struct pieces *ps, uint32_t at, struct slice bytes)
{
	size_t i = locate(ps, at), skip;
	bool found = false;
	struct piece *p;

	/* Each round takes a piece. */
	for (; i < ps->end && before(ps->row[i]->at, at + (uint32_t)bytes.n); i++) {
		p = ps->row[i];
		skip = before(p->at, at) ? at - p->at : 0;
		if (differ(p, skip, slice_tail(bytes, p->at + skip - at), bytes.n))
			p->differs = found = true;
	}
	return found;
}

void
pieces_mark(struct pieces *ps, uint32_t at, uint32_t length)
{
	size_t i;

	/* Each round takes a piece. */
	for (i = locate(ps, at); i < ps->end && before(ps->row[i]->at, at + length); i++)
		ps->row[i]->differs = true;
}

struct piece *
pieces_peek(const struct pieces *ps)
{
	return ps->first < ps->end ? ps->row[ps->first] : NULL;
}

struct piece *
pieces_take(struct pieces *ps)
{
	struct piece *p = pieces_peek(ps);

	if (p == NULL)
		return NULL;
	ps->held -= p->n + (size_t)PIECE_COST;
	ps->first++;
	if (ps->first == ps->end)
		pieces_free(ps);
	return p;
}

void
pieces_free(struct pieces *ps)
{
	size_t i;

	for (i = ps->first; i < ps->end; i++)
		free(ps->row[i]);
	free(ps->row);
	*ps = (struct pieces){.row = NULL};
}
