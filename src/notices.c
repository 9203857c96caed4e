#include "src/notices.h"

#include <stdlib.h>

#include "src/body_value.h"
#include "src/channels.h"
#include "src/map.h"
#include "src/secret.h"
#include "src/list.h"

#define SECOND INT64_C(1000000000)
/* For how long the state that a NOTIFY told is held against what the channel shows. */
#define STATE_HOLDS (300 * SECOND)

enum {
	NOTICE_BYTES = 16384,
	NOTICE_FIRST = 400, /* what most of them need */
	TEXT_KEPT = 256,
	LOOKED_AT = 64, /* open ones of one device */
};

/* Queues by how long their chains may take; each in order of the last message. */
enum wait { WAIT_SHORT, WAIT_LONG, WAIT_UPGRADE, WAITS };
static const int64_t waits_ns[WAITS] = {60 * SECOND, 600 * SECOND, 3600 * SECOND};

struct list {
	struct gb_notice *first, *last;
};

struct notices {
	struct limits *limits;
	struct hash_key key;
	struct map map;
	struct channels *channels;
	struct list open[WAITS], ended;
	struct gb_notice *given;
	uint64_t total, of_kind[NOTICE_KINDS];
	uint32_t ids;
};

const char *
notice_kind_name(enum notice_kind k)
{
	static const char *const names[NOTICE_KINDS] = {"alarm", "snapshot", "upgrade",
	                                                "upload"};

	return names[k];
}

const char *
notice_outcome_name(enum notice_outcome o)
{
	static const char *const names[] = {"complete",   "partial",    "refused",
	                                    "failed",     "unanswered", "unsolicited",
	                                    "not_needed", "unknown"};

	return names[o];
}

const char *
notice_step_name(enum notice_step s)
{
	static const char *const names[] = {"notify",   "request", "response", "reset",
	                                    "register", "result",  "invite",   "refused"};

	return names[s];
}

struct notices *
notices_new(struct limits *l, const struct hash_key *key)
{
	struct notices *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->limits = l;
	n->key = *key;
	n->channels = channels_new(l, key);
	if (n->channels != NULL)
		return n;
	free(n);
	return NULL;
}

/* Of a kind and one or several texts, as they are kept. */
static uint64_t
hash_of(const struct notices *n, uint8_t kind, struct slice a, struct slice b,
        struct slice c)
{
	uint64_t h = hash_bytes(&n->key, slice_of(&kind, 1));

	h = hash_more(&n->key, h, slice_head(a, TEXT_KEPT));
	h = hash_more(&n->key, h, slice_head(b, TEXT_KEPT));
	return hash_more(&n->key, h, slice_head(c, TEXT_KEPT));
}

static uint64_t
device_hash(const struct notices *n, enum notice_kind kind, struct slice id)
{
	return hash_of(n, (uint8_t)('a' + kind), id, SLICE_EMPTY, SLICE_EMPTY);
}

static struct ref
ref_of_message(const struct message *m)
{
	return (struct ref){
	    .capture = m->rec.capture, .frame = m->rec.frame, .time_ns = m->rec.time_ns};
}

static struct slice
keep(struct gb_notice *x, struct slice s)
{
	return arena_keep(&x->mem, secret_head(s, TEXT_KEPT));
}

/* Whole or not at all: of a part it could not be told that a password stands in it. */
static struct slice
keep_url(struct gb_notice *x, struct slice s)
{
	return s.n <= TEXT_KEPT ? keep(x, s) : SLICE_EMPTY;
}

static void
notice_free(struct gb_notice *x)
{
	arena_free(&x->mem);
	free(x);
}

/* ---- ends ---- */

