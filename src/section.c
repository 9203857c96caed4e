#include "src/section.h"

static void
exchange(struct writer *w, const void *what)
{
	record_exchange(w, what);
}

static void
subscription(struct writer *w, const void *what)
{
	record_subscription(w, what);
}

static void
notice(struct writer *w, const void *what)
{
	record_notice(w, what);
}

static void
session(struct writer *w, const void *what)
{
	record_session(w, what);
}

static void
media(struct writer *w, const void *what)
{
	record_media(w, what);
}

const struct section_info sections[SECTION_TOTAL] = {
    [SECTION_EXCHANGES] = {"exchanges", "exchange", exchange},
    [SECTION_SUBSCRIPTIONS] = {"subscriptions", "subscription", subscription},
    [SECTION_NOTICES] = {"notices", "notice", notice},
    [SECTION_SESSIONS] = {"sessions", "session", session},
    [SECTION_MEDIA] = {"media", "media", media},
};
