/* SPDX-License-Identifier: MIT */
/* What each input of a combinator gave. */
#include "async/outcomes.h"

#include <bight/alloc.h>

#include "async/texts.h"

struct bight_outcomes *bight__outcomes_new(bight_loop *loop, size_t count,
                                           enum bight__rule rule)
{
    struct bight_outcomes *outcomes;
    size_t most = (SIZE_MAX - sizeof(*outcomes)) / sizeof(struct bight__input);
    if (count > most)
        return NULL;
    outcomes =
        bight_alloc(sizeof(*outcomes) + count * sizeof(outcomes->inputs[0]));
    if (outcomes == NULL)
        return NULL;
    outcomes->loop = loop;
    outcomes->rule = rule;
    outcomes->errors = NULL;
    outcomes->count = outcomes->pending = outcomes->decisive = count;
    outcomes->cancelled = false;
    return outcomes;
}

static void destroy(void *pointer);

/* What lies in it is put aside: destroyed from here it would nest. */
static void input_fini(struct bight__input *input,
                       struct bight_outcomes **aside)
{
    if (input->state == BIGHT__INPUT_ERROR) {
        bight_free(input->texts);
    } else if (input->value.destroy == destroy) {
        struct bight_outcomes *nested = input->value.as.pointer;
        nested->next = *aside;
        *aside = nested;
    } else {
        bight_value_destroy(input->value);
    }
}

static void destroy(void *pointer)
{
    struct bight_outcomes *aside = pointer;
    aside->next = NULL;
    while (aside != NULL) {
        struct bight_outcomes *outcomes = aside;
        aside = outcomes->next;
        for (size_t i = 0; i < outcomes->count; i++)
            input_fini(&outcomes->inputs[i], &aside);
        bight_free(outcomes);
    }
}

bight_value bight__outcomes_value(struct bight_outcomes *outcomes)
{
    return bight_value_pointer(outcomes, destroy);
}

void bight__outcomes_free(struct bight_outcomes *outcomes)
{
    destroy(outcomes);
}

bight_error bight__input_error(const struct bight__input *input)
{
    return bight__texts_restore(input->texts, input->error);
}

size_t bight_outcomes_count(const bight_outcomes *outcomes)
{
    return outcomes->count;
}

static const struct bight__input *input_of(const bight_outcomes *outcomes,
                                           size_t i)
{
    assert(i < outcomes->count && "there are fewer outcomes");
    return &outcomes->inputs[i];
}

bight_error bight_outcomes_error(const bight_outcomes *outcomes, size_t i)
{
    const struct bight__input *input = input_of(outcomes, i);
    if (input->state != BIGHT__INPUT_ERROR)
        return bight_ok();
    return bight__input_error(input);
}

bight_value bight_outcomes_peek(const bight_outcomes *outcomes, size_t i)
{
    const struct bight__input *input = input_of(outcomes, i);
    if (input->state != BIGHT__INPUT_VALUE)
        return bight_value_none();
    return input->value;
}

bight_value bight_outcomes_take(bight_outcomes *outcomes, size_t i)
{
    bight_value value = bight_outcomes_peek(outcomes, i);
    if (outcomes->inputs[i].state == BIGHT__INPUT_VALUE)
        outcomes->inputs[i].value = bight_value_none();
    return value;
}