static void
judge(struct gb_notice *x)
{
	bool over = x->ended_how == ENDED_CAPTURE_OVER;

	if (x->outcome != OUTCOME_NOTICE_UNKNOWN)
		return;
	if (x->status != 0 || slice_eq(x->Result, SLICE("ERROR")))
		x->outcome = OUTCOME_NOTICE_REFUSED;
	else if (x->kind == NOTICE_ALARM && x->method == METHOD_NOTIFY)
		x->outcome = OUTCOME_NOTICE_NOT_NEEDED;
	else if (x->kind == NOTICE_UPGRADE && x->done &&
	         slice_eq(x->UpgradeResult, SLICE("ERROR")))
		x->outcome = OUTCOME_NOTICE_FAILED;
	else if (x->kind == NOTICE_SNAPSHOT && x->done && x->has_SnapNum &&
	         x->files_total < x->SnapNum)
		x->outcome = OUTCOME_NOTICE_PARTIAL;
	else if (x->done)
		x->outcome = OUTCOME_NOTICE_COMPLETE;
	else if (!over)
		x->outcome = OUTCOME_NOTICE_UNANSWERED;
}

static void
close(struct notices *n, struct gb_notice *x, enum ended_how how)
{
	map_drop(&n->map, x->by_SN, x);
	map_drop(&n->map, x->by_device, x);
	map_drop(&n->map, x->by_peer, x);
	map_drop(&n->map, x->by_session, x);
	LIST_DROP(&n->open[x->wait], x, prev, next);
	n->total--;
	n->of_kind[x->kind]--;
	x->ended_how = (int)how;
	if (how == ENDED_TIMEOUT && (x->done || x->status != 0))
		x->ended_how = ENDED_ANSWERED;
	judge(x);
	LIST_ADD(&n->ended, x, prev, next);
}

/* Another message of it: it waits anew. */
static void
touch(struct notices *n, struct gb_notice *x, enum wait wait, int64_t now_ns)
{
	LIST_DROP(&n->open[x->wait], x, prev, next);
	x->wait = (int)wait;
	x->active_ns = now_ns;
	LIST_ADD(&n->open[x->wait], x, prev, next);
}

void
notices_clock(struct notices *n, int64_t now_ns)
{
	struct gb_notice *x;
	int w;

	for (w = 0; n->total != 0 && w < WAITS; w++)
		while ((x = n->open[w].first) != NULL &&
		       now_ns - x->active_ns >= waits_ns[w])
			close(n, x, ENDED_TIMEOUT);
}

void
notices_end(struct notices *n)
{
	struct gb_notice *x;
	int w;

	for (w = 0; w < WAITS; w++)
		while ((x = n->open[w].first) != NULL)
			close(n, x, ENDED_CAPTURE_OVER);
}

/* The one that waits longest: of all queues the oldest first one. */
static void
evict(struct notices *n)
{
	struct gb_notice *x, *oldest = NULL;
	int w;

	for (w = 0; w < WAITS; w++) {
		x = n->open[w].first;
		if (x != NULL && (oldest == NULL || x->active_ns < oldest->active_ns))
			oldest = x;
	}
	if (oldest == NULL)
		return;
	/* It waits for what need not come: nothing of it is lost. */
	if (oldest->done ||
	    (oldest->kind == NOTICE_ALARM && oldest->method == METHOD_NOTIFY)) {
		close(n, oldest, ENDED_ANSWERED);
		return;
	}
	n->limits->dropped[LIMIT_NOTICES]++;
	close(n, oldest, ENDED_EVICTED);
}

/* ---- beginnings ---- */

static void
step(struct gb_notice *x, enum notice_step what, const struct message *m,
     const struct place *p, struct slice value)
{
	x->steps_total++;
	if (x->steps_kept == NOTICE_STEPS_MAX)
		return;
	x->steps[x->steps_kept].step = what;
	x->steps[x->steps_kept].ref = ref_of_message(m);
	x->steps[x->steps_kept].dialog = p->dialog->id;
	x->steps[x->steps_kept].value = keep(x, value);
	x->steps_kept++;
}

