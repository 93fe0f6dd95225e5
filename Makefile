# mlflow-c: flat, non-recursive. `make help` lists the targets.
# Settings: SAN=address,undefined  RELEASE=1  CC=clang  LINK=dynamic  V=1  PREFIX=/usr/local  DESTDIR=
#
# `run` and `test` install what they need first and then call make again, because pkg-config may
# not have been there when this file was read.

CC      = gcc
SAN     =
RELEASE =
LINK    = static
PREFIX  = /usr/local
DESTDIR =
V       =
VERSION = 0.1.0

# --- variants: build/ for the plain build, build/<variant>/ for every other one -------------------
comma   := ,
variant := $(if $(RELEASE),release)$(subst $(comma),-,$(SAN))$(if $(filter-out gcc,$(CC)),$(if $(SAN),-)$(CC))
B       := build$(if $(variant),/$(variant))

# --- rooms, from the ground up; each may use only those before it on a lower floor ----------------
rooms.base     :=
rooms.frame    := base
rooms.project  := frame base
rooms.model    := frame base
rooms.catalog  := project model frame base
rooms.contract := catalog project model frame base
rooms.registry := catalog project model frame base
rooms.pipeline := registry contract catalog project model frame base
rooms.cmd      := pipeline registry contract catalog project model frame base
ROOMS := base frame project model catalog contract registry pipeline cmd

pkgs       := libuv yaml-0.1 sqlite3 nettle libxxhash zlib libzstd liblz4
pkg_cflags := $(shell pkg-config --cflags $(pkgs) 2>/dev/null)
# Static saves a third of the start (0.9 ms instead of 1.3) for 1.7 MB; libc and what a plugin may
# bring stay dynamic. LINK=dynamic is for systems that package no archives.
libs.static  := -Wl,-Bstatic -l:libuv_a.a -lyaml -lsqlite3 -lnettle -lxxhash -lcsv -lz -lzstd -llz4 -Wl,-Bdynamic
libs.dynamic := $(shell pkg-config --libs $(pkgs) 2>/dev/null) -lcsv

WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Walloca \
	-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes
# -ffp-contract=off: the same sums on every machine, so that models are byte-equal
CFLAGS   = -O2 -g$(if $(RELEASE), $(harden))
san      = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
dialect  = -std=gnu11 -D_GNU_SOURCE $(WARN) -I. -Iinclude -include base/banned.h $(pkg_cflags)
cflags   = $(dialect) $(CFLAGS) -ffp-contract=off -fno-strict-aliasing -MMD -MP $(san)
# What gcc 12 has against mistakes of ours; and no path of this machine is in what is shipped.
harden   = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr -ffile-prefix-map=$(CURDIR)=.
ldflags  = $(san) -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,-z,noexecstack,-z,separate-code -pthread
ldlibs   = $(libs.$(LINK)) -lm -ldl

# Criterion's macros trip -Wconversion and -Wpedantic, and tests may use what we ban.
test_dialect = $(filter-out -include base/banned.h,$(dialect)) -Wno-conversion -Wno-pedantic \
	-Wno-discarded-qualifiers -Wno-missing-prototypes -Wno-unknown-warning-option
test_cflags  = $(test_dialect) $(filter-out $(dialect),$(cflags))
# A plugin sees include/ and nothing else; the hash of its source travels inside it.
plugin_dialect = -std=gnu11 $(WARN) -Iinclude
plugin_cflags  = $(plugin_dialect) $(CFLAGS) -ffp-contract=off -MMD -MP -fPIC $(san) \
	-DMLF_SOURCE_HASH='"$(shell sha256sum $< | cut -c1-64)"'

plugin_link    = -shared -Wl,-z,relro,-z,now,-z,noexecstack

q    = $(if $(V),,@)
say  = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))
sub  = $(MAKE) --no-print-directory
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all run test unit cli fault replay fixtures test-nightly mutants reliability fuzz fuzz-coverage fuzz-counted \
	valgrind tsan interop browser bench gates gates-test \
	golden-update format compdb deb reproducible newcomer \
	install uninstall clean help deps built FORCE
.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

# A module is made of KIND/NAME/*.c if the library that its file `pkg` names is there.
sources_of_modules := $(patsubst %/pkg,%,$(wildcard datasets/*/pkg flavors/*/pkg))
MODULES  := $(foreach m,$(sources_of_modules),$(if \
	$(shell pkg-config --exists $$(cat $(m)/pkg) 2>/dev/null && echo y),$(B)/lib/mlflow-c/$(m).so))
