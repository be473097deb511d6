/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_ARRAY_H
#define FUZZ_ARRAY_H

/* kselftest.h defines it, too. */
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#endif /* FUZZ_ARRAY_H */
