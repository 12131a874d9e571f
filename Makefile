# SPDX-License-Identifier: MIT
# v4map: `make` builds, `make demo` shows, `make check` tests, `make help` lists the rest.

PREFIX     ?= /usr/local
DESTDIR    ?=
BUILD      ?= build
CC         ?= gcc
ifeq ($(origin CC),default)
CC         := gcc
endif
MULTIARCH  := $(shell $(CC) -print-multiarch 2>/dev/null)
PLUGINDIR  ?= /usr/lib/$(MULTIARCH)/openvpn/plugins
SBINDIR    ?= $(PREFIX)/sbin
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
POLICY     ?= /etc/openvpn/v4map.yaml
MODE       ?= release
WERROR     ?= $(if $(CI),-Werror,)
V          ?= 0
Q          := $(if $(filter 1,$(V)),,@)
say         = $(if $(filter 1,$(V)),@:,@printf '  %-7s %s\n' "$(1)" "$(2)")

VERSION    := $(shell cat VERSION)

# --- flags --------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wundef -Wvla -Wcast-qual \
	-Wwrite-strings -Wpointer-arith -Wnull-dereference -Wstrict-prototypes \
	-Wmissing-prototypes -Wimplicit-fallthrough -Wswitch-enum \
	-Werror=implicit-function-declaration -Werror=int-conversion \
	-Werror=incompatible-pointer-types -Werror=format-security
HARD := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection -fcf-protection=full -fno-delete-null-pointer-checks \
	-fno-strict-aliasing -fno-common -fPIC -fvisibility=hidden
LINK := -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
DEFS := -Wl,-z,defs
IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
ifeq ($(IS_CLANG),)
WARN += -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wformat-overflow=2 \
	-Wformat-truncation=2 -Wuse-after-free=3 -Wcast-align=strict -Wtrampolines -Wbidi-chars=any
HARD += -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr
endif
ifeq ($(MODE),asan)
HARD := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-fno-common -fPIC -fvisibility=hidden
LINK := -fsanitize=address,undefined
DEFS :=
endif
CFLAGS  ?=
LDFLAGS ?=
INC   := -Iinclude -I$(BUILD)/include
STD   := -std=c11 -D_GNU_SOURCE
ALL_CFLAGS = $(STD) $(WARN) $(WERROR) $(HARD) $(INC) $(CFLAGS) -MMD -MP
# The one foreign header: Debian ships it in openvpn itself, others in openvpn-devel.
OPENVPN_INC := -isystem /usr/include/openvpn

