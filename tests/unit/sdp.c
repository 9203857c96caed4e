#include "dissect/sdp.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)  {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING {NULL, 0}
/* clang-format on */

static const char play[] = "v=0\r\n"
                           "o=34020000002000000001 0 0 IN IP4 192.0.2.1\r\n"
                           "s=Play\r\n"
                           "c=IN IP4 192.0.2.1\r\n"
                           "t=0 0\r\n"
                           "m=video 30000 TCP/RTP/AVP 96 98\r\n"
                           "a=recvonly\r\n"
                           "a=rtpmap:96 PS/90000\r\n"
                           "a=rtpmap:98 H264/90000\r\n"
                           "a=setup:passive\r\n"
                           "a=FileSzie:0\r\n"
                           "y=0200000001\r\n"
                           "f=v/2/5/25/1/4000a/1/8/1\r\n"
                           "m=audio 30002/2 RTP/AVP 8\n"
                           "c=IN IP4 192.0.2.9\n"
                           "what is this\n"
                           "y=1200000002";

static void
whole(struct arena *a)
{
	struct sdp s;

	ok(sdp_dissect(slice_str(play), a, &s) == DIS_BAD, "one line is none");
	ok(s.lines_total == 17 && s.levels_total == 3, "17 lines, two media");
	ok(s.origin.dis == DIS_OK &&
	       slice_eq(s.origin.username, SLICE("34020000002000000001")),
	   "o=");
	ok(slice_eq(sdp_value(&s, 's'), SLICE("Play")), "s=");
	ok(s.time.dis == DIS_OK && s.time.start == 0, "t=");
	ok(s.levels[1].m.dis == DIS_OK && s.levels[1].m.port == 30000, "m=");
	ok(slice_eq(s.levels[1].m.formats, SLICE("96 98")), "its formats");
	ok(s.levels[2].m.has_ports && s.levels[2].m.ports == 2, "a number of ports");
	ok(slice_eq(sdp_connection_of(&s, 1)->address, SLICE("192.0.2.1")),
	   "the session's c=");
	ok(slice_eq(sdp_connection_of(&s, 2)->address, SLICE("192.0.2.9")), "its own c=");
	ok(slice_eq(sdp_attr_of(&s, 1, SDP_DIRECTION)->name, SLICE("recvonly")),
	   "direction");
	ok(sdp_attr_of(&s, 2, SDP_DIRECTION) == NULL, "no direction of the other");
	ok(s.levels[1].times[SDP_RTPMAP] == 2, "two maps");
	ok(slice_eq(sdp_attr(&s, 1, SDP_FILESIZE)->rest, SLICE("0")), "a known typo");
	ok(sdp_y_first(&s)->dis == DIS_OK && sdp_y_first(&s)->ssrc == 200000001 &&
	       !sdp_y_first(&s)->history,
	   "y=");
	ok(s.levels[2].y.history && slice_eq(s.levels[2].y.domain, SLICE("20000")) &&
	       slice_eq(s.levels[2].y.stream, SLICE("0002")),
	   "the other y=, without a line's end");
	ok(sdp_f_first(&s)->dis == DIS_OK, "f=");
	ok(s.lines[0].end == SDP_END_CRLF && s.lines[13].end == SDP_END_LF &&
	       s.lines[16].end == SDP_END_NONE,
	   "ends of lines");
	ok(s.lines[15].type == 0 && slice_eq(s.lines[15].text, SLICE("what is this")),
	   "what is no line is kept");
}

