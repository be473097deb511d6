// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the library with dlopen(), and uses mutexes, which need thread-local
 * variables of the library. The program is not linked with the library.
 */
#include <dlfcn.h>
#include <kipc.h>
#include <pthread.h>
#include <stdio.h>

static int (*create)(struct kipc_mutex **mutex, const char *name,
		     const struct kipc_mutex_options *options, size_t size);
static int (*lock)(struct kipc_mutex *mutex, uint32_t element);
static int (*unlock)(struct kipc_mutex *mutex, uint32_t element);
static void (*close_mutex)(struct kipc_mutex *mutex);

/* ISO C does not define the conversion of an object pointer to a function pointer. */
static int find(void *library, const char *name, void *function)
{
	void *address = dlsym(library, name);

	*(void **)function = address;
	return address ? 0 : -1;
}

static void *lock_and_unlock(void *mutex)
{
	return lock(mutex, 0) || unlock(mutex, 0) ? mutex : NULL;
}

int main(int argc, char **argv)
{
	void *library = dlopen(argc > 1 ? argv[1] : "libkipc.so.0", RTLD_NOW);
	struct kipc_mutex *mutex;
	pthread_t thread;
	void *failed;

	if (!library || find(library, "kipc_mutex_create_sized", &create) ||
	    find(library, "kipc_mutex_lock", &lock) ||
	    find(library, "kipc_mutex_unlock", &unlock) ||
	    find(library, "kipc_mutex_close", &close_mutex)) {
		printf("# %s\n", dlerror());
		return 1;
	}
	if (create(&mutex, NULL, NULL, 0) || lock(mutex, 0) || unlock(mutex, 0))
		return 2;
	pthread_create(&thread, NULL, lock_and_unlock, mutex);
	pthread_join(thread, &failed);
	close_mutex(mutex);
	return failed ? 3 : 0;
}
