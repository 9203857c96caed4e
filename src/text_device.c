/* Devices in the report for a person: a line for each, how it registered, its keep-alives, what it was asked. */
#include "src/text.h"

#include <stdio.h>

#include "src/devices.h"

void
text_registration(struct out *o, const struct device *d)
{
	char t[TIME_TEXT];

	if (!d->register_seen) {
		inked(o, INK_DIM, "no registration seen");
		return;
	}
	if (d->logout) {
		(void)fprintf(o->f, "logged out %s", clock_text(d->decided.time_ns, t));
	} else if (d->registered == 1) {
		const struct device_registration *r = device_registered(d);

		inked(o, INK_GOOD, "registered");
		(void)fprintf(o->f, " %s", clock_text(d->decided.time_ns, t));
		if (r != NULL && r->expired)
			inked(o, INK_WARN, " and ran out");
		if (d->status >= 300)
			(void)fprintf(o->f, " (then %u)", d->status);
	} else if (d->status != 0) {
		inked(o, INK_BAD, "not registered");
		(void)fprintf(o->f, " (%u at %s)", d->status,
		              clock_text(d->decided.time_ns, t));
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

void
text_devices(struct out *o, const struct results *r)
{
	const struct device *d = NULL;
	int width = 20;
	bool any = false;

	while ((d = tracker_device(r->tracker, d)) != NULL) {
		any |= worth_a_line(d);
		if (worth_a_line(d) && (int)d->id.n > width && d->id.n < 40)
			width = (int)d->id.n;
	}
	if (!any)
		return;
	inked(o, INK_BOLD, "\nDevices");
	(void)fputs("  (times are UTC)\n", o->f);
	for (d = NULL; (d = tracker_device(r->tracker, d)) != NULL;) {
		int pad;

		if (!worth_a_line(d))
			continue;
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
}
