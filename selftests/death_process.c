// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes have died but their memory still exists, because another task uses
 * it or because the end of the process takes time. What they held is given to
 * other tasks meanwhile, to waiters and to later callers. A robust pthread
 * mutex is tested side by side.
 *
 * The time that this takes is printed, not asserted.
 */
#include "kipc_test.h"
#include "flag.h"
#include "guest.h"
#include "member.h"
#include "member_main.h"
#include "mutex_word.h"
#include "parameter.h"
#include "word.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define DUMP		"--dump"
#define WAIT_LIMIT_MS	60000	/* until a death counts as unnoticed */
#define PTHREAD_MS	2000	/* the same for pthread mutexes */
#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"

enum way {
	KILLED_WITH_A_SPAWNED_CHILD,
	KILLED_WITH_A_VFORK_CHILD,
	KILLED_WITH_A_GUEST,
	KILLED_WITH_A_GUEST_THAT_SHARES_FILES,
	EXITED_WITH_A_GUEST,
	DUMPS_CORE,
	EXECS_WITH_A_GUEST,
	EXECS_FROM_A_THREAD_WITH_A_GUEST,
	STOPPED_BY_A_TRACER,
};

/* The objects that the victim holds, and state that it shares with the test. */
struct scene {
	int mutex, semaphore, barrier;
	pthread_mutex_t robust;
	enum way way;
	unsigned int ready;
	unsigned int go;
	pid_t victim;
	struct guest guest;
	char fifo[64];
	__s64 died;
};

/* ------------------------------------------------------------------------ */
/* The victim                                                               */
/* ------------------------------------------------------------------------ */

static int hold_everything(struct scene *scene)
{
	struct mutexes mutexes = {};
	struct words words;

	if (mutexes_attach(&mutexes, scene->mutex) ||
	    words_attach(&words, scene->semaphore) ||
	    words_attach(&words, scene->barrier))
		return 1;
	if (!word_lock(word_at(&mutexes.words, 0),
		       owner_word(mutexes.attachment)) ||
	    semaphore_wait(scene->semaphore, 0, 1) ||
	    barrier_join(scene->barrier) ||
	    pthread_mutex_lock(&scene->robust))
		return 2;
	return 0;
}

static void become_another_program(void)
{
	member_exec();
	_exit(3);
}

static void *exec_when_told(void *data)
{
	struct scene *scene = data;

	wait_until(flag_is_raised(&scene->go));
	become_another_program();
	return NULL;
}

static int end_by_dumping(void)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_CORE, &unlimited))
		return 5;
	prctl(PR_SET_DUMPABLE, 1);
	abort();
}

static int end_by_exec(struct scene *scene, bool from_a_thread)
{
	pthread_t thread;

	if (!from_a_thread)
		become_another_program();
	if (pthread_create(&thread, NULL, exec_when_told, scene))
		return 6;
	for (;;)
		pause();
}

static int run_victim(void *data)
{
	struct scene *scene = data;
	const int shares_files =
		scene->way == KILLED_WITH_A_GUEST_THAT_SHARES_FILES ?
		CLONE_FILES : 0;
	int ret = hold_everything(scene);

	if (ret)
		return ret;
	switch (scene->way) {
	case KILLED_WITH_A_SPAWNED_CHILD:
		flag_raise(&scene->ready);
		return guest_spawn(scene->fifo);
	case KILLED_WITH_A_VFORK_CHILD:
		flag_raise(&scene->ready);
		return guest_start(&scene->guest, CLONE_VFORK);
	case DUMPS_CORE:
	case STOPPED_BY_A_TRACER:
		break;
	default:
		ret = guest_start(&scene->guest, shares_files);
	}
	if (ret)
		return ret;
	flag_raise(&scene->ready);
	wait_until(flag_is_raised(&scene->go));
	switch (scene->way) {
	case EXITED_WITH_A_GUEST:
		_exit(0);
	case DUMPS_CORE:
		return end_by_dumping();
	case EXECS_WITH_A_GUEST:
		return end_by_exec(scene, false);
	case EXECS_FROM_A_THREAD_WITH_A_GUEST:
		return end_by_exec(scene, true);
	default:
		for (;;)
			pause();
	}
}

