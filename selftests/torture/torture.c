// SPDX-License-Identifier: GPL-2.0-only
/*
 * The torture: many processes use objects of every type and are killed at any moment,
 * again and again. It checks the invariants that hold for the survivors, and at the
 * end.
 *
 * It runs in rounds. After a number of kills all workers end, or are killed at once,
 * and everything that the objects hold is checked. A seed repeats what each worker
 * tries, but not the order in which the workers run.
 */
#include <argp.h>

#include "reap.h"
#include "notice.h"
#include "stepper.h"
#include "leaks.h"

#define ROUND		250	/* kills, or */
#define ROUND_S		60	/* seconds, on a slow kernel */
#define PAUSE_US	1500	/* at most, between kills */
#define VICTIMS		3	/* at most, at once */

struct options {
	unsigned long seconds;
	unsigned long kills;
	unsigned long long seed;
	unsigned long wait_limit;
	const char *worker;
};

struct torture {
	struct options options;
	struct random random;
	struct deaths deaths;		/* by this process */
	struct stepper *stepper;	/* shared; of the process that steps */
	struct deaths *stepped;		/* likewise */
	pid_t stepping;			/* 0: there is none */
	__s64 started;
	__u64 kills;			/* by this process */
	__u64 asleep;			/* of these, of sleeping processes */
	unsigned int rounds;
};

/* ------------------------------------------------------------------------ */
/* Processes                                                                */
/* ------------------------------------------------------------------------ */

static void start_worker(struct slot *slot)
{
	pid_t pid = child_fork();

	if (!pid)
		worker_run(slot);
	if (pid < 0)
		broken("fork: errno %d", errno);
	slot->pid = pid > 0 ? pid : 0;
}

/* Gives a slot to each process of a crew. The others have no crew. */
static void assign_slots(void)
{
	unsigned int target, i, slot = 0;

	for (target = 0; target < target_count; target++)
		for (i = 0; i < rows[target].crew; i++)
			arena->slots[slot++].crew = target;
	for (; slot < SLOTS_ALL; slot++)
		arena->slots[slot].crew = TARGETS_MAX;
}

static void step_through(struct torture *torture)
{
	setpriority(PRIO_PROCESS, 0, NICE_STEPPER);
	while (!round_is_over())
		stepper_kill_one(torture->stepper,
				 &arena->slots[SLOTS + CHILDREN],
				 torture->stepped);
	_exit(0);
}

static void start_stepper(struct torture *torture)
{
	torture->stepping = child_fork();
	if (!torture->stepping)
		step_through(torture);
}

/* Accounts for a child that has ended. Returns its slot, or NULL. */
static struct slot *reap_child(struct torture *torture, pid_t pid, int status)
{
	unsigned int i;

	if (pid == torture->stepping)
		torture->stepping = 0;
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		broken("a worker died of signal %d", WTERMSIG(status));
	else
		torture->kills += WIFSIGNALED(status);
	for (i = 0; i < SLOTS + CHILDREN; i++)
		if (arena->slots[i].pid == pid) {
			reap(&arena->slots[i], &torture->deaths);
			write_once(arena->slots[i].taken, 0);
			return &arena->slots[i];
		}
	return NULL;
}

/* Reaps all that have ended, and replaces them unless the round is over. */
static void reap_children(struct torture *torture)
{
	struct slot *slot;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		slot = reap_child(torture, pid, status);
		if (slot && slot < arena->slots + SLOTS && !round_is_over())
			start_worker(slot);
	}
}

/* ------------------------------------------------------------------------ */
/* Killing                                                                  */
/* ------------------------------------------------------------------------ */

static bool victim_sleeps(pid_t pid)
{
	const struct child child = { .pid = pid };

	return child_sleeps(&child);
}

static void kill_slot(struct torture *torture, struct slot *slot)
{
	pid_t pid = read_once(slot->pid);

	if (!pid || slot->doomed)
		return;
	slot->doomed = 1;
	torture->asleep += victim_sleeps(pid);
	kill(pid, SIGKILL);
}

/* Kills up to VICTIMS processes after a random pause, without waiting for them. */
static void kill_some(struct torture *torture)
{
	unsigned int victims = 1 + random_below(&torture->random, VICTIMS);
	unsigned int slot;

	usleep(random_below(&torture->random, PAUSE_US));
	while (victims--) {
		slot = random_below(&torture->random, SLOTS + CHILDREN);
		kill_slot(torture, &arena->slots[slot]);
	}
}

