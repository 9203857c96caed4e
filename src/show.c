#include "src/show.h"

#include <stdlib.h>

#include "dissect/deviceid.h"
#include "src/field.h"
#include "src/secret.h"
#include "src/show_own.h"
#include "src/words.h"

enum { COLUMN_VALUE = 34, HEX_BYTES = 65536, VALUE_BYTES = 1024, SHOWN_MAX = 64 };

/* Frames whose findings are told at the end. */
struct own {
	struct {
		uint32_t capture;
		uint64_t frame;
	} shown[SHOWN_MAX];
	size_t total;
};

static bool
begin(struct out *o)
{
	o->own = calloc(1, sizeof(struct own));
	return o->own != NULL;
}

bool
show_wanted(const struct message *m, uint64_t frame)
{
	uint32_t i;

	if (m->rec.frame == frame)
		return true;
	for (i = 0; i < m->rec.frames_total; i++)
		if (m->rec.frames[i] == frame)
			return true;
	return false;
}

static void
dim(struct out *o, bool on)
{
	if (o->color)
		(void)fputs(on ? "\033[2m" : "\033[0m", o->f);
}

void
show_line(struct out *o, const struct message *m, unsigned depth, const char *name,
          struct slice value, const char *meaning, const char *source)
{
	const uint8_t *base = m->rec.bytes.p;
	int pad;

	if (value.n != 0 && value.p >= base && value.p < base + m->rec.bytes.n)
		(void)fprintf(o->f, "%06zx  ", (size_t)(value.p - base));
	else
		(void)fputs("        ", o->f);
	(void)fprintf(o->f, "%*s%s", (int)(2 * depth), "", name);
	for (pad = (int)(2 * depth + strlen(name)); pad < COLUMN_VALUE; pad++)
		(void)fputc(' ', o->f);
	(void)fputs("  ", o->f);
	/* Hidden before it is cut: a secret without its end would not be known for one. */
	tty_put(o, slice_head(secret_mask(value, &o->scratch), VALUE_BYTES));
	if (value.n > VALUE_BYTES)
		(void)fprintf(o->f, " ... (%zu octets)", value.n);
	if (value.n == 0)
		(void)fputc('-', o->f);
	if (meaning != NULL && meaning[0] != '\0') {
		dim(o, true);
		(void)fprintf(o->f, "   %s", meaning);
		if (source != NULL && source[0] != '\0')
			(void)fprintf(o->f, " (%s)", source);
		dim(o, false);
	}
	(void)fputc('\n', o->f);
}

void
show_field(struct out *o, const struct message *m, unsigned depth, const char *name,
           struct slice value)
{
	const struct field_info *f = field_find(slice_str(name));

	show_line(o, m, depth, name, value, f ? f->meaning : NULL, f ? f->source : NULL);
}

static void
part(struct out *o, const struct message *m, const char *name, struct slice value)
{
	if (value.n != 0)
		show_field(o, m, 2, name, value);
}

/* Which device, of which kind, where. */
static void
id_line(struct out *o, const struct message *m, unsigned depth, struct slice id)
{
	struct deviceid d;
	char t[256];

	if (deviceid_dissect(id, NULL, &d) != DIS_OK || id.n != 20)
		return;
	(void)snprintf(t, sizeof(t), "%s; type %03u %s; industry %02u %s; network %u %s",
	               d.class_name, d.type, d.type_name, d.industry, d.industry_name,
	               d.network, d.network_name);
	show_line(o, m, depth, "gb28181.id", SLICE_EMPTY, t, "GB/T 28181-2022 Annex E");
}

static void
show_party(struct out *o, const struct message *m, const struct party *p, bool from)
{
	part(o, m, from ? "sip.from.addr" : "sip.to.addr", p->addr.uri);
	part(o, m, from ? "sip.from.user" : "sip.to.user", p->uri.user);
	id_line(o, m, 3, p->uri.user);
	part(o, m, from ? "sip.from.host" : "sip.to.host", p->uri.host);
	part(o, m, from ? "sip.from.tag" : "sip.to.tag", p->tag);
}

static void
show_vias(struct out *o, const struct message *m, struct slice rest)
{
	struct slice value;
	struct sip_via via;

	while (sip_list_next(&rest, &value)) {
		(void)sip_via_dissect(value, NULL, &via);
		part(o, m, "sip.Via.transport", via.transport);
		part(o, m, "sip.Via.sent-by.address", via.host);
		part(o, m, "sip.Via.branch", via.branch);
		if (via.has_rport)
			show_field(o, m, 2, "sip.Via.rport", via.rport);
		part(o, m, "sip.Via.received", via.received);
	}
}

