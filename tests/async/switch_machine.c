/* SPDX-License-Identifier: MIT */
/*
 * The switch and stacks of tasks alone, without the loop and Check: so that
 * they can be tried for a machine for which libuv is not at hand. A program,
 * which prints what is wrong.
 */
#include <fenv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "async/switch.h"

#define STACK_SIZE ((size_t)64 * 1024)
#define TURNS 1000

static unsigned faults;

#define CHECK(fact) check((fact), #fact, __LINE__)

static void check(bool fact, const char *text, int line)
{
    if (fact)
        return;
    if (faults++ < 20)
        (void)fprintf(stderr, "switch_machine.c:%d: %s\n", line, text);
}

static void *make(void (*entry)(void *arg), void *arg)
{
    char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        abort();
    return bight__switch_make(stack, stack + STACK_SIZE, entry, arg);
}

/* -- whatever the compiler keeps across a call ----------------------------- */

struct side {
    void *at;
    void *back;
    uint64_t seed;
    unsigned turns;
};

/* So many values alive across the switch that they fill all registers which a
 * call has to keep, and then some. */
static void __attribute__((noinline))
keep(uint64_t seed, void **ret_from, void *const *to)
{
    uint64_t a = seed * 3, b = seed * 5, c = seed * 7, d = seed * 11;
    uint64_t e = seed * 13, f = seed * 17, g = seed * 19, h = seed * 23;
    uint64_t i = seed * 29, j = seed * 31, k = seed * 37, l = seed * 41;
    double m = (double)seed * 0.5, n = (double)seed * 0.25;
    double o = (double)seed * 1.5, p = (double)seed * 2.5;
    double q = (double)seed * 3.5, r = (double)seed * 4.5;
    double s = (double)seed * 5.5, t = (double)seed * 6.5;
    bight__switch(ret_from, *to);
    CHECK(a == seed * 3 && b == seed * 5 && c == seed * 7 && d == seed * 11);
    CHECK(e == seed * 13 && f == seed * 17 && g == seed * 19);
    CHECK(h == seed * 23 && i == seed * 29 && j == seed * 31);
    CHECK(k == seed * 37 && l == seed * 41);
    CHECK(m + n + o + p + q + r + s + t == (double)seed * 24.75);
}

static void go_there_and_back(void *arg)
{
    struct side *side = arg;
    for (;;) {
        side->turns++;
        keep(side->seed + side->turns, &side->at, &side->back);
    }
}

static void check_turns(void)
{
    struct side sides[3] = {{.seed = 1}, {.seed = 1000000}, {.seed = 77}};
    for (unsigned i = 0; i < 3; i++)
        sides[i].at = make(go_there_and_back, &sides[i]);
    for (unsigned turn = 0; turn < TURNS; turn++)
        for (unsigned i = 0; i < 3; i++)
            keep(turn * 3 + i, &sides[i].back, &sides[i].at);
    for (unsigned i = 0; i < 3; i++)
        CHECK(sides[i].turns == TURNS);
}

/* -- each register by itself ----------------------------------------------- */

#define KEPT 20

/* Puts `values` into the registers that a function keeps, leaves, and writes
 * down what it finds there when it is back. */
#if defined(BIGHT__SWITCH_X86_64)
#define REGISTERS 5
static void leave_with(uint64_t *values, void **ret_from, void *to)
{
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t" /* the red zone */
                     "pushq %%rbp\n\t"
                     "pushq %%rax\n\t"
                     "movq 0(%%rax), %%rbx\n\t"
                     "movq 8(%%rax), %%r12\n\t"
                     "movq 16(%%rax), %%r13\n\t"
                     "movq 24(%%rax), %%r14\n\t"
                     "movq 32(%%rax), %%r15\n\t"
                     "movq %%rbx, %%rbp\n\t"
                     "notq %%rbp\n\t"
                     "call bight__switch\n\t"
                     "notq %%rbp\n\t"
                     "subq %%rbx, %%rbp\n\t" /* 0: both were kept */
                     "popq %%rax\n\t"
                     "addq %%rbp, %%rbx\n\t"
                     "movq %%rbx, 0(%%rax)\n\t"
                     "movq %%r12, 8(%%rax)\n\t"
                     "movq %%r13, 16(%%rax)\n\t"
                     "movq %%r14, 24(%%rax)\n\t"
                     "movq %%r15, 32(%%rax)\n\t"
                     "popq %%rbp\n\t"
                     "leaq 128(%%rsp), %%rsp\n\t"
                     : "+a"(values), "+D"(ret_from), "+S"(to)
                     :
                     : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12",
                       "r13", "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3",
                       "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                       "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "memory",
                       "cc");
}
#elif defined(BIGHT__SWITCH_AARCH64)
#define REGISTERS 18
static void leave_with(uint64_t *values, void **ret_from, void *to)
{
    register uint64_t *x2 __asm__("x2") = values;
    register void **x0 __asm__("x0") = ret_from;
    register void *x1 __asm__("x1") = to;
    __asm__ volatile(
        "stp x2, x29, [sp, #-16]!\n\t"
        "ldp x19, x20, [x2]\n\t"
        "ldp x21, x22, [x2, #16]\n\t"
        "ldp x23, x24, [x2, #32]\n\t"
        "ldp x25, x26, [x2, #48]\n\t"
        "ldp x27, x28, [x2, #64]\n\t"
        "ldp d8, d9, [x2, #80]\n\t"
        "ldp d10, d11, [x2, #96]\n\t"
        "ldp d12, d13, [x2, #112]\n\t"
        "ldp d14, d15, [x2, #128]\n\t"
        "bl bight__switch\n\t"
        "ldp x2, x29, [sp], #16\n\t"
        "stp x19, x20, [x2]\n\t"
        "stp x21, x22, [x2, #16]\n\t"
        "stp x23, x24, [x2, #32]\n\t"
        "stp x25, x26, [x2, #48]\n\t"
        "stp x27, x28, [x2, #64]\n\t"
        "stp d8, d9, [x2, #80]\n\t"
        "stp d10, d11, [x2, #96]\n\t"
        "stp d12, d13, [x2, #112]\n\t"
        "stp d14, d15, [x2, #128]\n\t"
        : "+r"(x2), "+r"(x0), "+r"(x1)
        :
        : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
          "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
          "x24", "x25", "x26", "x27", "x28", "x30", "v0", "v1", "v2", "v3",
          "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
          "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
          "v25", "v26", "v27", "v28", "v29", "v30", "v31", "memory", "cc");
}
#else
#define REGISTERS KEPT
static void leave_with(uint64_t *values, void **ret_from, void *to)
{
    (void)values;
    bight__switch(ret_from, to);
}
#endif

