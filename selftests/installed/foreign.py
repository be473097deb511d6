# SPDX-License-Identifier: GPL-2.0-only
"""Uses the installed libkipc from Python, by its soname."""
import ctypes
import os
import threading

kipc = ctypes.CDLL("libkipc.so.0")


def expect(expected, seen):
    assert expected == seen, f"expected {expected}, not {seen}"


semaphore = ctypes.c_void_p()
expect(0, kipc.kipc_semaphore_create_sized(ctypes.byref(semaphore), b"python", None, 0))
expect(0, kipc.kipc_semaphore_post(semaphore, 0, 2))
expect(0, kipc.kipc_semaphore_trywait(semaphore, 0, 2))
thread = threading.Thread(target=lambda: kipc.kipc_semaphore_wait(semaphore, 0, 1))
thread.start()
expect(0, kipc.kipc_semaphore_post(semaphore, 0, 1))
thread.join()

mutex = ctypes.c_void_p()
expect(0, kipc.kipc_mutex_create_sized(ctypes.byref(mutex), None, None, 0))
expect(0, kipc.kipc_mutex_lock(mutex, 0))
child = os.fork()
if not child:
    os._exit(0 if kipc.kipc_mutex_trylock(mutex, 0) == -11 else 1)
expect(0, os.waitpid(child, 0)[1])
expect(0, kipc.kipc_mutex_unlock(mutex, 0))

mailbox = ctypes.c_void_p()
buffer = ctypes.create_string_buffer(100)
expect(0, kipc.kipc_mailbox_create(ctypes.byref(mailbox), None, None))
expect(0, kipc.kipc_mailbox_send(mailbox, b"hello", 5, 0))
expect(5, kipc.kipc_mailbox_receive(mailbox, buffer, 100, None))
expect(b"hello", buffer.value)
expect(-2, kipc.kipc_unlink(b"nothing"))
kipc.kipc_mailbox_close(mailbox)
kipc.kipc_mutex_close(mutex)
kipc.kipc_semaphore_close(semaphore)
