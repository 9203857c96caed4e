/* Devices in the report for a person: a line for each, how it registered, its keep-alives, what it was asked. */
#include "src/text.h"

#include <stdio.h>

#include "src/devices.h"
#include "src/told.h"

void
text_registration(struct out *o, const struct device *d)
{
	char t[TIME_TEXT];

	if (!d->register_seen) {
		inked(o, INK_DIM, "no registration seen");
		return;
	}
	if (d->logout) {
		(void)fprintf(o->f, "logged out %s", text_time(o, d->decided.time_ns, t));
	} else if (d->registered == 1) {
		const struct device_registration *r = device_registered(d);

		inked(o, INK_GOOD, "registered");
		(void)fprintf(o->f, " %s", text_time(o, d->decided.time_ns, t));
		if (r != NULL && r->expired)
			inked(o, INK_WARN, " and ran out");
		if (d->status >= 300)
			(void)fprintf(o->f, " (then %u)", d->status);
	} else if (d->status != 0) {
		inked(o, INK_BAD, "not registered");
		(void)fprintf(o->f, " (%u at %s)", d->status,
		              text_time(o, d->decided.time_ns, t));
	} else {
		inked(o, INK_BAD, "not registered");
		(void)fputs(" (no answer)", o->f);
	}
	(void)fputs("  ", o->f);
	if (!d->auth_seen && d->registration_scheme.n != 0) {
		(void)fputs("with certificates (", o->f);
		tty_put(o, d->registration_scheme);
		(void)fputs("), not verifiable without keys", o->f);
		return;
	}
	if (!d->auth_seen) {
		(void)fputs(d->registered == 1 ? "never challenged" : "no credentials",
		            o->f);
		return;
	}
	inked(o,
	      d->verdict == AUTH_VERIFIED   ? INK_GOOD
	      : d->verdict == AUTH_MISMATCH ? INK_BAD
	                                    : INK_WARN,
	      d->verdict == AUTH_NO_PASSWORD ? "no password known"
	                                     : auth_verdict_name(d->verdict));
	(void)fputs(" (", o->f);
	tty_put(o, d->algorithm);
	(void)fputs(", ", o->f);
	if (d->qop.n != 0)
		tty_put(o, d->qop);
	else
		(void)fputs("no qop", o->f);
	(void)fputc(')', o->f);
	if (d->verdict != AUTH_VERIFIED && d->verdict != AUTH_NO_PASSWORD &&
	    d->why.n != 0) {
		(void)fputs(": ", o->f);
		tty_put(o, d->why);
	}
}

static void
query(struct out *o, const struct device *d)
{
	if (d->query.n == 0)
		return;
	(void)fputs("  ", o->f);
	tty_put(o, d->query);
	switch (d->query_outcome) {
	case EXCHANGE_COMPLETE:
		(void)fputs(" answered", o->f);
		if (d->query_sum != 0)
			(void)fprintf(o->f, " (%llu of %llu)",
			              (unsigned long long)d->query_received,
			              (unsigned long long)d->query_sum);
		break;
	case EXCHANGE_INCOMPLETE:
		inked(o, INK_BAD, " answered in part");
		(void)fprintf(o->f, " (%llu of %llu)",
		              (unsigned long long)d->query_received,
		              (unsigned long long)d->query_sum);
		break;
	default:
		if (d->query_status != 0) {
			inked(o, INK_BAD, " refused");
			(void)fprintf(o->f, " (%u)", d->query_status);
		} else {
			inked(o, INK_WARN, " asked, not answered");
		}
		break;
	}
	if (d->queries > 1) {
		(void)fputs(", ", o->f);
		(void)fprintf(o->f, "one of %llu queries",
		              (unsigned long long)d->queries);
	}
}

void
text_keepalives(struct out *o, const struct device *d)
{
	if (d->keepalives == 0)
		return;
	(void)fputs("  ", o->f);
	count_put(o, d->keepalives_all, "keep-alive");
	if (d->moves != 0) {
		ink(o, INK_WARN);
		(void)fputs(", moved ", o->f);
		count_put(o, d->moves, "time");
		ink(o, INK_PLAIN);
	}
	if (d->keepalives_lost != 0) {
		ink(o, INK_WARN);
		(void)fprintf(o->f, ", %llu lost",
		              (unsigned long long)d->keepalives_lost);
		ink(o, INK_PLAIN);
	}
	if (d->keepalives_unanswered != 0) {
		ink(o, INK_WARN);
		(void)fprintf(o->f, ", %llu unanswered",
		              (unsigned long long)d->keepalives_unanswered);
		ink(o, INK_PLAIN);
	}
	if (d->keepalives_refused != 0) {
		ink(o, INK_BAD);
		(void)fprintf(o->f, ", %llu refused",
		              (unsigned long long)d->keepalives_refused);
		ink(o, INK_PLAIN);
	}
}

/* Channels that are only called are in the JSON. */
static bool
worth_a_line(const struct device *d)
{
	return d->register_seen || d->keepalives != 0 || d->queries != 0;
}

static bool
in_trouble(const struct device *d)
{
	const struct device_registration *r = device_registered(d);

	return (d->register_seen && d->registered != 1 && !d->logout) ||
	       (r != NULL && r->expired) ||
	       (d->auth_seen && d->verdict == AUTH_MISMATCH) || d->keepalives_lost != 0 ||
	       d->keepalives_refused != 0 || d->keepalives_unanswered != 0 ||
	       (d->query.n != 0 && d->query_outcome != EXCHANGE_COMPLETE);
}

static void
device(struct out *o, const struct device *d, int width)
{
	int pad;

	(void)fputs("  ", o->f);
	tty_put(o, d->id);
	for (pad = (int)d->id.n; pad < width; pad++)
		(void)fputc(' ', o->f);
	(void)fputs("  ", o->f);
	text_registration(o, d);
	text_keepalives(o, d);
	query(o, d);
	(void)fputc('\n', o->f);
	arena_reset(&o->scratch);
}

/* In order of their first frames; of very many those in trouble, and some of the others. */
void
text_devices(struct out *o, const struct results *r)
{
	const struct device *d = NULL;
	struct told t = {.total = 0};
	int width = 20;
	int64_t order = 0;
	uint64_t registered = 0;
	FILE *f = o->f;

	while ((d = tracker_device(r->tracker, d)) != NULL)
		if (worth_a_line(d) && (int)d->id.n > width && d->id.n < 40)
			width = (int)d->id.n;
	while ((d = tracker_device(r->tracker, d)) != NULL) {
		if (!worth_a_line(d))
			continue;
		registered += d->registered == 1;
		o->f = told_begin(&t, in_trouble(d), order++, 0);
		if (o->f != NULL) {
			device(o, d, width);
			told_done(&t, o->f);
		}
		o->f = f;
	}
	if (t.total == 0)
		return;
	inked(o, INK_BOLD, "\nDevices");
	(void)fputs("  (times are UTC)", o->f);
	if (told_more(&t) != 0)
		(void)fprintf(o->f, "  %llu, %llu of them registered",
		              (unsigned long long)t.total,
		              (unsigned long long)registered);
	(void)fputc('\n', o->f);
	told_put(&t, o->f);
	if (told_more(&t) != 0)
		(void)fprintf(
		    o->f, "  ... and %llu more; 'gbscope list devices' has them all\n",
		    (unsigned long long)told_more(&t));
	told_free(&t);
}
