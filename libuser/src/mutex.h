/* SPDX-License-Identifier: MIT */
#ifndef KIPC_MUTEX_H
#define KIPC_MUTEX_H

#include "object.h"

/** Make the object's handle, which begins with struct kipc_mutex, one. */
struct kipc_mutex *kipc_mutex_of(const struct kipc_object *object);

#endif /* KIPC_MUTEX_H */
