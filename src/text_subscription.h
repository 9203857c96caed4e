/* text_subscription - subscriptions, alarms, snapshots, upgrades and uploads for a person: a line each. */
#ifndef SRC_TEXT_SUBSCRIPTION_H
#define SRC_TEXT_SUBSCRIPTION_H

#include "src/output.h"
#include "src/told.h"

struct gb_subscription;
struct gb_notice;

void text_subscription_ended(struct out *o, struct told *t,
                             const struct gb_subscription *s);
void text_notice_ended(struct out *o, struct told *t, const struct gb_notice *x);

/* Without indent or line end. */
void subscription_line(struct out *o, const struct gb_subscription *s);
void notice_line(struct out *o, const struct gb_notice *x);

#endif
