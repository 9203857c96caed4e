/* config_file - where the configuration is, and what stands in it. It may come with a repository: it is not trusted. */
#ifndef SRC_CONFIG_FILE_H
#define SRC_CONFIG_FILE_H

#include "dissect/arena.h"
#include "src/options.h"

#define CONFIG_NAME "gbscope.conf"

/* The file that --config names; else the CONFIG_NAME of the working directory or the nearest one above it, up to
 * one with a .git in it, or the root. *name is NULL where there is none. In the arena. 0, or -1 and *e. */
int config_file(const struct options *o, struct arena *a, const char **name,
                struct slice *text, struct err *e);
/* A path as the file means it: beside the file. NULL and *e, with the path, where it is no regular file. */
const char *config_path(const char *file, const char *path, struct arena *a,
                        struct err *e);

#endif