# --- files --------------------------------------------------------------------------------------
src  = $(wildcard $(1)/*.c)
obj  = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
CORE_O   := $(call obj,$(call src,core))
CODEC_O  := $(call obj,$(call src,codec))
PLUGIN_O := $(call obj,$(call src,plugin))
DAEMON_O := $(call obj,$(call src,daemon))
CLI_O    := $(call obj,$(call src,cli))
CORE_A   := $(BUILD)/core.a
CODEC_A  := $(BUILD)/codec.a
CLI_A    := $(BUILD)/cli.a
CODEC_LIBS := -lyaml -ljansson -lcrypto -lz
PROGRAMS := $(BUILD)/v4map.so $(BUILD)/v4mapd $(BUILD)/v4map

UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
HOST     := $(BUILD)/tests/openvpn-stand-in
TOOLS    := $(patsubst tests/tools/%.c,$(BUILD)/tests/%,$(wildcard tests/tools/*.c))
PRELOADS := $(patsubst tests/e2e/%.c,$(BUILD)/tests/%.so,$(wildcard tests/e2e/*.c))
FAULTS   := $(patsubst tests/faults/%.c,$(BUILD)/tests/faults/%,$(wildcard tests/faults/*.c))
BENCH    := $(addprefix $(BUILD)/bench/,hooks reload noop.so)

.PHONY: all help deps test-deps demo check check-unit check-host check-differential check-e2e check-quick-faults check-faults check-matrix lint \
	format sanitize bench install uninstall clean layers
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS) layers

help:
	@echo 'make            build v4map.so, v4mapd and v4map in $(BUILD)/'
	@echo 'make demo       install what is missing, build, show the main job on a real OpenVPN (root)'
	@echo 'make check      install what is missing, build, run every test'
	@echo 'make check-faults  what power cuts, full disks, kills and hangs do to the log (root)'
	@echo 'make check-matrix  the e2e tests with OpenVPN 2.5, 2.6 and 2.7 crossed, into docs/compatibility.md'
	@echo 'make check-differential  100,000 random policies and peers against tests/reference'
	@echo 'make lint       clang-format, clang-tidy, cppcheck, shellcheck, gcc -fanalyzer'
	@echo 'make sanitize   unit, host and e2e tests under ASan and UBSan'
	@echo 'make bench      measure, as ratios against what one would use instead'
	@echo 'make install    DESTDIR= PREFIX=$(PREFIX) PLUGINDIR=$(PLUGINDIR)'
	@echo 'make uninstall  the reverse'

deps:
	@scripts/install-deps build
test-deps:
	@scripts/install-deps test

# --- objects ------------------------------------------------------------------------------------
# Places that are set when v4map is built; the file changes only when they do.
PATHS_H := $(BUILD)/include/v4map-paths.h
$(PATHS_H): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '#define V4MAP_VERSION "$(VERSION)"' \
		'#define V4MAP_DAEMON_PATH "$(SBINDIR)/v4mapd"' \
		'#define V4MAP_POLICY_DEFAULT "$(POLICY)"' > $@.new
	@cmp -s $@ $@.new && rm $@.new || mv $@.new $@
FORCE:

$(BUILD)/obj/plugin/%.o: ALL_CFLAGS += $(OPENVPN_INC)
$(BUILD)/obj/tests/host/%.o: ALL_CFLAGS += $(OPENVPN_INC)
$(BUILD)/obj/bench/%.o: ALL_CFLAGS += $(OPENVPN_INC)
$(BUILD)/obj/%.o: %.c | $(PATHS_H)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(CORE_A): $(CORE_O)
$(CODEC_A): $(CODEC_O)
# For the tests' own programs.
$(CLI_A): $(filter-out %/cli/v4map.o,$(CLI_O))
$(CORE_A) $(CODEC_A) $(CLI_A):
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/v4map.so: $(PLUGIN_O) $(CORE_A) plugin/v4map.map
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(LINK) $(DEFS) -Wl,-z,nodelete -Wl,--version-script=plugin/v4map.map \
		$(LDFLAGS) -o $@ $(PLUGIN_O) $(CORE_A)
$(BUILD)/v4mapd: $(DAEMON_O) $(CODEC_A) $(CORE_A)
	$(call say,LINK,$@)
	$(Q)$(CC) -pie $(LINK) $(LDFLAGS) -o $@ $(DAEMON_O) $(CODEC_A) $(CORE_A) $(CODEC_LIBS) -lseccomp -pthread
$(BUILD)/v4map: $(CLI_O) $(CODEC_A) $(CORE_A)
	$(call say,LINK,$@)
	$(Q)$(CC) -pie $(LINK) $(LDFLAGS) -o $@ $(CLI_O) $(CODEC_A) $(CORE_A) $(CODEC_LIBS)

# The layers: core alone is whole and does no I/O; nobody includes upwards.
layers: $(BUILD)/layers.ok
$(BUILD)/layers.ok: $(CORE_A) $(CODEC_A) $(PLUGIN_O) $(DAEMON_O) $(CLI_O) scripts/check-layers
	$(call say,CHECK,layers)
	$(Q)CC='$(CC)' LINK='$(LINK)' MODE='$(MODE)' scripts/check-layers $(BUILD)
	$(Q)touch $@

# --- tests --------------------------------------------------------------------------------------
$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(CODEC_A) $(CORE_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(LDFLAGS) -o $@ $^ $(CODEC_LIBS) -lcmocka
$(BUILD)/tests/openvpn-stand-in: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/host/*.c))
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(LDFLAGS) -o $@ $^ -ldl
$(BUILD)/tests/%: $(BUILD)/obj/tests/tools/%.o $(CLI_A) $(CODEC_A) $(CORE_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(LDFLAGS) -o $@ $^ $(CODEC_LIBS)
# For clients, which nothing watches: not even a sanitizer.
$(BUILD)/tests/%.so: tests/e2e/%.c
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) $(WERROR) -O2 -fPIC -shared -o $@ $< -ldl
# They stand in for the plugin's half of the way, or for the worker's.
FAULTS_O := $(call obj,plugin/companion.c plugin/image.c daemon/audit.c daemon/recover.c daemon/restarts.c \
	daemon/sandbox.c)
$(BUILD)/tests/faults/%: $(BUILD)/obj/tests/faults/%.o $(FAULTS_O) $(CODEC_A) $(CORE_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(LDFLAGS) -o $@ $^ $(CODEC_LIBS) -lseccomp -lcmocka

# They call the plugin as the stand-in does, but print nothing meanwhile.
BENCH_O := $(call obj,$(addprefix tests/host/,library.c variables.c client_variables.c) \
	bench/drive.c bench/clients.c)
$(BUILD)/bench/noop.so: $(BUILD)/obj/bench/noop.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared $(LINK) $(LDFLAGS) -o $@ $^
$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(BENCH_O)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(LDFLAGS) -o $@ $^ -ldl

PROVE := prove --timer
export V4MAP_BUILD := $(abspath $(BUILD))
check: test-deps
	@$(MAKE) --no-print-directory check-unit check-host check-e2e check-quick-faults
check-unit: $(UNIT)
	CMOCKA_MESSAGE_OUTPUT=TAP $(PROVE) -e '' $(UNIT)
check-host: all $(HOST) $(TOOLS)
	$(PROVE) tests/host/
# What check-host does with a tenth of them.
check-differential: $(BUILD)/tests/explain-many
	COUNT=100000 $(PROVE) -v tests/host/differential.t
# OpenVPN 3 is not a package of this machine's: check-matrix fetches it.
check-e2e: all $(TOOLS) $(PRELOADS)
	$(PROVE) -j2 $(filter-out %/openvpn3.t,$(wildcard tests/e2e/*.t))
# Of the faults those that take seconds, then the others.
QUICK_FAULTS := $(addprefix tests/faults/,recover.t restarts.t sandbox.t shut-in.t saturated.t)
check-quick-faults: all $(FAULTS)
	$(PROVE) $(QUICK_FAULTS)
check-faults: test-deps
	@$(MAKE) --no-print-directory all $(FAULTS) $(HOST)
	$(PROVE) $(filter-out $(QUICK_FAULTS),$(wildcard tests/faults/*.t))
# Each OpenVPN as server and as client; they come from Debian's mirror and are kept in the build folder.
check-matrix: test-deps
	@$(MAKE) --no-print-directory all $(TOOLS) $(PRELOADS)
	@scripts/check-matrix $(BUILD)

demo: test-deps
	@$(MAKE) --no-print-directory all
	@scripts/demo

# --- quality ------------------------------------------------------------------------------------
C_FILES  := $(wildcard include/v4map/*.h core/*.[ch] codec/*.[ch] plugin/*.[ch] daemon/*.[ch] \
	cli/*.[ch] tests/*/*.[ch] bench/*.[ch])
SH_FILES := $(shell grep -lsE '^\#!/bin/(ba)?sh' .ci/run scripts/* tests/host/* tests/e2e/* \
	tests/faults/* bench/*) \
	$(wildcard tests/*.sh tests/*/*.sh)
