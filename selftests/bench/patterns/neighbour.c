// SPDX-License-Identifier: GPL-2.0-only
/* The cost of an operation while another process uses the next element. */
#include "sampling.h"

/* The elements, which are independent parts of one object. */
enum {
	MEASURED,	/* used by pairs() */
	BUSY,
};

static void neighbour_measure(struct worker *worker)
{
	struct run *run = worker->run;

	sample_each(run, run->batch,
		    worker->subject->semaphore.pairs(worker->object, run->batch));
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
}

static void neighbour_be_busy(const struct worker *worker)
{
	while (!__atomic_load_n(&worker->run->stop, __ATOMIC_RELAXED)) {
		worker->subject->semaphore.post(worker->object, BUSY, 1);
		worker->subject->semaphore.wait(worker->object, BUSY);
	}
}

static void neighbour_work(struct worker *worker)
{
	if (worker->index == 0)
		neighbour_measure(worker);
	else
		neighbour_be_busy(worker);
}

static void neighbour_run(struct run *run)
{
	const struct shape shape = { .elements = 2 };

	run_create(run, &shape);
	team_run(run, 2, PLACE_SPREAD, neighbour_work);
}

static const struct pattern semaphore_neighbour = {
	.name = "semaphore-neighbour",
	.about = "one process posts a unit and takes it, another one uses the next element",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_ALONE | ABLE_ACROSS,
	.cpus = 2,
	.run = neighbour_run,
};

PATTERN(semaphore_neighbour);
