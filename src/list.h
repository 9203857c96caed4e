/* list - a list in order of arrival, linked both ways through its items. `first` and `last` are members of the list;
 * which members of an item link it is named by who uses it, as an item may stand in several lists. */
#ifndef SRC_LIST_H
#define SRC_LIST_H

#include <stddef.h>

/* To its end. */
#define LIST_ADD(list, item, prev_link, next_link)                                       \
	do {                                                                             \
		(item)->prev_link = (list)->last;                                        \
		(item)->next_link = NULL;                                                \
		if ((list)->last != NULL)                                                \
			(list)->last->next_link = (item);                                \
		else                                                                     \
			(list)->first = (item);                                          \
		(list)->last = (item);                                                   \
	} while (0)

#define LIST_DROP(list, item, prev_link, next_link)                                      \
	do {                                                                             \
		if ((item)->prev_link != NULL)                                           \
			(item)->prev_link->next_link = (item)->next_link;                \
		else                                                                     \
			(list)->first = (item)->next_link;                               \
		if ((item)->next_link != NULL)                                           \
			(item)->next_link->prev_link = (item)->prev_link;                \
		else                                                                     \
			(list)->last = (item)->prev_link;                                \
	} while (0)

#endif
