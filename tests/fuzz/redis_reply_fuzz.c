/* SPDX-License-Identifier: MIT */
/* Redis's replies: the same values, or the same fault, for every split; each
 * value holds together, and its texts end in a NUL. */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bight/redis_reply.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read, mixed into a number. */
struct sum {
    uint64_t hash;
    size_t replies;
};

static void mix(struct sum *sum, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        sum->hash = (sum->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
}

static void look(struct sum *sum, const bight_redis_reply *reply, bool inside)
{
    bool aggregate = reply->type >= BIGHT_REDIS_ARRAY;
    assert(reply->type <= BIGHT_REDIS_PUSH);
    assert(!inside || reply->type != BIGHT_REDIS_PUSH);
    assert(aggregate || reply->count == 0);
    mix(sum, &reply->type, sizeof(reply->type));
    mix(sum, &reply->count, sizeof(reply->count));
    if (reply->text.data != NULL)
        assert(reply->text.data[reply->text.size] == '\0');
    mix(sum, reply->text.data, reply->text.size);
    if (reply->type == BIGHT_REDIS_INTEGER)
        mix(sum, &reply->as.integer, sizeof(reply->as.integer));
    if (reply->type == BIGHT_REDIS_BOOLEAN)
        mix(sum, &reply->as.truth, sizeof(reply->as.truth));
    for (size_t i = 0; i < reply->count; i++)
        look(sum, &reply->as.items[i], true);
}

/* False: it broke. */
static bool read_piece(bight_redis_reader *reader, bight_bytes data,
                       struct sum *sum)
{
    for (;;) {
        bight_redis_reply *reply;
        bight_error error = bight_redis_reader_next(reader, &data, &reply);
        if (bight_failed(error)) {
            mix(sum, &error.code, sizeof(error.code));
            return false;
        }
        if (reply == NULL)
            break;
        look(sum, reply, false);
        sum->replies++;
        bight_redis_reply_free(reply);
    }
    assert(data.size == 0);
    return true;
}

/* In pieces of so many bytes, each in memory of its own size. */
static struct sum read_all(const uint8_t *data, size_t size, size_t step)
{
    struct sum sum = {.hash = 1};
    bight_redis_limits limits;
    bight_redis_reader *reader;
    bool fine = true;
    bight_redis_limits_init(&limits);
    limits.bytes = 4096;
    limits.values = 300;
    limits.depth = 10;
    assert(!bight_failed(bight_redis_reader_new(&limits, &reader)));
    for (size_t at = 0; fine && at < size; at += step) {
        size_t length = size - at < step ? size - at : step;
        uint8_t *piece = malloc(length);
        assert(piece != NULL);
        memcpy(piece, data + at, length);
        fine = read_piece(reader, bight_bytes_of(piece, length), &sum);
        free(piece);
    }
    bight_redis_reader_free(reader);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t step = (size_t)data[0] + 1;
    struct sum whole = read_all(data + 1, size - 1, size);
    struct sum pieces = read_all(data + 1, size - 1, step);
    struct sum bytes = read_all(data + 1, size - 1, 1);
    assert(whole.hash == pieces.hash && whole.replies == pieces.replies);
    assert(whole.hash == bytes.hash && whole.replies == bytes.replies);
    return 0;
}
