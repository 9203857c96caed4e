/* text - what the parts of the report for a person share: src/out_text.c, src/text_*.c. */
#ifndef SRC_TEXT_H
#define SRC_TEXT_H

#include "src/output.h"

enum ink { INK_PLAIN, INK_BOLD, INK_GOOD, INK_BAD, INK_WARN, INK_DIM };

void ink(struct out *o, enum ink i);
void inked(struct out *o, enum ink i, const char *s);
/* hh:mm:ss; with the date where that is not the day of the first frame. */
const char *text_time(struct out *o, int64_t ns, char text[TIME_TEXT]);
/* "12", and where there are several captures "call.pcap:12" */
void text_place(struct out *o, uint32_t capture, uint64_t frame);
/* src/text_failures.c */
void text_failures(struct out *o, const struct results *r);

/* text_device.c */
void text_devices(struct out *o, const struct results *r); /* the section of the report */
void text_registration(struct out *o, const struct device *d); /* how it stands */
void text_keepalives(struct out *o, const struct device *d);

#endif
