/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the module in /sys, and settings of the kernel in files. */
#ifndef PARAMETER_H
#define PARAMETER_H

/* Writes a text to an existing file. Returns 0 or a negative errno. */
int write_file(const char *path, const char *text);

/* Returns a number from the module's folder in /sys, or a negative errno. */
long module_number(const char *file);

/* Returns the value of a numerical module parameter, or a negative errno. */
long parameter_get(const char *name);
int parameter_set(const char *name, long value);

#endif /* PARAMETER_H */
