/* show_own - what the files of show share. */
#ifndef SRC_SHOW_OWN_H
#define SRC_SHOW_OWN_H

#include "src/output.h"

/* offset  name  value   meaning (source); the last two may be NULL. */
void show_line(struct out *o, const struct message *m, unsigned depth, const char *name,
               struct slice value, const char *meaning, const char *source);
/* The same, with what the registry of fields says. */
void show_field(struct out *o, const struct message *m, unsigned depth, const char *name,
                struct slice value);

void show_media(struct out *o, const struct message *m); /* SDP, MANSRTSP */
void show_subject(struct out *o, const struct message *m, struct slice value);

#endif
