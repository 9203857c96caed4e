/* clock - the capture's time, held against single frames whose stamp is absurd. */
#ifndef SRC_CLOCK_H
#define SRC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND ((int64_t)1000000000)

enum { CLOCK_JUMP_S = 3600 };

struct clock {
	int64_t now_ns;     /* never goes back but by a jump that two frames agree on */
	int64_t suspect_ns; /* the last stamp that lay an hour or more off */
	bool running, doubtful;
};

/* The time after a frame stamped t (>= 0). A stamp more than an hour off moves the clock only when
 * the next one agrees with it. */
static inline int64_t
clock_tick(struct clock *c, int64_t t)
{
	const int64_t jump = CLOCK_JUMP_S * CLOCK_SECOND;

	if (!c->running) {
		c->running = true;
		c->now_ns = t;
	} else if (t - c->now_ns <= jump && c->now_ns - t <= jump) {
		c->doubtful = false;
		if (t > c->now_ns)
			c->now_ns = t;
	} else if (c->doubtful && t - c->suspect_ns <= jump &&
	           c->suspect_ns - t <= jump) {
		c->doubtful = false;
		c->now_ns = t;
	} else {
		c->doubtful = true;
		c->suspect_ns = t;
	}
	return c->now_ns;
}

/* Has more than `span` passed since? Also when the clock was set back by more. */
static inline bool
clock_passed(const struct clock *c, int64_t since, int64_t span)
{
	return c->now_ns - since > span ||
	       since - c->now_ns > CLOCK_JUMP_S * CLOCK_SECOND;
}

#endif
