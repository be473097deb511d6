// SPDX-License-Identifier: MIT
/*
 * A region with two accounts, and a mutex for them that survives kill -9 of its
 * owner. Processes, the clerks, move money from one account to the other, and
 * each is killed at some point while it does. The next locker of the mutex then
 * gets -EOWNERDEAD and repairs the accounts first: their sum is known.
 */
#include <errno.h>
#include <error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kipc.h>

#define CLERKS	20
#define TOTAL	1000

struct ledger {
	int from;
	int to;
	int repairs;
};

/*
 * Repairs the accounts: a dead clerk may have taken an amount from one account
 * and not yet added it to the other.
 */
static void repair(struct ledger *ledger)
{
	ledger->to = TOTAL - ledger->from;
	ledger->repairs++;
}

static void lock(struct kipc_mutex *mutex, struct ledger *ledger)
{
	int status;

	status = kipc_mutex_lock(mutex, 0);
	if (status == -EOWNERDEAD) {
		repair(ledger);
		status = kipc_mutex_consistent(mutex, 0);
	}
	if (status)
		error(1, -status, "cannot lock");
}

/* Moves money until the process is killed. */
static void move_money(struct kipc_mutex *mutex, struct ledger *ledger, int ready)
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

/* Starts one clerk, and kills it as soon as it has begun to work. */
static void run_clerk(struct kipc_mutex *mutex, struct ledger *ledger)
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
		move_money(mutex, ledger, ends[1]);
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		error(1, 0, "a clerk does not work");
	kill(clerk, SIGKILL);
	waitpid(clerk, NULL, 0);
	close(ends[0]);
}

int main(void)
{
	const struct kipc_region_options options = {
		.mutexes = 1,
		.bytes = sizeof(struct ledger),
	};
	struct kipc_region *region;
	struct kipc_mutex *mutex;
	struct ledger *ledger;
	int i, sum, status;
	void *data;

	status = kipc_region_create(&region, NULL, &options);
	if (status)
		error(1, -status, "no region; is the kipc module loaded?");
	status = kipc_region_map(region, KIPC_READ | KIPC_WRITE, &data);
	if (status)
		error(1, -status, "cannot map the region");
	mutex = kipc_region_mutex(region);
	ledger = data;
	ledger->from = TOTAL;

	for (i = 0; i < CLERKS; i++)
		run_clerk(mutex, ledger);
	lock(mutex, ledger);
	sum = ledger->from + ledger->to;
	printf("%d clerks killed, repaired %d times, the sum is %s\n", CLERKS,
	       ledger->repairs, sum == TOTAL ? "right" : "wrong");
	kipc_mutex_unlock(mutex, 0);
	kipc_region_unmap(region, ledger);
	kipc_region_close(region);
	return sum == TOTAL ? 0 : 1;
}
