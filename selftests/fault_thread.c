// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread becomes known to the kernel, by asking for its number or by its
 * first lock, with one fault after the other. This happens only once to a
 * thread, so each fault needs a new thread.
 */
#include "fault_check.h"
#include "mutex_word.h"

#include <pthread.h>

struct beginner {
	int (*call)(const struct mutexes *mutexes);
	const struct mutexes *mutexes;
	unsigned int nth;
	bool happened;
	int ret, again;
};

static int call_number(const struct mutexes *mutexes)
{
	__s64 number = thread_number_by(mutexes->fd);

	return number < 0 ? number : !number;
}

static int call_lock(const struct mutexes *mutexes)
{
	return mutex_timedlock_as(mutexes->fd, 0, mutexes->attachment, 0,
				  KIPC_TRY);
}

static void unlock(const struct mutexes *mutexes)
{
	mutex_call_as(mutexes->fd, KIPC_MUTEX_UNLOCK, 0, mutexes->attachment);
}

static void *run_beginner(void *data)
{
	struct beginner *self = data;

	if (faults_open_thread() || !faults_arm(self->nth)) {
		self->ret = -EIO;
		return NULL;
	}
	self->ret = self->call(self->mutexes);
	self->happened = faults_disarm();
	faults_close();
	unlock(self->mutexes);
	self->again = self->call(self->mutexes);
	unlock(self->mutexes);
	return NULL;
}

FIXTURE(beginner) {
	struct mutexes mutexes;
};

FIXTURE_VARIANT(beginner) {
	int (*call)(const struct mutexes *mutexes);
};

FIXTURE_VARIANT_ADD(beginner, asks_for_its_number) {
	.call = call_number,
};

FIXTURE_VARIANT_ADD(beginner, locks) {
	.call = call_lock,
};

FIXTURE_SETUP(beginner)
{
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, create(mutex_args(1))));
}

FIXTURE_TEARDOWN(beginner)
{
}

TEST_F_TIMEOUT(beginner, fails_whole, 800)
{
	struct beginner beginner = {
		.call = variant->call,
		.mutexes = &self->mutexes,
	};
	pthread_t thread;

	do {
		ASSERT_LT(beginner.nth, FAULTS_MAX);
		beginner.nth++;
		ASSERT_EQ(0, pthread_create(&thread, NULL, run_beginner,
					    &beginner));
		ASSERT_EQ(0, pthread_join(thread, NULL));
		EXPECT_TRUE(!beginner.ret ||
			    (beginner.happened && (beginner.ret == -ENOMEM ||
						   beginner.ret == -EFAULT))) {
			TH_LOG("fault %u gives %d", beginner.nth, beginner.ret);
		}
		EXPECT_EQ(0, beginner.again) {
			TH_LOG("after fault %u", beginner.nth);
		}
		check_mutex(self->mutexes.fd, 0, 0, 0, 0);
	} while (beginner.happened && !_metadata->exit_code);
	EXPECT_LT(1U, beginner.nth);
	TH_LOG("%u faults", beginner.nth - 1);
}

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