static void kill_all(struct torture *torture)
{
	unsigned int i;

	for (i = 0; i < SLOTS + CHILDREN; i++)
		kill_slot(torture, &arena->slots[i]);
}

/* ------------------------------------------------------------------------ */
/* Rounds                                                                   */
/* ------------------------------------------------------------------------ */

static __u64 all_kills(const struct torture *torture)
{
	return torture->kills + torture->stepper->kills;
}

static unsigned int seconds_since(__s64 start)
{
	return (now_ns(CLOCK_MONOTONIC) - start) / NS_PER_SEC;
}

static bool torture_is_over(const struct torture *torture)
{
	const struct options *options = &torture->options;

	if (read_once(arena->broken))
		return true;
	if (options->kills && all_kills(torture) >= options->kills)
		return true;
	return options->seconds &&
	       seconds_since(torture->started) >= options->seconds;
}

static void begin_targets(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (rows[i].kind->begin)
			rows[i].kind->begin(&targets[i]);
}

static void stop_targets(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (rows[i].kind->stop)
			rows[i].kind->stop(&targets[i]);
}

static void check_targets(void)
{
	unsigned int i;

	targets_check_idle();
	notices_check();
	for (i = 0; i < target_count; i++)
		if (rows[i].kind->check)
			rows[i].kind->check(&targets[i]);
}

static void begin_round(struct torture *torture)
{
	unsigned int i;

	/* A child that was killed early may not have written its pid to its slot. */
	for (i = SLOTS; i < SLOTS + CHILDREN; i++)
		arena->slots[i].taken = 0;
	arena->lives = 0;
	begin_targets();
	write_once(arena->over, 0);
	for (i = 0; i < SLOTS; i++)
		start_worker(&arena->slots[i]);
	start_stepper(torture);
}

static void report_hanging(void)
{
	const struct slot *slot;
	const struct op *op;
	unsigned int i;

	for (i = 0; i < SLOTS_ALL; i++) {
		slot = &arena->slots[i];
		op = &slot->records[0].ops[slot->incarnation][0];
		if (slot->pid)
			broken("slot %u is at step %u of %s %u", i, op->step,
			       rows[op->target].label, op->element);
	}
}

static bool workers_live(const struct torture *torture)
{
	siginfo_t info;

	return torture->stepping ||
	       !waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
}

/* Ends all workers: in turn by the end of the round, or by a kill. */
static void end_round(struct torture *torture)
{
	__s64 start = now_ns(CLOCK_MONOTONIC);

	write_once(arena->over, 1);
	if (torture->rounds % 2)
		kill_all(torture);
	while (workers_live(torture)) {
		reap_children(torture);
		notices_read();
		stop_targets();
		usleep(1000);
		if (seconds_since(start) <= arena->wait_limit)
			continue;
		report_hanging();
		kill_all(torture);
		start = now_ns(CLOCK_MONOTONIC);
	}
}

static void print_progress(const struct torture *torture)
{
	unsigned int seconds = seconds_since(torture->started);

	printf("%5u s  round %u: %llu kills (%llu asleep, %llu stepped through), %llu operations\n",
	       seconds, torture->rounds, all_kills(torture), torture->asleep,
	       torture->stepper->kills, arena->operations);
	fflush(stdout);
}

static void run_round(struct torture *torture)
{
	__u64 until = all_kills(torture) + ROUND;
	__s64 start = now_ns(CLOCK_MONOTONIC);

	begin_round(torture);
	while (all_kills(torture) < until && seconds_since(start) < ROUND_S &&
	       !torture_is_over(torture)) {
		kill_some(torture);
		reap_children(torture);
		notices_read();
	}
	end_round(torture);
	check_targets();
	torture->rounds++;
	print_progress(torture);
}

/* ------------------------------------------------------------------------ */
/* All of it                                                                */
/* ------------------------------------------------------------------------ */

