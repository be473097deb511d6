/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the machine
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "result.h"

/* Adds notes about the kernel, the processor and the clock. */
void machine_describe(struct results *results);

/**
 * machine_settle() - wait until the machine is idle
 * @seconds: the longest time to wait
 *
 * Return: the percentage of CPU time that other processes used at last.
 */
unsigned int machine_settle(unsigned int seconds);

#endif /* BENCH_MACHINE_H */
