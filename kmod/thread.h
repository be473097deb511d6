/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: threads
 *
 * The word of a mutex names the thread that owns it. What gettid() says is no name
 * for that: it comes back, and it differs between pid namespaces. So the kernel
 * issues numbers of its own. A thread gets one before it first locks anything and
 * keeps it for as long as it lives, whatever objects come and go meanwhile.
 *
 * A number stands for a struct pid, which never gets a second task once its first
 * one has been released. The record of a thread is found by its number and by its
 * struct pid, both under RCU. It is forgotten only when the struct pid has no
 * task any more; each registration looks at two records for that. Such a record
 * may be that of a zombie group leader, whose struct pid an exec by another thread
 * takes over: that thread then has the leader's record.
 *
 * Numbers are issued in turn, from a random one on, so that a number that a thread
 * has kept beyond the lifetime of the module names nothing. After 2^36 they come
 * back: then all words of the new thread's memory that name dead threads are
 * repaired first, for they might come to name this one.
 *
 * Only the thread itself uses its record beyond number and pid, and it may do so
 * without a lock until it execs, for the record stays while its thread lives.
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
	u64 number;			/* as words have it, KIPC_MUTEX_THREAD */

	struct kipc_place place;	/* the thread's own */

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
