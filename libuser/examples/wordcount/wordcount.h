/* SPDX-License-Identifier: MIT */
#ifndef WORDCOUNT_WORDCOUNT_H
#define WORDCOUNT_WORDCOUNT_H

/* Exit statuses beside 0. */
#define EXIT_DIFFERENT	1	/* the two counts are not equal */
#define EXIT_TROUBLE	2	/* there is no count: arguments, files, kipc */

#endif /* WORDCOUNT_WORDCOUNT_H */
