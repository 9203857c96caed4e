#include "src/findings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/hash.h"
#include "src/map.h"
#include "src/secret.h"
#include "src/spool.h"

/* Findings of one rule, device and kind of dialog. */
struct group {
	enum rule rule;
	enum dialog_kind kind;
	uint64_t count;
	struct slice device;
	uint8_t bytes[];
};

struct device_count {
	uint64_t n[4];
	struct slice id;
	uint8_t bytes[];
};

/* What stands in the spool before the strings. */
struct spooled {
	struct finding x;
	struct group *group; /* not NULL: the last one with details, it tells the count */
	uint32_t lengths[5 + FINDING_ARGS_MAX];
};

struct findings {
	struct limits *limits;
	bool all, failed;
	struct hash_key key;
	struct map groups, devices;
	uint64_t by_severity[4], by_rule[RULE_TOTAL];
	enum severity worst[RULE_TOTAL];
	struct finding_first firsts[RULE_TOTAL][FINDING_FIRSTS];
	uint8_t firsts_total[RULE_TOTAL];
	FILE *spool;
	uint64_t total, read;
	struct arena mem;
};

enum { FINDING_BYTES = 1 << 20, FRAMES_SPOOLED = 64 };

struct findings *
findings_new(struct limits *l, bool all, struct err *e)
{
	struct findings *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		err_set(e, "out of memory");
		return NULL;
	}
	f->limits = l;
	f->all = all;
	f->key = hash_key_random();
	arena_init(&f->mem, FINDING_BYTES);
	f->spool = spool_open();
	if (f->spool == NULL) {
		err_set(e, "cannot make a temporary file: %s", strerror(errno));
		free(f);
		return NULL;
	}
	return f;
}

static struct group *
group_of(struct findings *f, const struct finding *x)
{
	uint32_t numbers[2] = {(uint32_t)x->rule, (uint32_t)x->kind};
	uint64_t hash = hash_more(&f->key, hash_bytes(&f->key, x->device),
	                          slice_of(numbers, sizeof(numbers)));
	struct group *g;
	size_t pos = 0;

	while ((g = map_next(&f->groups, hash, &pos)) != NULL)
		if (g->rule == x->rule && g->kind == x->kind &&
		    slice_eq(g->device, x->device))
			return g;
	if (f->groups.used >= f->limits->max[LIMIT_DEVICES])
		return NULL;
	g = calloc(1, sizeof(*g) + x->device.n);
	if (g == NULL)
		return NULL;
	g->rule = x->rule;
	g->kind = x->kind;
	if (x->device.n != 0)
		memcpy(g->bytes, x->device.p, x->device.n);
	g->device = slice_of(g->bytes, x->device.n);
	if (!map_put(&f->groups, hash, g)) {
		free(g);
		return NULL;
	}
	return g;
}

static struct device_count *
device_find(const struct findings *f, struct slice id)
{
	struct device_count *d;
	size_t pos = 0;

	while ((d = map_next(&f->devices, hash_bytes(&f->key, id), &pos)) != NULL)
		if (slice_eq(d->id, id))
			return d;
	return NULL;
}

static void
device_counted(struct findings *f, struct slice id, enum severity s)
{
	struct device_count *d;

	if (id.n == 0)
		return;
	d = device_find(f, id);
	if (d == NULL) {
		if (f->devices.used >= f->limits->max[LIMIT_DEVICES])
			return;
		d = calloc(1, sizeof(*d) + id.n);
		if (d == NULL)
			return;
		memcpy(d->bytes, id.p, id.n);
		d->id = slice_of(d->bytes, id.n);
		if (!map_put(&f->devices, hash_bytes(&f->key, id), d)) {
			free(d);
			return;
		}
	}
	d->n[s]++;
}

static void
put(struct findings *f, const void *p, size_t n)
{
	if (n != 0 && fwrite(p, n, 1, f->spool) != 1)
		f->failed = true;
}

static void
spool(struct findings *f, const struct finding *x, struct group *last)
{
	struct spooled s = {.x = *x, .group = last};
	struct slice texts[5 + FINDING_ARGS_MAX] = {x->device, x->field, x->value,
	                                            x->expected, SLICE_EMPTY};
	size_t i,
	    frames = x->frames_total < FRAMES_SPOOLED ? x->frames_total : FRAMES_SPOOLED;
	struct arena a;

	arena_init(&a, FINDING_BYTES);
	for (i = 0; i < FINDING_ARGS_MAX; i++)
		texts[5 + i] = x->args[i].value;
	for (i = 0; i < 5 + FINDING_ARGS_MAX; i++) {
		texts[i] = secret_mask(texts[i], &a);
		texts[i] = slice_head(texts[i], f->limits->max[LIMIT_VALUE_BYTES]);
		s.lengths[i] = (uint32_t)texts[i].n;
	}
	s.x.frames_total = (uint32_t)frames;
	put(f, &s, sizeof(s));
	for (i = 0; i < 5 + FINDING_ARGS_MAX; i++)
		put(f, texts[i].p, texts[i].n);
	put(f, x->frames, frames * sizeof(*x->frames));
	arena_free(&a);
}

