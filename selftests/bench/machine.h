/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the machine
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "result.h"

/* Notes about the kernel, the processor and the clock. */
void machine_describe(struct results *results);

/**
 * machine_settle() - wait until the machine has nothing else to do
 * @seconds: at most
 *
 * Return: percent of its processors' time that others took in the end.
 */
unsigned int machine_settle(unsigned int seconds);

#endif /* BENCH_MACHINE_H */
