/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that perform operations, one for each kind. Each returns the result
 * of the system call, or a negative errno.
 */
#ifndef FUZZ_PERFORM_H
#define FUZZ_PERFORM_H

#include "op.h"

#define PERFORM(name) \
	long perform_##name(const struct op_kind *kind, const __u64 *args)

/* perform_ioctl.c */
PERFORM(ioctl);
PERFORM(command);

/* perform_file.c */
PERFORM(read);
PERFORM(write);
PERFORM(poll);
PERFORM(epoll);
PERFORM(epoll_control);
PERFORM(epoll_wait);
PERFORM(dup);
PERFORM(close);
PERFORM(status);
PERFORM(fdinfo);
PERFORM(stat);
PERFORM(reopen);
PERFORM(change_mode);
PERFORM(change_owner);
PERFORM(pass);
PERFORM(take);
PERFORM(files);

/* perform_memory.c */
PERFORM(map);
PERFORM(unmap);
PERFORM(protect);
PERFORM(remap);
PERFORM(advise);
PERFORM(lock);
PERFORM(scribble);
PERFORM(futex);
PERFORM(copy);

/* perform_process.c */
PERFORM(fork);
PERFORM(start_thread);
PERFORM(exit);
PERFORM(exec);
PERFORM(signal);
PERFORM(handle);
PERFORM(become);
PERFORM(unshare);
PERFORM(schedule);
PERFORM(sleep);

#endif /* FUZZ_PERFORM_H */
