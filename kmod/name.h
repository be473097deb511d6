/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: names
 *
 * Each network namespace has names of its own. A name points to an object. The
 * name of a PERSIST object has a reference to the object and one to the module.
 * Any other name has none, and is removed when the last reference to its object
 * is dropped.
 *
 * Names are found under RCU, without a lock, and inserted and removed under
 * names_mutex. A lookup may meet the end of the object: it takes a reference
 * only if there is still one, see object.h. An insertion may meet the end of
 * the object that has the name, and takes the name over then::
 *
 *     CPU 0 (kipc_name_insert())        CPU 1 (kipc_object_put())
 *
 *                                       drops the last reference
 *     lock names_mutex
 *     finds the name, whose object
 *       has no reference
 *     removes it: object->name = NULL
 *     inserts its own name
 *     unlock                            kipc_name_drop(): lock names_mutex
 *                                       object->name is NULL: nothing to do
 *                                       unlock
 *
 * Because an object removes its name before it is freed, the object of a name
 * that is found under names_mutex is complete, even if it has no reference.
 *
 * Each name has a serial number, which no other name of the namespace ever had.
 * LIST goes through the names in the order of these numbers, so it finds every
 * name that exists all the time, however many are inserted and removed
 * meanwhile.
 *
 * When a network namespace ends, all its names are removed.
 */
#ifndef KIPC_NAME_H
#define KIPC_NAME_H

#include <linux/types.h>

struct kipc_list_entry;
struct kipc_object;
struct seq_file;

struct kipc_object *kipc_name_find(const char *name);
int kipc_name_insert(struct kipc_object *object, const char *name);
void kipc_name_drop(struct kipc_object *object);
void kipc_name_show(struct seq_file *seq, struct kipc_object *object);
bool kipc_name_capable(void);
bool kipc_name_next(u64 *cursor, struct kipc_list_entry *listed);
int kipc_name_remove(const char *name);

int kipc_name_unlink(void __user *arg);
int kipc_name_list(void __user *arg);

int kipc_names_init(void);
void kipc_names_exit(void);

#endif /* KIPC_NAME_H */
