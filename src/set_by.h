/* set_by - where a setting comes from. */
#ifndef SRC_SET_BY_H
#define SRC_SET_BY_H

#include <stdio.h>

struct set_by {
	const char *file; /* or "command line"; NULL: nobody set it */
	unsigned line;    /* 0: none */
};

enum { SET_BY_TEXT = 256 };

/* "gbscope.conf:7" */
static inline const char *
set_by_text(const struct set_by *o, char text[SET_BY_TEXT])
{
	if (o->file == NULL)
		return "default";
	if (o->line == 0)
		return o->file;
	(void)snprintf(text, SET_BY_TEXT, "%.200s:%u", o->file, o->line);
	return text;
}

#endif
