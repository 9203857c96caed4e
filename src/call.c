#include "src/call.h"

const struct seat *
call_seat(const struct call *c, const struct addr *at, enum call_side side)
{
	const struct seat *s;

	for (s = c->seats; s != NULL; s = s->next)
		if (s->side == side && addr_ip_eq(&s->at, at) &&
		    (!c->one_host || s->at.port == at->port))
			return s;
	return NULL;
}

const struct tx *
call_invite(const struct call *c, enum call_side by, uint32_t cseq,
            const struct addr *from)
{
	unsigned i;

	for (i = c->invites_total; i-- != 0;)
		if (c->invites[i]->cseq == cseq && call_side_of(c->invites[i]) == by &&
		    addr_ip_eq(&c->invites[i]->client, from))
			return c->invites[i];
	return NULL;
}

const struct tx *
call_open(const struct call *c, const struct tx *x, enum call_side by)
{
	const struct tx *y;
	unsigned i;

	for (i = c->invites_total; i-- != 0;) {
		y = c->invites[i];
		/* The same number on the same side is the same request on another hop. */
		if (y != x && y->status == 0 && y->request.frame != 0 && !y->fork &&
		    y->forks == 0 && call_side_of(y) == by &&
		    (by != call_side_of(x) || y->cseq < x->cseq))
			return y;
	}
	return NULL;
}

bool
value_next(struct slice *rest, struct slice *value)
{
	while (sip_list_next(rest, value))
		if (value->n != 0)
			return true;
	return false;
}

bool
call_passes(const struct tx *x)
{
	const struct call *c = x->dialog->call;
	const struct seat *s;
	struct slice rest, next;
	struct sip_addr a = {.bracketed = false};
	struct sip_uri uri;
	struct addr host;

	if (c == NULL)
		return false;
	if (c->requests[call_side_of(x)])
		return true;
	s = call_seat(c, &x->client, call_side_of(x));
	/* Where a proxy has sent it, its client does not send the ACK. */
	if (x->vias != 1 || s == NULL || s->target.n == 0 || !s->routes.known)
		return false;
	rest = s->routes.text;
	a.uri = s->target;
	if (value_next(&rest, &next))
		(void)sip_addr_dissect(next, NULL, &a);
	(void)sip_uri_dissect(a.uri, NULL, &uri);
	return addr_parse(uri.host, &host) && addr_ip_eq(&host, &x->server);
}
