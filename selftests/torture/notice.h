/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notices of death
 *
 * There is one notice for each process that was attached to a target, once it is not
 * attached any more, and none for any other process.
 */
#ifndef TORTURE_NOTICE_H
#define TORTURE_NOTICE_H

#include "target.h"

/* Opens a watch for each target. Returns 0 or a negative errno. */
int notices_open(void);
/* Reads all notices. To be called so often that there is always room for more. */
void notices_read(void);
/* Checks the number of notices, when no process is attached. */
void notices_check(void);
void notices_close(void);

#endif /* TORTURE_NOTICE_H */
