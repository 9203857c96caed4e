#include "dissect/mansrtsp.h"

#include "tests/unit/test.h"

/* clang-format off */
#define S(lit)  {(const uint8_t *)(lit), sizeof(lit) - 1}
#define NOTHING {NULL, 0}
/* clang-format on */

static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	struct slice method, version, cseq;
	uint32_t status;
	bool lone_lf, ended;
} rows[] = {
    {"a command", S("PLAY RTSP/1.0\r\nCSeq: 2\r\nScale: 2\r\n\r\n"), DIS_OK, S("PLAY"),
     S("RTSP/1.0"), S("2"), 0, false, true},
    {"of 2011, lines with LF", S("PAUSE MANSRTSP/1.0\nCSeq:1\nPauseTime: now\n"), DIS_OK,
     S("PAUSE"), S("MANSRTSP/1.0"), S("1"), 0, true, false},
    {"no end at all", S("PLAY RTSP/1.0\r\ncseq : 7"), DIS_OK, S("PLAY"), S("RTSP/1.0"),
     S("7"), 0, false, false},
    {"with an URI", S("PLAY rtsp://h/1 RTSP/1.0\r\n\r\n"), DIS_OK, S("PLAY"),
     S("RTSP/1.0"), NOTHING, 0, false, true},
    {"an answer", S("RTSP/1.0 200 OK\r\nCSeq: 6\r\n\r\n"), DIS_OK, NOTHING, S("RTSP/1.0"),
     S("6"), 200, false, true},
    {"an answer without reason", S("MANSRTSP/1.0 404\r\n\r\n"), DIS_OK, NOTHING,
     S("MANSRTSP/1.0"), NOTHING, 404, false, true},
    {"a status that is none", S("RTSP/1.0 OK\r\n\r\n"), DIS_BAD, NOTHING, S("RTSP/1.0"),
     NOTHING, 0, false, true},
    {"no version", S("PLAY\r\n\r\n"), DIS_MORE, S("PLAY"), NOTHING, NOTHING, 0, false,
     true},
    {"another protocol", S("PLAY HTTP/1.1\r\n\r\n"), DIS_BAD, S("PLAY"), S("HTTP/1.1"),
     NOTHING, 0, false, true},
    {"two spaces", S("PLAY  RTSP/1.0\r\n\r\n"), DIS_BAD, S("PLAY"), S("RTSP/1.0"),
     NOTHING, 0, false, true},
    {"a line without colon", S("PLAY RTSP/1.0\r\nScale 2\r\n\r\n"), DIS_BAD, S("PLAY"),
     S("RTSP/1.0"), NOTHING, 0, false, true},
    {"nothing", NOTHING, DIS_MORE, NOTHING, NOTHING, NOTHING, 0, false, false},
};

static const struct {
	const char *what;
	struct slice in;
	enum dis dis;
	struct slice start, stop;
	bool negative;
} ranges[] = {
    {"from here", S("npt=now-"), DIS_OK, S("now"), NOTHING, false},
    {"from a second", S("npt=120.5-"), DIS_OK, S("120.5"), NOTHING, false},
    {"backwards", S("npt=600-120"), DIS_OK, S("600"), S("120"), false},
    {"hours", S("npt=1:00:00-"), DIS_OK, S("1:00:00"), NOTHING, false},
    {"before the beginning", S("npt=-5-"), DIS_OK, S("-5"), NOTHING, true},
    {"only where it stops", S("npt=-120"), DIS_OK, NOTHING, S("120"), false},
    {"no dash", S("npt=120"), DIS_MORE, S("120"), NOTHING, false},
    {"frames", S("smpte=0:10:20-"), DIS_OK, S("0:10:20"), NOTHING, false},
    {"frames of a kind", S("smpte-25=0:10:20:05-0:11:00"), DIS_OK, S("0:10:20:05"),
     S("0:11:00"), false},
    {"a clock", S("clock=20260105T010203Z-"), DIS_OK, S("20260105T010203Z"), NOTHING,
     false},
    {"a misspelt unit", S("ntp=now-"), DIS_BAD, S("now"), NOTHING, false},
    {"no unit", S("120-"), DIS_BAD, NOTHING, NOTHING, false},
    {"a word", S("npt=begin-"), DIS_BAD, S("begin"), NOTHING, false},
    {"a dash alone", S("npt=-"), DIS_BAD, NOTHING, NOTHING, false},
};

static const struct {
	struct slice in;
	bool number;
	int32_t value;
} scales[] = {
    {S("1"), true, 1000},      {S("0.25"), true, 250}, {S("-1.0"), true, -1000},
    {S("2."), true, 2000},     {S("0"), true, 0},      {S("1/2"), false, 0},
    {S("fast"), false, 0},     {S(""), false, 0},      {S("0.0625"), true, 62},
    {S("99999999"), false, 0},
};

static void
words(void)
{
	ok(strcmp(mansrtsp_method_meant(SLICE("PALY")), "PLAY") == 0, "PALY");
	ok(strcmp(mansrtsp_method_meant(SLICE("play")), "PLAY") == 0, "another case");
	ok(mansrtsp_method_meant(SLICE("PLAY")) == NULL, "PLAY is right");
	ok(mansrtsp_method_meant(SLICE("REWIND")) == NULL, "another word");
	ok(strcmp(mansrtsp_header_meant(SLICE("Scal")), "Scale") == 0, "Scal");
	ok(strcmp(mansrtsp_header_meant(SLICE("RTP_Info")), "RTP-Info") == 0, "RTP_Info");
	ok(mansrtsp_header_meant(SLICE("scale")) == NULL, "case does not count");
	ok(mansrtsp_header_meant(SLICE("Speed")) == NULL, "another header");
}

int
main(void)
{
	static struct mansrtsp m;
	struct mansrtsp_range r;
	char many[600];
	int32_t n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum dis dis = mansrtsp_dissect(rows[i].in, NULL, &m);

		ok(dis == rows[i].dis, "%s: the answer is %d", rows[i].what, (int)dis);
		ok(slice_eq(m.method, rows[i].method) &&
		       slice_eq(m.version, rows[i].version) && m.status == rows[i].status,
		   "%s: start line", rows[i].what);
		ok(slice_eq(mansrtsp_value(&m, MANSRTSP_CSEQ), rows[i].cseq), "%s: CSeq",
		   rows[i].what);
		ok(m.lone_lf == rows[i].lone_lf && m.ended == rows[i].ended, "%s: ends",
		   rows[i].what);
	}
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		ok(mansrtsp_range_dissect(ranges[i].in, NULL, &r) == ranges[i].dis,
		   "%s: the answer is %d", ranges[i].what, (int)r.dis);
		ok(slice_eq(r.start, ranges[i].start) &&
		       slice_eq(r.stop, ranges[i].stop) &&
		       r.negative == ranges[i].negative,
		   "%s: times", ranges[i].what);
	}
	for (i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		ok(mansrtsp_scale(scales[i].in, &n) == scales[i].number &&
		       (!scales[i].number || n == scales[i].value),
		   "Scale " SLICE_FMT, SLICE_ARG(scales[i].in));
	words();
	for (i = 0; i + 4 <= sizeof(many); i += 4)
		memcpy(many + i, "a:b\n", 4);
	ok(mansrtsp_dissect(slice_of(many, sizeof(many)), NULL, &m) == DIS_LIMIT &&
	       m.headers_total == MANSRTSP_HEADERS_MAX,
	   "too many headers");
	return done();
}
