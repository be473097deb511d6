// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads exchange plain data under the protection of objects of the shared library.
 * ThreadSanitizer must not report a race. Most of the objects are sealed, so that every
 * operation is a system call, which ThreadSanitizer does not see. For the others it does
 * not see the compare-and-swaps in the library, which is not instrumented.
 */
#include <kipc.h>
#include <pthread.h>
#include <stdio.h>

#define ROUNDS	100

static struct kipc_semaphore *filled, *emptied, *thrown, *spare;
static struct kipc_mutex *mutex;
static struct kipc_barrier *barrier;
static struct kipc_mailbox *mailbox;
static int slot, counter, halves[2], parcel, ball;

static void *take(void *data)
{
	int i, sum = 0;
	char byte;

	(void)data;
	for (i = 0; i < ROUNDS; i++) {
		kipc_semaphore_wait(filled, 0, 1);
		sum += slot;
		kipc_semaphore_post(emptied, 0, 1);
		kipc_mutex_lock(mutex, 0);
		counter++;
		kipc_mutex_unlock(mutex, 0);
		halves[1] = i;
		kipc_barrier_wait(barrier);
		sum += halves[0];
		kipc_barrier_wait(barrier);
		kipc_mailbox_receive(mailbox, &byte, 1, NULL);
		sum += parcel;
		kipc_semaphore_post(emptied, 0, 1);
		ball = i;
		kipc_semaphore_post(thrown, 0, 1);
	}
	return (void *)(long)sum;
}

/* Waits until the unit is there, so that the library takes it without the kernel. */
static void catch_ball(int expected)
{
	uint32_t units = 0;

	while (!units)
		kipc_semaphore_value(thrown, 0, &units);
	kipc_semaphore_post_wait(spare, 0, 1, thrown, 0, 1);
	if (ball != expected)
		printf("# the ball is %d, not %d\n", ball, expected);
}

static void give(void)
{
	int i;
	long sum = 0;

	for (i = 0; i < ROUNDS; i++) {
		slot = i;
		kipc_semaphore_post(filled, 0, 1);
		kipc_semaphore_wait(emptied, 0, 1);
		kipc_mutex_lock(mutex, 0);
		counter++;
		kipc_mutex_unlock(mutex, 0);
		halves[0] = i;
		kipc_barrier_wait(barrier);
		sum += halves[1];
		kipc_barrier_wait(barrier);
		parcel = i;
		kipc_mailbox_send(mailbox, "x", 1, 0);
		kipc_semaphore_wait(emptied, 0, 1);
		catch_ball(i);
	}
	if (sum != ROUNDS * (ROUNDS - 1) / 2)
		printf("# the halves make %ld\n", sum);
}

int main(void)
{
	const struct kipc_semaphore_options sealed = { .flags = KIPC_SEALED };
	const struct kipc_mutex_options sealed_mutex = { .flags = KIPC_SEALED };
	const struct kipc_barrier_options sealed_barrier = {
		.flags = KIPC_SEALED, .parties = 2,
	};
	pthread_t thread;
	void *sum;

	if (kipc_semaphore_create(&filled, NULL, &sealed) ||
	    kipc_semaphore_create(&emptied, NULL, &sealed) ||
	    kipc_semaphore_create(&thrown, NULL, NULL) ||
	    kipc_semaphore_create(&spare, NULL, NULL) ||
	    kipc_mutex_create(&mutex, NULL, &sealed_mutex) ||
	    kipc_barrier_create(&barrier, NULL, &sealed_barrier) ||
	    kipc_mailbox_create(&mailbox, NULL, NULL))
		return 2;
	pthread_create(&thread, NULL, take, NULL);
	give();
	pthread_join(thread, &sum);
	return (long)sum == 3 * ROUNDS * (ROUNDS - 1) / 2 &&
	       counter == 2 * ROUNDS ? 0 : 1;
}