static struct gb_notice *
open_new(struct notices *n, enum notice_kind kind, const struct message *m,
         const struct place *p, enum wait wait, int64_t now_ns)
{
	const struct manscdp *b = &m->mans.m;
	struct gb_notice *x;

	if (n->total >= n->limits->max[LIMIT_NOTICES])
		evict(n);
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	arena_init(&x->mem, NOTICE_BYTES);
	x->mem.first = NOTICE_FIRST;
	x->id = ++n->ids;
	x->kind = kind;
	x->outcome = OUTCOME_NOTICE_UNKNOWN;
	x->from = keep(x, m->from.uri.user);
	x->to = keep(x, m->to.uri.user);
	x->DeviceID = keep(x, b->DeviceID);
	x->SN = keep(x, b->SN);
	x->method = m->method;
	x->gb = p->dialog->gb || m->gb;
	x->client = m->rec.src;
	x->server = m->rec.dst;
	x->request_tx = p->tx->id;
	x->wait = (int)wait;
	x->active_ns = now_ns;
	LIST_ADD(&n->open[x->wait], x, prev, next);
	n->total++;
	n->of_kind[kind]++;
	x->by_SN = hash_of(n, (uint8_t)kind, slice_number(x->SN), x->from, x->to);
	(void)map_put(&n->map, x->by_SN, x);
	x->by_device = device_hash(n, kind, x->DeviceID);
	(void)map_put(&n->map, x->by_device, x);
	return x;
}

/* Found by who shall do it, too. */
static void
put_peer(struct notices *n, struct gb_notice *x, struct slice user)
{
	if (user.n == 0 || slice_eq(user, x->DeviceID))
		return;
	x->by_peer = device_hash(n, x->kind, user);
	(void)map_put(&n->map, x->by_peer, x);
}

static void
put_session(struct notices *n, struct gb_notice *x, struct slice SessionID)
{
	x->SessionID = keep(x, SessionID);
	x->by_session =
	    hash_of(n, (uint8_t)('s' + x->kind), x->SessionID, SLICE_EMPTY, SLICE_EMPTY);
	(void)map_put(&n->map, x->by_session, x);
}

static bool
same(struct slice kept, struct slice text)
{
	return slice_eq(kept, slice_head(text, TEXT_KEPT));
}

/* The newest open one of the kind that is about this device, or was asked of it. */
static struct gb_notice *
of_device(const struct notices *n, enum notice_kind kind, struct slice id)
{
	uint64_t hash = device_hash(n, kind, id);
	struct gb_notice *x;
	size_t pos = 0;

	while ((x = map_next(&n->map, hash, &pos)) != NULL)
		if (x->kind == kind &&
		    (same(x->DeviceID, id) ||
		     same(kind == NOTICE_ALARM || kind == NOTICE_UPLOAD ? x->from : x->to,
		          id)))
			return x;
	return NULL;
}

/* ---- channels ---- */

static bool
on_or_off(struct slice s, bool *on)
{
	*on = slice_eq(s, SLICE("ON"));
	return *on || slice_eq(s, SLICE("OFF"));
}

/* A NOTIFY of the catalog: what comes and goes. Who is told to be new, changed or gone may be in any state. */
static void
catalog_notify(struct notices *n, const struct message *m)
{
	struct channel *c;
	struct catalog_item item;
	size_t at = 0;
	bool on, known;

	while (catalog_item_next(&m->mans.m, &at, &item)) {
		known = on_or_off(item.Event, &on);
		c = known ? channel_get(n->channels, item.DeviceID)
		          : channel_find(n->channels, item.DeviceID);
		if (c == NULL)
			continue;
		c->told = known;
		c->on = on;
		c->told_ref = ref_of_message(m);
	}
}

static void
lies(struct channel *c, struct notice_note *note, bool on)
{
	note->facts |= NOTICE_STATUS_LIES;
	note->other = c->told_ref;
	note->text = c->on ? SLICE("ON") : SLICE("OFF");
	note->id = slice_of(c->id, c->id_n);
	note->number = on; /* what it shows now */
	c->told = false;
}

static bool
holds(const struct channel *c, const struct message *m)
{
	return c != NULL && c->told && m->rec.time_ns - c->told_ref.time_ns < STATE_HOLDS;
}

/* An answer to a query of the catalog: does it say what the NOTIFY before it said? */
static void
catalog_response(struct notices *n, const struct message *m, struct notice_note *note)
{
	struct channel *c;
	struct catalog_item item;
	size_t at = 0;
	bool on;

	while (catalog_item_next(&m->mans.m, &at, &item)) {
		c = channel_find(n->channels, item.DeviceID);
		if (!holds(c, m) || !on_or_off(item.Status, &on) || on == c->on)
			continue;
		if ((note->facts & NOTICE_STATUS_LIES) == 0)
			lies(c, note, on);
		c->told = false;
	}
}

