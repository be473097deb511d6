// SPDX-License-Identifier: GPL-2.0-only
/* Parts of the work that every subject needs. */
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <kipc.h>

#include "subject.h"

/* A system call that does nearly nothing. */

static void floor_empty_call(void)
{
	must(syscall(SYS_getppid) > 0);
}

static void floor_calls(void *object, unsigned int count)
{
	(void)object;
	while (count--)
		floor_empty_call();
}

static const struct subject system_call = {
	.name = "system-call",
	.about = "getppid()",
	.kind = KIND_CALL,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.call = { .repeat = floor_calls },
};

SUBJECT(system_call);

static void *floor_call_create(const struct shape *shape)
{
	(void)shape;
	floor_empty_call();
	return NULL;
}

static void floor_call_destroy(void *object)
{
	(void)object;
}

static const struct subject semaphore_call = {
	.name = "system-call",
	.about = "getppid()",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_FLOOR,
	.able = ABLE_TO_CREATE,
	.create = floor_call_create,
	.destroy = floor_call_destroy,
};

SUBJECT(semaphore_call);

/* The entry of kipc's ioctl, without an operation. */

#define NO_VERB		_IO(KIPC_IOCTL, 0xff)

static void *floor_open_device(const struct shape *shape)
{
	struct descriptors *device = descriptors_alloc(1);

	(void)shape;
	device->list[0].in = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	device->list[0].out = device->list[0].in;
	must(device->list[0].in >= 0);
	return device;
}

static void floor_no_verbs(void *object, unsigned int count)
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
	.create = floor_open_device,
	.destroy = descriptors_close,
	.call = { .repeat = floor_no_verbs },
};

SUBJECT(empty_ioctl);

/* Two uncontended compare-and-swaps, which change a word and change it back. */

static void *floor_create_word(const struct shape *shape)
{
	(void)shape;
	return shared_create(1, sizeof(unsigned long));
}

static void floor_swap(unsigned long *word, unsigned long from, unsigned long to)
{
	must(__atomic_compare_exchange_n(word, &from, to, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static void floor_swap_pairs(void *object, unsigned int count)
{
	unsigned long *word = shared_at(object, 0);

	while (count--) {
		floor_swap(word, 0, 1);
		floor_swap(word, 1, 0);
	}
}

static const struct subject swap_call = {
	.name = "swap-pair",
	.about = "two compare-and-swaps",
	.kind = KIND_CALL,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = floor_create_word,
	.destroy = shared_destroy,
	.call = { .repeat = floor_swap_pairs },
};

SUBJECT(swap_call);

static const struct subject swap_semaphore = {
	.name = "swap-pair",
	.about = "two compare-and-swaps",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = floor_create_word,
	.destroy = shared_destroy,
	.semaphore = { .pairs = floor_swap_pairs },
};

SUBJECT(swap_semaphore);

static const struct subject swap_lock = {
	.name = "swap-pair",
	.about = "two compare-and-swaps",
	.kind = KIND_LOCK,
	.role = ROLE_FLOOR,
	.able = ABLE_ALONE,
	.create = floor_create_word,
	.destroy = shared_destroy,
	.lock = { .pairs = floor_swap_pairs },
};

SUBJECT(swap_lock);

/* Context switches, which waiting on one processor needs. */

static void floor_give_nothing(void *object, unsigned int element, unsigned int count)
{
	(void)object;
	(void)element;
	(void)count;
}

static void floor_let_others(void *object, unsigned int element)
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
	.semaphore = { .post = floor_give_nothing, .wait = floor_let_others },
};

SUBJECT(switch_semaphore);

static void floor_meet_nobody(void *object)
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
	.barrier = { .wait = floor_meet_nobody },
};

SUBJECT(switch_barrier);

/* A copy without synchronisation. */

static void *floor_create_buffers(const struct shape *shape)
{
	return shared_create(shape->elements, shape->size);
}

static void floor_copy_in(void *object, unsigned int element, void *data, size_t size)
{
	memcpy(shared_at(object, element), data, size);
}

static void floor_copy_out(void *object, unsigned int element, void *buffer,
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
	.create = floor_create_buffers,
	.destroy = shared_destroy,
	.mailbox = { .send = floor_copy_in, .receive = floor_copy_out },
};

SUBJECT(copy_mailbox);

static void floor_switch_and_copy(void *object, unsigned int element, void *buffer,
				  size_t size)
{
	sched_yield();
	floor_copy_out(object, element, buffer, size);
}

static const struct subject switch_mailbox = {
	.name = "switch-pair",
	.about = "two context switches, sched_yield(), and the copies",
	.kind = KIND_MAILBOX,
	.role = ROLE_FLOOR,
	.able = ABLE_TO_SLEEP,
	.create = floor_create_buffers,
	.destroy = shared_destroy,
	.mailbox = { .send = floor_copy_in, .receive = floor_switch_and_copy },
};

SUBJECT(switch_mailbox);
