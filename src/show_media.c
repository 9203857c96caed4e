/* SDP, Subject and MANSRTSP in show: each line with its meaning. */
#include "src/show_own.h"

#include <stdio.h>

#include "dissect/subject.h"
#include "src/secret.h"

enum { DEPTH_LINE = 1, DEPTH_PART = 2 };

/* RFC 8866's letters by Wireshark's names, and GB/T 28181's two. */
static const struct {
	char type;
	const char *name;
} letters[] = {
    {'v', "sdp.version"},
    {'o', "sdp.owner"},
    {'s', "sdp.session_name"},
    {'i', "sdp.session_info"},
    {'u', "sdp.uri"},
    {'e', "sdp.email"},
    {'p', "sdp.phone"},
    {'c', "sdp.connection_info"},
    {'b', "sdp.bandwidth"},
    {'t', "sdp.time"},
    {'r', "sdp.repeat_time"},
    {'z', "sdp.timezone"},
    {'k', "sdp.encryption_key"},
    {'m', "sdp.media"},
    {'a', "sdp.media_attr"},
    {'y', "sdp.y"},
    {'f', "sdp.f"},
};

static const char *
letter_name(uint8_t type)
{
	size_t i;

	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if ((uint8_t)letters[i].type == type)
			return letters[i].name;
	return "sdp.unknown";
}

static void
part(struct out *o, const struct message *m, const char *name, struct slice value,
     const char *meaning)
{
	if (value.n != 0)
		show_line(o, m, DEPTH_PART, name, value, meaning, NULL);
}

/* Seconds since 1970, as all of GB/T 28181 counts; others count from 1900. */
static void
show_time(struct out *o, const struct message *m, struct slice value)
{
	struct sdp_time t;
	char text[TIME_TEXT];
	uint64_t max = (uint64_t)INT64_MAX / 1000000000;

	if (sdp_time_dissect(value, NULL, &t) != DIS_OK || !m->gb)
		return;
	if (t.start != 0 && t.start <= max)
		part(o, m, "start", t.start_text,
		     time_text((int64_t)t.start * 1000000000, 0, text));
	if (t.stop != 0 && t.stop <= max)
		part(o, m, "stop", t.stop_text,
		     time_text((int64_t)t.stop * 1000000000, 0, text));
}

static void
show_origin(struct out *o, const struct message *m, struct slice value)
{
	struct sdp_origin x;

	(void)sdp_origin_dissect(value, NULL, &x);
	part(o, m, "username", x.username, "who describes the session");
	part(o, m, "sess_id", x.sess_id, NULL);
	part(o, m, "sess_version", x.sess_version, NULL);
	part(o, m, "address", x.address, NULL);
}

static void
show_connection(struct out *o, const struct message *m, struct slice value)
{
	struct sdp_connection x;

	(void)sdp_connection_dissect(value, NULL, &x);
	part(o, m, "address", x.address, "where the media goes");
}

static void
show_medium(struct out *o, const struct message *m, struct slice value)
{
	struct sdp_media x;

	(void)sdp_media_dissect(value, NULL, &x);
	part(o, m, "media", x.media, NULL);
	part(o, m, "port", x.port_text, x.has_port && x.port == 0 ? "not wanted" : NULL);
	part(o, m, "ports", x.ports_text, "how many ports");
	part(o, m, "proto", x.proto,
	     slice_istarts(x.proto, SLICE("TCP")) ? "over TCP (RFC 4571)" : NULL);
	part(o, m, "formats", x.formats, "payload types, the preferred one first");
}

static void
show_y(struct out *o, const struct message *m, struct slice value)
{
	struct sdp_y x;
	char ssrc[32];

	if (sdp_y_dissect(value, NULL, &x) != DIS_OK)
		return;
	part(o, m, "kind", slice_head(value, 1), x.history ? "history" : "live");
	part(o, m, "domain", x.domain, "digits 4 to 8 of the SIP domain");
	part(o, m, "stream", x.stream, "number of the stream in the domain");
	(void)snprintf(ssrc, sizeof(ssrc), "%llu, 0x%08llX", (unsigned long long)x.ssrc,
	               (unsigned long long)x.ssrc);
	part(o, m, "SSRC", slice_str(ssrc), "of the RTP stream");
}

/* In pieces a secret is not known as one: what has one is told as a whole alone. */
static bool
has_secret(struct slice value)
{
	struct secret_span span;

	return secret_next(value, 0, &span);
}

static void
show_f(struct out *o, const struct message *m, struct slice value)
{
	struct sdp_f x;
	const char *meaning;
	int i;

	if (has_secret(value))
		return;
	(void)sdp_f_dissect(value, NULL, &x);
	for (i = 0; i < SDP_F_TOTAL; i++) {
		meaning = sdp_f_meaning((enum sdp_f_part)i, x.part[i]);
		part(o, m, sdp_f_name((enum sdp_f_part)i), x.part[i],
		     meaning != NULL ? meaning : "in no table");
	}
}