/* ---- alarms ---- */

static bool
from_device(const struct gb_notice *x)
{
	return slice_eq(x->AlarmMethod, SLICE("2"));
}

static void
guarded(struct notices *n, struct gb_notice *x, struct notice_note *note)
{
	const struct channel *c = channel_find(n->channels, x->DeviceID);

	if (c == NULL || c->guard == GUARD_UNKNOWN)
		c = channel_find(n->channels, x->from);
	if (c == NULL || c->guard == GUARD_UNKNOWN)
		return;
	x->guard = c->guard;
	x->guard_ref = c->guard_ref;
	if (c->guard == GUARD_RESET &&
	    (from_device(x) || slice_eq(x->AlarmMethod, SLICE("5")))) {
		note->facts |= NOTICE_UNGUARDED;
		note->other = c->guard_ref;
	}
}

/* The alarm before this one: passed on by who got it, or of the same device, never reset. */
static void
alarm_before(struct notices *n, struct gb_notice *x, struct notice_note *note)
{
	struct gb_notice *y;
	size_t pos = 0, i = 0;

	while ((y = map_next(&n->map, x->by_device, &pos)) != NULL && i++ < LOOKED_AT) {
		if (y == x || y->kind != NOTICE_ALARM ||
		    !slice_eq(y->DeviceID, x->DeviceID) ||
		    !slice_eq(y->AlarmMethod, x->AlarmMethod))
			continue;
		if (slice_eq(y->AlarmTime, x->AlarmTime) && slice_eq(y->to, x->from)) {
			x->hop_of = y->id;
			return;
		}
		if (from_device(x) && !y->reset && slice_eq(y->from, x->from) &&
		    slice_eq(y->to, x->to) && !slice_eq(y->AlarmTime, x->AlarmTime)) {
			note->facts |= NOTICE_NOT_RESET;
			note->other = y->steps[0].ref;
			return;
		}
	}
}

static void
alarm(struct notices *n, const struct message *m, const struct place *p, int64_t now_ns,
      const struct gb_subscription *s, struct notice_note *note)
{
	const struct manscdp *b = &m->mans.m;
	bool device = slice_eq(body_value(b, "AlarmMethod", 1), SLICE("2"));
	struct gb_notice *x =
	    open_new(n, NOTICE_ALARM, m, p, device ? WAIT_LONG : WAIT_SHORT, now_ns);

	if (x == NULL)
		return;
	put_peer(n, x, x->from);
	x->AlarmPriority = keep(x, body_value(b, "AlarmPriority", 1));
	x->AlarmMethod = keep(x, body_value(b, "AlarmMethod", 1));
	x->AlarmType = keep(x, body_value(b, "AlarmType", 2));
	x->EventType = keep(x, body_value(b, "EventType", 3));
	x->AlarmTime = keep(x, body_value(b, "AlarmTime", 1));
	x->AlarmDescription = keep(x, body_value(b, "AlarmDescription", 1));
	if (p->tx->body != NULL)
		x->words = keep(x, p->tx->body->words);
	x->subscription = s != NULL ? s->id : 0;
	step(x, STEP_NOTIFY, m, p, SLICE_EMPTY);
	note->notice = x;
	guarded(n, x, note);
	alarm_before(n, x, note);
}

static void
alarm_reset(struct notices *n, const struct message *m, const struct place *p)
{
	struct slice id = m->mans.m.DeviceID;
	uint64_t hash = device_hash(n, NOTICE_ALARM, id);
	struct gb_notice *x;
	size_t pos = 0, i = 0;

	while ((x = map_next(&n->map, hash, &pos)) != NULL && i++ < LOOKED_AT) {
		if (x->kind != NOTICE_ALARM || x->reset ||
		    (!same(x->DeviceID, id) && !same(x->from, id)))
			continue;
		x->reset = true;
		step(x, STEP_RESET, m, p, SLICE_EMPTY);
	}
}

