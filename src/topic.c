#include "src/topic.h"

#include <stdlib.h>

struct topics {
	size_t captures;
	uint64_t n[][TOPIC_TOTAL];
};

/* By the beginning of the rule's id, the first row that fits: what is narrow stands before what is wide. Where the
 * rule looks at less than its row says, its test is passed though there was little to see; never the other way. */
static const struct {
	const char *begins;
	enum topic topic;
} rows[] = {
    {"net-", TOPIC_FRAME},
    {"tcp-", TOPIC_STREAM},
    {"sip-require-in-ack", TOPIC_ACK},
    {"sip-ack-", TOPIC_ACK},
    {"sip-cancel-", TOPIC_CANCEL},
    {"sip-body-in-cancel", TOPIC_CANCEL},
    {"sip-register-", TOPIC_REGISTER},
    {"register-", TOPIC_REGISTER},
    {"sip-request-", TOPIC_REQUEST},
    {"sip-method-", TOPIC_REQUEST},
    {"sip-max-forwards-", TOPIC_REQUEST},
    {"sip-branch-", TOPIC_REQUEST},
    {"sip-via-transport", TOPIC_REQUEST},
    {"sip-cseq-not-higher", TOPIC_REQUEST},
    {"sip-cseq-gap", TOPIC_REQUEST},
    {"sip-status-", TOPIC_RESPONSE},
    {"sip-reason-", TOPIC_RESPONSE},
    {"sip-response-", TOPIC_RESPONSE},
    {"sip-received-", TOPIC_RESPONSE},
    {"sip-rport-", TOPIC_RESPONSE},
    {"sip-second-final", TOPIC_RESPONSE},
    {"sip-to-tag-", TOPIC_RESPONSE},
    {"sip-415-", TOPIC_RESPONSE},
    {"sip-420-", TOPIC_RESPONSE},
    {"sip-contact-2xx-", TOPIC_DIALOG},
    {"sip-contact-missing", TOPIC_DIALOG},
    {"sip-contact-", TOPIC_CONTACT},
    {"sip-sips-contact", TOPIC_CONTACT},
    {"sip-route-", TOPIC_ROUTE},
    {"sip-date-", TOPIC_DATE},
    {"gb-date-", TOPIC_DATE},
    {"sip-content-length-", TOPIC_MESSAGE},
    {"sip-content-", TOPIC_CONTENT},
    {"auth-response-mismatch", TOPIC_KNOWN},
    {"auth-decision-", TOPIC_KNOWN},
    {"auth-rspauth-", TOPIC_KNOWN},
    {"auth-challenge", TOPIC_CHALLENGE},
    {"auth-ack-challenged", TOPIC_CHALLENGE},
    {"auth-md5-only", TOPIC_CHALLENGE},
    {"auth-nonce-guessable", TOPIC_CHALLENGE},
    {"auth-stale-expected", TOPIC_CHALLENGE},
    {"auth-header-malformed", TOPIC_AUTH},
    {"auth-param-repeated", TOPIC_AUTH},
    {"auth-quoting", TOPIC_AUTH},
    {"auth-basic", TOPIC_AUTH},
    {"auth-scheme-", TOPIC_AUTH},
    {"auth-", TOPIC_CREDENTIALS},
    {"gb-keepalive-", TOPIC_KEEPALIVE},
    {"gb-subject-", TOPIC_INVITE},
    {"gb-info-", TOPIC_INFO},
    {"gb-id-type", TOPIC_REGISTER},
    {"gb-realm-", TOPIC_CHALLENGE},
    {"gb-invite-", TOPIC_CALL},
    {"gb-talk-", TOPIC_CALL},
    {"gb-single-", TOPIC_CALL},
    {"gb-device-bye", TOPIC_CALL},
    {"gb-bye-", TOPIC_CALL},
    {"gb-media-", TOPIC_CALL},
    {"gb-session-offline", TOPIC_CALL},
    {"gb-mediastatus-", TOPIC_MEDIASTATUS},
    {"gb-broadcast-", TOPIC_BROADCAST},
    {"gb-config-", TOPIC_CONFIG},
    {"gb-subscri", TOPIC_SUBSCRIPTION},
    {"gb-event-", TOPIC_SUBSCRIPTION},
    {"gb-notify-root", TOPIC_SUBSCRIPTION},
    {"gb-notify-carrier", TOPIC_BODY},
    {"gb-position-", TOPIC_SUBSCRIPTION},
    {"gb-catalog-", TOPIC_CATALOG},
    {"gb-alarm-", TOPIC_ALARM},
    {"gb-session-id", TOPIC_JOB},
    {"gb-snapshot-", TOPIC_SNAPSHOT},
    {"gb-upgrade-", TOPIC_UPGRADE},
    {"gb-upload-", TOPIC_UPLOAD},
    {"gb-certificate-", TOPIC_CERTIFICATE},
    {"gb-note-invalid", TOPIC_NOTE},
    {"gb-note-missing", TOPIC_CERTIFICATE},
    {"gb-", TOPIC_GB},
    {"catalog-", TOPIC_CATALOG},
    {"manscdp-query-", TOPIC_EXCHANGE},
    {"manscdp-response-", TOPIC_EXCHANGE},
    {"manscdp-sn-", TOPIC_EXCHANGE},
    {"manscdp-sum-", TOPIC_EXCHANGE},
    {"manscdp-item-", TOPIC_EXCHANGE},
    {"manscdp-part-", TOPIC_EXCHANGE},
    {"manscdp-catalog-", TOPIC_EXCHANGE},
    {"manscdp-config-", TOPIC_EXCHANGE},
    {"manscdp-result-", TOPIC_EXCHANGE},
    {"manscdp-control-", TOPIC_CONTROL},
    {"manscdp-ptz-", TOPIC_CONTROL},
    {"manscdp-alarm-", TOPIC_ALARM},
    {"manscdp-", TOPIC_BODY},
    {"sdp-", TOPIC_SDP},
    {"mansrtsp-", TOPIC_MANSRTSP},
    {"", TOPIC_MESSAGE},
};

