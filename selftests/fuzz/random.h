/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that a seed determines: splitmix64, by Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators", 2014.
 */
#ifndef FUZZ_RANDOM_H
#define FUZZ_RANDOM_H

#include <stdbool.h>

#include <linux/types.h>

struct random {
	__u64 state;
};

static inline __u64 random_mix(__u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline __u64 random_next(struct random *random)
{
	random->state += 0x9e3779b97f4a7c15ULL;
	return random_mix(random->state);
}

/*
 * Each execution has numbers of its own, however many earlier ones have used.
 */
static inline struct random random_for(__u64 seed, __u64 execution)
{
	return (struct random){ random_mix(seed) ^ random_mix(~execution) };
}

/* Returns a number from 0 to @limit - 1; @limit must not be 0. */
static inline unsigned int random_below(struct random *random,
					unsigned int limit)
{
	return random_next(random) % limit;
}

static inline bool random_one_in(struct random *random, unsigned int n)
{
	return !random_below(random, n);
}

#endif /* FUZZ_RANDOM_H */
