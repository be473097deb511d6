# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
# What the scripts of this folder share; to be sourced.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vm=$top/selftests/vm
build=$top/build
cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
cache=${cache:+$cache/kipc}  # empty where nobody says where it may be

test_kernels=(6.1 6.12)      # Debian's, where each test must pass
other_kernels=(debug kcsan rt)

# Each make here chooses its own number of jobs, whatever called this script.
unset MAKEFLAGS MFLAGS MAKELEVEL

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "${0##*/}: $*"
	exit 1
}

# as_root COMMAND...
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
	# A source that is down need not be one that we use: whoever wants a
	# package finds out.
	as_root apt-get -qq update >&2 || true
}

# apt_install PACKAGE...
apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y --no-install-recommends install "$@" >&2
}

# package_field PACKAGE FIELD: of the installed version, empty if there is none
package_field() {
	dpkg-query -W -f "\${$2}" "$1" 2>/dev/null || true
}

# in_list WORD LIST...
in_list() {
	local word=$1
	shift
	[[ " $* " == *" $word "* ]]
}

# need_number NAME VALUE: what somebody asks for by that name
need_number() {
	[[ $2 =~ ^[0-9]{1,18}$ ]] || die "$1: not a number: '$2'"
}

# need_kernels KERNEL...
need_kernels() {
	local kernel

	[ $# -gt 0 ] || die "KERNELS: names no test kernel"
	for kernel; do
		in_list "$kernel" "${test_kernels[@]}" "${other_kernels[@]}" ||
			die "no test kernel '$kernel'; there are: ${test_kernels[*]} ${other_kernels[*]}"
	done
}

# need_file NAME PATH
need_file() {
	[ -f "$2" ] || die "$1: no such file: $2"
}

# lock_build: until this shell ends; two builds in one checkout would spoil each other
lock_build() {
	mkdir -p "$build"
	exec 7>"$build/lock"
	flock -n 7 || { say "Waiting for another build in this checkout"; flock 7; }
}

# need_cache: where kernels and the like are kept from run to run
need_cache() {
	[ -n "$cache" ] || die "neither HOME nor XDG_CACHE_HOME is set, so there is no cache"
	if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
		die "cannot write to the cache $cache; XDG_CACHE_HOME can name another place"
	fi
}

# in_cache ENTRY COMMAND...: prints the path of the cache's ENTRY, which COMMAND
# fills if it is missing. COMMAND gets an empty directory as its last argument;
# nobody ever sees a half-filled entry, and only one at a time fills it.
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

# make_tests FOLDER GOAL...: in the folder of test programs, here "selftests" or
# "selftests/native", with output in build/selftests or build/selftests-native
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

# make_library GOAL...
make_library() (
	lock_build
	make -s --no-print-directory -j"$(nproc)" -C "$top/libuser" \
		O="$build/libuser" "$@" >&2
)