enum topic
topic_of(enum rule r)
{
	struct slice id = slice_str(rule_infos[r].id);
	size_t i;

	for (i = 0; !slice_starts(id, slice_str(rows[i].begins)); i++)
		;
	return rows[i].topic;
}

const char *
topic_text(enum topic s, uint64_t n)
{
	static const char *const texts[TOPIC_TOTAL][2] = {
#define TOPIC_TEXT(id, one, several) {one, several},
	    TOPICS(TOPIC_TEXT)
#undef TOPIC_TEXT
	};

	return texts[s][n != 1];
}

struct topics *
topics_new(size_t captures)
{
	struct topics *s = calloc(1, sizeof(*s) + captures * sizeof(s->n[0]));

	if (s != NULL)
		s->captures = captures;
	return s;
}

static bool
has(const struct message *m, enum sip_hdr h)
{
	return sip_find(&m->sip, h, 0) != NULL;
}

static void
of_request(uint64_t n[TOPIC_TOTAL], const struct message *m, const struct place *p)
{
	const struct auth_entry *a;
	bool credentials = has(m, SIP_AUTHORIZATION) || has(m, SIP_PROXY_AUTHORIZATION),
	     known = false;

	n[TOPIC_REQUEST]++;
	n[TOPIC_REGISTER] += m->method == METHOD_REGISTER;
	n[TOPIC_INVITE] += m->method == METHOD_INVITE;
	n[TOPIC_INFO] += m->method == METHOD_INFO;
	n[TOPIC_ACK] += m->method == METHOD_ACK;
	n[TOPIC_CANCEL] += m->method == METHOD_CANCEL;
	n[TOPIC_SUBSCRIPTION] +=
	    m->method == METHOD_SUBSCRIBE || m->method == METHOD_NOTIFY;
	n[TOPIC_DIALOG] += m->method == METHOD_INVITE || m->method == METHOD_SUBSCRIBE;
	n[TOPIC_CREDENTIALS] += credentials;
	n[TOPIC_AUTH] += credentials;
	for (a = p->tx->method == m->method ? p->tx->auths : NULL; a != NULL; a = a->next)
		known |=
		    a->out.verdict == AUTH_VERIFIED || a->out.verdict == AUTH_MISMATCH;
	n[TOPIC_KNOWN] += known;
	n[TOPIC_KEEPALIVE] += p->tx->keepalive;
}

