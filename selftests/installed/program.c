// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses all types of objects with the shared library. The argument selects the context,
 * for instance a constructor or a child of fork(). ./stage compiles this program with
 * the headers of this version and with those of former releases.
 */
#include <kipc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANARY		0x5a5a5a5a
#define SECONDS_MAX	60	/* a thread that is not woken hangs */

static int failures;
static char name[32];	/* of a semaphore; different in each process */

static void expect(int line, const char *what, long expected, long seen)
{
	if (expected == seen)
		return;
	failures++;
	printf("# line %d: %s: expected %ld, not %ld\n", line, what, expected, seen);
}

#define EXPECT(expected, call)	expect(__LINE__, #call, expected, call)

/* Returns the number of waiters for the named object, or -1 if it is not listed. */
static long waiters(void)
{
	struct kipc_list_entry entries[8];
	uint64_t cursor = 0;
	int filled, i;

	do {
		filled = kipc_list(&cursor, entries, 8);
		for (i = 0; i < filled; i++) {
			if (!strcmp(entries[i].name, name))
				return entries[i].waiters;
		}
	} while (filled > 0);
	return -1;
}

static void *take_unit(void *data)
{
	EXPECT(0, kipc_semaphore_wait(data, 0, 1));
	return NULL;
}

/* The inlined post must wake a thread that waits in the kernel. */
static void waiters_are_woken(struct kipc_semaphore *semaphore)
{
	pthread_t thread;

	pthread_create(&thread, NULL, take_unit, semaphore);
	while (waiters() != 1)
		sched_yield();
	EXPECT(0, kipc_semaphore_post(semaphore, 0, 1));
	pthread_join(thread, NULL);
}

static void semaphores(void)
{
	const struct kipc_semaphore_options options = {
		.flags = KIPC_EXCLUSIVE, .elements = 2, .max = 5, .initial = 1,
	};
	struct kipc_semaphore *semaphore, *opened, *imported;
	struct {
		struct kipc_spins spins;
		uint32_t canary;
	} room = { .canary = CANARY };
	uint32_t value = 9;

	snprintf(name, sizeof(name), "installed-%d", getpid());
	EXPECT(0, kipc_semaphore_create(&semaphore, name, &options));
	EXPECT(0, kipc_semaphore_open(&opened, name, KIPC_READ | KIPC_WRITE));
	EXPECT(0, kipc_semaphore_import(&imported, dup(kipc_semaphore_fd(semaphore))));
	EXPECT(0, kipc_semaphore_trywait(opened, 1, 1));
	EXPECT(-EAGAIN, kipc_semaphore_trywait(imported, 1, 1));
	EXPECT(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, 5));
	EXPECT(-ETIMEDOUT, kipc_semaphore_timedwait(opened, 1, 1, kipc_deadline(1000), 0));
	EXPECT(0, kipc_semaphore_value(imported, 0, &value));
	EXPECT(1, value);
	EXPECT(0, kipc_semaphore_wait(semaphore, 0, 1));
	waiters_are_woken(semaphore);
	kipc_semaphore_spins(semaphore, &room.spins);
	EXPECT(CANARY, room.canary);
	EXPECT(0, kipc_unlink(name));
	kipc_semaphore_close(imported);
	kipc_semaphore_close(opened);
	kipc_semaphore_close(semaphore);
}

static void mutexes(void)
{
	struct kipc_mutex *mutex;
	struct {
		struct kipc_mutex_state_args state;
		uint32_t canary;
	} room = { .canary = CANARY };

	EXPECT(0, kipc_mutex_create(&mutex, NULL, NULL));
	EXPECT(0, kipc_mutex_lock(mutex, 0));
	EXPECT(-EDEADLK, kipc_mutex_trylock(mutex, 0));
	EXPECT(0, kipc_mutex_state(mutex, 0, &room.state));
	EXPECT(getpid(), room.state.owner);
	EXPECT(CANARY, room.canary);
	EXPECT(0, kipc_mutex_unlock(mutex, 0));
	EXPECT(-EPERM, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(mutex);
}

static void *arrive(void *data)
{
	return (void *)(long)kipc_barrier_wait(data);
}

static void barriers(void)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	struct {
		struct kipc_barrier_state_args state;
		uint32_t canary;
	} room = { .canary = CANARY };
	pthread_t thread;
	void *other;
	long serial;

	EXPECT(0, kipc_barrier_create(&barrier, NULL, &options));
	pthread_create(&thread, NULL, arrive, barrier);
	serial = kipc_barrier_wait(barrier);
	pthread_join(thread, &other);
	EXPECT(KIPC_BARRIER_SERIAL, serial + (long)other);
	EXPECT(0, kipc_barrier_state(barrier, &room.state));
	EXPECT(1, room.state.generation);
	EXPECT(CANARY, room.canary);
	kipc_barrier_close(barrier);
}

