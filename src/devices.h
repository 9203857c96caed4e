/* devices - what is known of each device, platform and registering user. */
#ifndef SRC_DEVICES_H
#define SRC_DEVICES_H

#include "src/tracker.h"

struct devices;

struct devices *devices_new(struct limits *l, const struct hash_key *key);
/* Finds or makes it; NULL without an id, without memory or beyond the limit. */
struct device *devices_get(struct devices *d, struct slice id, const struct ref *ref);
struct device *devices_find(struct devices *d, struct slice id);
const struct device *devices_next(const struct devices *d, const struct device *after);
void device_address(struct device *d, const struct addr *a);
/* Replaces a text of it, if it is another one. */
void device_text(struct device *d, struct slice *field, struct slice text);
void devices_free(struct devices *d);

#endif
