# SPDX-License-Identifier: Apache-2.0
# Compiles a tree for the gates, in the tree itself; scripts/gates gives OUT, the flags and the lists.
#   gcc    optimised, since its flow warnings need that
#   clang  not optimised and with fixed addresses: what nm then calls data or bss is mutable
#   tidy   read by clang-tidy, with the checks of .clang-tidy, if clang had to compile it anew
.PHONY: gcc clang tidy
.SECONDARY:

gcc: $(SRC:%.c=$(OUT)/gcc/%.o) $(ABI:%=$(OUT)/gcc/%.ok) $(TESTS:%.c=$(OUT)/gcc/%.ok)
clang: $(SRC:%.c=$(OUT)/clang/%.o) $(ABI:%=$(OUT)/clang/%.ok)

tidy: $(SRC:%.c=$(OUT)/tidy/%.ok)

gcc_flags = -O2 -fno-diagnostics-show-caret
clang_flags = -O0 -fno-caret-diagnostics -fno-pie -Wno-unknown-warning-option
made = -Werror -MMD -MP -MF $@.d -MT $@

$(OUT)/gcc/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	@gcc $(DIALECT) $(gcc_flags) $(made) -c -o $@ $<
$(OUT)/clang/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	@clang $(DIALECT) $(clang_flags) $(made) -c -o $@ $<

# A plugin is compiled as its author would, and the banned functions are banned there, too.
$(OUT)/gcc/nodes/%.o: nodes/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@gcc $(PLUGIN) -include base/banned.h $(gcc_flags) $(made) -c -o $@ $<
$(OUT)/clang/nodes/%.o: nodes/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@clang $(PLUGIN) -include base/banned.h $(clang_flags) $(made) -c -o $@ $<
$(OUT)/gcc/examples/%.o: examples/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@gcc $(PLUGIN) -include base/banned.h $(gcc_flags) $(made) -c -o $@ $<
$(OUT)/clang/examples/%.o: examples/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@clang $(PLUGIN) -include base/banned.h $(clang_flags) $(made) -c -o $@ $<

# A module, too, with the flags of its library; one whose library is not here is built nowhere here.
module_flags = $(PLUGIN) -I. -include base/banned.h $(shell pkg-config --cflags $$(cat $(dir $<)pkg))
has_library = pkg-config --exists $$(cat $(dir $<)pkg)
$(OUT)/gcc/datasets/%.o: datasets/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@! $(has_library) || gcc $(module_flags) $(gcc_flags) $(made) -c -o $@ $<
$(OUT)/gcc/flavors/%.o: flavors/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@! $(has_library) || gcc $(module_flags) $(gcc_flags) $(made) -c -o $@ $<
$(OUT)/clang/datasets/%.o: datasets/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@! $(has_library) || clang $(module_flags) $(clang_flags) $(made) -c -o $@ $<
$(OUT)/clang/flavors/%.o: flavors/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@! $(has_library) || clang $(module_flags) $(clang_flags) $(made) -c -o $@ $<

# The object carries the dependencies.
tidy_flags = $(if $(filter nodes/% examples/%,$<),$(PLUGIN) -include base/banned.h,$(if \
	$(filter datasets/% flavors/%,$<),$(module_flags),$(DIALECT)))
$(OUT)/tidy/%.ok: %.c $(OUT)/clang/%.o .clang-tidy
	@mkdir -p $(@D)
	@[ ! -e $(OUT)/clang/$*.o ] || clang-tidy-14 --quiet $< -- $(tidy_flags) 2>/dev/null && touch $@

# A public header has to stand alone.
$(OUT)/gcc/include/%.h.ok: include/%.h $(OUT)/flags
	@mkdir -p $(@D)
	@echo '#include <$*.h>' | gcc $(PLUGIN) $(gcc_flags) $(made) -x c -fsyntax-only - && touch $@
$(OUT)/clang/include/%.h.ok: include/%.h $(OUT)/flags
	@mkdir -p $(@D)
	@echo '#include <$*.h>' | clang $(PLUGIN) $(clang_flags) $(made) -x c -fsyntax-only - && touch $@

$(OUT)/gcc/tests/%.ok: tests/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@gcc $(TEST) $(gcc_flags) $(made) -fsyntax-only $< && touch $@

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
