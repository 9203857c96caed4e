/* err - what is wrong with the world, in one line for stderr. */
#ifndef SRC_ERR_H
#define SRC_ERR_H

struct err {
	char text[512];
};

/* Keeps the first text only; control characters become '?'. Returns -1, so that a caller can say `return err_set(...)`. */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
