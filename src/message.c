#include "src/message.h"

#include "dissect/deviceid.h"

static const struct {
	const char *name;
	enum method method;
} methods[] = {
    {"REGISTER", METHOD_REGISTER},
    {"INVITE", METHOD_INVITE},
    {"ACK", METHOD_ACK},
    {"BYE", METHOD_BYE},
    {"CANCEL", METHOD_CANCEL},
    {"OPTIONS", METHOD_OPTIONS},
    {"INFO", METHOD_INFO},
    {"MESSAGE", METHOD_MESSAGE},
    {"SUBSCRIBE", METHOD_SUBSCRIBE},
    {"NOTIFY", METHOD_NOTIFY},
    {"PRACK", METHOD_PRACK},
    {"UPDATE", METHOD_UPDATE},
    {"REFER", METHOD_REFER},
    {"PUBLISH", METHOD_PUBLISH},
};

enum method
method_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (slice_eq(name, slice_str(methods[i].name)))
			return methods[i].method;
	return METHOD_OTHER;
}

enum content
content_find(struct slice type)
{
	if (slice_ieq(type, SLICE("application/sdp")))
		return CONTENT_SDP;
	/* The second name is no standard's, but some stacks': the start line is the same. */
	if (slice_ieq(type, SLICE("application/mansrtsp")) ||
	    slice_ieq(type, SLICE("application/rtsp")))
		return CONTENT_MANSRTSP;
	return CONTENT_OTHER;
}

static void
party_read(const struct sip *s, enum sip_hdr id, struct party *p)
{
	const struct sip_header *h = sip_find(s, id, 0);
	struct sip_param tag;

	*p = (struct party){.dis = DIS_OTHER, .uri_dis = DIS_OTHER};
	if (h == NULL)
		return;
	p->there = true;
	p->dis = sip_addr_dissect(h->value, NULL, &p->addr);
	p->uri_dis = sip_uri_dissect(p->addr.uri, NULL, &p->uri);
	if (sip_param_find(p->addr.params, SLICE("tag"), &tag)) {
		p->has_tag = true;
		p->tag = tag.value;
	}
}

