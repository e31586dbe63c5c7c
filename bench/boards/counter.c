// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A plugin of QEMU that counts the instructions that are executed, all of them
// and those of groups of addresses:
//
//   -plugin counter.so,ranges=FILE,mark=ADDRESS,counts=FILE
//
// A line of `ranges` has a start, an end and a group: 0, 1, 2 ..., or -1 for
// code that counts for the group which calls it, such as divisions. Whenever the
// instruction at `mark` is executed, a line goes to `counts`: all, then each group.

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

#define MAX_RANGES 20000
#define CALLED (-1)
#define OUTSIDE (-2)

typedef struct range_t {
    uint64_t start, end;
    int64_t group;
} range_t;

static range_t ranges[MAX_RANGES]; // by their starts, without overlaps
static size_t n_ranges;
static uint64_t counts[MAX_RANGES + 1]; // of each group, then of what is outside
static size_t n_groups;
static uint64_t *current = counts, mark;
static bool any_called;
static FILE *file;

static void write_counts(unsigned int cpu, void *data) {
    (void)cpu;
    (void)data;
    uint64_t all = counts[n_groups];
    for (size_t i = 0; i < n_groups; i++) {
        all += counts[i];
    }
    fprintf(file, "%" PRIu64, all);
    for (size_t i = 0; i < n_groups; i++) {
        fprintf(file, " %" PRIu64, counts[i]);
    }
    fprintf(file, "\n");
    fflush(file);
}

static void enter(unsigned int cpu, void *count) {
    (void)cpu;
    current = count;
}

static void count_called(unsigned int cpu, void *data) {
    (void)cpu;
    (void)data;
    (*current)++;
}

static int64_t group_of(uint64_t address) {
    size_t low = 0, high = n_ranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].end <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n_ranges && ranges[low].start <= address ? ranges[low].group : OUTSIDE;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        int64_t group = group_of(address);
        if (group == CALLED) {
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, count_called, QEMU_PLUGIN_CB_NO_REGS, NULL);
        } else {
            uint64_t *count = &counts[group == OUTSIDE ? (int64_t)n_groups : group];
            // A call ends a block, so only the first instruction can be another group's.
            if (i == 0 && any_called) {
                qemu_plugin_register_vcpu_insn_exec_cb(
                    insn, enter, QEMU_PLUGIN_CB_NO_REGS, count);
            }
            qemu_plugin_register_vcpu_insn_exec_inline(
                insn, QEMU_PLUGIN_INLINE_ADD_U64, count, 1);
        }
        if (address == mark) {
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, write_counts, QEMU_PLUGIN_CB_NO_REGS, NULL);
        }
    }
}

static int by_start(const void *a, const void *b) {
    uint64_t x = ((const range_t *)a)->start, y = ((const range_t *)b)->start;
    return (x > y) - (x < y);
}

static bool read_ranges(FILE *list) {
    range_t r;
    while (fscanf(list, "%" SCNu64 " %" SCNu64 " %" SCNd64, &r.start, &r.end, &r.group) == 3) {
        if (n_ranges == MAX_RANGES || r.group < CALLED || r.group >= MAX_RANGES) {
            return false;
        }
        any_called |= r.group == CALLED;
        n_groups = r.group >= (int64_t)n_groups ? (size_t)r.group + 1 : n_groups;
        ranges[n_ranges++] = r;
    }
    qsort(ranges, n_ranges, sizeof ranges[0], by_start);
    current = &counts[n_groups];
    return feof(list);
}

// Return what follows "name=" in an argument, or NULL.
static const char *value_of(const char *argument, const char *name) {
    size_t n = strlen(name);
    return strncmp(argument, name, n) == 0 && argument[n] == '=' ? argument + n + 1 : NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
    (void)info;
    FILE *list = NULL;
    for (int i = 0; i < argc; i++) {
        const char *value;
        if ((value = value_of(argv[i], "ranges"))) {
            list = fopen(value, "r");
        } else if ((value = value_of(argv[i], "counts"))) {
            file = fopen(value, "w");
        } else if ((value = value_of(argv[i], "mark"))) {
            mark = strtoull(value, NULL, 0);
        }
    }
    if (!list || !file || !read_ranges(list)) {
        fprintf(stderr, "counter: ranges and counts expected, two files\n");
        return 1;
    }
    fclose(list);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