static void mailboxes(void)
{
	const struct kipc_mailbox_options options = { .messages = 2, .message_size = 8 };
	struct kipc_mailbox *mailbox;
	struct {
		struct kipc_message message;
		uint32_t canary;
	} room = { .canary = CANARY };
	struct {
		struct kipc_mailbox_state_args state;
		uint32_t canary;
	} state = { .canary = CANARY };
	char buffer[8];

	EXPECT(0, kipc_mailbox_create(&mailbox, NULL, &options));
	EXPECT(0, kipc_mailbox_send(mailbox, "later", 5, 0));
	EXPECT(0, kipc_mailbox_trysend(mailbox, "first", 5, 9));
	EXPECT(-EAGAIN, kipc_mailbox_trysend(mailbox, "third", 5, 9));
	EXPECT(0, kipc_mailbox_state(mailbox, &state.state));
	EXPECT(10, state.state.bytes);
	EXPECT(CANARY, state.canary);
	EXPECT(5, kipc_mailbox_peek(mailbox, buffer, sizeof(buffer), NULL));
	EXPECT(5, kipc_mailbox_tryreceive(mailbox, buffer, sizeof(buffer), &room.message));
	EXPECT(0, memcmp(buffer, "first", 5));
	EXPECT(9, room.message.priority);
	EXPECT(getpid(), room.message.pid);
	EXPECT(CANARY, room.canary);
	EXPECT(5, kipc_mailbox_receive(mailbox, buffer, sizeof(buffer), NULL));
	EXPECT(0, memcmp(buffer, "later", 5));
	kipc_mailbox_close(mailbox);
}

static void regions(void)
{
	const struct kipc_region_options options = { .mutexes = 1, .bytes = 10000 };
	struct kipc_region *region;
	struct {
		struct kipc_region_state_args state;
		uint32_t canary;
	} room = { .canary = CANARY };
	void *data;

	EXPECT(0, kipc_region_create(&region, NULL, &options));
	EXPECT(0, kipc_region_map(region, KIPC_READ | KIPC_WRITE, &data));
	EXPECT(0, kipc_mutex_lock(kipc_region_mutex(region), 0));
	memset(data, 1, kipc_region_size(region));
	EXPECT(0, kipc_mutex_unlock(kipc_region_mutex(region), 0));
	EXPECT(0, kipc_region_state(region, &room.state));
	EXPECT(1, room.state.writers);
	EXPECT(CANARY, room.canary);
	kipc_region_unmap(region, data);
	kipc_region_close(region);
}

static void use_all(void)
{
	semaphores();
	mutexes();
	barriers();
	mailboxes();
	regions();
}

/* ------------------------------------------------------------------------ */
/* Contexts                                                                 */
/* ------------------------------------------------------------------------ */

static void in_child(pid_t child)
{
	int status = -1;

	if (!child) {
		use_all();
		fflush(stdout);
		_exit(failures ? 1 : 0);
	}
	EXPECT(child, waitpid(child, &status, 0));
	EXPECT(0, status);
}

/* A child inherits its parent's handles, also if it is forked before main(). */
static void children_inherit(void)
{
	struct kipc_mutex *mutex;
	int status = -1;
	pid_t child;

	EXPECT(0, kipc_mutex_create(&mutex, NULL, NULL));
	EXPECT(0, kipc_mutex_lock(mutex, 0));
	child = fork();
	if (!child)
		_exit(kipc_mutex_trylock(mutex, 0) == -EAGAIN ? 0 : 1);
	EXPECT(child, waitpid(child, &status, 0));
	EXPECT(0, status);
	EXPECT(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(mutex);
}

static void in_handlers_of_fork(void)
{
	pthread_atfork(use_all, use_all, use_all);
	in_child(fork());
}

static void fork_now(int signal)
{
	(void)signal;
	in_child(fork());
}

static void after_fork_in_a_handler_of_a_signal(void)
{
	const struct sigaction action = { .sa_handler = fork_now };

	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

static void in_child_of__Fork(void)
{
	in_child(_Fork());
}

static void in_child_of_posix_spawn(void)
{
	char *const arguments[] = { "program", NULL };
	int status = -1;
	pid_t child;

	EXPECT(0, posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ));
	EXPECT(child, waitpid(child, &status, 0));
	EXPECT(0, status);
}

static const struct {
	const char *name;
	void (*use)(void);
} places[] = {
	{ "main", use_all },
	{ "fork", children_inherit },
	{ "fork-handlers", in_handlers_of_fork },
	{ "signal-handler", after_fork_in_a_handler_of_a_signal },
	{ "_Fork", in_child_of__Fork },
	{ "posix_spawn", in_child_of_posix_spawn },
};

/* glibc passes the arguments to constructors, too. */
__attribute__((constructor))
static void before_main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "constructor"))
		return;
	alarm(SECONDS_MAX);
	use_all();
	children_inherit();
	exit(failures ? 1 : 0);
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "main";
	size_t i;

	alarm(SECONDS_MAX);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strcmp(places[i].name, where))
			continue;
		places[i].use();
		return failures ? 1 : 0;
	}
	printf("# nowhere is called %s\n", where);
	return 2;
}