static int torture_begin(struct torture *torture)
{
	size_t shares[TARGETS_MAX];
	int fd = arena_create(targets_size(shares));
	int ret;

	if (fd < 0)
		return fd;
	/* A program after exec finds it there. */
	if (dup2(fd, ARENA_FD) < 0)
		return -errno;
	close(fd);
	ret = arena_map(ARENA_FD);
	if (ret)
		return ret;
	memcpy(arena->shares, shares, sizeof(shares));
	arena->seed = torture->options.seed;
	arena->wait_limit = torture->options.wait_limit;
	torture->random = random_for(arena->seed, -1);
	torture->stepper = shared_alloc(sizeof(*torture->stepper));
	torture->stepper->step = TAKING;
	torture->stepped = shared_alloc(sizeof(*torture->stepped));
	torture->started = now_ns(CLOCK_MONOTONIC);
	setpriority(PRIO_PROCESS, 0, NICE_KILLER);
	assign_slots();
	return targets_create() ?: notices_open();
}

static void add_deaths(struct deaths *to, const struct deaths *deaths)
{
	unsigned int i;

	for (i = 0; i < (TARGETS_MAX + 1) * STEPS; i++)
		to->by_step[i / STEPS][i % STEPS] +=
			deaths->by_step[i / STEPS][i % STEPS];
}

static void print_end(struct torture *torture)
{
	unsigned int seconds = seconds_since(torture->started);

	add_deaths(&torture->deaths, torture->stepped);
	deaths_print(&torture->deaths);
	printf("%llu children forked, %llu execs, %llu exits while something was held\n",
	       arena->forks, arena->execs, arena->exits);
	printf("%llu killed by single steps, at %llu instructions\n",
	       torture->stepper->kills, torture->stepper->seen);
	printf("%llu kills in %u s, %llu operations, %u invariants broken, seed %llu\n",
	       all_kills(torture), seconds, arena->operations, arena->broken,
	       (unsigned long long)arena->seed);
}

/* Checks that the torture has left nothing behind. */
static void check_left(const struct holdings *before)
{
	struct holdings now = holdings_now();

	if (now.names != before->names || now.references != before->references)
		broken("%d names and %ld references, where there were %d and %ld",
		       now.names, now.references, before->names,
		       before->references);
	if (!geteuid() && quota_check())
		broken("the quota is not all free");
}

static int run(const struct options *options)
{
	struct torture torture = { .options = *options };
	struct holdings before = holdings_now();
	int ret = torture_begin(&torture);

	if (ret) {
		fprintf(stderr, "torture: %s\n", strerror(-ret));
		return 1;
	}
	printf("%u processes at %u targets, seed %llu\n", SLOTS, target_count,
	       options->seed);
	fflush(stdout);
	do {
		run_round(&torture);
	} while (!torture_is_over(&torture));
	notices_close();
	targets_close();
	check_left(&before);
	print_end(&torture);
	return arena->broken != 0;
}

/* Runs a worker that has called exec. */
static int run_again(const char *worker)
{
	struct slot *slot;

	if (arena_map(ARENA_FD))
		return 1;
	slot = &arena->slots[atoi(worker)];
	targets_find();
	worker_run(slot);
	return 0;
}

static const struct argp_option option_list[] = {
	{ "seconds", 's', "N", 0, "run for N seconds", 0 },
	{ "kills", 'k', "N", 0, "run until N processes were killed", 0 },
	{ "seed", 'S', "N", 0, "repeat the choices of a run with seed N", 0 },
	{ "wait", 'p', "SECONDS", 0,
	  "a wait that takes longer counts as hung (60)", 0 },
	{ "worker", 'P', "SLOT", OPTION_HIDDEN, NULL, 0 },
	{}
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->seconds = strtoul(text, NULL, 0);
		break;
	case 'k':
		options->kills = strtoul(text, NULL, 0);
		break;
	case 'S':
		options->seed = strtoull(text, NULL, 0);
		break;
	case 'p':
		options->wait_limit = strtoul(text, NULL, 0);
		break;
	case 'P':
		options->worker = text;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.doc = "Kills processes that use kipc objects, until the first limit is reached.",
	};
	struct options options = { .seed = now_ns(CLOCK_REALTIME) / 1000,
				   .wait_limit = 60 };

	argp_parse(&parser, argc, argv, 0, NULL, &options);
	if (options.worker)
		return run_again(options.worker);
	if (!options.seconds && !options.kills)
		options.seconds = 60;
	return run(&options);
}
