/* dict_file - the dictionaries of a run: ours, and those in the user's files, as they stand. */
#ifndef SRC_DICT_FILE_H
#define SRC_DICT_FILE_H

#include "src/dict.h"

/* Ours, as it stands in dissect/manscdp.xml. */
struct slice dict_ours(void);
/* Ours and then the files', total + 1 in all, in the arena. NULL and *e with the file's
 * name where one cannot be read or is larger than LIMIT_DICTIONARY_BYTES. */
struct dict_source *dict_sources(const char *const *files, size_t total, struct arena *a,
                                 struct err *e);

#endif
