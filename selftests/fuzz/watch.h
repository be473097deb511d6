/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signs that an execution has harmed the kernel without killing it: what the log
 * says, and what the module is still used by when all processes have gone.
 */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include "quota.h"

struct watch {
	int log;		/* /dev/kmsg, or -1 */
	int references;		/* /sys/module/kipc/refcnt, or -1 */
	long usual;		/* references of nobody but the fuzzer */
	struct quota quota;
	char complaint[512];
};

/* What the log says before does not count. */
void watch_open(struct watch *watch, int device);

/* The first line since the last call that complains, or NULL. */
const char *watch_log(struct watch *watch);

/* Whether all descriptors, mappings and objects of the last program go away. */
bool watch_settled(struct watch *watch);

#endif /* FUZZ_WATCH_H */
