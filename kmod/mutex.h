/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: mutexes
 *
 * The value of an element says who owns it: attachment and thread. The word
 * names its owner from the compare-and-swap on, so whenever he dies it is known
 * what he held, and the next one to lock it is told.
 *
 * A mutex is no queue of units: handing it over on each unlock would make a
 * convoy of its users. So a contended word is given back to user space with
 * KIPC_MUTEX_WAITERS set: lockers go on using compare-and-swap, unlockers come to
 * the kernel, where the first waiter is kicked to try again. From then on until it
 * has found that somebody was faster they need not come. It has the mutex handed to
 * it once it has lost twice, and at once if it is a real-time thread.
 * KIPC_FAIR keeps the word in the kernel while somebody waits, and hands over
 * always.
 *
 * What holds whenever an element is left: if it has no owner, its first waiter is
 * awake, and passes that on should it go away; and a word of user space's without
 * KIPC_MUTEX_WAITERS has no waiter, or a first one that is kicked.
 */
#ifndef KIPC_MUTEX_H
#define KIPC_MUTEX_H

#include "attachment.h"
#include "object.h"
#include "word.h"

struct kipc_mutex {
	struct kipc_object object;
	struct kipc_words words;
};

static inline struct kipc_mutex *kipc_mutex_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_mutex, object);
}

static inline bool kipc_mutex_is_fair(const struct kipc_mutex *mutex)
{
	return mutex->object.flags & KIPC_FAIR;
}

static inline bool kipc_mutex_detects(const struct kipc_mutex *mutex)
{
	return mutex->object.flags & KIPC_DETECT;
}

static inline u32 kipc_mutex_owner_attachment(u64 value)
{
	return (value & KIPC_MUTEX_ATTACHMENT) >> KIPC_MUTEX_SHIFT;
}

struct task_struct *kipc_mutex_owner_task(struct kipc_mutex *mutex, u64 value);
void kipc_mutex_owner(struct kipc_mutex *mutex, u64 value, u32 *process,
		      u32 *thread);

void kipc_mutex_spin(struct kipc_mutex *mutex, struct kipc_element *e,
		     u32 index, const struct kipc_deadline *deadline);
void kipc_mutex_spin_queued(struct kipc_mutex *mutex, struct kipc_element *e,
			    u32 index, struct kipc_waiter *waiter,
			    const struct kipc_deadline *deadline);

int kipc_mutex_lock(struct kipc_mutex *mutex, u32 index,
		    struct kipc_attachment *attachment,
		    const struct kipc_deadline *deadline);
int kipc_mutex_unlock(struct kipc_mutex *mutex, u32 index,
		      struct kipc_attachment *attachment);
int kipc_mutex_consistent(struct kipc_mutex *mutex, u32 index,
			  struct kipc_attachment *attachment);
int kipc_mutex_state(struct kipc_mutex *mutex,
		     struct kipc_mutex_state_args *args);

/* What a type whose structure begins with struct kipc_mutex needs. */
int kipc_mutex_init(struct kipc_object *object);
void kipc_mutex_exit(struct kipc_object *object);
long kipc_mutex_ioctl(struct file *file, unsigned int command,
		      void __user *arg);
struct kipc_words *kipc_mutex_words(struct kipc_object *object);
u32 kipc_mutex_detach(struct kipc_object *object,
		      struct kipc_attachment *attachment);
u32 kipc_mutex_settle(struct kipc_object *object,
		      struct kipc_attachment *attachment);
void kipc_mutex_scan(struct kipc_object *object);
void kipc_mutex_show(struct seq_file *seq, struct kipc_object *object);
u32 kipc_mutex_first_owner(struct kipc_object *object);

#endif /* KIPC_MUTEX_H */
