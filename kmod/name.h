/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: names
 *
 * Each network namespace has its own names. A name points to an object. The name
 * of an object with KIPC_PERSIST holds a reference to the object and to the
 * module; the name of any other object holds none, and is removed when the last
 * descriptor and the last mapping of the object are gone.
 *
 * Names are found without a lock (RCU) and are changed under names_mutex. Between
 * the last reference to an object and the removal of its name, the name can still
 * be found. So each reader takes a reference with refcount_inc_not_zero(), or
 * holds names_mutex and checks the count of references, and treats the name of an
 * object without references as free.
 *
 * When a network namespace is destroyed, its names are removed.
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