/* ------------------------------------------------------------------------ */
/* Processes that want what it held                                         */
/* ------------------------------------------------------------------------ */

enum wish {
	WISH_ROBUST,
	WISH_MUTEX,
	WISH_UNITS,
	WISH_BARRIER,
	WISHES,
};

static const char *const wish_names[] = {
	[WISH_ROBUST] = "robust",
	[WISH_MUTEX] = "mutex",
	[WISH_UNITS] = "UNDO",
	[WISH_BARRIER] = "barrier",
};

/* State that is shared with the process of the heir. */
struct process_heir {
	struct scene *scene;
	enum wish wish;
	__s64 told;
};

static int lock_robust(struct scene *scene)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PTHREAD_MS / 1000;
	return -pthread_mutex_timedlock(&scene->robust, &until);
}

static int lock_mutex(struct scene *scene, __s64 deadline)
{
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, scene->mutex);

	return ret ?: mutex_timedlock(scene->mutex, 0, deadline, 0);
}

static int take_unit(struct scene *scene, __s64 deadline)
{
	struct words words;
	int ret = words_attach(&words, scene->semaphore);

	return ret ?: semaphore_timedwait(scene->semaphore, 0, 1, deadline, 0);
}

static int run_heir(void *data)
{
	struct process_heir *heir = data;
	struct scene *scene = heir->scene;
	__s64 deadline = deadline_in_ms(CLOCK_MONOTONIC, WAIT_LIMIT_MS);
	int ret;

	switch (heir->wish) {
	case WISH_ROBUST:
		ret = lock_robust(scene);
		break;
	case WISH_MUTEX:
		ret = lock_mutex(scene, deadline);
		break;
	case WISH_UNITS:
		ret = take_unit(scene, deadline);
		break;
	default:
		ret = barrier_timedwait(scene->barrier, deadline, 0);
	}
	heir->told = now_ns(CLOCK_MONOTONIC);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* The tests                                                                */
/* ------------------------------------------------------------------------ */

FIXTURE(process) {
	struct scene *scene;
	struct child victim, waiters[WISHES];
	struct process_heir *heirs;
	char core_pattern[256];
	int listener, dump;
};

FIXTURE_VARIANT(process) {
	enum way way;
};

FIXTURE_VARIANT_ADD(process, killed_with_a_spawned_child) {
	.way = KILLED_WITH_A_SPAWNED_CHILD,
};

FIXTURE_VARIANT_ADD(process, killed_with_a_vfork_child) {
	.way = KILLED_WITH_A_VFORK_CHILD,
};

FIXTURE_VARIANT_ADD(process, killed_with_a_guest) {
	.way = KILLED_WITH_A_GUEST,
};

FIXTURE_VARIANT_ADD(process, killed_with_a_guest_that_shares_files) {
	.way = KILLED_WITH_A_GUEST_THAT_SHARES_FILES,
};

FIXTURE_VARIANT_ADD(process, exited_with_a_guest) {
	.way = EXITED_WITH_A_GUEST,
};

FIXTURE_VARIANT_ADD(process, dumps_core) {
	.way = DUMPS_CORE,
};

FIXTURE_VARIANT_ADD(process, execs_with_a_guest) {
	.way = EXECS_WITH_A_GUEST,
};

FIXTURE_VARIANT_ADD(process, execs_from_a_thread_with_a_guest) {
	.way = EXECS_FROM_A_THREAD_WITH_A_GUEST,
};

FIXTURE_VARIANT_ADD(process, stopped_by_a_tracer) {
	.way = STOPPED_BY_A_TRACER,
};

static void robust_init(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(mutex, &attributes);
}

/*
 * Fills in the address of the socket to which the program that gets the core
 * connects. Returns its length.
 */
static socklen_t dump_address(struct sockaddr_un *address, const char *name)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1,
		 "kipc-dump-%s", name);
	return offsetof(struct sockaddr_un, sun_path) + 1 +
	       strlen(address->sun_path + 1);
}

