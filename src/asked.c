#include "src/asked.h"

/* The first header of this name that is none of those known by id; NULL: none. */
static const struct sip_header *
header_named(const struct message *m, struct slice name)
{
	uint32_t i;

	for (i = 0; i < m->sip.headers_total; i++)
		if (m->sip.headers[i].id == SIP_HDR_OTHER &&
		    slice_ieq(m->sip.headers[i].name, name))
			return &m->sip.headers[i];
	return NULL;
}

bool
list_has(struct slice list, struct slice tag)
{
	struct slice value, name, params;

	while (sip_list_next(&list, &value)) {
		name = value;
		(void)slice_cut(value, ';', &name, &params);
		if (slice_ieq(slice_trim(name), tag))
			return true;
	}
	return false;
}

bool
header_has(const struct message *m, enum sip_hdr id, struct slice tag)
{
	const struct sip_header *h;
	unsigned i;

	for (i = 0; (h = sip_find(&m->sip, id, i)) != NULL; i++)
		if (list_has(h->value, tag))
			return true;
	return false;
}

/* All lines of it as one list. */
static struct slice
keep(struct arena *a, const struct message *m, enum sip_hdr id, bool *has, bool *unknown)
{
	const struct sip_header *h = sip_find(&m->sip, id, 0);
	uint8_t text[ASKED_KEPT];
	struct slice kept;
	size_t n = 0;
	unsigned i;

	*has = h != NULL;
	if (h == NULL || h->value.n == 0)
		return SLICE_EMPTY;
	for (i = 0; (h = sip_find(&m->sip, id, i)) != NULL; i++) {
		if (h->value.n + 1 > sizeof(text) - n) {
			*unknown = true;
			break;
		}
		if (i != 0)
			text[n++] = ',';
		if (h->value.n != 0)
			memcpy(text + n, h->value.p, h->value.n);
		n += h->value.n;
	}
	kept = arena_keep(a, slice_of(text, n));
	*unknown |= kept.n != n;
	return kept;
}

/* RFC 4488 4, RFC 7614 4. */
static bool
no_subscription(const struct message *m)
{
	const struct sip_header *h = header_named(m, SLICE("Refer-Sub"));

	return (h != NULL && slice_istarts(h->value, SLICE("false"))) ||
	       header_has(m, SIP_REQUIRE, SLICE("nosub")) ||
	       header_has(m, SIP_REQUIRE, SLICE("explicitsub"));
}

static bool
brings_nothing(const struct message *m)
{
	switch (m->method) {
	case METHOD_INVITE:
	case METHOD_SUBSCRIBE:
	case METHOD_NOTIFY:
	case METHOD_REFER:
	case METHOD_PRACK:
	case METHOD_UPDATE:
	case METHOD_OPTIONS:
	case METHOD_INFO:
		return false;
	default:
		return m->sip.first[SIP_SUPPORTED] == 0 &&
		       m->sip.first[SIP_REQUIRE] == 0 &&
		       m->sip.first[SIP_ACCEPT_ENCODING] == 0;
	}
}

static const struct asked nothing = {.unknown = true};

const struct asked *
asked_keep(struct arena *a, const struct message *m)
{
	struct asked *k;
	const struct sip_header *h;
	struct slice value, params;
	struct sip_param param;
	bool has;

	if (brings_nothing(m))
		return NULL;
	k = ARENA_NEW(a, struct asked);
	if (k == NULL)
		return &nothing;
	k->supported = keep(a, m, SIP_SUPPORTED, &has, &k->unknown);
	k->require = keep(a, m, SIP_REQUIRE, &has, &k->unknown);
	k->accept = keep(a, m, SIP_ACCEPT, &k->has_accept, &k->unknown);
	k->accept_encoding =
	    keep(a, m, SIP_ACCEPT_ENCODING, &k->has_accept_encoding, &k->unknown);
	k->event = keep(a, m, SIP_EVENT, &k->has_event, &k->unknown);
	k->has_recv_info = sip_find(&m->sip, SIP_RECV_INFO, 0) != NULL;
	k->has_contact = sip_find(&m->sip, SIP_CONTACT, 0) != NULL;
	h = sip_find(&m->sip, SIP_SESSION_EXPIRES, 0);
	k->has_session_expires = h != NULL;
	if (h != NULL && slice_cut(h->value, ';', &value, &params) &&
	    sip_param_find(params, SLICE("refresher"), &param))
		k->refresher = arena_keep(a, slice_head(param.value, ASKED_KEPT));
	k->sdp = m->content == CONTENT_SDP && m->body.n != 0;
	k->no_subscription = m->method == METHOD_REFER && no_subscription(m);
	return k;
}

const struct asked *
asked_copy(struct arena *a, const struct asked *k)
{
	struct asked *c;
	struct slice *kept[6];
	size_t i, n;

	if (k == NULL || k->unknown)
		return k;
	c = ARENA_NEW(a, struct asked);
	if (c == NULL)
		return &nothing;
	*c = *k;
	kept[0] = &c->supported;
	kept[1] = &c->require;
	kept[2] = &c->accept;
	kept[3] = &c->accept_encoding;
	kept[4] = &c->event;
	kept[5] = &c->refresher;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		n = kept[i]->n;
		*kept[i] = arena_keep(a, *kept[i]);
		c->unknown |= kept[i]->n != n;
	}
	return c;
}
