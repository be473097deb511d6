/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds objects that were leaked, which have no descriptor and no name. With a
 * quota of one object, a user can create an object only if there is no other of
 * that user.
 */
#ifndef FUZZ_QUOTA_H
#define FUZZ_QUOTA_H

#include <stdbool.h>

struct quota {
	int limit;		/* the parameter max_objects, or -1 */
	char usual[32];		/* its value before fuzzing */
	int device;
};

void quota_open(struct quota *quota, int device);

/*
 * Returns whether no user of the programs has objects. The caller must not have
 * CAP_SYS_RESOURCE.
 */
bool quota_unused(const struct quota *quota);

#endif /* FUZZ_QUOTA_H */