static void
show_contacts(struct out *o, const struct message *m, struct slice rest)
{
	struct slice value;
	struct sip_addr a;

	while (sip_list_next(&rest, &value)) {
		(void)sip_addr_dissect(value, NULL, &a);
		part(o, m, "sip.contact.uri", a.uri);
	}
}

static void
show_digest(struct out *o, const struct message *m, struct slice value)
{
	static const struct {
		enum digest_param p;
		const char *name;
	} params[] = {
	    {DIGEST_USERNAME, "sip.auth.username"},   {DIGEST_REALM, "sip.auth.realm"},
	    {DIGEST_NONCE, "sip.auth.nonce"},         {DIGEST_URI, "sip.auth.uri"},
	    {DIGEST_ALGORITHM, "sip.auth.algorithm"}, {DIGEST_QOP, "sip.auth.qop"},
	    {DIGEST_CNONCE, "sip.auth.cnonce"},       {DIGEST_NC, "sip.auth.nc"},
	    {DIGEST_OPAQUE, "sip.auth.opaque"},       {DIGEST_STALE, "sip.auth.stale"},
	};
	struct digest g;
	char t[40];
	size_t i;

	(void)digest_dissect(value, NULL, &g);
	part(o, m, "sip.auth.scheme", g.scheme);
	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		if (g.p[params[i].p].times != 0)
			show_field(o, m, 2, params[i].name, g.p[params[i].p].value);
	if (g.p[DIGEST_RESPONSE].times != 0) {
		(void)snprintf(t, sizeof(t), "<%zu octets>",
		               g.p[DIGEST_RESPONSE].value.n);
		show_field(o, m, 2, "sip.auth.digest.response", slice_str(t));
	}
}

static void
show_header(struct out *o, const struct message *m, const struct sip_header *h)
{
	char name[96];
	struct slice known = h->id != SIP_HDR_OTHER
	                         ? slice_str(sip_header_infos[h->id].name)
	                         : slice_head(h->name, 80);

	(void)snprintf(name, sizeof(name), "sip." SLICE_FMT, SLICE_ARG(known));
	if (h->id == SIP_HDR_OTHER) {
		/* A name from the capture goes out by the one door. */
		bool bad;
		struct slice clean = utf8_clean(known, &o->scratch, &bad);
		size_t i;

		for (i = 0; i < clean.n && !bad; i++)
			bad = clean.p[i] < 0x21 || clean.p[i] > 0x7E;
		if (bad)
			(void)snprintf(name, sizeof(name), "sip.(no header)");
	}
	show_field(o, m, 1, name, h->value);
	switch (h->id) {
	case SIP_VIA:
		show_vias(o, m, h->value);
		break;
	case SIP_FROM:
		show_party(o, m, &m->from, true);
		break;
	case SIP_TO:
		show_party(o, m, &m->to, false);
		break;
	case SIP_CSEQ:
		part(o, m, "sip.CSeq.seq", m->cseq.number);
		part(o, m, "sip.CSeq.method", m->cseq.method);
		break;
	case SIP_SUBJECT:
		show_subject(o, m, h->value);
		break;
	case SIP_CONTACT:
		show_contacts(o, m, h->value);
		break;
	case SIP_AUTHORIZATION:
	case SIP_PROXY_AUTHORIZATION:
	case SIP_WWW_AUTHENTICATE:
	case SIP_PROXY_AUTHENTICATE:
	case SIP_SECURITY_INFO:
		show_digest(o, m, h->value);
		break;
	default:
		break;
	}
}

static void
show_auth(struct out *o, const struct message *m, const struct place *p)
{
	const struct auth_entry *e;

	for (e = m->request && p->tx->method == m->method ? p->tx->auths : NULL;
	     e != NULL; e = e->next) {
		show_field(o, m, 1, "sip.auth.verdict",
		           slice_str(auth_verdict_name(e->out.verdict)));
		if (e->why.n != 0)
			show_line(o, m, 2, "why", e->why, NULL, NULL);
		if (nonce_check_name(e->nonce_check) != NULL)
			show_line(o, m, 2, "sip.auth.nonce_check",
			          slice_str(nonce_check_name(e->nonce_check)),
			          "what is known of the nonce", "gbscope");
	}
	if (!m->request || p->tx->auths != NULL || p->tx->registration_scheme.n == 0)
		return;
	show_field(o, m, 1, "sip.auth.verdict", SLICE("unsupported"));
	show_line(
	    o, m, 2, "why",
	    SLICE("a registration with certificates cannot be verified without keys"),
	    NULL, NULL);
}

