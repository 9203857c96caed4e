/* secret - what must not be written of a capture: each place becomes <N octets>. docs/architecture.md. */
#ifndef SRC_SECRET_H
#define SRC_SECRET_H

#include "dissect/arena.h"
#include "dissect/slice.h"

/* A span to hide. */
struct secret_span {
	size_t at, n;
};

/* The next secret at or after `from` in a text (a header line, a URI, XML, a whole message): the value of
 * response= and rspauth=, Basic credentials, the text of Password elements, passwords in sip URIs and the
 * user information of other URLs. False: none. Linear over repeated calls. */
bool secret_next(struct slice text, size_t from, struct secret_span *out);
/* The text itself if there is none; else a copy in the arena (empty if that is full). */
struct slice secret_mask(struct slice text, struct arena *a);
/* Its first octets, max at most. What is cut within a secret is cut before it: of a part nobody could tell what it is. */
struct slice secret_head(struct slice text, size_t max);

#endif
