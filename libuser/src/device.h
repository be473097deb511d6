/* SPDX-License-Identifier: MIT */
/**
 * @file device.h
 * DOC: the cached descriptor of /dev/kipc
 *
 * The first call opens the device. The descriptor is cached for later calls, of
 * all threads and also of children. So a process that has changed its root to a
 * directory without /dev can still create and open objects.
 *
 * The descriptor belongs to the library, but any part of the program can close
 * it by its number, as a daemon does that closes all descriptors. The number
 * may then belong to another file. No system call is spent on checking this in
 * advance:
 *
 *  - If CREATE and OPEN succeed they have filled in the structure for the
 *    answer, which no other file does.
 *  - After any other result the library checks whether the number belongs to
 *    the device. If not, the answer is not kipc's; the device is opened again
 *    and the call repeated.
 *
 * The cached descriptor is never closed, because its number may belong to
 * another file. So a program that shares this memory among several descriptor
 * tables, and makes the library open the device in each in turn, would leak a
 * descriptor each time. After DEVICE_RENEWALS of them the library opens the
 * device for each call and closes it again.
 */
#ifndef KIPC_DEVICE_H
#define KIPC_DEVICE_H

#include "object.h"

#define DEVICE_RENEWALS	16

/**
 * Make an ioctl on the device. Does not change errno.
 * @param proof  a member of the answer that the kernel makes nonzero if the
 *               call succeeds; NULL if the answer has none
 * @return the result of the ioctl, or a negative errno, also of opening the
 *         device; -ENOTTY if /dev/kipc is not kipc's
 */
int kipc_device_call(unsigned long command, void *args, const __u64 *proof);

#endif /* KIPC_DEVICE_H */
