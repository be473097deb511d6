/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether objects are left that no descriptor and no name leads to: with a quota
 * of one object, its user can create one only where there is none.
 */
#ifndef FUZZ_QUOTA_H
#define FUZZ_QUOTA_H

#include <stdbool.h>

struct quota {
	int limit;		/* the parameter max_objects, or -1 */
	char usual[32];		/* its value */
	int device;
};

void quota_open(struct quota *quota, int device);

/* By a thread without CAP_SYS_RESOURCE. No user of any program has objects. */
bool quota_unused(const struct quota *quota);

#endif /* FUZZ_QUOTA_H */
