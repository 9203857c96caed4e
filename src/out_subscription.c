/* Records of subscriptions: docs/report.schema.json. */
#include "src/member.h"
#include "src/out_record.h"
#include "src/subscriptions.h"

void
record_subscription(struct writer *w, const struct gb_subscription *s)
{
	member_number(&w->json, "id", s->id);
	member_number(&w->json, "dialog", s->dialog);
}
