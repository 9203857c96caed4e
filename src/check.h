/* check - looks at what the tracker says, and says what is wrong. It changes nothing. */
#ifndef SRC_CHECK_H
#define SRC_CHECK_H

#include "src/findings.h"
#include "src/thresholds.h"

struct checker {
	struct findings *findings;
	struct arena *scratch; /* for arguments made on the way: one message's life */
	const struct thresholds *thresholds; /* NULL: the defaults */
};

/* A message in its place. Both kinds of check call nothing but found(). */
void check_message(const struct checker *c, const struct message *m,
                   const struct place *p);
/* Something ended: a transaction, a dialog, an exchange. */
void check_ended(const struct checker *c, const struct tracker_event *e);
/* An IP packet with the beginning of a SIP message never became whole. */
struct net_loss;
struct transport_conflict;
void check_loss(const struct checker *c, const struct net_loss *l);
void check_conflict(const struct checker *c, const struct transport_conflict *x);
struct continuation;
void check_continued(const struct checker *c, const struct continuation *x);

#define ARGS(...) .args = {__VA_ARGS__}
#define VALUE(s) .has_value = true, .value = (s)
#define EXPECTED(s) .has_expected = true, .expected = (s)

/* A finding on a message: found(c, m, p, RULE_X, .field = ..., VALUE(..), ARGS({"name", slice}, ...)). */
#define found(c, m, p, r, ...)                                                           \
	found_on((c), (m), (p), &(struct finding){.rule = (r), __VA_ARGS__})
void found_on(const struct checker *c, const struct message *m, const struct place *p,
              struct finding *x);
/* A finding on a transaction, at one of its messages. */
void found_at(const struct checker *c, const struct dialog *d, uint32_t tx,
              const struct ref *at, struct finding *x);

struct slice number(const struct checker *c,
                    uint64_t n); /* its digits, in the scratch arena */
struct slice address(const struct checker *c, const struct addr *a); /* with port */

/* The name of a header, as the field of a finding. */
static inline struct slice
header_name(enum sip_hdr id)
{
	return slice_str(sip_header_infos[id].name);
}

/* The head is not whole, and not by the sender's fault: what it lacks, and its last line, say nothing.
 * check_message asks once: of such a message only check_carrier and check_start speak. */
static inline bool
head_cut(const struct message *m)
{
	return m->dis != DIS_OK && (m->rec.faults & RECORD_PARTIAL) != 0;
}

/* How it travelled: also said of a repeat, it belongs to the copy. */
void check_carrier(const struct checker *c, const struct message *m,
                   const struct place *p);
/* Of what ended: how long it took. d is that of the request. */
void check_time_tx(const struct checker *c, const struct tx *x);
void check_time_exchange(const struct checker *c, const struct exchange *x,
                         const struct dialog *d);
/* One file each. */
void check_start(const struct checker *c, const struct message *m, const struct place *p);
void check_headers(const struct checker *c, const struct message *m,
                   const struct place *p);
void check_addresses(const struct checker *c, const struct message *m,
                     const struct place *p);
void check_via(const struct checker *c, const struct message *m, const struct place *p);
void check_transaction(const struct checker *c, const struct message *m,
                       const struct place *p);
void check_timing(const struct checker *c, const struct message *m,
                  const struct place *p);
void check_dialog(const struct checker *c, const struct message *m,
                  const struct place *p);
/* Of a repeat, and of a transaction that ended. */
void check_repeat(const struct checker *c, const struct message *m,
                  const struct place *p);
void check_timing_ended(const struct checker *c, const struct tracker_event *e);
void check_register(const struct checker *c, const struct message *m,
                    const struct place *p);
void check_auth(const struct checker *c, const struct message *m, const struct place *p);
void check_body(const struct checker *c, const struct message *m, const struct place *p);
void check_gb(const struct checker *c, const struct message *m, const struct place *p);
void check_sdp(const struct checker *c, const struct message *m, const struct place *p);
void check_sdp_gb(const struct checker *c, const struct message *m,
                  const struct place *p);
void check_offer(const struct checker *c, const struct message *m, const struct place *p);
/* A call is over: at its BYE, or at its last message. */
void check_media(const struct checker *c, const struct dialog *d, const struct ref *at);
void check_mansrtsp(const struct checker *c, const struct message *m,
                    const struct place *p);
void check_methods(const struct checker *c, const struct message *m,
                   const struct place *p);
void check_extension(const struct checker *c, const struct message *m,
                     const struct place *p);
/* One URI: check_simple's, where others have it read. */
void check_odd_uri(const struct checker *c, const struct message *m,
                   const struct place *p, const char *header, struct slice text,
                   const struct sip_uri *u);
/* 19.1.1: a user before an @, and no password. */
static inline void
check_uri(const struct checker *c, const struct message *m, const struct place *p,
          const char *header, struct slice text, const struct sip_uri *u)
{
	if ((u->has_user && u->user.n == 0) || u->has_password)
		check_odd_uri(c, m, p, header, text, u);
}
void check_simple(const struct checker *c, const struct message *m,
                  const struct place *p);
void check_subscription(const struct checker *c, const struct message *m,
                        const struct place *p);
void check_subscription_ended(const struct checker *c, const struct tracker_event *e);
void check_session(const struct checker *c, const struct message *m,
                   const struct place *p);
void check_session_ended(const struct checker *c, const struct tracker_event *e);

/* GB/T 28181's own terms. */
void check_exchange(const struct checker *c, const struct message *m,
                    const struct place *p);
void check_exchange_ended(const struct checker *c, const struct tracker_event *e);
void check_device(const struct checker *c, const struct message *m,
                  const struct place *p);
void check_device_ended(const struct checker *c, const struct tracker_event *e);
void check_play(const struct checker *c, const struct message *m, const struct place *p);
void check_play_ended(const struct checker *c, const struct tracker_event *e);
void check_notice(const struct checker *c, const struct message *m,
                  const struct place *p);
void check_notice_ended(const struct checker *c, const struct tracker_event *e);
void check_certificate(const struct checker *c, const struct message *m,
                       const struct place *p);

/* All of its body is there: only then can it lack something. */
static inline bool
body_whole(const struct message *m)
{
	return m->missing == 0 && (m->rec.faults & RECORD_PARTIAL) == 0;
}

#endif