static void
bounds(struct arena *a)
{
	static char many[3 * (SDP_LINES_MAX + 10)];
	struct sdp s;
	size_t i;

	ok(sdp_dissect(SLICE_EMPTY, a, &s) == DIS_MORE, "nothing");
	ok(s.lines_total == 0 && sdp_y_first(&s)->dis == DIS_OTHER, "has no y=");
	for (i = 0; i < sizeof(many); i += 3)
		memcpy(many + i, "a=\n", 3);
	ok(sdp_dissect(slice_of(many, sizeof(many)), a, &s) == DIS_LIMIT &&
	       s.lines_total == SDP_LINES_MAX,
	   "too many lines");
	for (i = 0; i < sizeof(many); i += 3)
		memcpy(many + i, "m=\n", 3);
	ok(sdp_dissect(slice_of(many, 3 * (SDP_MEDIA_MAX + 1)), a, &s) == DIS_LIMIT &&
	       s.levels_total == SDP_MEDIA_MAX + 1 && s.lines_total == SDP_MEDIA_MAX,
	   "too many media");
	ok(sdp_dissect(slice_of(many, 3 * SDP_MEDIA_MAX), a, &s) == DIS_OK,
	   "as many as may be");
}

static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
} origins[] =
    {
        {"an origin", S("- 1 2 IN IP4 h"), DIS_OK},
        {"two spaces", S("- 1  2 IN IP4 h"), DIS_BAD},
        {"a space at the end", S("- 1 2 IN IP4 h "), DIS_BAD},
        {"a version that is no number", S("- 1 x IN IP4 h"), DIS_BAD},
        {"no address", S("- 1 2 IN IP4 "), DIS_MORE},
        {"seven fields", S("- 1 2 IN IP4 h h"), DIS_BAD},
},
  connections[] =
      {
          {"a connection", S("IN IP4 192.0.2.1"), DIS_OK},
          {"multicast", S("IN IP4 224.2.1.1/127/3"), DIS_OK},
          {"nothing behind the type", S("IN IP4 "), DIS_MORE},
          {"one field too many", S("IN IP4 a b"), DIS_BAD},
},
  times[] =
      {
          {"no time", S("0 0"), DIS_OK},
          {"times", S("1793462400 1793466000"), DIS_OK},
          {"one time", S("0"), DIS_MORE},
          {"a word", S("0 now"), DIS_BAD},
          {"too great a time", S("99999999999999999999 0"), DIS_BAD},
          {"three times", S("0 0 0"), DIS_BAD},
},
  media[] =
      {
          {"a medium", S("video 30000 RTP/AVP 96"), DIS_OK},
          {"two ports", S("video 30000/2 RTP/AVP 96"), DIS_OK},
          {"the greatest port", S("video 65535 RTP/AVP 96"), DIS_OK},
          {"a port beyond it", S("video 65536 RTP/AVP 96"), DIS_BAD},
          {"a negative port", S("video -1 RTP/AVP 96"), DIS_BAD},
          {"no format", S("video 30000 RTP/AVP"), DIS_MORE},
          {"no ports", S("video 30000/0 RTP/AVP 96"), DIS_BAD},
          {"a tab", S("video 30000\tRTP/AVP 96"), DIS_BAD},
},
  maps[] =
      {
          {"a map", S("96 PS/90000"), DIS_OK},
          {"channels", S("97 L16/44100/2"), DIS_OK},
          {"a type beyond 127", S("128 PS/90000"), DIS_BAD},
          {"no clock", S("96 PS"), DIS_MORE},
          {"a clock that is no number", S("96 PS/x"), DIS_BAD},
          {"a clock of 0", S("96 PS/0"), DIS_BAD},
          {"no encoding", S("96 /90000"), DIS_BAD},
          {"one word too many", S("96 PS/90000 x"), DIS_BAD},
},
  ys[] =
      {
          {"live", S("0200000001"), DIS_OK},
          {"history", S("1200000001"), DIS_OK},
          {"neither", S("2200000001"), DIS_BAD},
          {"nine digits", S("020000001"), DIS_BAD},
          {"a word", S("null"), DIS_BAD},
          {"no y", S(""), DIS_MORE},
          {"a blank behind", S("0200000001 "), DIS_BAD},
},
  fs[] = {
      {"video and audio", S("v/2/5/25/1/4000a/1/8/1"), DIS_OK},
      {"video only", S("v/2/5/25/1/4000a///"), DIS_OK},
      {"audio only", S("v/////a/1/8/1"), DIS_OK},
      {"nothing in it", S("v/////a///"), DIS_OK},
      {"a size", S("v/2/1920x1080/25/1/4000a///"), DIS_OK},
      {"a slash too few", S("v/2/5/25/1/4000a//"), DIS_BAD},
      {"a slash too many", S("v/2/5/25/1/4000a////"), DIS_BAD},
      {"no audio", S("v/2/5/25/1/4000///"), DIS_BAD},
      {"no video", S("a/1/8/1"), DIS_BAD},
      {"a slash before the a", S("v/2/5/25/1/4000/a/1/8/1"), DIS_BAD},
      {"no f", S(""), DIS_MORE},
};

