// SPDX-License-Identifier: GPL-2.0-only
/* Parts of the work that every subject needs. */
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <kipc.h>

#include "subject.h"

/* A system call that does nearly nothing. */

static void empty_call(void)
{
	must(syscall(SYS_getppid) > 0);
}

static void calls(void *object, unsigned int count)
{
	(void)object;
	while (count--)
		empty_call();
}

static const struct subject system_call = {
	.name = "system-call",
	.about = "getppid()",
	.kind = KIND_CALL,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.call = { .repeat = calls },
};

SUBJECT(system_call);

static void *call_create(const struct shape *shape)
{
	(void)shape;
	empty_call();
	return NULL;
}

static void call_destroy(void *object)
{
	(void)object;
}

static const struct subject semaphore_call = {
	.name = "system-call",
	.about = "getppid()",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_FLOOR,
	.able = ABLE_TO_CREATE,
	.create = call_create,
	.destroy = call_destroy,
};

SUBJECT(semaphore_call);

/* The entry of kipc's ioctl, without an operation. */

#define NO_VERB		_IO(KIPC_IOCTL, 0xff)

static void *open_device(const struct shape *shape)
{
	struct descriptors *device = descriptors_alloc(1);

	(void)shape;
	device->list[0].in = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	device->list[0].out = device->list[0].in;
	must(device->list[0].in >= 0);
	return device;
}

static void no_verbs(void *object, unsigned int count)
{
	const struct descriptors *device = object;

	while (count--)
		must(ioctl(device->list[0].in, NO_VERB, NULL) < 0 &&
		     errno == ENOTTY);
}

static const struct subject empty_ioctl = {
	.name = "kipc-ioctl",
	.about = "an ioctl that kipc does not know",
	.kind = KIND_CALL,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = open_device,
	.destroy = descriptors_close,
	.call = { .repeat = no_verbs },
};

SUBJECT(empty_ioctl);

/* Two uncontended compare-and-swaps, which change a word and change it back. */

static void *create_word(const struct shape *shape)
{
	(void)shape;
	return shared_create(1, sizeof(unsigned long));
}

static void swap(unsigned long *word, unsigned long from, unsigned long to)
{
	must(__atomic_compare_exchange_n(word, &from, to, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static void swap_pairs(void *object, unsigned int count)
{
	unsigned long *word = shared_at(object, 0);

	while (count--) {
		swap(word, 0, 1);
		swap(word, 1, 0);
	}
}

static const struct subject swap_call = {
	.name = "swap-pair",
	.about = "two compare-and-swaps",
	.kind = KIND_CALL,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = create_word,
	.destroy = shared_destroy,
	.call = { .repeat = swap_pairs },
};

SUBJECT(swap_call);

static const struct subject swap_semaphore = {
	.name = "swap-pair",
	.about = "two compare-and-swaps",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = create_word,
	.destroy = shared_destroy,
	.semaphore = { .pairs = swap_pairs },
};

SUBJECT(swap_semaphore);

static const struct subject swap_lock = {
	.name = "swap-pair",
	.about = "two compare-and-swaps",
	.kind = KIND_LOCK,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = create_word,
	.destroy = shared_destroy,
	.lock = { .pairs = swap_pairs },
};

SUBJECT(swap_lock);

/* Context switches, which waiting on one processor needs. */

static void give_nothing(void *object, unsigned int element, unsigned int count)
{
	(void)object;
	(void)element;
	(void)count;
}

static void let_others(void *object, unsigned int element)
{
	(void)object;
	(void)element;
	sched_yield();
}

static const struct subject switch_semaphore = {
	.name = "switch-pair",
	.about = "two context switches, sched_yield()",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_FLOOR,
	.able = ABLE_TO_SLEEP,
	.semaphore = { .post = give_nothing, .wait = let_others },
};

SUBJECT(switch_semaphore);

static void meet_nobody(void *object)
{
	(void)object;
	sched_yield();
}

static const struct subject switch_barrier = {
	.name = "switch-pair",
	.about = "two context switches, sched_yield()",
	.kind = KIND_BARRIER,
	.role = ROLE_FLOOR,
	.able = ABLE_TO_SLEEP,
	.barrier = { .wait = meet_nobody },
};

SUBJECT(switch_barrier);

/* A copy without synchronisation. */

static void *create_buffers(const struct shape *shape)
{
	return shared_create(shape->elements, shape->size);
}

static void copy_in(void *object, unsigned int element, void *data, size_t size)
{
	memcpy(shared_at(object, element), data, size);
}

static void copy_out(void *object, unsigned int element, void *buffer,
		     size_t size)
{
	memcpy(buffer, shared_at(object, element), size);
}

static const struct subject copy_mailbox = {
	.name = "copy",
	.about = "a copy into shared memory and one out of it",
	.kind = KIND_MAILBOX,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE | ABLE_TO_STREAM,
	.create = create_buffers,
	.destroy = shared_destroy,
	.mailbox = { .send = copy_in, .receive = copy_out },
};

SUBJECT(copy_mailbox);

static void switch_and_copy(void *object, unsigned int element, void *buffer,
			    size_t size)
{
	sched_yield();
	copy_out(object, element, buffer, size);
}

static const struct subject switch_mailbox = {
	.name = "switch-pair",
	.about = "two context switches, sched_yield(), and the copies",
	.kind = KIND_MAILBOX,
	.role = ROLE_FLOOR,
	.able = ABLE_TO_SLEEP,
	.create = create_buffers,
	.destroy = shared_destroy,
	.mailbox = { .send = copy_in, .receive = switch_and_copy },
};

SUBJECT(switch_mailbox);