static void
show_nodes(struct out *o, const struct message *m)
{
	const struct manscdp *s = &m->mans.m;
	char name[128], meaning[512], hidden[40], words[WORDS_TEXT];
	size_t i, within = SIZE_MAX; /* depth of the password that is open */
	bool bad;

	for (i = 0; i < s->nodes_total; i++) {
		const struct manscdp_node *n = &s->nodes[i];
		struct slice value = slice_trim(n->text),
		             clean =
		                 utf8_clean(slice_head(n->name, 80), &o->scratch, &bad);
		bool secret = slice_istarts(n->name, SLICE("password")) ||
		              (n->def != NULL && n->def->secret);

		/* What a password's raw '<' made into an element is a piece of it. */
		if (n->depth > within)
			continue;
		within = secret ? n->depth : SIZE_MAX;
		(void)snprintf(name, sizeof(name), "%s" SLICE_FMT,
		               n->attribute ? "@" : "", SLICE_ARG(clean));
		meaning[0] = '\0';
		if (n->def != NULL) {
			(void)value_words(s->nodes, s->nodes_total, i, words);
			(void)snprintf(meaning, sizeof(meaning), SLICE_FMT "%s%s",
			               SLICE_ARG(n->def->meaning), words[0] ? ": " : "",
			               words);
		}
		if (secret && value.n != 0) {
			(void)snprintf(hidden, sizeof(hidden), "<%zu octets>", value.n);
			value = slice_str(hidden);
		}
		(void)fprintf(o->f, "%6u  ", n->line);
		(void)fprintf(o->f, "%*s",
		              2 * (n->depth + 1) > 40 ? 40 : 2 * (n->depth + 1), "");
		tty_put(o, slice_str(name));
		(void)fputs("  ", o->f);
		tty_put(o, slice_head(secret_mask(value, &o->scratch), VALUE_BYTES));
		if (meaning[0] != '\0') {
			dim(o, true);
			(void)fputs("   ", o->f);
			tty_put(o, slice_str(meaning));
			if (n->def->clause.n != 0) {
				(void)fputs(" (", o->f);
				tty_put(o, n->def->clause);
				(void)fputc(')', o->f);
			}
			dim(o, false);
		}
		(void)fputc('\n', o->f);
	}
}

static void
show_body(struct out *o, const struct message *m)
{
	const char *verdict = body_verdict_name(m->mans.verdict);
	struct slice rest = m->body, one;

	if (m->body.n == 0)
		return;
	(void)fprintf(o->f, "\nBody, %zu octets", m->body.n);
	if (m->sdp != NULL || m->rtsp != NULL) {
		(void)fputs(m->sdp != NULL ? ", SDP\n" : ", MANSRTSP\n", o->f);
		show_media(o, m);
		return;
	}
	if (verdict == NULL) {
		(void)fputc('\n', o->f);
		/* Text of other kinds, as it stands. */
		while (rest.n != 0 && slice_find(m->body, SLICE("\0")) == m->body.n) {
			if (!slice_cut(rest, '\n', &one, &rest)) {
				one = rest;
				rest = SLICE_EMPTY;
			}
			show_line(o, m, 1, "", slice_trim(one), NULL, NULL);
		}
		return;
	}
	(void)fprintf(o->f, ", MANSCDP, %s, charset %s\n", verdict,
	              m->mans.charset[0] ? m->mans.charset : "unknown");
	(void)fputs("  line\n", o->f);
	show_nodes(o, m);
}

/* A message without its NULs, as UTF-16 has them in each letter, and where its octets stood. */
struct squeezed {
	struct slice text;
	const uint32_t *places; /* NULL: it is the message itself */
	bool failed;
};

static struct squeezed
squeeze(struct slice s, struct arena *a)
{
	struct squeezed q = {.text = s};
	uint32_t *places;
	uint8_t *p;
	size_t i, n = 0;

	if (s.n == 0 || memchr(s.p, 0, s.n) == NULL)
		return q;
	p = arena_alloc(a, s.n);
	places = arena_array(a, s.n + 1, sizeof(*places));
	q.failed = p == NULL || places == NULL;
	for (i = 0; !q.failed && i < s.n; i++)
		if (s.p[i] != 0) {
			places[n] = (uint32_t)i;
			p[n++] = s.p[i];
		}
	if (q.failed)
		return q;
	q.text = slice_of(p, n);
	places[n] = (uint32_t)s.n;
	q.places = places;
	return q;
}

/* The next span to hide behind `from` of the squeezed text, in octets of the message. */
static bool
next_hidden(const struct squeezed *q, size_t *from, struct secret_span *out)
{
	size_t end;

	if (!secret_next(q->text, *from, out))
		return false;
	*from = end = out->at + out->n;
	if (q->places != NULL) {
		/* The NULs before and behind are its letters' too. */
		out->at = out->at ? q->places[out->at - 1] + 1 : 0;
		out->n = q->places[end] - out->at;
	}
	return true;
}

