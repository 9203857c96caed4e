/* text_session - the sessions of media for a person: the section of the text report, the lines of `list sessions`. */
#ifndef SRC_TEXT_SESSION_H
#define SRC_TEXT_SESSION_H

#include "src/sessions.h"
#include "src/text.h"

const struct ref *session_began(const struct gb_session *x);
bool session_in_trouble(const struct gb_session *x);
/* One session, a line, without its time; detail: and further lines below it, of its media and what went on in it. */
void session_put(struct out *o, const struct gb_session *x);
void session_detail_put(struct out *o, const struct gb_session *x);

#endif
