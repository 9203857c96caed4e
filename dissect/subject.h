/* subject - GB/T 28181's Subject of an INVITE: sender:stream number,receiver:stream number (2022 Annex L). */
#ifndef DISSECT_SUBJECT_H
#define DISSECT_SUBJECT_H

#include "dissect/dis.h"

enum { SUBJECT_STREAM_MAX = 20 }; /* characters of a stream number */

/* All slices point into the input; white space around them is dropped. */
struct subject {
	struct slice sender, sender_stream, receiver, receiver_stream;
	bool blanks; /* white space stands somewhere in it */
};

/* DIS_OK: four parts, none is empty, ids of 20 digits, stream numbers of at most 20 characters. DIS_MORE: not all
 * four parts are there. DIS_BAD: more than four, or one that is not as above. */
enum dis subject_dissect(struct slice in, struct arena *a, struct subject *out);

#endif
