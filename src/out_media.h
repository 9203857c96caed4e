/* out_media - SDP and MANSRTSP bodies for people and programs: fields of JSON, one line of text. */
#ifndef SRC_OUT_MEDIA_H
#define SRC_OUT_MEDIA_H

#include "src/emit.h"
#include "src/output.h"

/* Their decoded tree as JSON; null where there is nothing to decode. */
void media_emit(struct emit *j, const struct kept_body *b);
/* "Play, PS 96 RTP/AVP to 192.0.2.1:30000, y=0200000001 (SSRC 200000001)"; no end of line. */
void media_put(struct out *o, const struct kept_body *b);

#endif