/*
 * Makes the kernel pipe core dumps to this program, which takes its time.
 * Returns 0 or the error that prevents this.
 */
static int dump_prepare(FIXTURE_DATA(process) *self)
{
	char program[128] = "", pattern[192], name[16];
	struct sockaddr_un address;
	socklen_t length;
	int fd;

	snprintf(name, sizeof(name), "%d", getpid());
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return -errno;
	fd = open(CORE_PATTERN, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, self->core_pattern,
			   sizeof(self->core_pattern) - 1) < 0)
		return -errno;
	close(fd);
	length = dump_address(&address, name);
	self->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(self->listener, (struct sockaddr *)&address, length) ||
	    listen(self->listener, 1))
		return -errno;
	snprintf(pattern, sizeof(pattern), "|%s %s %s", program, DUMP, name);
	return write_file(CORE_PATTERN, pattern);
}

/* Runs as the program that gets the core: waits until the test is over. */
static int main_dump(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	socklen_t length = dump_address(&address, name);
	char byte;

	if (connect(fd, (struct sockaddr *)&address, length))
		return 1;
	return read(fd, &byte, 1);
}

FIXTURE_SETUP(process)
{
	struct scene *scene = shared_alloc(sizeof(*scene));

	self->scene = scene;
	self->heirs = shared_alloc(WISHES * sizeof(*self->heirs));
	self->listener = -1;
	self->dump = -1;
	scene->mutex = create(mutex_args(1));
	scene->semaphore = create_flags(semaphore_args(1, 1, 1), KIPC_UNDO);
	scene->barrier = create(barrier_args(2));
	ASSERT_LE(0, scene->mutex);
	ASSERT_LE(0, scene->semaphore);
	ASSERT_LE(0, scene->barrier);
	robust_init(&scene->robust);
	scene->way = variant->way;
	snprintf(scene->fifo, sizeof(scene->fifo), "/tmp/kipc-fifo-%d",
		 getpid());
	if (variant->way == KILLED_WITH_A_SPAWNED_CHILD)
		ASSERT_EQ(0, mkfifo(scene->fifo, 0600));
}

FIXTURE_TEARDOWN(process)
{
	if (variant->way == KILLED_WITH_A_SPAWNED_CHILD) {
		/*
		 * The open() of the spawned child returns. The child then fails
		 * to run its program and ends.
		 */
		close(open(self->scene->fifo, O_RDWR | O_CLOEXEC));
		unlink(self->scene->fifo);
	}
	if (*self->core_pattern)
		write_file(CORE_PATTERN, self->core_pattern);
	if (self->scene->guest.pid)
		kill(self->scene->guest.pid, SIGKILL);
}

/* Returns true if the victim has a child that uses its memory. */
static bool victim_has_child(const FIXTURE_DATA(process) *self)
{
	char path[64], text[32];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		 self->victim.pid, self->victim.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;	/* this kernel has no list of children */
	length = read(fd, text, sizeof(text));
	close(fd);
	return length > 0;
}

static bool victim_is_ready(const FIXTURE_DATA(process) *self)
{
	const struct scene *scene = self->scene;

	if (!flag_is_raised(&scene->ready))
		return false;
	switch (scene->way) {
	case KILLED_WITH_A_SPAWNED_CHILD:
		return victim_has_child(self);
	case DUMPS_CORE:
	case STOPPED_BY_A_TRACER:
		return true;
	default:
		return __atomic_load_n(&scene->guest.pid, __ATOMIC_SEQ_CST);
	}
}

/*
 * Lets the victim die, and waits for its death as far as that can be seen from
 * outside.
 */