format:
	clang-format -i $(C_FILES)
lint:
	@scripts/install-deps lint
	@scripts/lint $(C_FILES) -- $(SH_FILES)

# ASan comes into openvpn itself by preloading; leaks are looked for where the process is ours.
ASAN_SO = $(shell $(CC) -print-file-name=libasan.so):$(shell $(CC) -print-file-name=libubsan.so)
sanitize: test-deps
	@$(MAKE) --no-print-directory MODE=asan BUILD=build-asan check-unit check-host
	@V4MAP_PRELOAD=$(ASAN_SO) $(MAKE) --no-print-directory MODE=asan BUILD=build-asan check-e2e

bench: all $(TOOLS) $(FAULTS) $(BENCH)
	@for b in $(filter-out %/lib.sh,$(wildcard bench/*.sh)); do $$b $(BUILD) || exit 1; done

# --- install ------------------------------------------------------------------------------------
install: all
	install -d $(DESTDIR)$(PLUGINDIR) $(DESTDIR)$(SBINDIR) $(DESTDIR)$(BINDIR)
	install -m 0644 $(BUILD)/v4map.so $(DESTDIR)$(PLUGINDIR)/v4map.so
	install -m 0755 $(BUILD)/v4mapd $(DESTDIR)$(SBINDIR)/v4mapd
	install -m 0755 $(BUILD)/v4map $(DESTDIR)$(BINDIR)/v4map
	for s in 1 5 8; do \
		install -d $(DESTDIR)$(MANDIR)/man$$s && \
		install -m 0644 man/*.$$s $(DESTDIR)$(MANDIR)/man$$s/ || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 0644 scripts/v4map.bash-completion \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/v4map
uninstall:
	rm -f $(DESTDIR)$(PLUGINDIR)/v4map.so $(DESTDIR)$(SBINDIR)/v4mapd $(DESTDIR)$(BINDIR)/v4map
	rm -f $(foreach s,1 5 8,$(patsubst man/%,$(DESTDIR)$(MANDIR)/man$(s)/%,$(wildcard man/*.$(s))))
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/v4map

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
clean:
	rm -rf $(BUILD)
