// SPDX-License-Identifier: MIT
/*
 * N processes that share one array calculate running sums: in the phase of
 * distance d, worker i adds the cell d places before its own (Hillis and
 * Steele, 1986). The barrier ensures that no worker writes before all workers
 * have read, and that no worker reads before all have written.
 */
#include <errno.h>
#include <error.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kipc.h>

#define SECOND		1000000000LL
#define MAX_WORKERS	64

/* Waits for all workers; returns true to exactly one of them. */
static int meet(struct kipc_barrier *barrier)
{
	int status;

	status = kipc_barrier_timedwait(barrier, kipc_deadline(10 * SECOND), 0);
	if (status < 0)
		error(1, -status, "worker %d at the barrier", (int)getpid());
	return status == KIPC_BARRIER_SERIAL;
}

static void work(struct kipc_barrier *barrier, int *cells, int i, int count)
{
	int before, distance;

	for (distance = 1; distance < count; distance *= 2) {
		before = i >= distance ? cells[i - distance] : 0;
		meet(barrier);
		cells[i] += before;
		if (meet(barrier))
			printf("distance %2d: the last sum is %d\n", distance,
			       cells[count - 1]);
	}
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 8;
	struct kipc_barrier_options options = { .parties = count };
	struct kipc_barrier *barrier;
	int failed = 0, i, status;
	int *cells;

	if (argc > 2 || count < 2 || count > MAX_WORKERS)
		error(2, 0, "usage: phases [WORKERS], 2 to %d", MAX_WORKERS);
	cells = mmap(NULL, count * sizeof(*cells), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (cells == MAP_FAILED)
		error(1, errno, "no memory to share");
	status = kipc_barrier_create(&barrier, NULL, &options);
	if (status)
		error(1, -status, "no barrier; is the kipc module loaded?");

	for (i = 0; i < count; i++)
		cells[i] = i + 1;
	for (i = 0; i < count; i++) {
		if (!fork()) {
			work(barrier, cells, i, count);
			/* A worker that ends as a member breaks the barrier. */
			kipc_barrier_close(barrier);
			return 0;
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	for (i = 0; i < count && !failed; i++)
		failed = cells[i] != (i + 1) * (i + 2) / 2;
	puts(failed ? "the sums are wrong" : "all sums are right");
	kipc_barrier_close(barrier);
	return failed ? 1 : 0;
}
