// SPDX-License-Identifier: MIT
/*
 * Two accounts and a mutex that survives kill -9 of its owner: clerks move money
 * from one to the other, and each is killed at some point of that. Whoever finds
 * the mutex left by a dead clerk mends the accounts first: their sum is known.
 */
#include <errno.h>
#include <error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kipc.h>

#define CLERKS	20
#define TOTAL	1000

struct ledger {
	volatile int from;
	volatile int to;
	volatile int mended;
};

/* What a clerk may have taken from one account and not yet put on the other. */
static void mend(struct ledger *ledger)
{
	ledger->to = TOTAL - ledger->from;
	ledger->mended++;
}

static void lock(struct kipc_mutex *mutex, struct ledger *ledger)
{
	int status;

	status = kipc_mutex_lock(mutex, 0);
	if (status == -EOWNERDEAD) {
		mend(ledger);
		status = kipc_mutex_consistent(mutex, 0);
	}
	if (status)
		error(1, -status, "cannot lock");
}

/* Goes on until somebody kills it. */
static void work(struct kipc_mutex *mutex, struct ledger *ledger, int ready)
{
	int amount;

	for (;;) {
		lock(mutex, ledger);
		amount = ledger->from > 0 ? 7 : -7;
		ledger->from -= amount;
		if (ready >= 0 && write(ready, "", 1) != 1)
			error(1, errno, "cannot say that it works");
		ready = -1;
		ledger->to += amount;
		kipc_mutex_unlock(mutex, 0);
	}
}

/* One clerk, who is killed as soon as he works. */
static void hire(struct kipc_mutex *mutex, struct ledger *ledger)
{
	int ends[2];
	pid_t clerk;
	char byte;

	if (pipe(ends))
		error(1, errno, "cannot make a pipe");
	clerk = fork();
	if (clerk < 0)
		error(1, errno, "cannot fork");
	if (!clerk)
		work(mutex, ledger, ends[1]);
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		error(1, 0, "a clerk does not work");
	kill(clerk, SIGKILL);
	waitpid(clerk, NULL, 0);
	close(ends[0]);
}

int main(void)
{
	struct kipc_mutex *mutex;
	struct ledger *ledger;
	int i, sum, status;

	ledger = mmap(NULL, sizeof(*ledger), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ledger == MAP_FAILED)
		error(1, errno, "no memory to share");
	ledger->from = TOTAL;
	status = kipc_mutex_create(&mutex, NULL, NULL);
	if (status)
		error(1, -status, "no mutex; is the kipc module loaded?");

	for (i = 0; i < CLERKS; i++)
		hire(mutex, ledger);
	lock(mutex, ledger);
	sum = ledger->from + ledger->to;
	printf("%d clerks killed, mended %d times, the sum is %s\n", CLERKS,
	       ledger->mended, sum == TOTAL ? "right" : "wrong");
	kipc_mutex_unlock(mutex, 0);
	kipc_mutex_close(mutex);
	return sum == TOTAL ? 0 : 1;
}
