# mlflow-c: flat, non-recursive. `make help` lists the targets.
# Settings: SAN=address,undefined  CC=clang  V=1  PREFIX=/usr/local  DESTDIR=

CC      = gcc
SAN     =
PREFIX  = /usr/local
DESTDIR =
V       =

# --- variants: build/ for the plain build, build/<variant>/ for every other one -------------------
comma   := ,
variant := $(subst $(comma),-,$(SAN))$(if $(filter-out gcc,$(CC)),$(if $(SAN),-)$(CC))
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

pkgs     := libuv yaml-0.1 sqlite3 nettle libxxhash
pkg_cflags := $(shell pkg-config --cflags $(pkgs) 2>/dev/null)
pkg_libs := $(shell pkg-config --libs $(pkgs) 2>/dev/null) -lcsv

WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes
# -ffp-contract=off: the same sums on every machine, so that models are byte-equal
CFLAGS   = -O2 -g
cflags   = -std=gnu11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -ffp-contract=off -fno-strict-aliasing -MMD -MP \
	-I. -Iinclude $(pkg_cflags) $(san)
san      = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ldflags  = $(san) -Wl,--as-needed -pthread
ldlibs   = $(pkg_libs) -lm -ldl

q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

# --- objects and archives, one archive a room ------------------------------------------------------
src.%   = $(wildcard $(1)/*.c)
objs    = $(patsubst %.c,$(B)/obj/%.o,$(wildcard $(1)/*.c))
archive = $(B)/lib/lib$(1).a

.PHONY: all run test unit cli fault fuzz interop bench gates format compdb install uninstall clean help deps
.DEFAULT_GOAL := all
.SECONDARY:

NODES := $(patsubst nodes/%.c,$(B)/nodes/%.so,$(wildcard nodes/*.c))

all: $(B)/mlflow-c $(NODES) ## build the program and the node plugins

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(q)$(CC) $(cflags) -include base/banned.h -c -o $@ $<

# The list of sources is a prerequisite, or deleting a source would not relink.
define room_rules
$(B)/lib/lib$(1).a: $$(call objs,$(1)) $(B)/lib/$(1).list
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

$(B)/mlflow-c: $(call archive,cmd) $(foreach r,$(rooms.cmd),$(call archive,$(r)))
	$(call say,LD,$@)
	$(q)$(CC) $(ldflags) -o $@ -Wl,--start-group $^ -Wl,--end-group $(ldlibs)

# Criterion's macros trip -Wconversion and -Wpedantic: relaxed for tests/unit only.
$(B)/obj/tests/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(q)$(CC) $(cflags) -Wno-conversion -Wno-pedantic -Wno-discarded-qualifiers -Wno-missing-prototypes -c -o $@ $<

# A plugin sees include/ and nothing else; the hash of its source travels inside it.
plugin_cflags = -std=gnu11 $(WARN) $(CFLAGS) -ffp-contract=off -MMD -MP -Iinclude -fPIC $(san) \
	-DMLF_SOURCE_HASH='"$(shell sha256sum $< | cut -c1-64)"'
$(B)/nodes/%.so: nodes/%.c
	@mkdir -p $(@D)
	$(call say,NODE,$<)
	$(q)$(CC) $(plugin_cflags) -shared -o $@ $< -lm
$(B)/tests/nodes/%.so: tests/nodes/%.c
	@mkdir -p $(@D)
	$(call say,NODE,$<)
	$(q)$(CC) $(plugin_cflags) -shared -o $@ $< -lm

unit: $(patsubst %,unit-%,$(ROOMS)) ## run the unit tests of every room
unit-%: $(B)/tests/unit-% FORCE
	$(q)scripts/unit $(B)/tests/unit-$*

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

-include $(shell find $(B)/obj $(B)/nodes -name '*.d' 2>/dev/null)
