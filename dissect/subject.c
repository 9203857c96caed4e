#include "dissect/subject.h"

#include "dissect/deviceid.h"

/* "id:stream"; false: no colon. */
static bool
half(struct slice in, struct slice *id, struct slice *stream)
{
	bool cut = slice_cut(in, ':', id, stream);

	if (!cut)
		*id = in;
	*id = slice_trim(*id);
	*stream = slice_trim(*stream);
	return cut;
}

static bool
is_stream(struct slice s)
{
	return s.n != 0 && s.n <= SUBJECT_STREAM_MAX && slice_index(s, ':') == s.n &&
	       slice_index(s, ',') == s.n;
}

enum dis
subject_dissect(struct slice in, struct arena *a, struct subject *out)
{
	struct slice left = in, right = SLICE_EMPTY;
	bool whole;
	size_t i;

	(void)a; /* nothing to keep */

	*out = (struct subject){.blanks = false};
	for (i = 0; i < in.n; i++)
		out->blanks = out->blanks || ascii_space(in.p[i]);
	whole = slice_cut(in, ',', &left, &right);
	whole = half(left, &out->sender, &out->sender_stream) && whole;
	whole = half(right, &out->receiver, &out->receiver_stream) && whole;
	if (!whole)
		return DIS_MORE;
	if (!deviceid_is20(out->sender) || !deviceid_is20(out->receiver) ||
	    !is_stream(out->sender_stream) || !is_stream(out->receiver_stream))
		return DIS_BAD;
	return DIS_OK;
}
