OCTOGRAD_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(wildcard $(OCTOGRAD_DIR)/binding/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(OCTOGRAD_DIR)/kernels/*.c)
CFLAGS_USERMOD += -I$(OCTOGRAD_DIR)/kernels
