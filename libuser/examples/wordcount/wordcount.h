/* SPDX-License-Identifier: MIT */
#ifndef WORDCOUNT_WORDCOUNT_H
#define WORDCOUNT_WORDCOUNT_H

/* Exit statuses besides 0. */
#define EXIT_DIFFERENT	1	/* the two counts are not equal */
#define EXIT_TROUBLE	2	/* no result: arguments, files or kipc */

#endif /* WORDCOUNT_WORDCOUNT_H */
