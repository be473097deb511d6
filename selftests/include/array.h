/* SPDX-License-Identifier: GPL-2.0-only */
/* ARRAY_SIZE() for source files that do not include the harness. */
#ifndef ARRAY_H
#define ARRAY_H

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#endif /* ARRAY_H */