static int victim_end(FIXTURE_DATA(process) *self)
{
	struct scene *scene = self->scene;
	pid_t pid = self->victim.pid;
	int status;

	if (scene->way == STOPPED_BY_A_TRACER &&
	    ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT))
		return -errno;
	scene->died = now_ns(CLOCK_MONOTONIC);
	switch (scene->way) {
	case EXITED_WITH_A_GUEST:
		flag_raise(&scene->go);
		return child_wait(pid);
	case DUMPS_CORE:
		flag_raise(&scene->go);
		self->dump = accept(self->listener, NULL, NULL);
		return self->dump < 0 ? -errno : 0;
	case EXECS_WITH_A_GUEST:
	case EXECS_FROM_A_THREAD_WITH_A_GUEST:
		flag_raise(&scene->go);
		return 0;
	case STOPPED_BY_A_TRACER:
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid ||
		    status >> 8 != (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			return -ECHILD;
		return 0;
	default:
		kill(pid, SIGKILL);
		return child_wait(pid) == CHILD_KILLED ? 0 : -ECHILD;
	}
}

static bool has_waited_to_its_end(enum way way)
{
	return way != DUMPS_CORE && way != EXECS_WITH_A_GUEST &&
	       way != EXECS_FROM_A_THREAD_WITH_A_GUEST &&
	       way != STOPPED_BY_A_TRACER;
}

static void heirs_start(FIXTURE_DATA(process) *self)
{
	enum wish wish;

	for (wish = 0; wish < WISHES; wish++) {
		self->heirs[wish].scene = self->scene;
		self->heirs[wish].wish = wish;
		child_start(&self->waiters[wish], run_heir,
			    &self->heirs[wish]);
	}
}

/* Checks the result of each heir and logs the time at which it was told. */
static void heirs_finish(struct __test_metadata *_metadata,
			 FIXTURE_DATA(process) *self)
{
	static const int expected[] = {
		[WISH_MUTEX] = -EOWNERDEAD,
		[WISH_BARRIER] = -EOWNERDEAD,
	};
	char text[256] = "", one[64];
	enum wish wish;
	int ret;

	for (wish = 0; wish < WISHES; wish++) {
		ret = child_finish(&self->waiters[wish]);
		if (wish != WISH_ROBUST)
			EXPECT_EQ(expected[wish], ret);
		snprintf(one, sizeof(one), " %s %lld ms%s", wish_names[wish],
			 (long long)((self->heirs[wish].told -
				      self->scene->died) / NS_PER_MS),
			 ret == expected[wish] || ret == -EOWNERDEAD ?
			 "" : " NOT");
		strcat(text, one);
	}
	TH_LOG("told after:%s", text);
}

static bool way_is_possible(FIXTURE_DATA(process) *self, enum way way)
{
	return way != DUMPS_CORE || (!geteuid() && !dump_prepare(self));
}

/* Starts the victim. Returns true if it runs and holds its objects. */
static bool victim_starts(FIXTURE_DATA(process) *self)
{
	child_start(&self->victim, run_victim, self->scene);
	wait_until(victim_is_ready(self) || child_ended(&self->victim));
	return !child_ended(&self->victim);
}

/* Ends the victim. Something has used its memory until now. */
static void victim_finish(struct __test_metadata *_metadata,
			  FIXTURE_DATA(process) *self, enum way way)
{
	if (self->scene->guest.pid)
		EXPECT_EQ(0, kill(self->scene->guest.pid, 0));
	if (self->dump >= 0)
		close(self->dump);
	if (has_waited_to_its_end(way))
		return;
	kill(self->victim.pid, SIGKILL);
	if (way == STOPPED_BY_A_TRACER)
		ptrace(PTRACE_CONT, self->victim.pid, NULL, NULL);
	EXPECT_EQ(self->victim.pid, waitpid(self->victim.pid, NULL, 0));
}

