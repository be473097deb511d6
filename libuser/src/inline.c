// SPDX-License-Identifier: MIT
/*
 * The inline functions of kipc.h once more, as symbols of the library: for
 * languages that call C but cannot compile it.
 */
#define KIPC_INLINE extern inline

#include "object.h"
