/* What a request asks for and a response grants: Supported, Require, Allow and kin (RFC 3261 8.2, 20), and what goes on
 * beside: challenges, registrations. */
#include "src/check.h"
#include "src/usage.h"

/* The first value of the header in the message that is in none of the lists. */
static bool
not_in(const struct message *m, enum sip_hdr id, struct slice a, struct slice b,
       struct slice *out)
{
	const struct sip_header *h;
	struct slice rest, value;
	unsigned i;

	for (i = 0; (h = sip_find(&m->sip, id, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			value = slice_trim(value);
			if (value.n != 0 && !list_has(a, value) && !list_has(b, value)) {
				*out = value;
				return true;
			}
		}
	}
	return false;
}

/* 8.2.4: an extension is used in a response only if the request offered it. */
static void
response_require(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct asked *k = p->tx->asked;
	struct slice tag;

	if (m->sip.first[SIP_REQUIRE] == 0 || m->sip.status == 421 ||
	    !request_known(p->tx))
		return;
	/* 100rel has its own rule. */
	if (not_in(m, SIP_REQUIRE, k ? k->supported : SLICE_EMPTY,
	           k ? k->require : SLICE_EMPTY, &tag) &&
	    !slice_ieq(tag, SLICE("100rel")))
		found(c, m, p, RULE_SIP_RESPONSE_REQUIRE,
		      .field = header_name(SIP_REQUIRE), VALUE(tag), ARGS({"tag", tag}));
}

/* 8.2.2.3: what was required and is not listed, though something is. */
static void
require_unlisted(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct asked *k = p->tx->asked;
	struct slice rest, tag;

	if (k == NULL || k->require.n == 0 || m->sip.status / 100 != 2 ||
	    m->sip.first[SIP_SUPPORTED] == 0)
		return;
	rest = k->require;
	while (sip_list_next(&rest, &tag)) {
		tag = slice_trim(tag);
		if (tag.n == 0 || header_has(m, SIP_SUPPORTED, tag) ||
		    header_has(m, SIP_REQUIRE, tag))
			continue;
		found(c, m, p, RULE_SIP_REQUIRE_UNLISTED,
		      .field = header_name(SIP_SUPPORTED),
		      ARGS({"tag", tag}, {"status", number(c, m->sip.status)}));
		return;
	}
}

/* 20.2: without the header, identity alone. */
static void
encoding(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct asked *k = p->tx->asked;
	struct slice list, coding;

	if (m->sip.first[SIP_CONTENT_ENCODING] == 0 || !request_known(p->tx))
		return;
	list = k && k->has_accept_encoding ? k->accept_encoding : SLICE_EMPTY;
	if (list_has(list, SLICE("*")) ||
	    !not_in(m, SIP_CONTENT_ENCODING, list, SLICE("identity"), &coding))
		return;
	found(c, m, p, RULE_SIP_RESPONSE_ENCODING,
	      .field = header_name(SIP_CONTENT_ENCODING), VALUE(coding),
	      ARGS({"encoding", coding}));
}

/* 20.33: a number of seconds, then a comment or a parameter. */
static void
retry_after(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h = sip_find(&m->sip, SIP_RETRY_AFTER, 0);
	size_t n = 0;

	if (h == NULL)
		return;
	while (n < h->value.n && ascii_digit(h->value.p[n]))
		n++;
	if (n != 0 && (n == h->value.n || ascii_space(h->value.p[n]) ||
	               h->value.p[n] == '(' || h->value.p[n] == ';'))
		return;
	found(c, m, p, RULE_SIP_RETRY_AFTER, .field = header_name(SIP_RETRY_AFTER),
	      VALUE(h->value), ARGS({"value", h->value}));
}

/* 25.1: warn-code SP warn-agent SP quoted text. */
static bool
is_warning(struct slice value, uint32_t *code)
{
	struct slice rest, agent, text;

	if (!slice_cut(value, ' ', &agent, &rest) || agent.n != 3 ||
	    !parse_u32(agent, 999, code))
		return false;
	if (!slice_cut(slice_trim(rest), ' ', &agent, &text) || agent.n == 0)
		return false;
	text = slice_trim(text);
	return text.n >= 2 && text.p[0] == '"' && sip_quoted(text, &rest) == text.n;
}

static void
warning(const struct checker *c, const struct message *m, const struct place *p)
{
	const struct sip_header *h;
	struct slice rest, value;
	uint32_t code = 0;
	bool form;
	unsigned i;

	for (i = 0; (h = sip_find(&m->sip, SIP_WARNING, i)) != NULL; i++) {
		rest = h->value;
		while (sip_list_next(&rest, &value)) {
			form = is_warning(slice_trim(value), &code);
			if (form && code / 100 == 3)
				continue;
			/* 27.2: other codes can be registered. */
			found(c, m, p, RULE_SIP_WARNING,
			      .severity = form ? SEVERITY_NOTE : SEVERITY_OFF,
			      .field = header_name(SIP_WARNING), VALUE(value),
			      ARGS({"what", form ? SLICE("has a code that is not 3xx")
			                         : SLICE("is not code, agent and "
			                                 "quoted text")},
			           {"value", value}));
			return;
		}
	}
}

/* The names of those that are missing; empty: none. */
static struct slice
missing(const struct checker *c, const struct message *m, const enum sip_hdr *ids,
        size_t total)
{
	char text[128];
	size_t i, n = 0, len;

	for (i = 0; i < total; i++) {
		const char *name = sip_header_infos[ids[i]].name;

		if (m->sip.first[ids[i]] != 0)
			continue;
		len = strlen(name);
		if (len + 2 > sizeof(text) - n)
			break;
		if (n != 0) {
			memcpy(text + n, ", ", 2);
			n += 2;
		}
		memcpy(text + n, name, len);
		n += len;
	}
	return arena_keep(c->scratch, slice_of(text, n));
}

/* 11.2; 13.2.1 and 13.3.1.4. */
static void
capabilities(const struct checker *c, const struct message *m, const struct place *p)
{
	static const enum sip_hdr of_options[] = {SIP_ALLOW, SIP_ACCEPT,
	                                          SIP_ACCEPT_ENCODING,
	                                          SIP_ACCEPT_LANGUAGE, SIP_SUPPORTED};
	static const enum sip_hdr of_invite[] = {SIP_ALLOW, SIP_SUPPORTED};
	bool ok = !m->request && m->sip.status / 100 == 2;
	struct slice names;

	if (ok && m->method == METHOD_OPTIONS) {
		names =
		    missing(c, m, of_options, sizeof(of_options) / sizeof(of_options[0]));
		if (names.n != 0)
			found(c, m, p, RULE_SIP_OPTIONS,
			      ARGS({"status", number(c, m->sip.status)},
			           {"missing", names}));
	} else if (m->method == METHOD_INVITE && (ok || m->request)) {
		names =
		    missing(c, m, of_invite, sizeof(of_invite) / sizeof(of_invite[0]));
		if (names.n != 0)
			found(c, m, p, RULE_SIP_INVITE_ALLOW,
			      ARGS({"message", m->request ? SLICE("INVITE")
			                                  : SLICE("2xx to INVITE")},
			           {"missing", names}));
	}
}

/* Responses that must say more than their status. */
static void
companions(const struct checker *c, const struct message *m, const struct place *p)
{
	static const struct {
		uint32_t status;
		enum sip_hdr id;
		enum rule rule;
	} rows[] = {
	    {405, SIP_ALLOW, RULE_SIP_405},
	    {421, SIP_REQUIRE, RULE_SIP_421},
	    {469, SIP_RECV_INFO, RULE_SIP_469},
	    {423, SIP_MIN_EXPIRES, RULE_SIP_423},
	};
	size_t i;

	if (m->sip.status < 400)
		return;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		/* 423 to REGISTER has its own rule. */
		if (m->sip.status == rows[i].status && m->sip.first[rows[i].id] == 0 &&
		    m->method != METHOD_REGISTER)
			found(c, m, p, rows[i].rule, .field = header_name(rows[i].id),
			      ARGS({"method", m->cseq.method}));
}

static void
response(const struct checker *c, const struct message *m, const struct place *p)
{
	response_require(c, m, p);
	require_unlisted(c, m, p);
	encoding(c, m, p);
	retry_after(c, m, p);
	if (m->sip.first[SIP_WARNING] != 0)
		warning(c, m, p);
	companions(c, m, p);
}

static void
request(const struct checker *c, const struct message *m, const struct place *p)
{
	unsigned facts = usage_facts(p);

	if (facts == 0)
		return;
	if (facts & USAGE_NOT_ALLOWED)
		found(c, m, p, RULE_SIP_NOT_ALLOWED, .field = SLICE("sip.Method"),
		      VALUE(m->sip.method), ARGS({"method", m->sip.method}));
	if (facts & USAGE_NOT_FIRST)
		found(c, m, p, RULE_AUTH_NOT_FIRST, .field = SLICE("sip.auth.algorithm"),
		      EXPECTED(p->usage->text),
		      ARGS({"algorithm", p->tx->auths->has_algorithm
		                             ? p->tx->auths->algorithm
		                             : SLICE("MD5")},
		           {"first", p->usage->text}));
	if (facts & USAGE_OLD_NONCE)
		found(c, m, p, RULE_AUTH_NEXTNONCE, .field = SLICE("sip.auth.nonce"));
	if (facts & USAGE_AGAIN)
		found(c, m, p, RULE_REGISTER_AGAIN);
}

void
check_extension(const struct checker *c, const struct message *m, const struct place *p)
{
	if (m->request)
		request(c, m, p);
	else
		response(c, m, p);
	if (m->method == METHOD_OPTIONS || m->method == METHOD_INVITE)
		capabilities(c, m, p);
}
