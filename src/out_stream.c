/* Records of media streams: docs/report.schema.json. */
#include "src/member.h"
#include "src/out_record.h"
#include "src/sessions.h"

void
record_media(struct writer *w, const struct media_stream *s)
{
	member_number(&w->json, "id", s->id);
	member_number(&w->json, "dialog", s->dialog);
}
