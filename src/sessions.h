/* sessions - what an INVITE means in GB/T 28181's terms: play, playback, download, talk or broadcast; who asked whom
 * for which channel, what was agreed on, how it was controlled, who ended it and why. GB/T 28181-2022 9.2, 9.8, 9.9, 9.12.
 *
 * A part of the tracker, fed with each message in its place; it judges nothing. */
#ifndef SRC_SESSIONS_H
#define SRC_SESSIONS_H

#include "src/tracker.h"

/* Memory: its own arena, until the next sessions_next. */
struct gb_session {
	uint32_t id;
	uint32_t dialog;
};

/* What came of one stream of RTP that a session agreed on. */
struct media_stream {
	uint32_t id;
	uint32_t dialog;
};

struct sessions;

struct sessions *sessions_new(struct limits *l, const struct hash_key *key);
/* A message that has its place. */
void sessions_feed(struct sessions *s, const struct message *m, const struct place *p,
                   int64_t now_ns);
/* Its dialog is over. */
void sessions_dialog_ended(struct sessions *s, const struct dialog *d);
/* What ended, oldest first; valid until the next call. NULL: no more. */
struct gb_session *sessions_next(struct sessions *s);
void sessions_free(struct sessions *s);

#endif
