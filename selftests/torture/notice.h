/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notices of death
 *
 * Of everybody who was attached to a target there is a notice once he is not any
 * more, and none of anybody else.
 */
#ifndef TORTURE_NOTICE_H
#define TORTURE_NOTICE_H

#include "target.h"

/* 0 or a negative errno. */
int notices_open(void);
/* So often that there is always room for more. */
void notices_read(void);
/* Nobody is attached. */
void notices_check(void);
void notices_close(void);

#endif /* TORTURE_NOTICE_H */