static void
guard(struct notices *n, const struct message *m, struct slice command)
{
	struct channel *c = channel_get(n->channels, m->mans.m.DeviceID);

	if (c == NULL)
		return;
	c->guard = slice_eq(command, SLICE("SetGuard"))     ? GUARD_SET
	           : slice_eq(command, SLICE("ResetGuard")) ? GUARD_RESET
	                                                    : GUARD_UNKNOWN;
	c->guard_ref = ref_of_message(m);
}

/* ---- snapshots, upgrades ---- */

static void
snapshot(struct notices *n, const struct message *m, const struct place *p,
         int64_t now_ns, struct notice_note *note)
{
	const struct manscdp *b = &m->mans.m;
	struct gb_notice *x = open_new(n, NOTICE_SNAPSHOT, m, p, WAIT_LONG, now_ns);

	if (x == NULL)
		return;
	put_peer(n, x, x->to);
	put_session(n, x, body_value(b, "SessionID", 2));
	x->has_SnapNum = parse_u32(body_value(b, "SnapNum", 2), 1000000, &x->SnapNum);
	x->has_Interval = parse_u32(body_value(b, "Interval", 2), 1000000, &x->Interval);
	x->UploadURL = keep_url(x, body_value(b, "UploadURL", 2));
	/* Ten pictures, one each minute, are at the border. */
	if ((uint64_t)x->SnapNum * x->Interval > 500)
		touch(n, x, WAIT_UPGRADE, now_ns);
	step(x, STEP_REQUEST, m, p, SLICE_EMPTY);
	note->notice = x;
}

static void
upgrade(struct notices *n, const struct message *m, const struct place *p, int64_t now_ns,
        struct notice_note *note)
{
	const struct manscdp *b = &m->mans.m;
	struct gb_notice *x = open_new(n, NOTICE_UPGRADE, m, p, WAIT_UPGRADE, now_ns);

	if (x == NULL)
		return;
	put_peer(n, x, x->to);
	put_session(n, x, body_value(b, "SessionID", 2));
	x->Firmware = keep(x, body_value(b, "Firmware", 2));
	x->FileURL = keep_url(x, body_value(b, "FileURL", 2));
	step(x, STEP_REQUEST, m, p, SLICE_EMPTY);
	note->notice = x;
}

/* Whom it is the end of: by SessionID, else another one that waits, of the same device. */
static struct gb_notice *
asked_for(const struct notices *n, enum notice_kind kind, const struct message *m,
          struct slice SessionID, bool *fits)
{
	uint64_t hash =
	    hash_of(n, (uint8_t)('s' + kind), SessionID, SLICE_EMPTY, SLICE_EMPTY);
	struct gb_notice *x;
	size_t pos = 0;

	*fits = true;
	while ((x = map_next(&n->map, hash, &pos)) != NULL)
		if (x->kind == kind && SessionID.n != 0 &&
		    same(x->SessionID, SessionID) &&
		    (same(x->to, m->from.uri.user) ||
		     same(x->DeviceID, m->from.uri.user) ||
		     same(x->DeviceID, m->mans.m.DeviceID)))
			return x;
	*fits = false;
	x = of_device(n, kind, m->mans.m.DeviceID);
	if (x == NULL)
		x = of_device(n, kind, m->from.uri.user);
	return x != NULL && !x->done ? x : NULL;
}

bool
snapshot_file_id(struct slice id)
{
	return id.n == SNAPSHOT_FILE_ID && slice_digits(id) && id.p[20] == '0' &&
	       id.p[21] == '2';
}

static void
files(struct gb_notice *x, const struct manscdp *b)
{
	size_t i;

	for (i = 0; i < b->nodes_total; i++) {
		const struct manscdp_node *node = &b->nodes[i];
		struct slice id = slice_trim(node->text);

		if (node->depth != 2 || node->attribute ||
		    !slice_eq(node->name, SLICE("SnapShotFileID")))
			continue;
		if (x->files == NULL)
			x->files =
			    arena_array(&x->mem, SNAPSHOT_FILES_MAX, sizeof(*x->files));
		if (x->files != NULL && x->files_total < SNAPSHOT_FILES_MAX)
			x->files[x->files_total] = keep(x, id);
		x->files_total++;
	}
}

