/* SPDX-License-Identifier: MIT */
/**
 * @file device.h
 * DOC: /dev/kipc, opened once
 *
 * The first call opens the device, and the descriptor stays for the calls to come, of
 * all threads and of children too. A process that has changed its root to a place
 * without /dev goes on creating and opening objects by it.
 *
 * The descriptor is the library's, but any part of the program can close it by its
 * number, as a daemon closes all, and the number may then name another file. No call is
 * spent on looking after that beforehand:
 *
 *  - CREATE and OPEN that succeed have filled in what they are asked to answer, which
 *    another file does not do.
 *  - After anything else the number is looked at: does it name the device? If it does
 *    not, the answer is not kipc's, and the call is made again on the device opened
 *    anew.
 *
 * A number that is kept is never closed, for it may have become another file's. So a
 * program that shares this memory among several tables of descriptors, and has each
 * renew it in turn, would leave one behind each time; after DEVICE_RENEWALS the device is
 * opened for each call and closed again.
 */
#ifndef KIPC_DEVICE_H
#define KIPC_DEVICE_H

#include "object.h"

#define DEVICE_RENEWALS	16

/**
 * One ioctl on the device; errno stays.
 * @param proof  not zero once the call has succeeded, where the kernel makes it so;
 *               NULL if there is no such thing
 * @return what it returns, or a negative errno, also of opening the device; -ENOTTY where
 *         that is not kipc's
 */
int kipc_device_call(unsigned long command, void *args, const __u64 *proof);

#endif /* KIPC_DEVICE_H */
