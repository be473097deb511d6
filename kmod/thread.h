/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: threads
 *
 * The word of a mutex names the thread that owns it. The number that gettid()
 * returns cannot be used for that, because it is reused and because it differs
 * between pid namespaces. So the module issues numbers of its own. A thread
 * gets a number before it first locks anything and keeps it for as long as it
 * lives, whatever objects are created and freed meanwhile.
 *
 * A number stands for a struct pid. A struct pid that has lost its task never
 * gets another one. The record of a thread is found by its number and by its
 * struct pid, both under RCU. It is removed only when the struct pid has no
 * task any more. Each registration of a thread checks two other records for
 * that, and kipc_threads_collect() has all records checked.
 *
 * Exec by a thread other than the group leader is special. The thread takes
 * over the struct pid of the leader, and with it the leader's record, which has
 * stayed because the leader was a zombie until then.
 *
 * Numbers are issued in turn, beginning with a random one. So a number that a
 * thread has kept from before the module was unloaded most likely names no
 * thread after it was loaded again. After 2^36 - 1 numbers the first ones are
 * issued again. A word may still have such a number from a dead thread, and
 * would name the new thread then. Therefore all words in the memory of the new
 * thread that name dead threads are repaired before it gets the number. While
 * that goes on the number is reserved, so it names no thread.
 *
 * Other tasks use only the number and the struct pid of a record. The thread
 * itself uses all of it, without a lock: the record stays at least until the
 * thread ends or calls exec.
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
	u64 number;			/* in the bits of KIPC_MUTEX_THREAD */

	struct kipc_place place;	/* only the thread itself uses it */

	struct hlist_node node;		/* threads_lock; RCU to read */
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
