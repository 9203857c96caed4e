#include "src/ledger.h"

#include <stdlib.h>
#include <string.h>

enum { UNSAID = 0, USED = 255, FIRST_ROOM = 4096 };

/* One capture's frames. */
struct page {
	uint8_t *state; /* of frame n at [n - 1]: UNSAID, reason + 1, or USED */
	uint64_t room;
	uint64_t used, skipped[SKIP_TOTAL];
};

struct ledger {
	struct page *pages;
	size_t total;
};

const char *
skip_text(enum skip s)
{
	static const char *const texts[SKIP_TOTAL] = {
#define SKIP_TEXT(id, text) text,
	    SKIPS(SKIP_TEXT)
#undef SKIP_TEXT
	};

	return s < SKIP_TOTAL ? texts[s] : "";
}

struct ledger *
ledger_new(size_t captures_total)
{
	struct ledger *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->total = captures_total;
	l->pages = calloc(captures_total ? captures_total : 1, sizeof(*l->pages));
	if (l->pages == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

/* NULL where nobody keeps it, or without memory. */
static uint8_t *
state_of(struct ledger *l, struct origin at)
{
	struct page *p;
	uint64_t room;
	uint8_t *more;

	if (l == NULL || at.capture >= l->total || at.frame == 0)
		return NULL;
	p = &l->pages[at.capture];
	if (at.frame > p->room) {
		room = p->room ? p->room : FIRST_ROOM;
		while (room < at.frame)
			room *= 2;
		more = realloc(p->state, room);
		if (more == NULL)
			return NULL;
		memset(more + p->room, UNSAID, room - p->room);
		p->state = more;
		p->room = room;
	}
	return &p->state[at.frame - 1];
}

void
ledger_skip(struct ledger *l, struct origin at, enum skip reason)
{
	uint8_t *state = state_of(l, at);

	if (state == NULL || *state == USED)
		return;
	if (*state != UNSAID)
		l->pages[at.capture].skipped[*state - 1]--;
	*state = (uint8_t)(reason + 1);
	l->pages[at.capture].skipped[reason]++;
}

void
ledger_use(struct ledger *l, struct origin at)
{
	uint8_t *state = state_of(l, at);

	if (state == NULL || *state == USED)
		return;
	if (*state != UNSAID)
		l->pages[at.capture].skipped[*state - 1]--;
	*state = USED;
	l->pages[at.capture].used++;
}

uint64_t
ledger_used(const struct ledger *l, size_t capture)
{
	return l != NULL && capture < l->total ? l->pages[capture].used : 0;
}

uint64_t
ledger_skipped(const struct ledger *l, size_t capture, enum skip reason)
{
	return l != NULL && capture < l->total && reason < SKIP_TOTAL
	           ? l->pages[capture].skipped[reason]
	           : 0;
}

bool
ledger_run(const struct ledger *l, size_t capture, enum skip reason, uint64_t from,
           uint64_t *first, uint64_t *last)
{
	const struct page *p = &l->pages[capture];
	uint64_t i = from ? from - 1 : 0;

	while (i < p->room && p->state[i] != reason + 1)
		i++;
	if (i >= p->room)
		return false;
	*first = i + 1;
	while (i < p->room && p->state[i] == reason + 1)
		i++;
	*last = i;
	return true;
}

void
ledger_free(struct ledger *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->total; i++)
		free(l->pages[i].state);
	free(l->pages);
	free(l);
}
