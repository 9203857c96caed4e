/* subscriptions - what a SUBSCRIBE means in GB/T 28181's terms: who wants to know of what (Catalog, Alarm,
 * MobilePosition, PTZPosition), until when, what was told, and why it ended. GB/T 28181-2022 9.11, Annex N.
 *
 * A part of the tracker, fed with each message in its place; it judges nothing. */
#ifndef SRC_SUBSCRIPTIONS_H
#define SRC_SUBSCRIPTIONS_H

#include "src/tracker.h"

/* Memory: its own arena, until the next subscriptions_next. */
struct gb_subscription {
	uint32_t id;
	uint32_t dialog;
};

struct subscriptions;

struct subscriptions *subscriptions_new(struct limits *l, const struct hash_key *key);
/* A message that has its place. */
void subscriptions_feed(struct subscriptions *s, const struct message *m,
                        const struct place *p, int64_t now_ns);
/* Its dialog is over. */
void subscriptions_dialog_ended(struct subscriptions *s, const struct dialog *d);
/* What ended, oldest first; valid until the next call. NULL: no more. */
struct gb_subscription *subscriptions_next(struct subscriptions *s);
void subscriptions_free(struct subscriptions *s);

#endif
