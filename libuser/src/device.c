// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device.h"
#include "spin.h"

/*
 * The cache: the descriptor plus one in the low half, 0 if there is none, and
 * the number of renewals in the high half. The renewals distinguish a
 * descriptor that stayed in the cache from one that was dropped and whose
 * number was then used for the device again.
 */
#define RENEWAL		(1ULL << 32)

static uint64_t device_cache __attribute__((aligned(8)));

/* st_rdev of the device that was opened last. */
static uint64_t device_number __attribute__((aligned(8)));

static int device_cache_fd(uint64_t state)
{
	return (int)(uint32_t)state - 1;
}

static bool device_cache_replace(uint64_t old, uint64_t new)
{
	return __atomic_compare_exchange_n(&device_cache, &old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/*
 * Empties the cache. This comes before the device is opened again, so that
 * device_answered() in another thread sees the change.
 */
static void device_cache_drop(uint64_t state)
{
	device_cache_replace(state, (state | (RENEWAL - 1)) + 1);
}

/*
 * Opens the device. It uses syscall(), because open() is a cancellation point;
 * a thread that is cancelled here would leave state behind.
 */
static int device_open(void)
{
	int fd = syscall(SYS_openat, AT_FDCWD, KIPC_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	/*
	 * There is no device node, or no device behind it. Without the
	 * translation, the caller would take ENOENT for a missing object name.
	 */
	return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
}

/* Returns whether a descriptor is one of the device. */
static bool device_is(int fd)
{
	struct stat status;

	return !fstat(fd, &status) && S_ISCHR(status.st_mode) &&
	       status.st_rdev == __atomic_load_n(&device_number, __ATOMIC_SEQ_CST);
}

/* Puts a descriptor into the cache; returns whether it did. */
static bool device_cache_store(uint64_t state, int fd)
{
	struct stat status;

	if (state / RENEWAL >= DEVICE_RENEWALS || fstat(fd, &status))
		return false;
	__atomic_store_n(&device_number, status.st_rdev, __ATOMIC_SEQ_CST);
	return device_cache_replace(state, state + fd + 1);
}

/* Returns whether the result is kipc's, not that of another file. */
static bool device_answered(uint64_t state, int result, const __u64 *proof)
{
	if (result >= 0 && proof)
		return *proof;
	if (result == -EBADF || result == -ENOTTY)
		return false;
	/*
	 * The number belongs to the device. If the cache has not changed it
	 * did so during the call, too:
	 *
	 *	this thread                      other threads
	 *	-----------                      -------------
	 *	                                 close(fd)
	 *	                                 fd = open(another file)
	 *	ioctl(fd): wrong answer
	 *	                                 close(fd)
	 *	                                 empty the cache
	 *	                                 fd = open(the device)
	 *	device_is(fd): true
	 *	the cache has changed: repeat
	 */
	return device_is(device_cache_fd(state)) &&
	       __atomic_load_n(&device_cache, __ATOMIC_SEQ_CST) == state;
}

/*
 * Opens the device, makes the call, and puts the descriptor into the cache
 * unless it changed meanwhile or there were too many renewals.
 */
static int device_call_renewed(uint64_t state, unsigned long command,
			       void *args, const __u64 *proof)
{
	int fd = device_open(), result;

	if (fd < 0)
		return fd;
	kipc_spin_prepare();
	result = kipc_call(fd, command, args);
	if (result >= 0 && proof && !*proof)
		result = -ENOTTY;
	if (result == -ENOTTY || !device_cache_store(state, fd))
		syscall(SYS_close, fd);
	return result;
}

/*
 * Makes the call through the cached descriptor if the device answers there,
 * otherwise through a new one.
 */
static int device_call(unsigned long command, void *args, const __u64 *proof)
{
	uint64_t state = __atomic_load_n(&device_cache, __ATOMIC_SEQ_CST);
	int fd = device_cache_fd(state), result;

	for (; fd >= 0; fd = device_cache_fd(state)) {
		result = kipc_call(fd, command, args);
		if (device_answered(state, result, proof))
			return result;
		device_cache_drop(state);
		state = __atomic_load_n(&device_cache, __ATOMIC_SEQ_CST);
	}
	return device_call_renewed(state, command, args, proof);
}

int kipc_device_call(unsigned long command, void *args, const __u64 *proof)
{
	const int saved_errno = errno;
	int result;

	result = device_call(command, args, proof);
	errno = saved_errno;
	return result;
}
