/* tracker_call - how the tracker fills a dialog's struct call, and what of its INVITEs is kept. */
#ifndef SRC_TRACKER_CALL_H
#define SRC_TRACKER_CALL_H

#include "src/call.h"

/* A new request, in its dialog. */
void call_request(struct tracker *t, struct tx *x, const struct message *m,
                  struct place *p);
/* A copy of it; before the tracker counts it. */
void call_repeat(struct tracker *t, struct tx *x, const struct message *m,
                 struct place *p);
/* A response, repeats too. */
void call_answer(struct tracker *t, struct tx *x, const struct message *m,
                 struct place *p);
void call_ack(struct tx *x, const struct message *m); /* to a non-2xx */
/* An INVITE whose last final response has no ACK behind it, as far as was seen. */
bool call_unacknowledged(const struct tx *x);
void call_tx_ended(struct tx *x);
/* A further dialog of one INVITE, and its transaction. */
void call_fork(struct tracker *t, const struct dialog *of, struct dialog *d);
void call_fork_tx(const struct tx *x, struct tx *f);
/* A request fits no dialog: is it one of this dialog but for the caller's tag? */
bool call_half_fits(const struct dialog *d, const struct message *m);
/* Is it one of a dialog with another Call-ID? */
bool call_elsewhere(struct tracker *t, const struct message *m, struct place *p);
void call_release(struct tracker *t, struct dialog *d);

#endif