NODES    := $(patsubst nodes/%.c,$(B)/nodes/%.so,$(wildcard nodes/*.c))
# Nodes that know nothing of loans come with the program: every project finds them beside it.
SHIPPED  := $(patsubst nodes/%.c,$(B)/lib/mlflow-c/nodes/%.so,$(filter-out nodes/loan_% nodes/example.c,$(wildcard nodes/*.c)))
# Example projects keep their plugins where `mlflow-c run --build` puts them, too.
examples := $(if $(variant),$(B)/)examples
EXAMPLES := $(foreach s,$(wildcard examples/*/nodes/*.c),$(patsubst %.c,$(if $(variant),$(B)/)%.so,$(subst /nodes/,/build/nodes/,$(s))))
FIXTURES := $(patsubst tests/nodes/%.c,$(B)/tests/nodes/%.so,$(wildcard tests/nodes/*.c))
# Drivers of the fault suite: one meddles with system calls, one with memory.
MEDDLERS := $(B)/tests/famine.so $(if $(filter x86_64,$(shell uname -m)),$(B)/tests/meddle $(B)/tests/blackout)
tested   := $(foreach r,$(ROOMS),$(if $(wildcard tests/unit/$(r)_*.c),$(r)))
UNITS    := $(patsubst %,$(B)/tests/unit-%,$(tested))

all: $(B)/mlflow-c $(NODES) $(SHIPPED) $(EXAMPLES) $(MODULES) ## build the program, its modules and the node plugins
built: all $(UNITS) $(FIXTURES) $(MEDDLERS)

run: ## install what the build needs, build, run the example project
	@scripts/deps build
	+@$(sub) $(jobs) all
	$(B)/mlflow-c run
	$(B)/mlflow-c registry list

# Criterion aborts under ThreadSanitizer.
suites = $(if $(findstring thread,$(SAN)),,unit) cli $(if $(wildcard tests/fault/*.t),fault) replay gates-test

test: ## install what the tests need, build, run every suite
	@scripts/deps test
	+@$(sub) $(jobs) built
	+@MAKE='$(sub)' scripts/suites $(suites)

# --- objects and archives, one archive a room ------------------------------------------------------
objs    = $(patsubst %.c,$(B)/obj/%.o,$(wildcard $(1)/*.c))
archive = $(B)/lib/lib$(1).a

# Other flags make another object, also when no source changed.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(cflags)' | cmp -s - $@ || echo '$(CC) $(cflags)' >$@

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(q)$(CC) $(cflags) -c -o $@ $<

# its text is in the object
$(B)/obj/model/environment.o: model/mlflow_c_model.py

$(B)/obj/tests/unit/%.o: tests/unit/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(q)$(CC) $(test_cflags) -c -o $@ $<

# The list of sources is a prerequisite, or deleting a source would not relink. cmd/main.o stays out
# of its archive: the unit tests of cmd bring a main of their own.
define room_rules
$(B)/lib/lib$(1).a: $$(filter-out $(B)/obj/cmd/main.o,$$(call objs,$(1))) $(B)/lib/$(1).list
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR,$$@)
	$$(q)ar rcs $$@ $$(filter %.o,$$^)
$(B)/lib/$(1).list: FORCE
	@mkdir -p $$(@D)
	@echo '$$(wildcard $(1)/*.c)' | cmp -s - $$@ || echo '$$(wildcard $(1)/*.c)' >$$@
$(B)/tests/unit-$(1): $$(patsubst %.c,$(B)/obj/%.o,$$(wildcard tests/unit/$(1)_*.c)) \
		$(B)/lib/lib$(1).a $$(patsubst %,$(B)/lib/lib%.a,$$(rooms.$(1)))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(q)$$(CC) $$(ldflags) -o $$@ $$^ $$(ldlibs) -lcriterion -ljansson
endef
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))
FORCE:

# What `new` writes is in the program; templates/list says which files these are.
$(B)/gen/templates.c: scripts/templates scripts/embed templates/list $(shell scripts/templates -d)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(q)scripts/templates >$@
# So are the parts of its pages.
pages := $(wildcard cmd/page/*)
$(B)/gen/pages.c: scripts/embed $(pages)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(q){ echo '#include "cmd/page.h"' && scripts/embed $(pages) && \
		echo 'const struct page_file page_files[] = {' && \
		for f in $(pages); do echo "{\"$${f##*/}\", t_$$(echo $$f | tr /. __)},"; done && echo '{0}};'; } >$@