static void fill(uint64_t *values, uint64_t seed)
{
    for (unsigned i = 0; i < KEPT; i++)
        values[i] = (seed + i) * UINT64_C(0x9e3779b97f4a7c15);
}

static void leave_filled(uint64_t seed, void **ret_from, void *to)
{
    uint64_t expected[KEPT];
    uint64_t values[KEPT];
    fill(expected, seed);
    fill(values, seed);
    leave_with(values, ret_from, to);
    for (unsigned i = 0; i < REGISTERS; i++)
        CHECK(values[i] == expected[i]);
}

static void fill_others(void *arg)
{
    struct side *side = arg;
    for (uint64_t seed = 1000;; seed += 100)
        leave_filled(seed, &side->at, side->back);
}

static void check_registers(void)
{
    struct side side = {.seed = 0};
    side.at = make(fill_others, &side);
    for (uint64_t seed = 1; seed < TURNS; seed++)
        leave_filled(seed, &side.back, side.at);
}

/* -- the float unit's modes ------------------------------------------------ */

static void round_up(void *arg)
{
    struct side *side = arg;
    CHECK(fegetround() == FE_DOWNWARD); /* as where it was made */
    (void)fesetround(FE_UPWARD);
    for (;;) {
        bight__switch(&side->at, side->back);
        CHECK(fegetround() == FE_UPWARD);
    }
}

static void check_modes(void)
{
    struct side side = {.seed = 0};
    (void)fesetround(FE_DOWNWARD);
    side.at = make(round_up, &side);
    for (unsigned turn = 0; turn < 3; turn++) {
        bight__switch(&side.back, side.at);
        CHECK(fegetround() == FE_DOWNWARD);
        volatile double three = 3.0;
        volatile double third = 1.0 / three; /* sets a flag: nobody's */
        CHECK(third < 0.5);
    }
    (void)fesetround(FE_TONEAREST);
}

#ifdef BIGHT__SWITCH_X86_64
/* Each of the two units by itself: which mode it rounds in. */
static uint32_t vector_mode(void)
{
    uint32_t word;
    __asm__ volatile("stmxcsr %0" : "=m"(word));
    return word >> 13 & 3;
}

static void set_vector_mode(uint32_t mode)
{
    uint32_t word;
    __asm__ volatile("stmxcsr %0" : "=m"(word));
    word = (word & ~UINT32_C(0x6000)) | mode << 13;
    __asm__ volatile("ldmxcsr %0" : : "m"(word));
}

static uint32_t old_mode(void)
{
    uint16_t word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word >> 10 & 3;
}

static void set_old_mode(uint32_t mode)
{
    uint16_t word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    word = (uint16_t)((word & ~0xc00u) | mode << 10);
    __asm__ volatile("fldcw %0" : : "m"(word));
}

static void set_one(void *arg)
{
    struct side *side = arg;
    void (*set)(uint32_t mode) = side->seed ? set_vector_mode : set_old_mode;
    set(1);
    for (;;) {
        bight__switch(&side->at, side->back);
        CHECK(vector_mode() == (side->seed ? 1 : 0));
        CHECK(old_mode() == (side->seed ? 0 : 1));
    }
}

static void check_units(void)
{
    for (uint64_t which = 0; which < 2; which++) {
        struct side side = {.seed = which};
        side.at = make(set_one, &side);
        for (unsigned turn = 0; turn < 3; turn++) {
            bight__switch(&side.back, side.at);
            CHECK(vector_mode() == 0 && old_mode() == 0);
        }
    }
}
#else
static void check_units(void)
{
}
#endif

/* -- alignment, and the stack in use --------------------------------------- */

static void look_at_stack(void *arg)
{
    struct side *side = arg;
    CHECK(((uintptr_t)__builtin_frame_address(0) & 15) == 0);
    _Alignas(16) volatile char local[4096];
    memset((char *)(uintptr_t)local, 1, sizeof(local));
    (void)snprintf((char *)(uintptr_t)local, sizeof(local), "%.3f %d", 1.5, 7);
    CHECK(strcmp((const char *)(uintptr_t)local, "1.500 7") == 0);
    for (;;)
        bight__switch(&side->at, side->back);
}

static void check_stack(void)
{
    struct side side = {.seed = 0};
    side.at = make(look_at_stack, &side);
    bight__switch(&side.back, side.at);
    bight__switch(&side.back, side.at);
}

int main(void)
{
    check_turns();
    check_registers();
    if (strcmp(BIGHT__SWITCH, "portable") != 0)
        check_modes();
    check_units();
    check_stack();
    (void)printf("switch %s: %u faults\n", BIGHT__SWITCH, faults);
    return faults == 0 ? 0 : 1;
}
