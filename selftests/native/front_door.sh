#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests what the top-level Makefile installs, uninstalls and refuses. Prints TAP.
# shellcheck disable=SC2317 # functions are called by check()
set -uo pipefail

top=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failed=0
root=$work/root

# verdict DESCRIPTION STATUS: print the TAP line of the test that just ended
verdict() {
	local word=ok

	number=$((number + 1))
	[ "$2" -eq 0 ] || { word='not ok'; failed=$((failed + 1)); sed 's/^/# /' "$work/log"; }
	echo "$word $number $1"
}

# check DESCRIPTION COMMAND...: run COMMAND, which must succeed
check() {
	local description=$1

	shift
	"$@" >"$work/log" 2>&1 </dev/null
	verdict "$description" $?
}

# Runs make as a user would, without the variables of the make that runs this test.
front_door() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u PREFIX -u DESTDIR -u KERNELS -u TESTS \
		-u KDIR make -s --no-print-directory -C "$top" "$@"
}

# refused LINE COMMAND...: COMMAND must fail with the message LINE, before it builds
# or boots anything
refused() {
	local line=$1

	shift
	! "$@" >"$work/said" 2>&1 </dev/null || return 1
	cat "$work/said"
	grep -qF -- "$line" "$work/said" && ! grep -q 'Building\|Booting' "$work/said"
}

refuses() {
	local line=$1

	shift
	check "refuses $*" refused "$line" front_door "$@"
}

installs_below() {
	front_door install DESTDIR="$root" "$@" && test -f "$root$prefix/lib/libkipc.so.0" &&
		test -f "$root$prefix/include/linux/kipc.h" &&
		test -f "$root$prefix/lib/pkgconfig/kipc.pc"
}

# Links as pkg-config says, with nothing but the installed files.
links() {
	local flags

	flags=$(PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$root$prefix/lib/pkgconfig \
		pkg-config --cflags --libs kipc) &&
		eval "gcc -o '$work/hello' '$top/libuser/examples/hello.c' $flags" &&
		readelf -d "$work/hello" | grep -q 'NEEDED.*libkipc.so.0'
}

# The module must be where modprobe looks, in the directory of uname's release.
installs_module() {
	local release

	installs_below "$@" && release=$("$top/selftests/vm/kernel" "$kernel" release) &&
		[ -n "$(find "$root/lib/modules/$release" -name 'kipc.ko*')" ]
}

leaves_nothing() {
	front_door uninstall DESTDIR="$root" "$@" && [ -z "$(find "$root" -not -type d)" ] &&
		[ ! -e "$root$prefix/lib/pkgconfig" ]
}

# is_32_bit FILE
is_32_bit() {
	readelf -h "$1" | grep -q 'Class: *ELF32'
}

# without_home COMMAND...: run COMMAND without HOME and XDG_CACHE_HOME
without_home() {
	env -u HOME -u XDG_CACHE_HOME "$@"
}

# Links the archive into a shared object, as a plugin would.
goes_into_a_shared_object() {
	gcc -shared -o "$work/plugin.so" -Wl,-z,defs -Wl,--whole-archive \
		"$root$prefix/lib/libkipc.a" -Wl,--no-whole-archive -lpthread
}

# symbols LIBRARY: print the symbols that programs link with
symbols() {
	readelf -W --dyn-syms "$1" | grep -o 'kipc_[a-z_]*@@KIPC_[0-9.]*' | sort
}

# compiles_with FLAG...: the library must have the same symbols with these flags
compiles_with() {
	env -u MAKEFLAGS make -s -C "$top/libuser" O="$work/flags" CFLAGS="$*" all &&
		[ "$(symbols "$work/flags/libkipc.so")" = "$(symbols "$top/build/libuser/libkipc.so")" ]
}

# Objects of one compiler must not be reused for another compiler.
compiles_again() {
	local make=(make -s --no-print-directory -C "$top/libuser" O="$work/objects")

	env -u MAKEFLAGS "${make[@]}" all && ! is_32_bit "$work/objects/libkipc.so" &&
		env -u MAKEFLAGS "${make[@]}" all CC='gcc -m32' &&
		is_32_bit "$work/objects/libkipc.so"
}

echo "TAP version 13"
prefix=/usr/local
check "installs to /usr/local" installs_below
check "links with what was installed" links
check "the archive goes into a shared object" goes_into_a_shared_object
touch "$root/usr/local/lib/libkipc.so.0.1"
check "uninstalls all of it, and former versions" leaves_nothing
check "takes an empty PREFIX for none" installs_below PREFIX=
check "uninstalls that" leaves_nothing PREFIX=
prefix="/opt/a place"
check "installs to a path with a space" installs_below PREFIX="$prefix"
check "links there" links
check "uninstalls from there" leaves_nothing PREFIX="$prefix"
prefix=/usr
for kernel in 6.1 6.12; do
	headers=$("$top/selftests/vm/kernel" "$kernel" headers)
	check "installs the module for $kernel" installs_module PREFIX=/usr KDIR="$headers"
	check "uninstalls it" leaves_nothing PREFIX=/usr KDIR="$headers"
done
check "compiles with link-time optimisation" compiles_with -O2 -flto=auto
check "compiles again for another machine" compiles_again
refuses 'must be absolute' install PREFIX=usr DESTDIR="$root"
refuses "KILLS: not a number: 'abc'" torture KILLS=abc
refuses "SECONDS: not a number: 'abc'" torture SECONDS=abc
refuses "SECONDS: not a number: 'abc'" fuzz SECONDS=abc
refuses "SECONDS: not a number: '-1'" soak SECONDS=-1
refuses "SEED: not a number: 'x'" fuzz SEED=x
refuses "SEED: not a number: 'x'" soak SEED=x
refuses 'REPLAY: no such file: /nonexistent' fuzz REPLAY=/nonexistent
refuses "no test kernel '7'" check KERNELS=7
refuses "no test kernel '7'" torture KERNELS=7
refuses "no test kernel '7'" shell KERNELS=7
refuses "no test kernel '7'" bench KERNELS=7
refuses "no test 'nope'" check TESTS=nope
refuses "MODES: nothing is called 'foo'" bench MODES=foo
refuses 'BASE: no such file: /nonexistent' bench-compare BASE=/nonexistent
refuses 'INPUT: no such directory: /nonexistent' demo INPUT=/nonexistent
check "says that there is no cache without HOME" refused 'neither HOME nor XDG_CACHE_HOME' \
	without_home make -s -C "$top" demo
check "says which cache it cannot write to" refused 'cannot write to the cache /proc/kipc' \
	env XDG_CACHE_HOME=/proc make -s -C "$top" demo
[ -e /dev/kipc ] || refuses '/dev/kipc is missing' bench-host
echo "1..$number"
exit $((failed > 0))
