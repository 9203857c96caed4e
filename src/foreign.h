/* foreign - files that are no capture gbscope reads, but known by their first octets. */
#ifndef SRC_FOREIGN_H
#define SRC_FOREIGN_H

#include <stdint.h>

/* What it is and what to do, to stand behind the file's name; NULL: not known. The first four octets, as a number in
 * network byte order. */
const char *foreign_what(uint32_t magic);

#endif
