/* SPDX-License-Identifier: GPL-2.0-only */
/* Child processes of a test, and their results. */
#ifndef CHILD_H
#define CHILD_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The result of a child that was killed. */
#define CHILD_KILLED		(-100000)

/* Like fork(), but the child is killed when its parent ends. */
pid_t child_fork(void);

/*
 * Waits until a child has ended. Returns its exit status, CHILD_KILLED, or
 * -ECHILD if there is no such child.
 */
int child_wait(pid_t pid);

/* A child that runs one function, and the result of that function. */
struct child {
	pid_t pid;
	int *result;
};

void child_start(struct child *child, int (*run)(void *data), void *data);

/* Waits until the child has ended and returns the result of its function. */
int child_finish(struct child *child);
int child_kill(struct child *child);

/* Returns whether the child has ended. It remains a zombie. */
bool child_ended(const struct child *child);

/*
 * Reads /proc/PID/stat. Returns its text from the state on, or "" if there is no
 * such process.
 */
const char *child_stat(const struct child *child, char *text, size_t size);

/* Returns the letter of the state in /proc/PID/stat, or 0. */
char child_state(const struct child *child);

/* Returns whether the child sleeps in the kernel: it waits, polls or reads. */
bool child_sleeps(const struct child *child);

#endif /* CHILD_H */