static void
of_response(uint64_t n[TOPIC_TOTAL], const struct message *m)
{
	bool challenge = m->sip.status == 401 || m->sip.status == 407 ||
	                 has(m, SIP_WWW_AUTHENTICATE) || has(m, SIP_PROXY_AUTHENTICATE);

	n[TOPIC_RESPONSE]++;
	n[TOPIC_CHALLENGE] += challenge;
	n[TOPIC_AUTH] += challenge;
}

static bool
is_cmd(const struct message *m, const char *name)
{
	return slice_eq(m->mans.m.CmdType, slice_str(name));
}

/* Has the body an element of this name right below its root? */
static bool
names(const struct message *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->mans.m.nodes_total; i++)
		if (m->mans.m.nodes[i].depth == 1 &&
		    slice_eq(m->mans.m.nodes[i].name, slice_str(name)))
			return true;
	return false;
}

static void
of_body(uint64_t n[TOPIC_TOTAL], const struct message *m)
{
	bool snapshot = is_cmd(m, "UploadSnapShotFinished") ||
	                (is_cmd(m, "DeviceConfig") && names(m, "SnapShotConfig")),
	     upgrade = is_cmd(m, "DeviceUpgradeResult") ||
	               (is_cmd(m, "DeviceControl") && names(m, "DeviceUpgrade"));

	n[TOPIC_BODY]++;
	n[TOPIC_CONTROL] += is_cmd(m, "DeviceControl");
	n[TOPIC_CONFIG] += is_cmd(m, "DeviceConfig");
	n[TOPIC_ALARM] += is_cmd(m, "Alarm");
	n[TOPIC_CATALOG] += is_cmd(m, "Catalog");
	n[TOPIC_MEDIASTATUS] += is_cmd(m, "MediaStatus");
	n[TOPIC_BROADCAST] += is_cmd(m, "Broadcast");
	n[TOPIC_UPLOAD] += is_cmd(m, "VideoUploadNotify");
	n[TOPIC_SNAPSHOT] += snapshot;
	n[TOPIC_UPGRADE] += upgrade;
	n[TOPIC_JOB] += snapshot || upgrade;
}

void
topics_message(struct topics *s, const struct message *m, const struct place *p)
{
	uint64_t *n;

	if (p->repeat || m->rec.capture >= s->captures)
		return;
	n = s->n[m->rec.capture];
	n[TOPIC_MESSAGE]++;
	n[TOPIC_STREAM] += m->rec.carrier == CARRIER_TCP;
	if (m->request)
		of_request(n, m, p);
	else
		of_response(n, m);
	n[TOPIC_CONTACT] += has(m, SIP_CONTACT);
	n[TOPIC_ROUTE] += has(m, SIP_ROUTE) || has(m, SIP_RECORD_ROUTE);
	n[TOPIC_DATE] += has(m, SIP_DATE);
	n[TOPIC_CONTENT] += m->body.n != 0 || m->missing != 0;
	n[TOPIC_GB] += m->gb || p->dialog->gb;
	n[TOPIC_CALL] += p->dialog->kind == DIALOG_CALL;
	n[TOPIC_CERTIFICATE] += p->tx->registration_scheme.n != 0;
	n[TOPIC_NOTE] += has(m, SIP_NOTE);
	if (m->mans.verdict != BODY_NONE)
		of_body(n, m);
	n[TOPIC_SDP] += m->content == CONTENT_SDP;
	n[TOPIC_MANSRTSP] += m->content == CONTENT_MANSRTSP;
}

void
topics_exchange(struct topics *s, const struct exchange *x)
{
	const struct ref *at = x->request.frame != 0 ? &x->request
	                       : x->parts != NULL    ? &x->parts->ref
	                                             : NULL;

	if (at != NULL && at->capture < s->captures)
		s->n[at->capture][TOPIC_EXCHANGE]++;
}

uint64_t
topics_count(const struct topics *s, size_t capture, enum topic which)
{
	return s->n[capture][which];
}

void
topics_free(struct topics *s)
{
	free(s);
}
