/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds signs that an execution has harmed the kernel without crashing it:
 * messages in the log, and references to the module after all processes have
 * ended.
 */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include "quota.h"

struct watch {
	int log;		/* /dev/kmsg, or -1 */
	int references;		/* /sys/module/kipc/refcnt, or -1 */
	long usual;		/* references of the fuzzer itself */
	struct quota quota;
	char complaint[512];
};

/* Ignores messages that are in the log already. */
void watch_open(struct watch *watch, int device);

/* Returns the first complaint in the log since the last call, or NULL. */
const char *watch_log(struct watch *watch);

/* Waits until all files, mappings and objects of the program are gone. */
bool watch_settled(struct watch *watch);

#endif /* FUZZ_WATCH_H */
