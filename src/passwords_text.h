/* passwords_text - the passwords file: from a path to bytes, from bytes to lines.
 * Inside of src/passwords.c; others want src/passwords.h. */
#ifndef SRC_PASSWORDS_TEXT_H
#define SRC_PASSWORDS_TEXT_H

#include "src/passwords.h"

struct password_text {
	uint8_t *
	    bytes; /* malloc'd, of somebody who cleanses them; rewritten in place, never longer */
	size_t n;
	struct password *lines; /* malloc'd; they point into bytes */
	size_t total;
};

/* Fills lines from bytes. 0, or -1 and *e without the line's text. */
int password_text_read(struct password_text *t, const char *name, struct err *e);
/* All bytes of a file, malloc'd: the caller cleanses. 0, or -1 and *e. */
int password_file_read(const char *file, bool strict, uint8_t **bytes, size_t *n,
                       struct err *e, char warning[256]);
/* No core dump, no debugger: a password is in memory. */
void password_process_close(void);

#endif
