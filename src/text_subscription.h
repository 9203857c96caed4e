/* text_subscription - subscriptions, alarms, snapshots, upgrades and uploads for a person: a line each. */
#ifndef SRC_TEXT_SUBSCRIPTION_H
#define SRC_TEXT_SUBSCRIPTION_H

#include "src/output.h"

struct gb_subscription;
struct gb_notice;

enum { TEXT_LINES_TOLD = 40 };

/* Lines that are written behind other sections, the first ones that ended, in order of their first message. */
struct text_subscriptions {
	struct text_lines {
		struct text_line {
			char *text;
			int64_t time_ns;
			uint64_t frame;
		} lines[TEXT_LINES_TOLD];
		uint64_t total;
	} subscriptions, notices;
};

void text_subscriptions_ended(struct out *o, struct text_subscriptions *t, enum section s,
                              const void *what);
void text_subscriptions_put(struct out *o, struct text_subscriptions *t);
void text_subscriptions_free(struct text_subscriptions *t);

/* Without indent or line end. */
void subscription_line(struct out *o, const struct gb_subscription *s);
void notice_line(struct out *o, const struct gb_notice *x);

#endif