static void
show_hex(struct out *o, struct slice bytes)
{
	struct squeezed q = squeeze(bytes, &o->scratch);
	struct secret_span hidden = {0, 0};
	size_t from = 0, i, k;
	bool more = next_hidden(&q, &from, &hidden);
	struct slice all = bytes;

	if (q.failed)
		return;

	(void)fputs("\nBytes\n", o->f);
	bytes = slice_head(bytes, HEX_BYTES);
	for (i = 0; i < bytes.n; i += 16) {
		char text[17];

		(void)fprintf(o->f, "%06zx ", i);
		for (k = 0; k < 16; k++) {
			uint8_t c;

			if (i + k >= bytes.n) {
				(void)fputs("   ", o->f);
				text[k] = '\0';
				continue;
			}
			while (more && i + k >= hidden.at + hidden.n)
				more = next_hidden(&q, &from, &hidden);
			c = bytes.p[i + k];
			if (more && i + k >= hidden.at) {
				(void)fputs(" **", o->f);
				text[k] = '*';
				continue;
			}
			(void)fprintf(o->f, " %02x", c);
			text[k] = (char)(c >= 0x20 && c < 0x7F ? c : '.');
			/* "##" begins a command in the logs of some runners of CI. */
			if (c == '#' && k != 0 && text[k - 1] == '#')
				text[k] = '.';
		}
		text[16] = '\0';
		(void)fprintf(o->f, "  %s\n", text);
	}
	if (all.n > bytes.n)
		(void)fprintf(o->f, "  ... %zu more octets\n", all.n - bytes.n);
}

void
show_message(struct out *o, const struct message *m, const struct place *p)
{
	struct own *own = o->own;
	const struct capture_info *c = capture_info(o->captures, m->rec.capture);
	char t[TIME_TEXT], a[ADDR_TEXT], b[ADDR_TEXT];
	uint32_t i;

	if (own->total != 0)
		(void)fputc('\n', o->f);
	(void)fprintf(o->f, "Frame %llu of ", (unsigned long long)m->rec.frame);
	tty_put(o, slice_str(c->file));
	(void)fprintf(o->f, ", %s, %s %s > %s, %zu octets\n",
	              time_text(m->rec.time_ns, c->precision, t),
	              carrier_name(m->rec.carrier), addr_text(&m->rec.src, a),
	              addr_text(&m->rec.dst, b), m->rec.bytes.n);
	if (m->rec.frames_total > 1) {
		(void)fputs("put together from frames", o->f);
		for (i = 0; i < m->rec.frames_total; i++)
			(void)fprintf(o->f, " %llu",
			              (unsigned long long)m->rec.frames[i]);
		(void)fputc('\n', o->f);
	}
	(void)fprintf(o->f, "dialog %u (%s), transaction %u%s\n\noffset\n", p->dialog->id,
	              dialog_kind_name(p->dialog->kind), p->tx->id,
	              p->repeat ? ", a repeat of an earlier message" : "");
	show_field(o, m, 0, m->request ? "sip.Request-Line" : "sip.Status-Line",
	           m->sip.start_line);
	if (m->request) {
		show_field(o, m, 1, "sip.Method", m->sip.method);
		show_field(o, m, 1, "sip.r-uri", m->sip.uri);
	} else {
		show_field(o, m, 1, "sip.Status-Code", m->sip.status_text);
	}
	for (i = 0; i < m->sip.headers_total; i++)
		show_header(o, m, &m->sip.headers[i]);
	show_auth(o, m, p);
	show_body(o, m);
	if (!o->quiet)
		show_hex(o, m->rec.bytes);
	if (own->total < SHOWN_MAX) {
		own->shown[own->total].capture = m->rec.capture;
		own->shown[own->total++].frame = m->rec.frame;
	}
	arena_reset(&o->scratch);
}

static void
end(struct out *o, const struct results *r)
{
	struct own *own = o->own;
	struct finding x;
	bool any = false;
	size_t i;

	if (r != NULL)
		(void)findings_rewind(r->findings);
	while (r != NULL && findings_read(r->findings, &x)) {
		for (i = 0; i < own->total && (own->shown[i].capture != x.capture ||
		                               own->shown[i].frame != x.frame);
		     i++)
			continue;
		if (i == own->total)
			continue;
		if (!any)
			(void)fputs("\nFindings\n", o->f);
		any = true;
		(void)fprintf(o->f, "  %s: ", severity_name(x.severity));
		tty_put(o, finding_message(&x, &o->scratch));
		(void)fprintf(o->f, " [%s] (%s)\n", rule_infos[x.rule].id,
		              rule_infos[x.rule].reference);
		arena_reset(&o->scratch);
	}
	free(own);
	o->own = NULL;
}

const struct format format_show = {
    .name = "show",
    .what = "a message as a tree",
    .begin = begin,
    .end = end,
};
