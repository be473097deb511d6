/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_NAMES_H
#define FUZZ_NAMES_H

#include <stdbool.h>

/* Removes all names. Returns false if LIST still returns one. */
bool names_remove(int device);

#endif /* FUZZ_NAMES_H */