static void
result_put(struct gb_notice *x, const struct manscdp *b)
{
	struct slice result = body_value(b, "UpgradeResult", 1);

	if (x->kind == NOTICE_SNAPSHOT) {
		files(x, b);
		return;
	}
	if (result.n == 0)
		result = body_value(b, "Result", 1); /* the spelling of some devices */
	x->UpgradeResult = keep(x, result);
	x->FirmwareNow = keep(x, body_value(b, "Firmware", 1));
	x->UpgradeFailedReason = keep(x, body_value(b, "UpgradeFailedReason", 1));
}

/* UploadSnapShotFinished, DeviceUpgradeResult. */
static void
result(struct notices *n, enum notice_kind kind, const struct message *m,
       const struct place *p, int64_t now_ns, struct notice_note *note)
{
	struct slice SessionID = body_value(&m->mans.m, "SessionID", 1);
	bool fits;
	struct gb_notice *x = asked_for(n, kind, m, SessionID, &fits);

	if (x == NULL) {
		note->facts |= NOTICE_UNASKED;
		note->text = SessionID;
		x = open_new(n, kind, m, p, WAIT_SHORT, now_ns);
		if (x == NULL)
			return;
		x->SessionID = keep(x, SessionID);
		x->outcome = OUTCOME_NOTICE_UNSOLICITED;
	} else if (!fits) {
		note->facts |= NOTICE_SESSION;
		note->text = x->SessionID;
		note->other = x->steps[0].ref;
	} else if (kind == NOTICE_UPGRADE && !x->registered && !x->done) {
		note->facts |= NOTICE_NO_REGISTER;
		note->other = x->steps[0].ref;
	}
	note->notice = x;
	result_put(x, &m->mans.m);
	step(x, STEP_RESULT, m, p, SessionID);
	x->done = true;
	if (x->outcome == OUTCOME_NOTICE_UNSOLICITED)
		close(n, x, ENDED_ANSWERED);
	else
		touch(n, x, WAIT_SHORT, now_ns);
}

/* ---- answers ---- */

/* A business Response: to the newest open request with its SN between the same two. */
static void
response(struct notices *n, enum notice_kind kind, const struct message *m,
         const struct place *p, int64_t now_ns, struct notice_note *note)
{
	const struct manscdp *b = &m->mans.m;
	uint64_t hash = hash_of(n, (uint8_t)kind, slice_number(b->SN), m->to.uri.user,
	                        m->from.uri.user);
	struct gb_notice *x;
	size_t pos = 0;

	while ((x = map_next(&n->map, hash, &pos)) != NULL)
		if (x->kind == kind &&
		    slice_eq(slice_number(x->SN),
		             slice_number(slice_head(b->SN, TEXT_KEPT))) &&
		    same(x->from, m->to.uri.user) && same(x->to, m->from.uri.user))
			break;
	if (x == NULL)
		return;
	note->notice = x;
	step(x, STEP_RESPONSE, m, p, b->Result);
	x->answered = true;
	x->Result = keep(x, b->Result);
	if (kind == NOTICE_ALARM && x->method == METHOD_NOTIFY) {
		note->facts |= NOTICE_NEEDLESS;
		note->other = x->steps[0].ref;
	}
	if (kind == NOTICE_ALARM)
		x->done = true;
	touch(n, x, (enum wait)x->wait, now_ns);
}

/* SIP's answer of 300 and above to the message that began it. */
static void
refused(struct notices *n, const struct message *m, const struct place *p)
{
	const struct kept_body *b = p->tx->body;
	struct gb_notice *x;
	size_t pos = 0;
	uint64_t hash;
	int k;

	if (b == NULL || m->sip.status == 401 || m->sip.status == 407)
		return;
	for (k = 0; k < NOTICE_KINDS; k++) {
		hash = hash_of(n, (uint8_t)k, slice_number(b->SN), m->from.uri.user,
		               m->to.uri.user);
		pos = 0;
		while ((x = map_next(&n->map, hash, &pos)) != NULL)
			if (x->request_tx == p->tx->id) {
				x->status = m->sip.status;
				step(x, STEP_REFUSED, m, p, m->sip.status_text);
				close(n, x, ENDED_ANSWERED);
				return;
			}
	}
}

