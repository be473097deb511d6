# SPDX-License-Identifier: GPL-2.0-only
#
# The front door: every target here works on its own on a fresh Debian machine.
# The work is done in libuser/Makefile, kmod/Kbuild, selftests/Makefile and by the
# scripts in selftests/vm/.

ifneq ($(words $(CURDIR)),1)
$(error kbuild cannot build in a directory with a space in its name: $(CURDIR))
endif

vm := selftests/vm

# Variables for libuser/Makefile and the scripts
export PREFIX DESTDIR KERNELS TESTS INPUT ROWS KDIR

libuser := $(MAKE) -s --no-print-directory -C libuser O=$(CURDIR)/build/libuser

.PHONY: all demo check check-debug check-kcsan check-rt coverage fuzz torture soak bench bench-host
.PHONY: bench-compare bench-document html lint shell install uninstall check-paths clean help module library

## all: the module for the running kernel, or else the test kernels; the library
all: module library

# What the module is for. Where that is not there the test kernels stand in. The release
# is that of uname, which on Debian is not in include/config/kernel.release.
KDIR := $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
release := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)
modules = $(DESTDIR)/lib/modules/$(release)

# It may not be in the path of a user who becomes root.
depmod = [ -n '$(DESTDIR)' ] || PATH="$$PATH:/sbin:/usr/sbin" depmod $(release) || \
	echo "Without depmod modprobe does not see what has changed" >&2

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

## check: run all tests, those of the module in virtual machines; KERNELS, TESTS
check: setup-build setup-guest setup-test
	@$(vm)/check

## check-debug, check-kcsan, check-rt: the module's tests on that kernel; TESTS
check-debug check-kcsan check-rt: check-%: setup-build setup-guest setup-test
	@KERNELS=$* $(vm)/check -g

## coverage: how much of the module the tests run, and which lines they do not; TESTS
coverage: setup-build setup-guest setup-test
	@$(vm)/coverage

## fuzz: fuzz the module for SECONDS, or run again what failed, REPLAY=FILE; SEED, KERNEL
fuzz: setup-build setup-guest setup-test
	@selftests/fuzz/run $(if $(SECONDS),-s $(SECONDS)) $(if $(SEED),-S $(SEED)) \
		$(if $(KERNEL),-k $(KERNEL)) $(if $(REPLAY),-r '$(REPLAY)')

## torture: kill who uses all types at once, for SECONDS or KILLS; KERNELS, SEED
torture: setup-build setup-guest setup-test
	@selftests/torture/run $(if $(SECONDS),-s $(SECONDS)) $(if $(KILLS),-n $(KILLS)) \
		$(if $(SEED),-S $(SEED))

## soak: what chance decides, again and again for SECONDS: tests, torture, fuzzing; KERNELS, SEED
soak: setup-build setup-guest setup-test
	@$(vm)/soak $(if $(SECONDS),-s $(SECONDS)) $(if $(SEED),-S $(SEED))

# The shell counts seconds in a variable of that name.
unexport SECONDS

## bench: what kipc costs beside its peers, in a virtual machine; ROWS, MODES
bench: setup-build setup-guest setup-bench
	@$(vm)/bench $(MODES)

## bench-host: the same on this machine, which has the module loaded; ROWS
bench-host: setup-build setup-bench
	@$(vm)/bench host

## bench-compare: what changed by more than the noise since BASE=FILE.csv
bench-compare: setup-build setup-bench
	@$(vm)/bench -c "$(BASE)"

## bench-document: show what bench has measured in Documentation/performance.rst
bench-document: setup-build setup-bench
	@$(vm)/bench -d

## html: the documentation, in build/html
html: setup-html
	@$(vm)/documentation

## lint: compilers, checkers and style tools have nothing to say
lint: setup-build setup-guest setup-test setup-bench setup-html setup-lint
	@$(vm)/lint

## shell: a shell in a virtual machine that has the module loaded; KERNELS
shell: setup-build setup-guest setup-test setup-shell
	@$(vm)/shell

## install, uninstall: the library, and the module if KDIR has headers; PREFIX, DESTDIR
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

## clean: remove everything that was built
clean:
	rm -rf build

## help: this list
help:
	@sed -n 's/^## /  /p' $(firstword $(MAKEFILE_LIST))

# What each target needs, and no more.
setup-%:
	@$(vm)/setup $*
