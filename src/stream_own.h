/* stream_own - what the two halves of stream share: order (stream.c), messages (stream_deliver.c). */
#ifndef SRC_STREAM_OWN_H
#define SRC_STREAM_OWN_H

#include "src/stream.h"

void stream_drop_residue(struct stream *s);
/* Nothing in it can be read: it is of that kind. */
void stream_mute(struct stream *s, enum stream_kind kind);
/* The next octets in order. Returns whether records point into them afterwards. */
bool stream_deliver(struct stream *s, struct slice bytes,
                    const struct piece_source *source, bool differs,
                    struct stream_context *c);
/* So many octets will not come, and what was unfinished before them has been ended. */
void stream_lost(struct stream *s, uint64_t missing);
/* Ends what is unfinished, for the reason given (enum record_fault). */
void stream_finish(struct stream *s, unsigned fault, struct stream_context *c);

#endif
