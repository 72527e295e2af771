/* SPDX-License-Identifier: MIT */
/*
 * Compressors. libbrotlienc, as it is built by default, ends the process when
 * it gets no memory (S3). So what it allocates is kept in a list, and where
 * there is no memory it is left by longjmp, and all of that freed: it holds
 * nothing else.
 */
#include "coder.h"

#include <setjmp.h>
#include <stddef.h>

#include <brotli/encode.h>
#include <zlib.h>

#include <bight/alloc.h>

/* In front of what brotli allocates. */
struct block {
    struct block *next, *prev;
    max_align_t data[];
};

struct bight__http_coder {
    enum bight__http_coding coding;
    z_stream gzip;
    BrotliEncoderState *brotli; /* NULL: it was left without memory */
    struct block *blocks;
    jmp_buf no_memory;
};

/* A window that holds the whole body is enough; what nobody knows the end of
 * may live long, and has a window of 32 KiB. */
static int window_of(uint64_t length)
{
    int bits = 10;
    while (bits < 15 && (UINT64_C(1) << bits) < length)
        bits++;
    return bits;
}

/* -- gzip ----------------------------------------------------------------- */

static void *gzip_alloc(void *ctx, unsigned count, unsigned size)
{
    (void)ctx;
    return bight_alloc((size_t)count * size);
}

static void gzip_free(void *ctx, void *block)
{
    (void)ctx;
    bight_free(block);
}

