/* f=: GB/T 28181-2022 Annex G; in 2016 its Annex F. */
#include "dissect/sdp.h"

enum { FPS_MAX = 99, KBPS_MAX = 100000 };

/* Codes count from 1. */
static const char *const videos[] = {"MPEG-4", "H.264", "SVAC", "3GP", "H.265"};
static const char *const resolutions[] = {"QCIF", "CIF", "4CIF", "D1", "720P", "1080P/I"};
static const char *const rate_types[] = {"CBR", "VBR"};
static const char *const audios[] = {"G.711",   "G.723.1", "G.729",
                                     "G.722.1", "SVAC",    "AAC"};
static const char *const audio_rates[] = {
    "5.3 kbit/s",  "6.3 kbit/s",  "8 kbit/s",     "16 kbit/s",   "24 kbit/s",
    "32 kbit/s",   "48 kbit/s",   "64 kbit/s",    "12 kbit/s",   "80 kbit/s",
    "96 kbit/s",   "112 kbit/s",  "128 kbit/s",   "160 kbit/s",  "192 kbit/s",
    "224 kbit/s",  "256 kbit/s",  "288 kbit/s",   "320 kbit/s",  "10.8 kbit/s",
    "12.4 kbit/s", "14 kbit/s",   "15.6 kbit/s",  "17.2 kbit/s", "19.6 kbit/s",
    "21.2 kbit/s", "24.4 kbit/s", "23.05 kbit/s", "34 kbit/s",   "48.61 kbit/s"};
static const char *const samplings[] = {
    "8 kHz",  "14 kHz", "16 kHz",   "32 kHz",   "7 kHz",   "11 kHz",
    "12 kHz", "22 kHz", "24 kHz",   "44 kHz",   "48 kHz",  "64 kHz",
    "88 kHz", "96 kHz", "12.8 kHz", "25.6 kHz", "38.4 kHz"};

#define ROWS(t) (t), sizeof(t) / sizeof((t)[0])

static const struct {
	const char *name;
	const char *const *codes;
	uint32_t total; /* of codes; without codes: the greatest number */
} parts[SDP_F_TOTAL] = {
    [SDP_F_VIDEO] = {"video codec", ROWS(videos)},
    [SDP_F_RESOLUTION] = {"resolution", ROWS(resolutions)},
    [SDP_F_FPS] = {"frame rate", NULL, FPS_MAX},
    [SDP_F_RATE_TYPE] = {"rate type", ROWS(rate_types)},
    [SDP_F_KBPS] = {"video rate", NULL, KBPS_MAX},
    [SDP_F_AUDIO] = {"audio codec", ROWS(audios)},
    [SDP_F_AUDIO_RATE] = {"audio rate", ROWS(audio_rates)},
    [SDP_F_SAMPLING] = {"sampling rate", ROWS(samplings)},
};

const char *
sdp_f_name(enum sdp_f_part part)
{
	return parts[part].name;
}

/* Nine pieces between eight slashes; the sixth ends with the "a" of audio. */
enum dis
sdp_f_dissect(struct slice in, struct arena *a, struct sdp_f *out)
{
	struct slice rest = in, piece = SLICE_EMPTY;
	unsigned n, slashes = 0;
	size_t i;
	bool sound = true;

	(void)a; /* nothing to keep */

	*out = (struct sdp_f){.dis = DIS_BAD, .value = in};
	if (in.n == 0)
		return out->dis = DIS_MORE;
	for (i = 0; i < in.n; i++)
		slashes += in.p[i] == '/';
	for (n = 0; n < SDP_F_TOTAL + 1; n++) {
		size_t at = slice_index(rest, '/');
		bool last = at == rest.n;

		piece = slice_head(rest, at);
		rest = slice_tail(rest, at + 1);
		if (n == 0) {
			sound = slice_eq(piece, SLICE("v"));
		} else if (n == SDP_F_KBPS + 1) {
			if (piece.n != 0 && piece.p[piece.n - 1] == 'a')
				piece.n--;
			else
				sound = false;
		}
		if (n != 0)
			out->part[n - 1] = piece;
		if (last)
			break;
	}
	if (sound && slashes == SDP_F_TOTAL)
		out->dis = DIS_OK;
	return out->dis;
}

/* "1920x1080", either case of the x. */
static bool
is_size(struct slice code)
{
	struct slice w, h;
	uint32_t n;

	if (!slice_cut(code, 'x', &w, &h) && !slice_cut(code, 'X', &w, &h) &&
	    !slice_cut(code, '*', &w, &h))
		return false;
	return parse_u32(w, 65535, &n) && n != 0 && parse_u32(h, 65535, &n) && n != 0;
}

const char *
sdp_f_meaning(enum sdp_f_part part, struct slice code)
{
	uint32_t n;

	if (code.n == 0)
		return "";
	if (part == SDP_F_RESOLUTION && is_size(code))
		return "";
	if (!parse_u32(code, parts[part].total, &n))
		return NULL;
	if (parts[part].codes == NULL)
		return "";
	return n != 0 ? parts[part].codes[n - 1] : NULL;
}

bool
sdp_f_plausible(const struct sdp_f *f)
{
	/* By audio codec: first and last code of its rates, of its sampling rates. */
	static const struct {
		uint32_t rate_low, rate_high, sampling_low, sampling_high;
	} codecs[] = {{8, 8, 1, 1}, {1, 2, 1, 1}, {3, 3, 1, 1}, {4, 7, 2, 4}};
	uint32_t codec, rate, sampling;

	if (!parse_u32(f->part[SDP_F_AUDIO], sizeof(codecs) / sizeof(codecs[0]),
	               &codec) ||
	    codec == 0)
		return true;
	if (parse_u32(f->part[SDP_F_AUDIO_RATE], UINT32_MAX, &rate) &&
	    (rate < codecs[codec - 1].rate_low || rate > codecs[codec - 1].rate_high))
		return false;
	return !parse_u32(f->part[SDP_F_SAMPLING], UINT32_MAX, &sampling) ||
	       (sampling >= codecs[codec - 1].sampling_low &&
	        sampling <= codecs[codec - 1].sampling_high);
}
