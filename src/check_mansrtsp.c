/* INFO in a dialog of GB/T 28181: 2022 Annex B, and what the editions before had otherwise. */
#include "src/check.h"

#include <stdio.h>

enum { SCALE_ONE = 1000, SCALE_LOW = 250, SCALE_HIGH = 4000 };

static void
start(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct mansrtsp *r = m->rtsp;
	const char *meant = mansrtsp_method_meant(r->method), *detail = NULL;
	char text[64];

	if (r->start_dis == DIS_MORE)
		detail = "not whole";
	else if (r->start_dis != DIS_OK)
		detail = "no command and no answer";
	if (meant != NULL && r->method.n != 0) {
		(void)snprintf(text, sizeof(text), "written wrong, %s is meant", meant);
		detail = text;
	} else if (detail == NULL && r->method.n != 0 &&
	           !mansrtsp_method_known(r->method)) {
		detail = "a command that is not known";
	}
	if (detail != NULL)
		found(c, m, p, RULE_MANSRTSP_START, .field = SLICE("mansrtsp.start"),
		      VALUE(r->start_line), .line = 1,
		      ARGS({"detail", arena_keep(c->scratch, slice_str(detail))},
		           {"value", r->start_line}));
}

/* 2011 wrote MANSRTSP/1.0, the others RTSP/1.0. Where the edition is not known, the newer form is expected. */
static void
version(const struct checker *c, const struct message *m, const struct place *p)
{
	bool old = slice_istarts(m->rtsp->version, SLICE("MANSRTSP"));

	if (m->rtsp->start_dis != DIS_OK || old == (m->spoken == EDITION_2011))
		return;
	found(c, m, p, RULE_MANSRTSP_VERSION, .field = SLICE("mansrtsp.version"),
	      VALUE(m->rtsp->version),
	      EXPECTED(old ? SLICE("RTSP/1.0") : SLICE("MANSRTSP/1.0")), .line = 1,
	      ARGS({"value", m->rtsp->version},
	           {"expected", old ? SLICE("RTSP/1.0") : SLICE("MANSRTSP/1.0")},
	           {"edition", old ? SLICE("2014 and later") : SLICE("2011")}));
}

static void
headers(const struct checker *c, const struct message *m, const struct place *p)
{
	char text[64];
	uint32_t i;

	for (i = 0; i < m->rtsp->headers_total; i++) {
		const struct mansrtsp_header *h = &m->rtsp->headers[i];
		const char *meant = mansrtsp_header_meant(h->name);

		if (h->name.n == 0)
			(void)snprintf(text, sizeof(text), "no name and value");
		else if (meant != NULL)
			(void)snprintf(text, sizeof(text), "written wrong, %s is meant",
			               meant);
		else
			continue;
		found(c, m, p, RULE_MANSRTSP_HEADER, .field = SLICE("mansrtsp.header"),
		      VALUE(h->line), .line = i + 2,
		      ARGS({"detail", arena_keep(c->scratch, slice_str(text))},
		           {"value", h->line}));
	}
}

static uint32_t
line_of(const struct mansrtsp *r, enum mansrtsp_hdr h)
{
	return r->first[h] + 1;
}

static void
cseq(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice value = mansrtsp_value(m->rtsp, MANSRTSP_CSEQ);

	if (!slice_digits(value))
		found(c, m, p, RULE_MANSRTSP_CSEQ, .field = SLICE("mansrtsp.CSeq"),
		      .has_value = value.n != 0, .value = value);
}

static void
range(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct mansrtsp_range *r = &m->rtsp->range;
	struct slice value = mansrtsp_value(m->rtsp, MANSRTSP_RANGE);
	bool npt = slice_ieq(r->unit, SLICE("npt")),
	     smpte = slice_istarts(r->unit, SLICE("smpte")),
	     clock = slice_ieq(r->unit, SLICE("clock"));
	const char *detail = NULL;

	if (r->dis == DIS_OTHER)
		return;
	if (clock)
		detail = "dates are not of GB/T 28181";
	else if (!npt && !smpte)
		detail = "the unit is neither npt nor smpte";
	else if (r->negative)
		detail = "a time before the beginning";
	else if (r->dis == DIS_MORE)
		detail = "the dash behind the time is missing";
	else if (r->dis != DIS_OK)
		detail = "no times";
	if (detail != NULL)
		found(c, m, p, RULE_MANSRTSP_RANGE, .field = SLICE("mansrtsp.Range"),
		      VALUE(value), .line = line_of(m->rtsp, MANSRTSP_RANGE),
		      ARGS({"detail", slice_str(detail)}, {"value", value}));
}

