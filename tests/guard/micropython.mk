# Only the build for sanitizers finds this file.
SRC_USERMOD_C += $(USERMOD_DIR)/modguard.c

# Some of MicroPython's own code trips UBSan, so only octograd's objects have it.
$(BUILD)/usermod/%.o: CFLAGS += -fsanitize=undefined -fno-sanitize-recover=undefined
