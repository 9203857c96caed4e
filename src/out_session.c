/* Records of sessions: docs/report.schema.json. */
#include "src/member.h"
#include "src/out_record.h"
#include "src/sessions.h"

void
record_session(struct writer *w, const struct gb_session *s)
{
	member_number(&w->json, "id", s->id);
	member_number(&w->json, "dialog", s->dialog);
}
