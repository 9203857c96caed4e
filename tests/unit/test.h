/* test - what a unit test needs: ok() for each thing that must hold, done() at the end of main. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned test_passed, test_failed;

__attribute__((format(printf, 2, 3))) static inline bool
ok(bool holds, const char *fmt, ...)
{
	va_list ap;

	if (holds) {
		test_passed++;
		return true;
	}
	test_failed++;
	printf("not ok - ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	return false;
}

/* The last line of each test program, and its exit status. */
static inline int
done(void)
{
	printf("%u passed, %u failed\n", test_passed, test_failed);
	return test_failed != 0 || test_passed == 0;
}

#endif