$(B)/obj/gen/%.o: $(B)/gen/%.c $(B)/flags
	@mkdir -p $(@D)
	$(q)$(CC) $(cflags) -c -o $@ $<
$(B)/lib/libcmd.a: $(B)/obj/gen/templates.o $(B)/obj/gen/pages.o

$(B)/mlflow-c: $(B)/obj/cmd/main.o $(foreach r,cmd $(rooms.cmd),$(call archive,$(r)))
	$(call say,LD,$@)
	$(q)$(CC) $(ldflags) -o $@ $^ $(ldlibs)

$(B)/nodes/%.so: nodes/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,NODE,$<)
	$(q)$(CC) $(plugin_cflags) $(plugin_link) -o $@ $< -lm
$(B)/lib/mlflow-c/nodes/%.so: $(B)/nodes/%.so
	@mkdir -p $(@D)
	$(q)install -m 755 $< $@
define example_rules
$(examples)/$(1)/build/nodes/%.so: examples/$(1)/nodes/%.c $(B)/flags
	@mkdir -p $$(@D)
	$$(call say,NODE,$$<)
	$$(q)$$(CC) $$(plugin_cflags) -MF $(B)/obj/example-$(1)-$$*.d -MT $$@ $(plugin_link) -o $$@ $$< -lm
