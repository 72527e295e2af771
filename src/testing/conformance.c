/* SPDX-License-Identifier: MIT */
/* The suite: all cases in one row, and how one is run. */
#include "testing/stage.h"

#include <stdlib.h>

/* Those that ask little and tell much come first. */
static const bight_conformance_case *const tables[] = {
    bight__order_cases,   bight__writing_cases,    bight__eof_cases,
    bight__reading_cases, bight__reset_cases,      bight__closing_cases,
    bight__owned_cases,   bight__file_cases,       bight__marks_cases,
    bight__cork_cases,    bight__reentrancy_cases, bight__reason_cases,
    bight__timeout_cases, bight__producer_cases,   bight__pipe_cases,
    bight__layer_cases,   bight__random_cases,     NULL,
};

const bight_conformance_case *bight_conformance_case_at(size_t index)
{
    for (size_t i = 0; tables[i] != NULL; i++)
        for (const bight_conformance_case *at = tables[i]; at->rule != NULL;
             at++)
            if (index-- == 0)
                return at;
    return NULL;
}

bight_conformance_outcome bight_conformance_run(
    const bight_conformance_case *what,
    const bight_conformance_transport *transport, char *message, size_t size)
{
    struct bight__stage *stage = calloc(1, sizeof(*stage));
    if (stage == NULL)
        abort();
    message[0] = '\0';
    if (bight__stage_begin(stage, transport, message, size)) {
        what->play(stage);
        bight__stage_finish(stage);
    }
    bight_conformance_outcome outcome = stage->failed ? BIGHT_CONFORMANCE_FAILED
                                        : stage->unsupported
                                            ? BIGHT_CONFORMANCE_UNSUPPORTED
                                            : BIGHT_CONFORMANCE_PASSED;
    free(stage);
    return outcome;
}

static void count(bight_conformance_report *report,
                  bight_conformance_outcome outcome)
{
    switch (outcome) {
    case BIGHT_CONFORMANCE_PASSED:
        report->passed++;
        break;
    case BIGHT_CONFORMANCE_FAILED:
        report->failed++;
        break;
    case BIGHT_CONFORMANCE_UNSUPPORTED:
        report->unsupported++;
        break;
    }
}

bool bight_conformance_suite(const bight_conformance_transport *transport,
                             bight_conformance_fn fn, void *ctx,
                             bight_conformance_report *report)
{
    const bight_conformance_case *what;
    char message[256];
    *report = (bight_conformance_report){.size = sizeof(*report)};
    for (size_t i = 0; (what = bight_conformance_case_at(i)) != NULL; i++) {
        bight_conformance_outcome outcome =
            bight_conformance_run(what, transport, message, sizeof(message));
        count(report, outcome);
        if (fn != NULL && !fn(ctx, what, outcome, message))
            break;
    }
    return report->failed == 0;
}
