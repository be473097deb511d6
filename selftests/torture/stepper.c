// SPDX-License-Identifier: GPL-2.0-only
#include "stepper.h"

#include <sys/ptrace.h>
#include <sys/user.h>

static void place_add(struct stepper *stepper, unsigned long place)
{
	unsigned int i = random_mix(place) % PLACES_MAX;

	if (!place || stepper->seen > PLACES_MAX / 2)
		return;
	while (stepper->places[i] && stepper->places[i] != place)
		i = (i + 1) % PLACES_MAX;
	if (!stepper->places[i])
		stepper->seen++;
	stepper->places[i] = place;
}

static unsigned long place_of(pid_t pid)
{
#ifdef __x86_64__
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user, regs.rip), 0);
#else
	(void)pid;
	return 0;
#endif
}

static pid_t start(struct slot *slot, unsigned int target)
{
	pid_t pid = child_fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		worker_run_stepped(slot, target);
	}
	return pid;
}

/*
 * Continues the process for one instruction or to its next stop. Returns false if it
 * has ended.
 */
static bool go_on(pid_t pid, bool one)
{
	int status;

	return !ptrace(one ? PTRACE_SINGLESTEP : PTRACE_CONT, pid, NULL, NULL) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
}

static enum step step_of(const struct slot *slot)
{
	return read_once(slot->records[0].ops[0][0].step);
}

/* Returns whether the process has reached that instruction of that step. */
static bool go_to(const struct stepper *stepper, struct slot *slot, pid_t pid)
{
	unsigned int left = stepper->instructions;
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	while (step_of(slot) != stepper->step)
		if (!go_on(pid, false))
			return false;
	while (left-- && step_of(slot) == stepper->step)
		if (!go_on(pid, true))
			return false;
	return step_of(slot) == stepper->step;
}

/* Chooses the next instruction, step or target. @there: the last one existed. */
static void next(struct stepper *stepper, bool there)
{
	stepper->instructions++;
	if (there)
		return;
	stepper->instructions = 0;
	stepper->step = stepper->step == TAKING ? GIVING : TAKING;
	if (stepper->step == GIVING)
		return;
	do {
		stepper->target = (stepper->target + 1) % target_count;
	} while (rows[stepper->target].crew);
}

void stepper_kill_one(struct stepper *stepper, struct slot *slot,
		      struct deaths *deaths)
{
	pid_t pid = start(slot, stepper->target);
	bool there;

	if (pid < 0) {
		broken("fork: errno %d", errno);
		return;
	}
	there = go_to(stepper, slot, pid);
	if (there) {
		place_add(stepper, place_of(pid));
		stepper->kills++;
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == pid)
		;
	reap(slot, deaths);
	next(stepper, there);
}
