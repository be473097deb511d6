/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: faults
 *
 * A test of faults makes one system call again and again. In the first call the
 * first operation that can fail does fail, in the second call the second one,
 * and so on, until there are no more. Such an operation is an allocation or a
 * copy from or to user space. The kernel counts these operations in
 * /proc/self/fail-nth, see Documentation/fault-injection/. With any fault the
 * call either does all of its work, or it fails, changes nothing, and succeeds
 * the next time. It leaves nothing behind. See fault_check.h for the checks.
 */
#ifndef FAULT_H
#define FAULT_H

#include "child.h"
#include "word.h"

/* No call has as many operations that can fail. */
#define FAULTS_MAX	5000U

#define BUFFER_SIZE	3000

/* Attributes of the objects. */
#define ELEMENTS	256	/* several pages of words, in the kernel too */
#define INITIAL		2
#define MAX		3
#define PARTIES		2
#define MESSAGES	2
#define REGION		20000

struct subject;

/* A system call, its requirements, and its effect. */
struct operation {
	bool absent;		/* there is no object before the call */
	bool mapped;		/* the object is mapped before the call */
	int (*before)(struct subject *subject);
	void (*help)(struct subject *subject);	/* run by another process */
	int (*call)(struct subject *subject);
	int (*works)(struct subject *subject);	/* after a success */
	int ret;		/* of the call without a fault */
	int also;		/* or this with a fault, see is_fault() */
	bool may_not_fail;	/* it may have nothing that can fail */
	long (*state)(struct subject *subject);	/* that the call changes */
	long was;
	long becomes;
};

/* An object, what a call needs besides it, and what the call has made. */
struct subject {
	const struct operation *operation;
	struct kipc_create_args args;
	char name[64];
	int device;
	int fd;			/* the object */
	int made;		/* by the call */
	int other;		/* a descriptor that the call needs */
	int sockets[2];
	struct words words;
	__u32 attachment;	/* of this process, if the call needs one */
	struct child helper;
	struct kipc_barrier_wait_args arrival;
	__s64 deadline;
	char buffer[BUFFER_SIZE];
};

/* Returns NULL, or the reason why faults cannot be injected here. */
const char *faults_prepare(void);

/* Opens fail-nth of the main thread or of the calling thread. */
int faults_open(void);
int faults_open_thread(void);
void faults_close(void);

/*
 * Makes the nth operation from now on fail that can fail. Returns false on an
 * error.
 */
bool faults_arm(unsigned int nth);

/*
 * Returns true if the fault has happened. Reading fail-nth copies to user
 * space, so the fault may happen in this function; then it had not happened
 * before.
 */
bool faults_disarm(void);

/* Returns true if a call that a fault has hit may have this result. */
bool is_fault(const struct operation *operation, int ret);

/* Allocates a subject, with arguments for an object of that type. */
struct subject *new_subject(__u32 type, __u32 flags);

/* Creates the object and all else that the operation needs, and drops it. */
int subject_make(struct subject *subject);
void subject_drop(struct subject *subject);

struct kipc_create_args subject_args(__u32 type);

/* A call: maps the words of the object. */
int call_mmap(struct subject *subject);

#endif /* FAULT_H */
