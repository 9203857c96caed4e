/* out_media - SDP and MANSRTSP bodies as fields of JSON, and what sessions tell of them. */
#ifndef SRC_OUT_MEDIA_H
#define SRC_OUT_MEDIA_H

#include "src/emit.h"
#include "src/output.h"

/* Their decoded tree as JSON; null where there is nothing to decode. */
void media_emit(struct emit *j, const struct kept_body *b);
/* Members "y" and "f" of a value as it stands; null where it is empty. */
void media_y_emit(struct emit *j, struct slice value);
void media_f_emit(struct emit *j, struct slice value);
/* A t= of GB/T 28181, which counts from 1970, of at most 32 bits: "2026-01-05T04:00:00Z". Returns text. */
const char *media_time_text(uint64_t seconds, char text[TIME_TEXT]);

#endif