static void
via_read(struct message *m)
{
	const struct sip_header *h;
	struct slice rest, value;
	unsigned i;

	m->via_dis = DIS_OTHER;
	for (i = 0; (h = sip_find(&m->sip, SIP_VIA, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			if (m->vias++ != 0)
				continue;
			m->via_value = slice_trim(value);
			m->via_dis = sip_via_dissect(value, NULL, &m->via);
		}
	}
}

static uint8_t
edition_of(const struct sip *s)
{
	static const struct {
		const char *version;
		uint8_t edition;
	} editions[] = {
	    {"1.0", EDITION_2011},
	    {"1.1", EDITION_2014},
	    {"2.0", EDITION_2016},
	    {"3.0", EDITION_2022},
	};
	const struct sip_header *h = sip_find(s, SIP_X_GB_VER, 0);
	size_t i;

	for (i = 0; h != NULL && i < sizeof(editions) / sizeof(editions[0]); i++)
		if (slice_eq(h->value, slice_str(editions[i].version)))
			return editions[i].edition;
	return 0;
}

static bool
manscdp_root(struct slice body)
{
	static const char *const roots[] = {"<Control", "<Query", "<Notify", "<Response"};
	struct slice at;
	size_t i;

	at = slice_tail(body, slice_find(slice_head(body, 256), SLICE("?>")) ==
	                              slice_head(body, 256).n
	                          ? 0
	                          : slice_find(slice_head(body, 256), SLICE("?>")) + 2);
	at = slice_trim(slice_head(at, 64));
	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (slice_istarts(at, slice_str(roots[i])))
			return true;
	return false;
}

/* Content-Type, Content-Length and the octets that are there: RFC 3261 18.3, 20.14. */
static void
body_cut(struct message *m)
{
	const struct sip_header *type = sip_find(&m->sip, SIP_CONTENT_TYPE, 0);
	struct slice tail;

	m->length_dis = sip_content_length(&m->sip, &m->length);
	m->body = m->sip.body;
	if (m->length_dis == DIS_OK) {
		m->body = slice_head(m->sip.body, m->length);
		m->missing = (uint32_t)(m->length - m->body.n);
		m->behind = (uint32_t)(m->sip.body.n - m->body.n);
	}
	if (type != NULL && !slice_cut(type->value, ';', &m->content_type, &tail))
		m->content_type = type->value;
	m->content_type = slice_trim(m->content_type);
	if (m->body.n == 0)
		return;
	m->content = content_find(m->content_type);
	m->manscdp = slice_ieq(m->content_type, SLICE("application/manscdp+xml"));
	if (!m->manscdp && (m->content_type.n == 0 ||
	                    slice_ieq(m->content_type, SLICE("application/xml")) ||
	                    slice_ieq(m->content_type, SLICE("text/xml"))))
		m->manscdp = manscdp_root(m->body);
}

/* What the parameter charset= of Content-Type says. */
static struct slice
charset_parameter(const struct message *m)
{
	const struct sip_header *type = sip_find(&m->sip, SIP_CONTENT_TYPE, 0);
	struct slice major, params;
	struct sip_param p;

	if (type == NULL || !slice_cut(type->value, ';', &major, &params) ||
	    !sip_param_find(params, SLICE("charset"), &p))
		return SLICE_EMPTY;
	return p.value;
}

/* The last line of a head that the capture cut may be half of what was sent. */
static void
half_line_drop(struct sip *s)
{
	const struct sip_header *h;

	if (s->headers_total == 0)
		return;
	h = &s->headers[--s->headers_total];
	if (s->first[h->id] == s->headers_total + 1)
		s->first[h->id] = 0;
}

bool
message_read(const struct record *rec, struct arena *a, struct message *out)
{
	struct message *m = out;
	const struct sip_header *h;

	*m = (struct message){.rec = *rec};
	m->dis = sip_dissect(rec->bytes, a, &m->sip);
	if (m->dis == DIS_MORE && (rec->faults & RECORD_PARTIAL))
		half_line_drop(&m->sip);
	m->request = m->sip.status == 0;
	h = sip_find(&m->sip, SIP_CALL_ID, 0);
	if (h != NULL)
		m->call_id = h->value;
	party_read(&m->sip, SIP_FROM, &m->from);
	party_read(&m->sip, SIP_TO, &m->to);
	via_read(m);
	h = sip_find(&m->sip, SIP_CSEQ, 0);
	m->cseq_dis = h ? sip_cseq_dissect(h->value, NULL, &m->cseq) : DIS_OTHER;
	m->uri_dis = DIS_OTHER;
	if (m->request)
		m->uri_dis = sip_uri_dissect(m->sip.uri, NULL, &m->uri);
	m->method = method_find(m->request ? m->sip.method : m->cseq.method);
	m->edition = edition_of(&m->sip);
	body_cut(m);
	m->gb = m->manscdp || sip_count(&m->sip, SIP_X_GB_VER) != 0 ||
	        deviceid_is20(m->from.uri.user) || deviceid_is20(m->to.uri.user) ||
	        deviceid_is20(m->uri.user);
	return !a->failed;
}

enum dis
message_via(const struct message *m, struct slice value, struct sip_via *out)
{
	if (m->vias == 0 || value.p != m->via_value.p || value.n != m->via_value.n)
		return sip_via_dissect(value, NULL, out);
	*out = m->via;
	return m->via_dis;
}

static void
content_read(struct arena *a, struct message *m)
{
	struct sdp *sdp;
	struct mansrtsp *rtsp;

	if (m->content == CONTENT_SDP && (sdp = ARENA_NEW(a, struct sdp)) != NULL) {
		m->content_dis = sdp_dissect(m->body, a, sdp);
		m->sdp = sdp;
	}
	if (m->content == CONTENT_MANSRTSP &&
	    (rtsp = ARENA_NEW(a, struct mansrtsp)) != NULL) {
		m->content_dis = mansrtsp_dissect(m->body, a, rtsp);
		m->rtsp = rtsp;
	}
}

bool
message_body(const struct message_reader *r, uint8_t registered, struct arena *a,
             struct message *m)
{
	struct body_in in = {
	    .bytes = m->body,
	    .cut = m->missing != 0 || (m->rec.faults & RECORD_PARTIAL),
	    .edition = r->edition   ? r->edition
	               : m->edition ? m->edition
	                            : registered,
	    .edition_guessed = r->edition == 0 && m->edition == 0,
	    .response = !m->request,
	};

	m->spoken = in.edition;
	if (m->manscdp) {
		in.charset = charset_parameter(m);
		body_read(r->bodies, &in, a, &m->mans);
	} else {
		content_read(a, m);
	}
	return !a->failed;
}

struct slice
party_aor(const struct party *p, struct arena *a)
{
	uint8_t *t;

	if (!p->uri.sip)
		return arena_keep(a, p->addr.uri);
	if (p->uri.user.n == 0)
		return arena_keep(a, p->uri.host);
	t = arena_alloc(a, p->uri.user.n + 1 + p->uri.host.n);
	if (t == NULL)
		return SLICE_EMPTY;
	memcpy(t, p->uri.user.p, p->uri.user.n);
	t[p->uri.user.n] = '@';
	if (p->uri.host.n != 0)
		memcpy(t + p->uri.user.n + 1, p->uri.host.p, p->uri.host.n);
	return slice_of(t, p->uri.user.n + 1 + p->uri.host.n);
}