void
findings_add(struct findings *f, const struct finding *given)
{
	struct finding x = *given;
	enum severity of_rule =
	    x.gb ? rule_infos[x.rule].gb28181 : rule_infos[x.rule].severity;
	struct group *g;

	/* A check may lower the severity, not raise it. */
	if (x.severity == SEVERITY_OFF || x.severity > of_rule)
		x.severity = of_rule;
	if (x.severity == SEVERITY_OFF)
		return;
	f->by_severity[x.severity]++;
	f->by_rule[x.rule]++;
	if (x.severity > f->worst[x.rule])
		f->worst[x.rule] = x.severity;
	if (f->firsts_total[x.rule] < FINDING_FIRSTS && x.frame != 0)
		f->firsts[x.rule][f->firsts_total[x.rule]++] =
		    (struct finding_first){x.capture, x.frame};
	device_counted(f, x.device, x.severity);
	g = group_of(f, &x);
	if (g != NULL && ++g->count > f->limits->max[LIMIT_FINDING_DETAILS] && !f->all)
		return;
	if (f->total >= f->limits->max[LIMIT_FINDINGS]) {
		f->limits->dropped[LIMIT_FINDINGS]++;
		return;
	}
	x.id = (uint32_t)++f->total;
	x.count = 1;
	spool(f, &x,
	      g != NULL && !f->all && g->count == f->limits->max[LIMIT_FINDING_DETAILS]
	          ? g
	          : NULL);
}

bool
findings_rewind(struct findings *f)
{
	f->read = 0;
	f->failed |= fflush(f->spool) != 0 || fseek(f->spool, 0, SEEK_SET) != 0;
	return !f->failed;
}

/* Reads what spool() wrote. */
static bool
unspool(struct findings *f, struct spooled *s, struct slice texts[5 + FINDING_ARGS_MAX],
        uint64_t **frames)
{
	uint8_t *p;
	size_t i;

	if (fread(s, sizeof(*s), 1, f->spool) != 1)
		return false;
	for (i = 0; i < 5 + FINDING_ARGS_MAX; i++) {
		p = arena_alloc(&f->mem, s->lengths[i]);
		if (p == NULL ||
		    (s->lengths[i] != 0 && fread(p, s->lengths[i], 1, f->spool) != 1))
			return false;
		texts[i] = slice_of(p, s->lengths[i]);
	}
	*frames = arena_array(&f->mem, s->x.frames_total + 1, sizeof(**frames));
	return *frames != NULL &&
	       (s->x.frames_total == 0 ||
	        fread(*frames, s->x.frames_total * sizeof(**frames), 1, f->spool) == 1);
}

bool
findings_read(struct findings *f, struct finding *out)
{
	struct spooled s;
	struct slice texts[5 + FINDING_ARGS_MAX];
	uint64_t *frames;
	size_t i;

	arena_reset(&f->mem);
	if (f->read >= f->total || f->failed)
		return false;
	if (!unspool(f, &s, texts, &frames)) {
		f->failed = true;
		return false;
	}
	f->read++;
	*out = s.x;
	out->device = texts[0];
	out->field = texts[1];
	out->value = texts[2];
	out->expected = texts[3];
	for (i = 0; i < FINDING_ARGS_MAX; i++)
		out->args[i].value = texts[5 + i];
	out->frames = frames;
	if (s.group != NULL)
		out->count = s.group->count - f->limits->max[LIMIT_FINDING_DETAILS] + 1;
	return true;
}

uint64_t
findings_count(const struct findings *f, enum severity s)
{
	return f->by_severity[s];
}

uint64_t
findings_of_rule(const struct findings *f, enum rule r, enum severity *worst)
{
	*worst = f->worst[r];
	return f->by_rule[r];
}

void
findings_of_device(const struct findings *f, struct slice id, uint64_t out[4])
{
	const struct device_count *d = device_find(f, id);
	int i;

	for (i = 0; i < 4; i++)
		out[i] = d ? d->n[i] : 0;
}

size_t
findings_firsts(const struct findings *f, enum rule r,
                struct finding_first out[FINDING_FIRSTS])
{
	memcpy(out, f->firsts[r], sizeof(f->firsts[r]));
	return f->firsts_total[r];
}

bool
findings_failed(const struct findings *f)
{
	return f->failed;
}

void
findings_free(struct findings *f)
{
	size_t pos;
	void *item;

	if (f == NULL)
		return;
	for (pos = 0; (item = map_each(&f->groups, &pos)) != NULL;)
		free(item);
	for (pos = 0; (item = map_each(&f->devices, &pos)) != NULL;)
		free(item);
	map_free(&f->groups);
	map_free(&f->devices);
	if (f->spool != NULL)
		fclose(f->spool);
	arena_free(&f->mem);
	free(f);
}

static struct slice
argument(const struct finding *x, struct slice name)
{
	size_t i;

	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++)
		if (slice_eq(name, slice_str(x->args[i].name)))
			return x->args[i].value;
	return SLICE_EMPTY;
}

struct slice
finding_message(const struct finding *x, struct arena *a)
{
	struct slice rest = slice_str(rule_infos[x->rule].message), part, name, value,
	             tail;
	uint8_t *text;
	size_t room = rest.n + 1, n = 0, i;

	for (i = 0; i < FINDING_ARGS_MAX && x->args[i].name != NULL; i++)
		room += 2 * x->args[i].value.n;
	text = arena_alloc(a, room);
	if (text == NULL)
		return SLICE_EMPTY;
	/* Each round moves past a brace. */
	while (slice_cut(rest, '{', &part, &rest)) {
		memcpy(text + n, part.p, part.n);
		n += part.n;
		if (!slice_cut(rest, '}', &name, &tail))
			break;
		value = argument(x, name);
		if (value.n > room - n - tail.n)
			value.n = room - n - tail.n;
		if (value.n != 0)
			memcpy(text + n, value.p, value.n);
		n += value.n;
		rest = tail;
	}
	if (rest.n > room - n)
		rest.n = room - n;
	if (rest.n != 0)
		memcpy(text + n, rest.p, rest.n);
	return slice_of(text, n + rest.n);
}
