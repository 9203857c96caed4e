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
	bool known; /* excused by the baseline */
	enum dialog_kind kind;
	uint64_t count;
	struct slice device;
	uint8_t bytes[];
};

enum { DEVICE_RULES = 128 }; /* of one device that are counted apart */

struct rule_count {
	enum rule rule;
	uint32_t n;
};

struct device_count {
	uint64_t n[4];
	struct rule_count *rules; /* by rule, ascending */
	size_t rules_total;
	struct slice id;
	uint8_t bytes[];
};

/* What stands in the spool before the strings. */
struct spooled {
	struct finding x;
	struct group *group; /* not NULL: the last one with details, it tells the count */
	uint32_t lengths[5 + FINDING_ARGS_MAX];
};

/* One that waits to be pulled. Its slices lie in the same arena. */
struct fresh {
	struct fresh *next;
	struct finding x;
};

struct findings {
	struct limits *limits;
	const struct severities *severities; /* NULL: as rules.def has them */
	bool all, failed;
	bool streamed; /* pulled as they are found: findings_stream */
	bool kept;     /* and spooled all the same: findings_keep */
	struct fingerprints *fingerprints;
	struct baseline *baseline; /* or NULL */
	uint64_t known[4], known_by_rule[RULE_TOTAL];
	int64_t last_ns; /* of the last one that has a time */
	struct hash_key key;
	struct map groups, devices;
	uint64_t by_severity[4], by_rule[RULE_TOTAL];
	enum severity worst[RULE_TOTAL];
	struct finding_first firsts[RULE_TOTAL][FINDING_FIRSTS];
	uint8_t firsts_total[RULE_TOTAL];
	FILE *spool;
	uint64_t total, spooled, read;
	struct arena mem;
	struct fresh *fresh, *fresh_last;
	struct arena fresh_mem;
};

enum { FINDING_BYTES = 1 << 20, FRAMES_SPOOLED = 64, TEXTS = 5 + FINDING_ARGS_MAX };

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
	arena_init(&f->fresh_mem, FINDING_BYTES);
	f->spool = spool_open();
	if (f->spool == NULL)
		err_set(e, "cannot make a temporary file: %s", strerror(errno));
	f->fingerprints = fingerprints_new();
	if (f->fingerprints == NULL)
		err_set(e, "OpenSSL has no SHA-256");
	if (f->spool != NULL && f->fingerprints != NULL)
		return f;
	findings_free(f);
	return NULL;
}

