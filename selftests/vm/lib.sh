# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# Functions that the scripts of this folder share. It is sourced by them.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vm=$top/selftests/vm
build=$top/build
cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
cache=${cache:+$cache/kipc}  # empty if neither variable is set

test_kernels=(6.1 6.12)      # Debian's, on which each test must pass
other_kernels=(debug kcsan rt)

# Each make here chooses its own number of jobs, independent of a calling make.
unset MAKEFLAGS MFLAGS MAKELEVEL

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "${0##*/}: $*"
	exit 1
}

# as_root COMMAND...: run COMMAND as root
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "must be root, or have sudo, to run: $*"
	fi
}

refresh_package_lists() {
	# An unreachable source need not be one that is used here. If it is,
	# installing the package fails.
	as_root apt-get -qq update >&2 || true
}

# apt_install PACKAGE...: install packages
apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends install "$@" >&2
}

# package_field PACKAGE FIELD: print a field of the installed version, or nothing
package_field() {
	dpkg-query -W -f "\${$2}" "$1" 2>/dev/null || true
}

# in_list WORD LIST...: succeed if WORD is in LIST
in_list() {
	local word=$1
	shift
	[[ " $* " == *" $word "* ]]
}

# need_number NAME VALUE: end the script if VALUE is not a number
need_number() {
	[[ $2 =~ ^[0-9]{1,18}$ ]] || die "$1: not a number: '$2'"
}

# need_kernels KERNEL...: end the script if one of them is not a test kernel
need_kernels() {
	local kernel

	[ $# -gt 0 ] || die "KERNELS: names no test kernel"
	for kernel; do
		in_list "$kernel" "${test_kernels[@]}" "${other_kernels[@]}" ||
			die "no test kernel '$kernel'; there are: ${test_kernels[*]} ${other_kernels[*]}"
	done
}

# need_file NAME PATH: end the script if there is no such file
need_file() {
	[ -f "$2" ] || die "$1: no such file: $2"
}

# lock_build: lock this checkout until this shell ends, since two concurrent builds
# would corrupt each other's output
lock_build() {
	mkdir -p "$build"
	exec 7>"$build/lock"
	flock -n 7 || { say "Waiting for another build in this checkout"; flock 7; }
}

# need_cache: create the cache, which keeps kernels and the like between runs
need_cache() {
	[ -n "$cache" ] || die "neither HOME nor XDG_CACHE_HOME is set, so there is no cache"
	if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
		die "cannot write to the cache $cache; XDG_CACHE_HOME can name another place"
	fi
}

# in_cache ENTRY COMMAND...: print the path of a cache entry. If it is missing,
# COMMAND fills it and gets an empty directory as its last argument. The entry
# appears only when it is complete, and only one process fills it at a time.
in_cache() {
	local entry=$cache/$1 temporary=$cache/tmp.$1
	shift
	if [ ! -d "$entry" ]; then
		need_cache
		(
			flock -n 9 || { say "Waiting for ${entry##*/}"; flock 9; }
			[ ! -d "$entry" ] || exit 0
			rm -rf "$temporary"
			mkdir "$temporary"
			"$@" "$temporary" && mv -T "$temporary" "$entry" && exit 0
			rm -rf "$temporary"
			exit 1
		) 9>"$cache/tmp.lock.${entry##*/}" || return
	fi
	printf '%s\n' "$entry"
}

# make_tests FOLDER GOAL...: run make in a folder of test programs, for instance
# "selftests/native"; the output goes to build/selftests-native
make_tests() (
	folder=$1

	shift
	sources=$("$vm/kernel-tree")
	mkdir -p "$build/${folder/\//-}"
	lock_build
	make -s --no-print-directory -j"$(nproc)" -C "$top/$folder" \
		OUTPUT="$build/${folder/\//-}" KSELFTEST_DIR="$sources/tools/testing/selftests" \
		KHDR_INCLUDES="-I$top/uapi" USERCFLAGS=-Werror USERLDFLAGS=-static "$@"
)

# make_library GOAL...: run make for the library
make_library() (
	lock_build
	make -s --no-print-directory -j"$(nproc)" -C "$top/libuser" \
		O="$build/libuser" "$@" >&2
)
