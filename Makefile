# SPDX-License-Identifier: GPL-2.0-only
#
# The entry points of the build. Each target works on its own on a fresh Debian
# machine. The work is done by libuser/Makefile, kmod/Kbuild, selftests/Makefile
# and the scripts in selftests/vm/.

ifneq ($(words $(CURDIR)),1)
$(error kbuild cannot build in a directory with a space in its name: $(CURDIR))
endif

vm := selftests/vm

# Variables for libuser/Makefile and the scripts
export PREFIX DESTDIR KERNELS TESTS INPUT ROWS KDIR

libuser := $(MAKE) -s --no-print-directory -C libuser O=$(CURDIR)/build/libuser

.PHONY: all demo check check-debug check-kcsan check-rt coverage fuzz torture soak bench bench-host
.PHONY: bench-compare bench-document html lint shell install uninstall check-paths clean help module library

## all: build the library and the module, for the running or else the test kernels
all: module library

# The headers to build the module with. If there are none, the module is built for
# the test kernels instead. The release is the one that uname prints. On Debian it
# differs from include/config/kernel.release.
KDIR := $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
release := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)
modules = $(DESTDIR)/lib/modules/$(release)

# /sbin may be missing in the path of a user who has become root.
depmod = [ -n '$(DESTDIR)' ] || PATH="$$PATH:/sbin:/usr/sbin" depmod $(release) || \
	echo "depmod failed, so modprobe does not see the change" >&2

ifneq ($(release),)
module:
	@$(vm)/module running
else
module: setup-build
	@echo "No headers for $(shell uname -r): building for the test kernels"
	@for kernel in 6.1 6.12; do $(vm)/module $$kernel || exit; done
endif

library:
	@echo "Building libkipc"
	@$(libuser) all

## demo: count words with several processes in a virtual machine; INPUT=DIR
demo: setup-build setup-guest
	@$(vm)/demo

## check: run all tests, module tests in virtual machines; KERNELS, TESTS
check: setup-build setup-guest setup-test
	@$(vm)/check

## check-debug, check-kcsan, check-rt: run the module tests on that kernel; TESTS
check-debug check-kcsan check-rt: check-%: setup-build setup-guest setup-test
	@KERNELS=$* $(vm)/check -g

## coverage: measure which lines of the module the tests run; TESTS
coverage: setup-build setup-guest setup-test
	@$(vm)/coverage

## fuzz: fuzz the module for SECONDS, or repeat a failure, REPLAY=FILE; SEED, KERNEL
fuzz: setup-build setup-guest setup-test
	@selftests/fuzz/run $(if $(SECONDS),-s $(SECONDS)) $(if $(SEED),-S $(SEED)) \
		$(if $(KERNEL),-k $(KERNEL)) $(if $(REPLAY),-r '$(REPLAY)')

## torture: kill processes that use all types, for SECONDS or KILLS; KERNELS, SEED
torture: setup-build setup-guest setup-test
	@selftests/torture/run $(if $(SECONDS),-s $(SECONDS)) $(if $(KILLS),-n $(KILLS)) \
		$(if $(SEED),-S $(SEED))

## soak: repeat random tests, torture and fuzzing for SECONDS; KERNELS, SEED
soak: setup-build setup-guest setup-test
	@$(vm)/soak $(if $(SECONDS),-s $(SECONDS)) $(if $(SEED),-S $(SEED))

# The variable of that name is special in bash, which counts seconds in it.
unexport SECONDS

## bench: measure kipc and its peers in a virtual machine; ROWS, MODES
bench: setup-build setup-guest setup-bench
	@$(vm)/bench $(MODES)

## bench-host: the same on this machine, with the module loaded; ROWS
bench-host: setup-build setup-bench
	@$(vm)/bench host

## bench-compare: show what changed by more than the noise since BASE=FILE.csv
bench-compare: setup-build setup-bench
	@$(vm)/bench -c "$(BASE)"

## bench-document: put the last results into Documentation/performance.rst
bench-document: setup-build setup-bench
	@$(vm)/bench -d

## html: build the documentation in build/html
html: setup-html
	@$(vm)/documentation

## lint: check that compilers, checkers and style tools report nothing
lint: setup-build setup-guest setup-test setup-bench setup-html setup-lint
	@$(vm)/lint

## shell: start a shell in a virtual machine with the module loaded; KERNELS
shell: setup-build setup-guest setup-test setup-shell
	@$(vm)/shell

## install, uninstall: the library, and the module if KDIR exists; PREFIX, DESTDIR
install: check-paths library $(if $(release),module)
	@$(libuser) install
ifneq ($(release),)
	@$(MAKE) -s --no-print-directory -C '$(KDIR)' M='$(CURDIR)/build/$(release)/kmod' \
		INSTALL_MOD_PATH='$(DESTDIR)' INSTALL_MOD_DIR=updates DEPMOD=true \
		CONFIG_MODULE_SIG_ALL= CONFIG_MODULE_COMPRESS= CONFIG_MODULE_COMPRESS_XZ= \
		modules_install
	@$(depmod)
else
	@echo "No kernel headers in $(KDIR): the module is not installed"
endif

check-paths:
	@$(libuser) check-paths

uninstall:
	@$(libuser) uninstall
ifneq ($(release),)
	@rm -f '$(modules)'/updates/kipc.ko*
	@rmdir -p --ignore-fail-on-non-empty '$(modules)/updates' 2>/dev/null || true
	@$(depmod)
endif

## clean: remove all build output
clean:
	rm -rf build

## help: print this list
help:
	@sed -n 's/^## /  /p' $(firstword $(MAKEFILE_LIST))

# Install the packages that a target needs, and no others.
setup-%:
	@$(vm)/setup $*
