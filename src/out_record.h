/* out_record - the members of each record of the report, for every form that is JSON (docs/report.schema.json).
 *
 * Each writes members only: the braces, and what stands before or behind, are the caller's. */
#ifndef SRC_OUT_RECORD_H
#define SRC_OUT_RECORD_H

#include "src/emit.h"
#include "src/output.h"

#define REPORT_SCHEMA "\"gbscope-report-1\""
#define REPORT_GENERATOR "{\"name\":\"gbscope\",\"version\":\"" GBSCOPE_VERSION "\"}"

struct writer {
	struct emit json;
	const struct capture *captures; /* for the precision of times */
};

void writer_init(struct writer *w, struct out *o);

void record_message(struct writer *w, const struct message *m, const struct place *p);
void record_transaction(struct writer *w, const struct tx *x);
void record_dialog(struct writer *w,
                   const struct dialog *d); /* without its transactions */
/* out_exchange.c */
void record_exchange(struct writer *w, const struct exchange *x);
void record_asks(struct writer *w, const struct asks *s);
struct gb_subscription;
void record_subscription(struct writer *w, const struct gb_subscription *s);
struct gb_notice;
void record_notice(struct writer *w, const struct gb_notice *x);
struct gb_session;
void record_session(struct writer *w, const struct gb_session *s);
struct media_stream;
void record_media(struct writer *w, const struct media_stream *s);
void record_finding(struct writer *w, const struct finding *x);

/* out_device.c, out_totals.c: what is known at the end. */
void record_device(struct writer *w, const struct device *d, const struct findings *f);
void record_expectation(struct writer *w, const struct expected *x);
void record_capture(struct writer *w, const struct results *r, size_t i);
void record_summary(struct writer *w, const struct results *r);

/* Where something was seen: the members capture, frame, time. */
void record_seen(struct writer *w, uint32_t capture, uint64_t frame, int64_t ns);
/* An object of them; frame 0: null, it is not in the capture. */
void record_moment(struct writer *w, const char *key, uint32_t capture, uint64_t frame,
                   int64_t ns);
static inline void
record_ref(struct writer *w, const char *key, const struct ref *r)
{
	record_moment(w, key, r->capture, r->frame, r->time_ns);
}

/* The time of something in a capture. */
void record_time(struct writer *w, const char *key, int64_t ns, uint32_t capture);

#endif
