/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The header of every test program: the kselftest harness, and the helpers that
 * nearly all programs need. A program includes the other headers of this folder
 * itself. Files in ../lib and ../torture do not include this header, because the
 * harness is for a program of one source file.
 */
#ifndef KIPC_TEST_H
#define KIPC_TEST_H

#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/kipc.h>

#include "barrier.h"
#include "call.h"
#include "child.h"
#include "create.h"
#include "deadline.h"
#include "fdinfo.h"
#include "load.h"
#include "mailbox.h"
#include "message_ring.h"
#include "mutex.h"
#include "name.h"
#include "object.h"
#include "region.h"
#include "semaphore.h"
#include "shared_memory.h"
#include "thread.h"
#include "until.h"

/* In seconds. A kernel with debug checks is slow, and the machine may be busy. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

#endif /* KIPC_TEST_H */
