/* list exchanges, subscriptions, notices, sessions: a line for each, in order of their beginnings. */
#include "src/lines.h"
#include "src/notices.h"
#include "src/subscriptions.h"
#include "src/text_exchange.h"
#include "src/text_session.h"
#include "src/text_subscription.h"

static bool
begin(struct out *o)
{
	o->own = lines_new();
	return o->own != NULL;
}

static void
when(struct out *o, uint32_t id, const struct ref *at)
{
	const struct capture_info *c = capture_info(o->captures, at->capture);
	char t[TIME_TEXT];

	(void)fprintf(o->f, "%6u  %s  ", id,
	              time_text(at->time_ns, c ? c->precision : 6, t));
}

static void
exchange(struct out *o, const struct exchange *x)
{
	(void)fprintf(o->f, "%6u  ", x->id);
	exchange_line(o, x, true);
	(void)fputc('\n', o->f);
}

static void
subscription(struct out *o, const struct gb_subscription *x)
{
	when(o, x->id, &x->first);
	subscription_line(o, x);
	(void)fputc('\n', o->f);
}

static void
notice(struct out *o, const struct gb_notice *x)
{
	when(o, x->id, &x->steps[0].ref);
	notice_line(o, x);
	(void)fputc('\n', o->f);
}

static void
session(struct out *o, const struct gb_session *x)
{
	when(o, x->id, session_began(x));
	session_put(o, x);
}

static uint32_t
id_of(enum section s, const void *what)
{
	switch (s) {
	case SECTION_EXCHANGES:
		return ((const struct exchange *)what)->id;
	case SECTION_SUBSCRIPTIONS:
		return ((const struct gb_subscription *)what)->id;
	case SECTION_NOTICES:
		return ((const struct gb_notice *)what)->id;
	default:
		return ((const struct gb_session *)what)->id;
	}
}

/* One of the section that is listed. */
static void
list(struct out *o, enum section s, const void *what)
{
	FILE *f = o->f, *to = lines_begin(o->own, id_of(s, what), 1);

	if (to == NULL)
		return;
	o->f = to;
	switch (s) {
	case SECTION_EXCHANGES:
		exchange(o, what);
		break;
	case SECTION_SUBSCRIPTIONS:
		subscription(o, what);
		break;
	case SECTION_NOTICES:
		notice(o, what);
		break;
	default:
		session(o, what);
		break;
	}
	o->f = f;
	lines_done(o->own);
	arena_reset(&o->scratch);
}

static void
ended(struct out *o, enum section s, const void *what)
{
	static const struct format *const formats[SECTION_TOTAL] = {
	    [SECTION_EXCHANGES] = &format_list_exchanges,
	    [SECTION_SUBSCRIPTIONS] = &format_list_subscriptions,
	    [SECTION_NOTICES] = &format_list_notices,
	    [SECTION_SESSIONS] = &format_list_sessions,
	};

	if (formats[s] == o->format)
		list(o, s, what);
}

static void
end(struct out *o, const struct results *r)
{
	if (r != NULL)
		lines_tell(o->own, o->f);
	lines_free(o->own);
	o->own = NULL;
}

#define LIST(words)                                                                      \
	{                                                                                \
		.name = "list " words, .what = "a line for each of the " words,          \
		.begin = begin, .ended = ended, .end = end                               \
	}

const struct format format_list_exchanges = LIST("exchanges");
const struct format format_list_subscriptions = LIST("subscriptions");
const struct format format_list_notices = LIST("notices");
const struct format format_list_sessions = LIST("sessions");