static struct group *
group_of(struct findings *f, const struct finding *x)
{
	bool known = x->state == BASELINE_UNCHANGED;
	uint32_t numbers[2] = {(uint32_t)x->rule, (uint32_t)x->kind << 1 | known};
	uint64_t hash = hash_more(&f->key, hash_bytes(&f->key, x->device),
	                          slice_of(numbers, sizeof(numbers)));
	struct group *g;
	size_t pos = 0;

	while ((g = map_next(&f->groups, hash, &pos)) != NULL)
		if (g->rule == x->rule && g->kind == x->kind && g->known == known &&
		    slice_eq(g->device, x->device))
			return g;
	if (f->groups.used >= f->limits->max[LIMIT_DEVICES])
		return NULL;
	g = calloc(1, sizeof(*g) + x->device.n);
	if (g == NULL)
		return NULL;
	g->rule = x->rule;
	g->kind = x->kind;
	g->known = known;
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
rule_counted(struct device_count *d, enum rule rule)
{
	struct rule_count *bigger;
	size_t i = d->rules_total;

	while (i != 0 && d->rules[i - 1].rule > rule)
		i--;
	if (i != 0 && d->rules[i - 1].rule == rule) {
		d->rules[i - 1].n += d->rules[i - 1].n != UINT32_MAX;
		return;
	}
	if (d->rules_total == DEVICE_RULES)
		return;
	bigger = realloc(d->rules, (d->rules_total + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return;
	d->rules = bigger;
	memmove(&bigger[i + 1], &bigger[i], (d->rules_total - i) * sizeof(*bigger));
	bigger[i] = (struct rule_count){.rule = rule, .n = 1};
	d->rules_total++;
}

static void
device_counted(struct findings *f, struct slice id, enum severity s, enum rule rule)
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
	rule_counted(d, rule);
}

static void
put(struct findings *f, const void *p, size_t n)
{
	if (n != 0 && fwrite(p, n, 1, f->spool) != 1)
		f->failed = true;
}

/* What is kept of a finding's texts: masked, and no longer than is shown. */
static void
texts_of(const struct findings *f, const struct finding *x, struct arena *a,
         struct slice texts[TEXTS])
{
	size_t i;

	texts[0] = x->device;
	texts[1] = x->field;
	texts[2] = x->value;
	texts[3] = x->expected;
	texts[4] = SLICE_EMPTY;
	for (i = 0; i < FINDING_ARGS_MAX; i++)
		texts[5 + i] = x->args[i].value;
	for (i = 0; i < TEXTS; i++)
		texts[i] = slice_head(secret_mask(texts[i], a),
		                      f->limits->max[LIMIT_VALUE_BYTES]);
}

static void
texts_set(struct finding *x, const struct slice texts[TEXTS])
{
	size_t i;

	x->device = texts[0];
	x->field = texts[1];
	x->value = texts[2];
	x->expected = texts[3];
	for (i = 0; i < FINDING_ARGS_MAX; i++)
		x->args[i].value = texts[5 + i];
}

static void
spool(struct findings *f, const struct finding *x, const struct slice texts[TEXTS],
      struct group *last)
{
	struct spooled s = {.x = *x, .group = last};
	size_t i;

	for (i = 0; i < TEXTS; i++)
		s.lengths[i] = (uint32_t)texts[i].n;
	put(f, &s, sizeof(s));
	for (i = 0; i < TEXTS; i++)
		put(f, texts[i].p, texts[i].n);
	put(f, x->frames, x->frames_total * sizeof(*x->frames));
	f->spooled++;
}

/* False: no room. It is spooled then, and told with the others at the end. */
static bool
queue(struct findings *f, const struct finding *x, const struct slice texts[TEXTS])
{
	struct arena *a = &f->fresh_mem;
	struct fresh *n = ARENA_NEW(a, struct fresh);
	struct slice kept[TEXTS];
	uint64_t *frames = arena_array(a, x->frames_total + 1, sizeof(*frames));
	size_t i;

	for (i = 0; i < TEXTS; i++)
		kept[i] = arena_keep(a, texts[i]);
	if (a->failed)
		return false;
	n->x = *x;
	texts_set(&n->x, kept);
	if (x->frames_total != 0)
		memcpy(frames, x->frames, x->frames_total * sizeof(*frames));
	n->x.frames = frames;
	if (f->fresh == NULL)
		f->fresh = n;
	else
		f->fresh_last->next = n;
	f->fresh_last = n;
	return true;
}

/* Is it known? */
static void
hold(struct findings *f, struct finding *x)
{
	char subject[FINGERPRINT_SUBJECT];

	if (x->has_place)
		f->last_ns = x->time_ns;
	if (!baseline_collects(f->baseline)) {
		x->state = baseline_take(f->baseline, x->fingerprint, f->last_ns);
	} else {
		(void)fingerprint_subject(x, subject);
		if (!baseline_note(f->baseline, x->fingerprint,
		                   slice_str(rule_infos[x->rule].id), slice_str(subject)))
			f->limits->dropped[LIMIT_BASELINE_ENTRIES]++;
	}
	if (x->state == BASELINE_UNCHANGED) {
		f->known[x->severity]++;
		f->known_by_rule[x->rule]++;
	}
}

static void
detail(struct findings *f, struct finding *x, struct group *last)
{
	struct slice texts[TEXTS];
	struct arena a;

	arena_init(&a, FINDING_BYTES);
	texts_of(f, x, &a, texts);
	if (f->baseline == NULL)
		fingerprints_make(f->fingerprints, x, x->fingerprint);
	x->sender = x->method = x->root = x->CmdType = SLICE_EMPTY;
	if (x->frames_total > FRAMES_SPOOLED)
		x->frames_total = FRAMES_SPOOLED;
	/* How many the last one of a group stands for is known at the end. */
	x->told = f->streamed && last == NULL && queue(f, x, texts);
	if (!x->told || f->kept)
		spool(f, x, texts, last);
	arena_free(&a);
}

void
findings_add(struct findings *f, const struct finding *given)
{
	struct finding x = *given;
	enum severity of_rule = severity_of(f->severities, x.rule, x.gb);
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
	device_counted(f, x.device, x.severity, x.rule);
	if (f->baseline != NULL) {
		fingerprints_make(f->fingerprints, &x, x.fingerprint);
		hold(f, &x);
	}
	g = group_of(f, &x);
	if (g != NULL && ++g->count > f->limits->max[LIMIT_FINDING_DETAILS] && !f->all)
		return;
	if (f->total >= f->limits->max[LIMIT_FINDINGS]) {
		f->limits->dropped[LIMIT_FINDINGS]++;
		return;
	}
	x.id = (uint32_t)++f->total;
	x.count = 1;
	detail(f, &x,
	       g != NULL && !f->all && g->count == f->limits->max[LIMIT_FINDING_DETAILS]
	           ? g
	           : NULL);
}

void
findings_severities(struct findings *f, const struct severities *s)
{
	f->severities = s;
}

void
findings_against(struct findings *f, struct baseline *b)
{
	f->baseline = b;
}

uint64_t
findings_known(const struct findings *f, enum severity s)
{
	return f->known[s];
}

uint64_t
findings_unknown(const struct findings *f, enum severity s)
{
	return f->by_severity[s] - f->known[s];
}

uint64_t
findings_known_of_rule(const struct findings *f, enum rule r)
{
	return f->known_by_rule[r];
}

void
findings_stream(struct findings *f)
{
	f->streamed = true;
}

void
findings_keep(struct findings *f)
{
	f->kept = true;
}

bool
findings_next(struct findings *f, struct finding *out)
{
	if (f->fresh == NULL) {
		arena_reset(&f->fresh_mem);
		return false;
	}
	*out = f->fresh->x;
	f->fresh = f->fresh->next;
	return true;
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
unspool(struct findings *f, struct spooled *s, struct slice texts[TEXTS],
        uint64_t **frames)
{
	uint8_t *p;
	size_t i;

	if (fread(s, sizeof(*s), 1, f->spool) != 1)
		return false;
	for (i = 0; i < TEXTS; i++) {
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
	struct slice texts[TEXTS];
	uint64_t *frames;

	arena_reset(&f->mem);
	if (f->read >= f->spooled || f->failed)
		return false;
	if (!unspool(f, &s, texts, &frames)) {
		f->failed = true;
		return false;
	}
	f->read++;
	*out = s.x;
	texts_set(out, texts);
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

uint64_t
findings_rule_of_device(const struct findings *f, struct slice id, size_t i, enum rule *r)
{
	const struct device_count *d = device_find(f, id);

	if (d == NULL || i >= d->rules_total)
		return 0;
	*r = d->rules[i].rule;
	return d->rules[i].n;
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
	for (pos = 0; (item = map_each(&f->devices, &pos)) != NULL;) {
		free(((struct device_count *)item)->rules);
		free(item);
	}
	map_free(&f->groups);
	map_free(&f->devices);
	if (f->spool != NULL)
		fclose(f->spool);
	arena_free(&f->mem);
	arena_free(&f->fresh_mem);
	fingerprints_free(f->fingerprints);
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
