/* SPDX-License-Identifier: MIT */
/* What a person meant who typed something close to it. */
#include <bight/diagnostic.h>

#include <stdbool.h>
#include <string.h>

/* Longer words are compared by nobody. */
#define LONGEST 32

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool same(bight_bytes a, size_t i, bight_bytes b, size_t j)
{
    return lower(a.data[i]) == lower(b.data[j]);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters added, dropped, replaced, or swapped with their neighbour. */
static size_t distance(bight_bytes a, bight_bytes b)
{
    size_t rows[3][LONGEST + 1];

    for (size_t j = 0; j <= b.size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            bool equal = same(a, i - 1, b, j - 1);
            row[j] = least(above[j], row[j - 1]) + 1;
            row[j] = least(row[j], above[j - 1] + (equal ? 0 : 1));
            if (i > 1 && j > 1 && same(a, i - 1, b, j - 2) &&
                same(a, i - 2, b, j - 1))
                row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1);
        }
    }
    return rows[a.size % 3][b.size];
}

static bool begins_with(bight_bytes text, bight_bytes start)
{
    for (size_t i = 0; i < start.size; i++) {
        if (i >= text.size || !same(text, i, start, i))
            return false;
    }
    return true;
}

/* LONGEST or more: too far. A beginning of a word is one step from it. */
static size_t steps(bight_bytes word, bight_bytes choice)
{
    size_t most = word.size < 6 ? 1 : word.size / 3;
    size_t d;

    if (word.size > LONGEST || choice.size > LONGEST)
        return LONGEST;
    d = distance(word, choice);
    if (d > 1 && word.size >= 2 && begins_with(choice, word))
        return 1;
    if (d > most || d >= least(word.size, choice.size))
        return LONGEST;
    return d;
}

const char *bight_nearest(bight_bytes word, const char *const *choices)
{
    const char *best = NULL;
    size_t best_steps = LONGEST;

    for (; *choices; choices++) {
        size_t d = steps(word, bight_bytes_text(*choices));
        if (d < best_steps) {
            best = *choices;
            best_steps = d;
        }
    }
    return best;
}
