// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A plugin of QEMU that counts the instructions that are executed, all of them
// and those at some addresses:
//
//   -plugin counter.so,ranges=FILE,mark=ADDRESS,counts=FILE
//
// A line of `ranges` has a start and an end. Whenever the instruction at `mark`
// is executed, a line of two numbers goes to `counts`: all, in the ranges.

// QEMU's interface for plugins, version 1; Debian 12 has no package of its header.
typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_INLINE_ADD_U64 = 0, QEMU_PLUGIN_CB_NO_REGS = 0 };

int qemu_plugin_version = 1;
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv);
void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t id, void (*f)(qemu_plugin_id_t, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(
    struct qemu_plugin_insn *insn, int operation, void *counter, uint64_t n);
void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *insn, void (*f)(unsigned int, void *), int flags, void *data);

#define MAX_RANGES 1000

static uint64_t all, inside;
static uint64_t starts[MAX_RANGES], ends[MAX_RANGES], mark;
static size_t n_ranges;
static FILE *counts;

static void write_counts(unsigned int cpu, void *data) {
    (void)cpu;
    (void)data;
    fprintf(counts, "%" PRIu64 " %" PRIu64 "\n", all, inside);
    fflush(counts);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &all, 1);
        for (size_t r = 0; r < n_ranges; r++) {
            if (starts[r] <= address && address < ends[r]) {
                qemu_plugin_register_vcpu_insn_exec_inline(
                    insn, QEMU_PLUGIN_INLINE_ADD_U64, &inside, 1);
            }
        }
        if (address == mark) {
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, write_counts, QEMU_PLUGIN_CB_NO_REGS, NULL);
        }
    }
}

// Return what follows "name=" in an argument, or NULL.
static const char *value_of(const char *argument, const char *name) {
    size_t n = strlen(name);
    return strncmp(argument, name, n) == 0 && argument[n] == '=' ? argument + n + 1 : NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
    (void)info;
    FILE *ranges = NULL;
    for (int i = 0; i < argc; i++) {
        const char *value;
        if ((value = value_of(argv[i], "ranges"))) {
            ranges = fopen(value, "r");
        } else if ((value = value_of(argv[i], "counts"))) {
            counts = fopen(value, "w");
        } else if ((value = value_of(argv[i], "mark"))) {
            mark = strtoull(value, NULL, 0);
        }
    }
    if (!ranges || !counts) {
        fprintf(stderr, "counter: ranges and counts expected, two files\n");
        return 1;
    }
    uint64_t start, end;
    while (fscanf(ranges, "%" SCNu64 " %" SCNu64, &start, &end) == 2) {
        if (n_ranges == MAX_RANGES) {
            fprintf(stderr, "counter: more than %d ranges\n", MAX_RANGES);
            return 1;
        }
        starts[n_ranges] = start;
        ends[n_ranges++] = end;
    }
    fclose(ranges);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