static void
show_attribute(struct out *o, const struct message *m, const struct sdp_line *l)
{
	static const struct {
		enum sdp_attr attr;
		const char *meaning;
	} rows[] = {
	    {SDP_RTPMAP, "payload type, encoding, clock rate"},
	    {SDP_FMTP, "parameters of a payload type"},
	    {SDP_SETUP, "who connects: active does, passive waits"},
	    {SDP_TCP_CONNECTION, "new, or one that is there"},
	    {SDP_DOWNLOADSPEED, "how many times as fast as it was recorded"},
	    {SDP_FILESIZE, "octets of the file"},
	    {SDP_SVCSPACE, "spatial layers of SVC"},
	    {SDP_SVCTIME, "temporal layers of SVC"},
	    {SDP_SSVCRATIO, "ratio of the layers of SSVC"},
	    {SDP_STREAMNUMBER, "0 main stream, 1 and more others"},
	    {SDP_STREAM, "a vendor's streamnumber"},
	    {SDP_STREAMPROFILE, "a vendor's streamnumber"},
	    {SDP_STREAMMODE, "a vendor's streamnumber"},
	};
	const char *meaning = NULL;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].attr == (enum sdp_attr)l->attr)
			meaning = rows[i].meaning;
	if (slice_ieq(l->name, SLICE("recvonly")))
		meaning = "the sender of this wants to receive";
	else if (slice_ieq(l->name, SLICE("sendonly")))
		meaning = "the sender of this sends the media";
	if (meaning == NULL)
		show_field(o, m, DEPTH_LINE, "sdp.media_attr", l->value);
	else
		show_line(o, m, DEPTH_LINE, "sdp.media_attr", l->value, meaning, NULL);
}

static void
show_sdp_line(struct out *o, const struct message *m, const struct sdp_line *l)
{
	if (l->type == 0) {
		show_line(o, m, DEPTH_LINE, "", l->text, "no line of SDP", "RFC 8866 5");
		return;
	}
	if (l->type == 'a') {
		show_attribute(o, m, l);
		return;
	}
	show_field(o, m, DEPTH_LINE, letter_name(l->type),
	           strcmp(letter_name(l->type), "sdp.unknown") == 0 ? l->text : l->value);
	switch (l->type) {
	case 'o':
		show_origin(o, m, l->value);
		break;
	case 'c':
		show_connection(o, m, l->value);
		break;
	case 't':
		show_time(o, m, l->value);
		break;
	case 'm':
		show_medium(o, m, l->value);
		break;
	case 'y':
		show_y(o, m, l->value);
		break;
	case 'f':
		show_f(o, m, l->value);
		break;
	default:
		break;
	}
}

static void
show_mansrtsp(struct out *o, const struct message *m)
{
	const struct mansrtsp *r = m->rtsp;
	char name[32];
	uint32_t i;

	show_field(o, m, DEPTH_LINE, "mansrtsp.start", r->start_line);
	for (i = 0; i < r->headers_total; i++) {
		const struct mansrtsp_header *h = &r->headers[i];

		if (h->id == MANSRTSP_OTHER) {
			show_line(o, m, DEPTH_LINE, "mansrtsp.header", h->line,
			          "not of GB/T 28181", NULL);
			continue;
		}
		(void)snprintf(name, sizeof(name), "mansrtsp.%s",
		               mansrtsp_hdr_name(h->id));
		show_field(o, m, DEPTH_LINE, name, h->value);
		if (h->id == MANSRTSP_RANGE && !has_secret(h->value)) {
			part(o, m, "unit", r->range.unit, NULL);
			part(o, m, "start", r->range.start, NULL);
			part(o, m, "stop", r->range.stop, NULL);
		}
	}
}

void
show_media(struct out *o, const struct message *m)
{
	uint32_t i;

	if (m->rtsp != NULL)
		show_mansrtsp(o, m);
	for (i = 0; m->sdp != NULL && i < m->sdp->lines_total; i++)
		show_sdp_line(o, m, &m->sdp->lines[i]);
	if (m->content_dis == DIS_LIMIT)
		(void)fputs("          ... and more than gbscope reads\n", o->f);
}

/* Only of GB/T 28181: a phone's Subject is a text. */
void
show_subject(struct out *o, const struct message *m, struct slice value)
{
	struct subject x;

	if (!m->gb || subject_dissect(value, NULL, &x) == DIS_MORE)
		return;
	show_field(o, m, DEPTH_PART, "gb28181.subject.sender", x.sender);
	show_field(o, m, DEPTH_PART, "gb28181.subject.sender_seq", x.sender_stream);
	show_field(o, m, DEPTH_PART, "gb28181.subject.receiver", x.receiver);
	show_field(o, m, DEPTH_PART, "gb28181.subject.receiver_seq", x.receiver_stream);
}