static void
registered(struct notices *n, const struct message *m, const struct place *p,
           int64_t now_ns)
{
	struct gb_notice *x = of_device(n, NOTICE_UPGRADE, m->to.uri.user);

	if (x == NULL || x->registered || x->done)
		return;
	x->registered = true;
	step(x, STEP_REGISTER, m, p, SLICE_EMPTY);
	touch(n, x, WAIT_UPGRADE, now_ns);
}

/* The last upload that came from this address. */
static struct gb_notice *
upload_from(const struct notices *n, const struct addr *at)
{
	struct gb_notice *x = n->open[WAIT_SHORT].last;
	int i = 0;

	while (x != NULL && i++ < LOOKED_AT &&
	       (x->kind != NOTICE_UPLOAD || x->client.port != at->port ||
	        !addr_ip_eq(&x->client, at)))
		x = x->prev;
	return i <= LOOKED_AT ? x : NULL;
}

static void
invited(struct notices *n, const struct message *m, const struct place *p)
{
	struct gb_notice *x = of_device(n, NOTICE_UPLOAD, m->to.uri.user);

	if (x == NULL && m->uri_dis == DIS_OK)
		x = of_device(n, NOTICE_UPLOAD, m->uri.user);
	if (x == NULL) /* to another channel of it */
		x = upload_from(n, &m->rec.dst);
	if (x == NULL)
		return;
	step(x, STEP_INVITE, m, p, SLICE_EMPTY);
	x->done = true;
	close(n, x, ENDED_ANSWERED);
}

/* A call to a channel succeeds. */
static void
call_accepted(struct notices *n, const struct message *m, struct notice_note *note)
{
	struct channel *c = channel_find(n->channels, m->to.uri.user);

	if (holds(c, m) && !c->on)
		lies(c, note, true);
}

static void
upload(struct notices *n, const struct message *m, const struct place *p, int64_t now_ns,
       struct notice_note *note)
{
	struct gb_notice *x = open_new(n, NOTICE_UPLOAD, m, p, WAIT_SHORT, now_ns);

	if (x == NULL)
		return;
	put_peer(n, x, x->from);
	x->Time = keep(x, body_value(&m->mans.m, "Time", 1));
	step(x, STEP_NOTIFY, m, p, SLICE_EMPTY);
	note->notice = x;
}

static void
control(struct notices *n, const struct message *m, const struct place *p, int64_t now_ns,
        struct notice_note *note)
{
	const struct manscdp *b = &m->mans.m;
	struct slice command;

	if (slice_eq(b->CmdType, SLICE("DeviceConfig"))) {
		if (body_has(b, "SnapShotConfig", 1))
			snapshot(n, m, p, now_ns, note);
		return;
	}
	command = body_value(b, "GuardCmd", 1);
	if (command.n != 0)
		guard(n, m, command);
	if (slice_eq(body_value(b, "AlarmCmd", 1), SLICE("ResetAlarm")))
		alarm_reset(n, m, p);
	if (body_has(b, "DeviceUpgrade", 1))
		upgrade(n, m, p, now_ns, note);
}

static bool
body_is(const struct message *m, const char *root)
{
	return slice_eq(m->mans.m.root, slice_str(root));
}

bool
notices_wants(const struct notices *n, const struct message *m)
{
	bool channels = channels_any(n->channels);

	if (!m->request) {
		if (n->total == 0 && !channels)
			return false;
		return (m->method == METHOD_MESSAGE && m->sip.status >= 300) ||
		       (m->method == METHOD_REGISTER &&
		        n->of_kind[NOTICE_UPGRADE] != 0) ||
		       (m->method == METHOD_INVITE && channels &&
		        m->sip.status / 100 == 2);
	}
	if (m->method == METHOD_INVITE)
		return n->of_kind[NOTICE_UPLOAD] != 0;
	if (m->mans.verdict == BODY_NONE ||
	    (m->method != METHOD_MESSAGE && m->method != METHOD_NOTIFY))
		return false;
	/* Most are keep-alives, or answers that nothing of this waits for. */
	return body_is(m, "Notify") ? !slice_eq(m->mans.m.CmdType, SLICE("Keepalive"))
	                            : body_is(m, "Control") || n->total != 0 || channels;
}