/* What every recorder shall know, either way. */
static bool
is_usual(int32_t n)
{
	uint32_t scale = (uint32_t)(n < 0 ? -n : n);

	return scale == SCALE_LOW || scale == SCALE_ONE / 2 || scale == SCALE_ONE ||
	       scale == 2 * SCALE_ONE || scale == SCALE_HIGH;
}

static void
scale(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice value = mansrtsp_value(m->rtsp, MANSRTSP_SCALE);
	enum severity severity = SEVERITY_OFF;
	const char *detail = NULL;
	int32_t n = 0;

	if (m->rtsp->first[MANSRTSP_SCALE] == 0)
		return;
	if (!mansrtsp_scale(value, &n)) {
		detail = "no number";
	} else if (n == 0) {
		detail = "no speed";
	} else if (!is_usual(n)) {
		detail = "not every recorder has this speed";
		severity = SEVERITY_NOTE;
	}
	if (detail != NULL)
		found(c, m, p, RULE_MANSRTSP_SCALE, .severity = severity,
		      .field = SLICE("mansrtsp.Scale"), VALUE(value),
		      .line = line_of(m->rtsp, MANSRTSP_SCALE),
		      ARGS({"value", value}, {"detail", slice_str(detail)}));
	if (m->rtsp->first[MANSRTSP_RANGE] == 0 || m->spoken == EDITION_2011)
		return;
	/* Backwards only 2022 knows; where the edition is not known, it may be that one. */
	if (n < 0 && (m->spoken == EDITION_2022 || m->spoken == 0))
		return;
	found(c, m, p, RULE_MANSRTSP_SCALE_RANGE,
	      .severity = m->spoken == 0 ? SEVERITY_NOTE : SEVERITY_OFF,
	      .field = SLICE("mansrtsp.Scale"), VALUE(value),
	      .line = line_of(m->rtsp, MANSRTSP_SCALE),
	      ARGS({"scale", value}, {"range", mansrtsp_value(m->rtsp, MANSRTSP_RANGE)}));
}

static void
pause_time(const struct checker *c, const struct message *m, const struct place *p)
{
	struct slice value = mansrtsp_value(m->rtsp, MANSRTSP_PAUSE_TIME);
	bool there = m->rtsp->first[MANSRTSP_PAUSE_TIME] != 0;
	enum severity severity = SEVERITY_OFF;
	const char *detail = NULL;

	if (there && !slice_ieq(value, SLICE("now"))) {
		detail = "another value";
	} else if (!there && slice_eq(m->rtsp->method, SLICE("PAUSE")) &&
	           m->spoken != EDITION_2011) {
		detail = "PAUSE has none";
		severity = m->spoken == 0 ? SEVERITY_NOTE : SEVERITY_OFF;
	}
	if (detail != NULL)
		found(c, m, p, RULE_MANSRTSP_PAUSE, .severity = severity,
		      .field = SLICE("mansrtsp.PauseTime"), .has_value = there,
		      .value = value, EXPECTED(SLICE("now")),
		      ARGS({"detail", slice_str(detail)}));
}

static void
ends(const struct checker *c, const struct message *m, const struct place *p)
{
	const char *detail =
	    m->rtsp->lone_lf && !m->rtsp->ended
	        ? "lines end with LF alone, and the empty line at the end is missing"
	    : m->rtsp->lone_lf ? "lines end with LF alone"
	    : !m->rtsp->ended  ? "the empty line at the end is missing"
	                       : NULL;

	if (detail != NULL)
		found(c, m, p, RULE_MANSRTSP_END, ARGS({"detail", slice_str(detail)}));
}

/* An INFO, but not for playback. */
static void
type(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->request && m->method == METHOD_INFO && m->body.n != 0 &&
	    m->content_type.n != 0 &&
	    !slice_ieq(m->content_type, SLICE("application/mansrtsp")))
		found(c, m, p, RULE_INFO_TYPE, .field = SLICE("sip.Content-Type"),
		      VALUE(m->content_type), EXPECTED(SLICE("Application/MANSRTSP")),
		      ARGS({"value", m->content_type}));
}

void
check_mansrtsp(const struct checker *c, const struct message *m, const struct place *p)
{
	if (!p->dialog->gb)
		return;
	type(c, m, p);
	if (m->rtsp == NULL || !body_whole(m))
		return;
	start(c, m, p);
	version(c, m, p);
	headers(c, m, p);
	cseq(c, m, p);
	range(c, m, p);
	if (m->rtsp->status == 0) {
		scale(c, m, p);
		pause_time(c, m, p);
	}
	if (m->content_dis != DIS_LIMIT)
		ends(c, m, p);
}