static bool begin_gzip(struct bight__http_coder *coder, int level,
                       uint64_t length)
{
    int bits = window_of(length);
    coder->gzip.zalloc = gzip_alloc;
    coder->gzip.zfree = gzip_free;
    return deflateInit2(&coder->gzip, level, Z_DEFLATED, bits + 16,
                        bits < 15 ? bits - 7 : 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

/* A piece that zlib's count of octets can hold. */
static bight_error gzip_piece(z_stream *gzip, bight_bytes data, int flush,
                              bight_buffer *out)
{
    gzip->next_in = (Bytef *)(uintptr_t)data.data;
    gzip->avail_in = (uInt)data.size;
    do {
        uint8_t *space;
        size_t room = data.size / 4 + 512;
        bight_error error = bight_buffer_reserve(out, room, &space);
        if (bight_failed(error))
            return error;
        gzip->next_out = space;
        gzip->avail_out = (uInt)room;
        (void)deflate(gzip, flush);
        bight_buffer_commit(out, room - gzip->avail_out);
    } while (gzip->avail_out == 0);
    return bight_ok();
}

static bight_error gzip_code(z_stream *gzip, bight_bytes data,
                             enum bight__http_urgency urgency,
                             bight_buffer *out)
{
    const size_t most = (size_t)1 << 20;
    int flush = urgency == BIGHT__HTTP_LAST    ? Z_FINISH
                : urgency == BIGHT__HTTP_FLUSH ? Z_SYNC_FLUSH
                                               : Z_NO_FLUSH;
    while (data.size > most) {
        bight_error error =
            gzip_piece(gzip, bight_bytes_head(data, most), Z_NO_FLUSH, out);
        if (bight_failed(error))
            return error;
        data = bight_bytes_tail(data, most);
    }
    return gzip_piece(gzip, data, flush, out);
}

/* -- brotli --------------------------------------------------------------- */

static void *brotli_alloc(void *ctx, size_t size)
{
    struct bight__http_coder *coder = ctx;
    struct block *block = bight_alloc(sizeof(*block) + size);
    if (block == NULL && coder->brotli != NULL)
        longjmp(coder->no_memory, 1);
    if (block == NULL)
        return NULL;
    block->prev = NULL;
    block->next = coder->blocks;
    if (block->next != NULL)
        block->next->prev = block;
    coder->blocks = block;
    return block->data;
}

static void brotli_free(void *ctx, void *data)
{
    struct bight__http_coder *coder = ctx;
    if (data == NULL)
        return;
    struct block *block =
        (struct block *)(void *)((char *)data - offsetof(struct block, data));
    if (block->next != NULL)
        block->next->prev = block->prev;
    if (block->prev != NULL)
        block->prev->next = block->next;
    else
        coder->blocks = block->next;
    bight_free(block);
}

static bool begin_brotli(struct bight__http_coder *coder, int quality,
                         uint64_t length)
{
    coder->brotli =
        BrotliEncoderCreateInstance(brotli_alloc, brotli_free, coder);
    if (coder->brotli == NULL)
        return false;
    int bits = window_of(length);
    (void)BrotliEncoderSetParameter(coder->brotli, BROTLI_PARAM_QUALITY,
                                    (uint32_t)quality);
    (void)BrotliEncoderSetParameter(coder->brotli, BROTLI_PARAM_LGWIN,
                                    (uint32_t)(bits < 15 ? bits : 17));
    if (length < UINT32_MAX)
        (void)BrotliEncoderSetParameter(coder->brotli, BROTLI_PARAM_SIZE_HINT,
                                        (uint32_t)length);
    return true;
}

/* One step may take octets in and leave them for the next: only one that gave
 * nothing has nothing left. */
static bight_error brotli_steps(BrotliEncoderState *brotli, bight_bytes data,
                                BrotliEncoderOperation operation,
                                bight_buffer *out)
{
    size_t left = data.size;
    size_t given;
    const uint8_t *next = data.data;
    do {
        size_t none = 0;
        given = 0;
        if (!BrotliEncoderCompressStream(brotli, operation, &left, &next, &none,
                                         NULL, NULL))
            return bight_error_of(BIGHT_ERROR_NO_MEMORY);
        const uint8_t *ready = BrotliEncoderTakeOutput(brotli, &given);
        bight_error error =
            bight_buffer_append(out, bight_bytes_of(ready, given));
        if (bight_failed(error))
            return error;
    } while (left > 0 || given > 0);
    return bight_ok();
}

/* Nothing that is needed later changes between setjmp and longjmp. */
static bight_error brotli_guarded(struct bight__http_coder *coder,
                                  bight_bytes data,
                                  BrotliEncoderOperation operation,
                                  bight_buffer *out)
{
    if (coder->brotli == NULL || setjmp(coder->no_memory) != 0) {
        coder->brotli = NULL;
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    }
    return brotli_steps(coder->brotli, data, operation, out);
}

static bight_error brotli_code(struct bight__http_coder *coder,
                               bight_bytes data,
                               enum bight__http_urgency urgency,
                               bight_buffer *out)
{
    BrotliEncoderOperation operation =
        urgency == BIGHT__HTTP_LAST    ? BROTLI_OPERATION_FINISH
        : urgency == BIGHT__HTTP_FLUSH ? BROTLI_OPERATION_FLUSH
                                       : BROTLI_OPERATION_PROCESS;
    return brotli_guarded(coder, data, operation, out);
}

static void end_brotli(struct bight__http_coder *coder)
{
    if (coder->brotli != NULL)
        BrotliEncoderDestroyInstance(coder->brotli);
    while (coder->blocks != NULL)
        brotli_free(coder, coder->blocks->data);
}

/* -- either --------------------------------------------------------------- */

struct bight__http_coder *bight__http_coder_new(enum bight__http_coding coding,
                                                int level, uint64_t length)
{
    struct bight__http_coder *coder = bight_zalloc(sizeof(*coder));
    if (coder == NULL)
        return NULL;
    coder->coding = coding;
    bool begun = coding == BIGHT__HTTP_BROTLI
                     ? begin_brotli(coder, level, length)
                     : begin_gzip(coder, level, length);
    if (begun)
        return coder;
    bight_free(coder);
    return NULL;
}

bight_error bight__http_coder_code(struct bight__http_coder *coder,
                                   bight_bytes data,
                                   enum bight__http_urgency urgency,
                                   bight_buffer *out)
{
    if (data.size == 0 && urgency != BIGHT__HTTP_LAST)
        return bight_ok();
    if (coder->coding == BIGHT__HTTP_BROTLI)
        return brotli_code(coder, data, urgency, out);
    return gzip_code(&coder->gzip, data, urgency, out);
}

void bight__http_coder_free(struct bight__http_coder *coder)
{
    if (coder == NULL)
        return;
    if (coder->coding == BIGHT__HTTP_BROTLI)
        end_brotli(coder);
    else
        (void)deflateEnd(&coder->gzip);
    bight_free(coder);
}