#define EACH(rows, type, dissect)                                                        \
	do {                                                                             \
		struct type x;                                                           \
		size_t i;                                                                \
                                                                                         \
		for (i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                   \
			ok(dissect((rows)[i].in, NULL, &x) == (rows)[i].dis, "%s",       \
			   (rows)[i].what);                                              \
	} while (0)

static const struct {
	enum sdp_f_part part;
	struct slice code;
	const char *meaning;
} codes[] = {
    {SDP_F_VIDEO, S("2"), "H.264"},
    {SDP_F_VIDEO, S("5"), "H.265"},
    {SDP_F_VIDEO, S("6"), NULL},
    {SDP_F_VIDEO, S("0"), NULL},
    {SDP_F_VIDEO, S("H264"), NULL},
    {SDP_F_RESOLUTION, S("6"), "1080P/I"},
    {SDP_F_RESOLUTION, S("1920x1080"), ""},
    {SDP_F_RESOLUTION, S("x1080"), NULL},
    {SDP_F_FPS, S("99"), ""},
    {SDP_F_FPS, S("100"), NULL},
    {SDP_F_KBPS, S("100000"), ""},
    {SDP_F_KBPS, S("100001"), NULL},
    {SDP_F_AUDIO, NOTHING, ""},
    {SDP_F_AUDIO_RATE, S("30"), "48.61 kbit/s"},
    {SDP_F_SAMPLING, S("17"), "38.4 kHz"},
    {SDP_F_SAMPLING, S("18"), NULL},
};

static void
meanings(void)
{
	struct sdp_f f;
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const char *t = sdp_f_meaning(codes[i].part, codes[i].code);

		ok(codes[i].meaning ? t != NULL && strcmp(t, codes[i].meaning) == 0
		                    : t == NULL,
		   "%s " SLICE_FMT, sdp_f_name(codes[i].part), SLICE_ARG(codes[i].code));
	}
	(void)sdp_f_dissect(SLICE("v/////a/1/8/1"), NULL, &f);
	ok(sdp_f_plausible(&f), "G.711 with 64 kbit/s and 8 kHz");
	(void)sdp_f_dissect(SLICE("v/////a/1/3/1"), NULL, &f);
	ok(!sdp_f_plausible(&f), "G.711 with 8 kbit/s");
	(void)sdp_f_dissect(SLICE("v/////a/4/4/1"), NULL, &f);
	ok(!sdp_f_plausible(&f), "G.722.1 with 8 kHz");
	(void)sdp_f_dissect(SLICE("v/////a/6/13/10"), NULL, &f);
	ok(sdp_f_plausible(&f), "AAC goes with all");
}

int
main(void)
{
	struct arena a;

	arena_init(&a, 0);
	whole(&a);
	bounds(&a);
	arena_free(&a);
	EACH(origins, sdp_origin, sdp_origin_dissect);
	EACH(connections, sdp_connection, sdp_connection_dissect);
	EACH(times, sdp_time, sdp_time_dissect);
	EACH(media, sdp_media, sdp_media_dissect);
	EACH(maps, sdp_rtpmap, sdp_rtpmap_dissect);
	EACH(ys, sdp_y, sdp_y_dissect);
	EACH(fs, sdp_f, sdp_f_dissect);
	meanings();
	return done();
}