TEST_F(process, tells_those_that_wait)
{
	if (!way_is_possible(self, variant->way))
		SKIP(return, "needs to set what gets a core dump");
	ASSERT_TRUE(victim_starts(self));
	heirs_start(self);
	wait_until(waiters(self->scene->mutex) == 1);
	wait_until(waiters(self->scene->semaphore) == 1);
	wait_until(waiters(self->scene->barrier) == 1);
	ASSERT_EQ(0, victim_end(self));
	heirs_finish(_metadata, self);
	victim_finish(_metadata, self, variant->way);
}

/* Tries until it is told, because some deaths cannot be seen from outside. */
static int try_until_told(FIXTURE_DATA(process) *self, enum wish wish)
{
	__s64 give_up = deadline_in_ms(CLOCK_MONOTONIC, WAIT_LIMIT_MS);
	int ret;

	do {
		if (wish == WISH_MUTEX)
			ret = mutex_trylock(self->scene->mutex, 0);
		else if (wish == WISH_UNITS)
			ret = semaphore_trywait(self->scene->semaphore, 0, 1);
		else
			ret = barrier_trywait(self->scene->barrier);
	} while (ret == -EAGAIN && now_ns(CLOCK_MONOTONIC) < give_up);
	return ret;
}

TEST_F(process, tells_those_that_only_try)
{
	struct mutexes mutexes;
	struct words words;
	__s64 told;

	ASSERT_EQ(0, mutexes_attach(&mutexes, self->scene->mutex));
	ASSERT_EQ(0, words_attach(&words, self->scene->semaphore));
	if (!way_is_possible(self, variant->way))
		SKIP(return, "needs to set what gets a core dump");
	ASSERT_TRUE(victim_starts(self));
	ASSERT_EQ(-EAGAIN, mutex_trylock(self->scene->mutex, 0));
	ASSERT_EQ(-EAGAIN, semaphore_trywait(self->scene->semaphore, 0, 1));
	ASSERT_EQ(-EAGAIN, barrier_trywait(self->scene->barrier));
	ASSERT_EQ(0, victim_end(self));
	EXPECT_EQ(-EOWNERDEAD, try_until_told(self, WISH_MUTEX));
	EXPECT_EQ(0, try_until_told(self, WISH_UNITS));
	EXPECT_EQ(-EOWNERDEAD, try_until_told(self, WISH_BARRIER));
	told = now_ns(CLOCK_MONOTONIC);
	TH_LOG("told all after %lld ms",
	       (long long)((told - self->scene->died) / NS_PER_MS));
	victim_finish(_metadata, self, variant->way);
}

/*
 * The guest is not a participant, so it must not hold anything that only
 * participants can hold.
 */
struct process_request {
	struct guest guest;
	int semaphore, barrier;
	int outcomes[3];
};

static int run_requests(void *data)
{
	struct process_request *request = data;

	request->outcomes[0] = semaphore_trywait(request->semaphore, 0, 1);
	request->outcomes[1] = semaphore_post(request->semaphore, 0, 1);
	request->outcomes[2] = barrier_join(request->barrier);
	_exit(0);
}

TEST(guest_is_not_attached_by_the_memory)
{
	struct process_request *request = shared_alloc(sizeof(*request));
	struct words words;
	int status;
	pid_t pid;

	request->semaphore = create_flags(semaphore_args(1, 1, 1), KIPC_UNDO);
	request->barrier = create(barrier_args(2));
	ASSERT_EQ(0, words_attach(&words, request->semaphore));
	ASSERT_EQ(0, words_attach(&words, request->barrier));
	pid = clone(run_requests, request->guest.stack + GUEST_STACK,
		    CLONE_VM | SIGCHLD, request);
	ASSERT_LT(0, pid);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(-ENXIO, request->outcomes[0]);
	EXPECT_EQ(-ENXIO, request->outcomes[1]);
	EXPECT_EQ(-ENXIO, request->outcomes[2]);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], DUMP))
		return main_dump(argv[2]);
	return member_main(argc, argv);
}
