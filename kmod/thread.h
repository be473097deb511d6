/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: threads
 *
 * The word of a mutex names the thread that owns it. The result of gettid() is not
 * suitable for that, because the kernel reuses it and because it differs between
 * pid namespaces. So the module issues numbers of its own. A thread gets a number
 * before it locks its first mutex, and keeps it for as long as it lives,
 * independently of the lifetime of objects.
 *
 * A number stands for a struct pid. Once the task of a struct pid has been
 * released, the struct pid never gets another task. A record is found by its number
 * or by its struct pid, both under RCU. It is removed only after the struct pid has
 * no task any more; each registration checks two other records for that. If a
 * thread that is not the leader of its group execs, it takes over the struct pid of
 * the leader, and with it the record of the leader.
 *
 * Numbers are issued in ascending order from a random one on, so that a number that
 * a thread has kept while the module was unloaded names no thread. After 2^36
 * numbers the first ones are issued again. Words that name a dead thread with such
 * a number would then name a living one. So before a number is issued again, all
 * words in the memory of the new thread that name dead threads are repaired.
 *
 * Only the thread itself uses its record beyond number and pid. It needs no lock for
 * that until it execs, because the record stays while the thread lives.
 */
#ifndef KIPC_THREAD_H
#define KIPC_THREAD_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "place.h"

struct kipc_object;
struct pid;

struct kipc_thread {
	/* constant */
	struct pid *pid;
	u64 number;			/* the bits KIPC_MUTEX_THREAD of a word */

	struct kipc_place place;	/* used by the thread itself only */

	struct hlist_node node;		/* threads_lock */
	struct rcu_head rcu;
};

struct kipc_thread *kipc_thread_find(void);
struct kipc_thread *kipc_thread_get(void);
struct pid *kipc_thread_pid(u64 number);
int kipc_thread_ioctl(struct kipc_object *object, void __user *arg);

void kipc_threads_collect(void);
int kipc_threads_init(int (*reap_owned)(void));
void kipc_threads_exit(void);

#endif /* KIPC_THREAD_H */
