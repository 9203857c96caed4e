/* dis - what every dissector answers. */
#ifndef DISSECT_DIS_H
#define DISSECT_DIS_H

#include "dissect/arena.h"
#include "dissect/slice.h"

enum dis {
	DIS_OK,
	DIS_MORE,  /* right so far, ends early; what was read is in *out */
	DIS_BAD,   /* breaks the grammar; what could be read is in *out */
	DIS_OTHER, /* not ours */
	DIS_LIMIT, /* a limit was reached; what was read until then is in *out */
};

#endif
