/* topic - what a rule is about, and how much of it a capture holds: a rule that had nothing to look at has not been
 * kept, it was not asked. */
#ifndef SRC_TOPIC_H
#define SRC_TOPIC_H

#include "src/rule.h"
#include "src/tracker.h"

/* S(ID, "one of them", "several") */
#define TOPICS(S)                                                                        \
	S(FRAME, "frame", "frames")                                                      \
	S(STREAM, "message over TCP", "messages over TCP")                               \
	S(MESSAGE, "SIP message", "SIP messages")                                        \
	S(REQUEST, "request", "requests")                                                \
	S(RESPONSE, "response", "responses")                                             \
	S(REGISTER, "REGISTER request", "REGISTER requests")                             \
	S(INVITE, "INVITE request", "INVITE requests")                                   \
	S(INFO, "INFO request", "INFO requests")                                         \
	S(ACK, "ACK request", "ACK requests")                                            \
	S(CANCEL, "CANCEL request", "CANCEL requests")                                   \
	S(DIALOG, "request that begins a dialog", "requests that begin a dialog")        \
	S(CONTACT, "message with Contact", "messages with Contact")                      \
	S(ROUTE, "message with Route or Record-Route",                                   \
	  "messages with Route or Record-Route")                                         \
	S(DATE, "message with Date", "messages with Date")                               \
	S(CONTENT, "message with a body", "messages with a body")                        \
	S(CHALLENGE, "challenge", "challenges")                                          \
	S(CREDENTIALS, "request with credentials", "requests with credentials")          \
	S(KNOWN, "request whose password is known", "requests whose password is known")  \
	S(AUTH, "challenge or request with credentials",                                 \
	  "challenges and requests with credentials")                                    \
	S(GB, "message of GB/T 28181", "messages of GB/T 28181")                         \
	S(BODY, "MANSCDP body", "MANSCDP bodies")                                        \
	S(KEEPALIVE, "keep-alive", "keep-alives")                                        \
	S(CONTROL, "DeviceControl command", "DeviceControl commands")                    \
	S(ALARM, "alarm", "alarms")                                                      \
	S(CATALOG, "Catalog body", "Catalog bodies")                                     \
	S(CONFIG, "DeviceConfig command", "DeviceConfig commands")                       \
	S(CALL, "message of a call", "messages of calls")                                \
	S(MEDIASTATUS, "MediaStatus", "MediaStatus")                                     \
	S(BROADCAST, "Broadcast body", "Broadcast bodies")                               \
	S(SUBSCRIPTION, "SUBSCRIBE or NOTIFY request", "SUBSCRIBE and NOTIFY requests")  \
	S(SNAPSHOT, "body of a snapshot", "bodies of snapshots")                         \
	S(UPGRADE, "body of an upgrade", "bodies of upgrades")                           \
	S(JOB, "body of a snapshot or upgrade", "bodies of snapshots and upgrades")      \
	S(UPLOAD, "VideoUploadNotify", "VideoUploadNotify")                              \
	S(CERTIFICATE, "message of a registration with certificates",                    \
	  "messages of registrations with certificates")                                 \
	S(NOTE, "message with Note", "messages with Note")                               \
	S(EXCHANGE, "MANSCDP exchange", "MANSCDP exchanges")                             \
	S(SDP, "session description", "session descriptions")                            \
	S(MANSRTSP, "MANSRTSP body", "MANSRTSP bodies")

enum topic {
#define TOPIC_ID(id, one, several) TOPIC_##id,
	TOPICS(TOPIC_ID)
#undef TOPIC_ID
	    TOPIC_TOTAL
};

enum topic topic_of(enum rule r);
const char *topic_text(enum topic s, uint64_t n); /* for n of them, without the number */

/* Counts by capture: TOPIC_FRAME is the caller's. */
struct topics;
struct topics *topics_new(size_t captures); /* NULL: no memory */
void topics_message(struct topics *s, const struct message *m, const struct place *p);
void topics_exchange(struct topics *s, const struct exchange *x);
uint64_t topics_count(const struct topics *s, size_t capture, enum topic which);
void topics_free(struct topics *s);

#endif