endef
$(foreach e,$(patsubst examples/%/nodes,%,$(wildcard examples/*/nodes)),$(eval $(call example_rules,$(e))))
$(B)/tests/nodes/%.so: tests/nodes/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,NODE,$<)
	$(q)$(CC) $(plugin_cflags) $(plugin_link) -o $@ $< -lm

# A module sees include/ and its library.
module_pkg = $(shell pkg-config $(1) $$(cat $(2)/pkg))
define module_rules
$(B)/obj/$(1)/%.o: $(1)/%.c $(B)/flags
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(q)$$(CC) $$(plugin_dialect) -I. -include base/banned.h $$(CFLAGS) -ffp-contract=off -MMD -MP -fPIC \
		-fvisibility=hidden $$(san) $$(call module_pkg,--cflags,$(1)) -c -o $$@ $$<
$(B)/lib/mlflow-c/$(1).so: $$(call objs,$(1)) $(B)/lib/$(1).list
	@mkdir -p $$(@D)
	$$(call say,MOD,$$@)
	$$(q)$$(CC) $$(ldflags) $$(if $$(SAN),,-Wl,-z,defs) -shared -o $$@ $$(filter %.o,$$^) $$(call module_pkg,--libs,$(1))
$(B)/lib/$(1).list: FORCE
	@mkdir -p $$(@D)
	@echo '$$(wildcard $(1)/*.c)' | cmp -s - $$@ || echo '$$(wildcard $(1)/*.c)' >$$@
endef
$(foreach m,$(sources_of_modules),$(eval $(call module_rules,$(m))))

# --- suites ----------------------------------------------------------------------------------------
golden = B=$(abspath $(B)) scripts/golden

unit: $(UNITS) ## run the unit tests of every room; unit-ROOM: of one
	$(q)scripts/unit $^
unit-pipeline: $(FIXTURES)
unit-%: $(B)/tests/unit-% FORCE
	$(q)scripts/unit $<

cli: all $(FIXTURES) ## run the golden sessions of tests/cli
	$(q)$(golden) tests/cli

$(B)/tests/meddle $(B)/tests/blackout: $(B)/tests/%: tests/fault/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -Wno-conversion $(CFLAGS) -o $@ $<

$(B)/tests/famine.so: tests/fault/famine.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -fPIC -shared -o $@ $<

fault: all $(FIXTURES) $(MEDDLERS) ## run the sessions in which nodes, disks and processes fail
	$(q)$(golden) tests/fault

golden-update: all $(FIXTURES) ## write down what the sessions print now; review the diff
	$(q)$(golden) -u $(sort $(dir $(wildcard tests/cli/*.t tests/fault/*.t)))

fixtures: $(FIXTURES) $(MEDDLERS)

test-nightly: all fixtures ## the fault suite in full: every system call, 2,000 kills; about an hour
	$(q)FULL=1 SECONDS_EACH=3000 $(golden) tests/fault

# Like the nightly suite, these are not in `make test`: minutes each.
replayers = $(patsubst tests/fuzz/%.c,$(B)/tests/replay-%,$(wildcard tests/fuzz/*.c))
valgrind: all fixtures $(replayers) ## play the seeds of the fuzz targets and some sessions under memcheck
	$(q)scripts/valgrind $(B)

# run-pages weighs memory, of which the sanitizer has its own; docs-scheduling gives a node less than it wants.
tsan: ## play the golden sessions of tests/cli under ThreadSanitizer
	+@$(sub) $(jobs) SAN=thread tsan-sessions
tsan-sessions: all $(FIXTURES)
	$(q)SECONDS_EACH=900 $(golden) $(filter-out $(addprefix tests/cli/,run-pages.t docs-scheduling.t),$(wildcard tests/cli/*.t))

mutants: all fixtures ## plant a bug for each fault test and show that it is caught
	$(q)scripts/mutants

reliability: ## write docs/reliability.md from what the fault suite and the mutants did last
	$(q)scripts/reliability $(B)/reliability >docs/reliability.md

browser: ## look at the pages of viz in a browser; pictures go to build/browser
	@scripts/deps browser
	+@$(sub) $(jobs) all fixtures
	$(q)$(golden) tests/browser
interop: all $(FIXTURES) ## run tests/interop against other programs (MLflow, pyarrow, ...)
	$(q)SECONDS_EACH=900 $(golden) tests/interop

bench: all $(FIXTURES) $(addprefix $(B)/tests/bench/,pair recording csvgen csvequal csvwrite trees weigh logistic theirs) ## run the benchmarks of tests/bench
	$(q)set -e; for script in $(wildcard tests/bench/*.sh); do \
		echo "== $$script"; B=$(abspath $(B)) sh $$script; done

$(B)/tests/bench/recording: $(foreach r,registry $(rooms.registry),$(call archive,$(r)))
$(B)/tests/bench/csvequal $(B)/tests/bench/csvwrite: $(foreach r,catalog $(rooms.catalog),$(call archive,$(r)))
$(B)/tests/bench/trees $(B)/tests/bench/theirs $(B)/tests/bench/logistic: $(foreach r,model $(rooms.model),$(call archive,$(r)))
$(B)/tests/bench/%: $(B)/obj/tests/bench/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(q)$(CC) $(ldflags) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(ldlibs)

# Each tests/fuzz/NAME.c is a libFuzzer target; its seeds are the files of tests/fuzz/NAME/.
FUZZ_SECONDS = 60
fuzzers = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz: ## run every fuzz target for FUZZ_SECONDS=60
	+@$(sub) $(jobs) CC=clang SAN=fuzzer-no-link,address,undefined fuzz-run
fuzz-run: $(fuzzers)
	$(q)FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz $(fuzzers)
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(foreach r,cmd $(rooms.cmd),$(call archive,$(r)))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(q)$(CC) $(ldflags) -fsanitize=fuzzer -o $@ $^ $(ldlibs) -ljansson

replay: $(replayers) ## play the seeds of every fuzz target through it, without a fuzzer
	$(q)passed=0; failed=0; for r in $^; do name=$${r##*/replay-}; \
		if $$r tests/fuzz/$$name/* >$$r.log 2>&1; then \
			echo "ok - $$name: $$(ls tests/fuzz/$$name | wc -l) seeds"; passed=$$((passed + 1)); \
		else echo "not ok - $$name"; tail -n 20 $$r.log | sed 's/^/# /'; failed=$$((failed + 1)); fi; done; \
		echo "$$passed passed, $$failed failed"; [ $$failed -eq 0 ]
$(B)/tests/replay-%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/replay.o $(foreach r,cmd $(rooms.cmd),$(call archive,$(r)))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(q)$(CC) $(ldflags) -o $@ $^ $(ldlibs) -ljansson

# Built with counters; FUZZ_CORPUS names the folder of the corpora, by default that of `make fuzz`.
fuzz-coverage: ## how much of the code under test the fuzz targets reach
	+@$(sub) $(jobs) B=build/coverage CC=clang san='-fprofile-instr-generate -fcoverage-mapping' fuzz-counted
fuzz-counted: $(replayers)
	$(q)scripts/fuzz-coverage $(B)

gates: ## check the house rules: includes, sizes, globals, banned calls, format, warnings
	@scripts/deps test
	+@MAKE='$(MAKE)' scripts/gates all

gates-test: ## show that every gate, and the test harnesses, fail where they must
	$(q)tests/gates/run

# --- for editors and for users ---------------------------------------------------------------------
sources := $(wildcard $(ROOMS:%=%/*.[ch]) include/mlflow-c/*.h nodes/*.[ch] examples/*/nodes/*.[ch] \
	datasets/*/*.[ch] flavors/*/*.[ch] \
	$(addprefix tests/,unit/*.[ch] nodes/*.[ch] fuzz/*.c fault/*.c bench/*.[ch] *.c))

format: ## lay out every C file with clang-format-14
	clang-format-14 -i $(sources)

compdb: ## write compile_commands.json for editors
	@{ s='['; for f in $(filter %.c,$(sources)); do \
		case $$f in nodes/*|examples/*|tests/nodes/*) flags='$(plugin_dialect) -fPIC' ;; *) flags='$(dialect)' ;; esac; \
		printf '%s\n{"directory": "%s", "file": "%s", "command": "%s"}' \
			"$$s" '$(CURDIR)' "$$f" "$(CC) $$flags -c $$f"; s=,; \
	done; printf '\n]\n'; } >compile_commands.json

bindir = $(DESTDIR)$(PREFIX)/bin
libdir = $(DESTDIR)$(PREFIX)/lib
incdir = $(DESTDIR)$(PREFIX)/include
modules = $(wildcard $(addprefix $(B)/lib/mlflow-c/,datasets/*.so flavors/*.so)) $(SHIPPED)

pcdir  = $(DESTDIR)$(PREFIX)/share/pkgconfig
mandir = $(DESTDIR)$(PREFIX)/share/man/man1
bashdir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir = $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions
fishdir = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

install: all ## install below DESTDIR and PREFIX: program, modules, nodes, headers, pages, completion
	install -d $(bindir) $(addprefix $(libdir)/mlflow-c/,datasets flavors nodes) \
		$(pcdir) $(incdir)/mlflow-c
	install -m 755 $(B)/mlflow-c $(bindir)/mlflow-c
	$(foreach m,$(modules),install -m 644 $(m) $(libdir)/$(m:$(B)/lib/%=%);)
	install -m 644 $(wildcard include/mlflow-c/*.h) $(incdir)/mlflow-c
	sed -e 's|@prefix@|$(PREFIX)|' -e 's|@version@|$(VERSION)|' scripts/mlflow-c.pc.in \
		>$(pcdir)/mlflow-c.pc
	chmod 644 $(pcdir)/mlflow-c.pc
	install -d $(mandir) $(bashdir) $(zshdir) $(fishdir)
	$(B)/mlflow-c manual --into $(mandir)
	$(B)/mlflow-c completion bash >$(bashdir)/mlflow-c
	$(B)/mlflow-c completion zsh >$(zshdir)/_mlflow-c
	$(B)/mlflow-c completion fish >$(fishdir)/mlflow-c.fish

uninstall: ## remove what install put there, and nothing else
	rm -f $(bindir)/mlflow-c $(pcdir)/mlflow-c.pc \
		$(mandir)/mlflow-c.1 $(mandir)/mlflow-c-*.1 \
		$(bashdir)/mlflow-c $(zshdir)/_mlflow-c $(fishdir)/mlflow-c.fish \
		$(patsubst $(B)/lib/%,$(libdir)/%,$(modules)) \
		$(patsubst include/%,$(incdir)/%,$(wildcard include/mlflow-c/*.h))
	for d in $(addprefix $(libdir)/mlflow-c/,datasets flavors nodes) $(libdir)/mlflow-c \
		$(incdir)/mlflow-c; do rmdir $$d 2>/dev/null || true; done

deb: ## make a Debian package, build/mlflow-c_VERSION_ARCH.deb, of a hardened build
	+@$(sub) $(jobs) RELEASE=1 all
	+$(q)MAKE='$(sub)' VERSION=$(VERSION) scripts/deb build

newcomer: deb ## walk through it on a bare Debian 12: clone, package, workflows, image; root, 20 minutes
	+$(q)SUITES=1 tests/newcomer/run

reproducible: ## build twice in two places: every file must be the same
	+$(q)MAKE='$(sub) $(jobs)' scripts/reproducible

deps: ## install the packages that the build and the tests need
	scripts/deps test

clean: ## remove everything that was built
	rm -rf build compile_commands.json $(wildcard examples/*/build)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
	@echo "settings: SAN=address,undefined  RELEASE=1  CC=clang  LINK=dynamic  CFLAGS='-O0 -g'  V=1  PREFIX=  DESTDIR="

# For scripts/gates, which goes by the same floors and compiles with the same flags.
space  := $() $()
floors := $(subst $(space),;,$(foreach r,$(ROOMS),$(r):$(subst $(space),+,$(rooms.$(r)))))
print-%:
	@echo '$($*)'

-include $(shell find $(B)/obj $(B)/nodes $(B)/tests -name '*.d' 2>/dev/null)
