/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Participants that end: each way in which a process lets go of an object, at a
 * point that the test has chosen.
 */
#ifndef KIPC_END_H
#define KIPC_END_H

#include "kipc_test.h"
#include "kipc_child.h"
#include "kipc_word.h"

#include <pthread.h>

/* What a program that ended by execve() was started with. */
#define AFTER_EXEC	"--after-exec"

enum end {
	END_BY_KILL = 1,
	END_BY_EXIT,
	END_BY_EXEC,
	END_BY_UNMAP,
};

/* A child that takes part, and what it shares with the test. */
struct member {
	struct child child;
	struct stage *stage;
};

struct stage {
	int fd;
	enum end end;
	unsigned int ready;
	unsigned int go;
	long value;		/* what else a test has to say */
	struct words words;	/* of the child alone */
};

static inline void stage_set(unsigned int *what)
{
	__atomic_store_n(what, 1, __ATOMIC_SEQ_CST);
}

static inline bool stage_is(const unsigned int *what)
{
	return __atomic_load_n(what, __ATOMIC_SEQ_CST);
}

/* In the child: attach, as the first thing it does. */
static inline int stage_attach(struct stage *stage)
{
	return words_attach(&stage->words, stage->fd);
}

/* In the child: be ready, and end once told to; does not return. */
static inline int stage_end(struct stage *stage)
{
	stage_set(&stage->ready);
	wait_until(stage_is(&stage->go));
	if (stage->end == END_BY_EXIT)
		_exit(0);
	if (stage->end == END_BY_EXEC)
		execl("/proc/self/exe", "ended", AFTER_EXEC, NULL);
	else if (stage->end == END_BY_UNMAP)
		words_unmap(&stage->words);
	for (;;)
		pause();
}

/* Starts a child that runs one function on its stage. */
static inline void member_start(struct member *member, int fd, enum end end,
				int (*run)(void *stage), long value)
{
	member->stage = shared_alloc(sizeof(*member->stage));
	member->stage->fd = fd;
	member->stage->end = end;
	member->stage->value = value;
	child_start(&member->child, run, member->stage);
}

/* Ready, or has it failed and ended? Then the test fails too. */
#define wait_for_member(member) do { \
	wait_until(stage_is(&(member)->stage->ready) || \
		   child_ended(&(member)->child)); \
	ASSERT_TRUE(stage_is(&(member)->stage->ready)); \
} while (0)

/* It lets go, in its way, now or soon. */
static inline void member_end(struct member *member)
{
	stage_set(&member->stage->go);
	if (member->stage->end == END_BY_KILL)
		kill(member->child.pid, SIGKILL);
}

/* No trace is left of it; what its function returned, if it did. */
static inline int member_finish(struct member *member)
{
	int ret;

	if (member->stage->end != END_BY_EXIT)
		kill(member->child.pid, SIGKILL);
	ret = child_finish(&member->child);
	munmap(member->stage, sizeof(*member->stage));
	return ret;
}

/* A thread of this process that waits, and what that returned. */
struct waiting_thread {
	pthread_t thread;
	int (*wait)(int fd);
	int fd;
	int ret;
};

static inline void *run_waiting_thread(void *data)
{
	struct waiting_thread *self = data;

	self->ret = self->wait(self->fd);
	return NULL;
}

static inline int thread_start(struct waiting_thread *thread, int fd,
			       int (*wait)(int fd))
{
	thread->fd = fd;
	thread->wait = wait;
	return pthread_create(&thread->thread, NULL, run_waiting_thread,
			      thread);
}

static inline int thread_finish(struct waiting_thread *thread)
{
	pthread_join(thread->thread, NULL);
	return thread->ret;
}

/* main() of a program whose children may end by execve(). */
static inline int main_of_members(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], AFTER_EXEC))
		for (;;)
			pause();
	return test_harness_run(argc, argv);
}

#endif /* KIPC_END_H */