static void
notified(struct notices *n, const struct message *m, const struct place *p,
         int64_t now_ns, const struct gb_subscription *s, struct notice_note *note)
{
	struct slice CmdType = m->mans.m.CmdType;

	if (slice_eq(CmdType, SLICE("Alarm")))
		alarm(n, m, p, now_ns, s, note);
	else if (slice_eq(CmdType, SLICE("Catalog")))
		catalog_notify(n, m);
	else if (slice_eq(CmdType, SLICE("UploadSnapShotFinished")))
		result(n, NOTICE_SNAPSHOT, m, p, now_ns, note);
	else if (slice_eq(CmdType, SLICE("DeviceUpgradeResult")))
		result(n, NOTICE_UPGRADE, m, p, now_ns, note);
	else if (slice_eq(CmdType, SLICE("VideoUploadNotify")))
		upload(n, m, p, now_ns, note);
}

static void
responded(struct notices *n, const struct message *m, const struct place *p,
          int64_t now_ns, struct notice_note *note)
{
	struct slice CmdType = m->mans.m.CmdType;

	if (slice_eq(CmdType, SLICE("Catalog")) && m->method == METHOD_NOTIFY)
		catalog_notify(n, m);
	else if (slice_eq(CmdType, SLICE("Catalog")))
		catalog_response(n, m, note);
	else if (slice_eq(CmdType, SLICE("Alarm")))
		response(n, NOTICE_ALARM, m, p, now_ns, note);
	else if (slice_eq(CmdType, SLICE("DeviceConfig")))
		response(n, NOTICE_SNAPSHOT, m, p, now_ns, note);
	else if (slice_eq(CmdType, SLICE("DeviceControl")))
		response(n, NOTICE_UPGRADE, m, p, now_ns, note);
}

void
notices_stray(struct notices *n, const struct message *m)
{
	static const enum notice_kind kinds[] = {NOTICE_SNAPSHOT, NOTICE_UPGRADE,
	                                         NOTICE_UPLOAD};
	struct gb_notice *x;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		x = of_device(n, kinds[i],
		              kinds[i] == NOTICE_UPLOAD ? m->to.uri.user
		                                        : m->from.uri.user);
		if (x != NULL)
			x->cut = true;
	}
}

void
notices_feed(struct notices *n, const struct message *m, const struct place *p,
             int64_t now_ns, const struct gb_subscription *s, struct notice_note *note)
{
	if (p->repeat)
		return;
	if (!m->request) {
		if (m->method == METHOD_INVITE && p->tx->to_tag.n == 0)
			call_accepted(n, m, note);
		else if (m->method == METHOD_MESSAGE)
			refused(n, m, p);
		else if (m->method == METHOD_REGISTER && m->sip.status / 100 == 2 &&
		         !p->tx->logout)
			registered(n, m, p, now_ns);
		return;
	}
	if (m->method == METHOD_INVITE) {
		if (m->to.tag.n == 0)
			invited(n, m, p);
	} else if (body_is(m, "Notify")) {
		notified(n, m, p, now_ns, s, note);
	} else if (body_is(m, "Control")) {
		control(n, m, p, now_ns, note);
	} else if (body_is(m, "Response")) {
		responded(n, m, p, now_ns, note);
	}
}

struct gb_notice *
notices_next(struct notices *n, enum ended_how *how)
{
	struct gb_notice *x = n->ended.first;

	if (n->given != NULL)
		notice_free(n->given);
	n->given = x;
	if (x == NULL)
		return NULL;
	LIST_DROP(&n->ended, x, prev, next);
	*how = (enum ended_how)x->ended_how;
	return x;
}

void
notices_free(struct notices *n)
{
	enum ended_how how;

	if (n == NULL)
		return;
	notices_end(n);
	while (notices_next(n, &how) != NULL)
		continue;
	channels_free(n->channels);
	map_free(&n->map);
	free(n);
}
