/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_NAMES_H
#define FUZZ_NAMES_H

#include <stdbool.h>

/* Remove every name that LIST tells of: false if one is still there. */
bool names_remove(int device);

#endif /* FUZZ_NAMES_H */
