/* show - one message as a tree: each field with its offset, value, meaning and source, then its bytes. */
#ifndef SRC_SHOW_H
#define SRC_SHOW_H

#include "src/output.h"

bool show_wanted(const struct message *m, uint64_t frame);
void show_message(struct out *o, const struct message *m, const struct place *p);

/* Is there such a device? If not, *e says so, and names those that are like it. */
bool show_device_known(const struct tracker *t, const char *id, struct err *e);

#endif
