/* SPDX-License-Identifier: MIT */
/* The domain of Redis's errors. */
#include <bight/redis_error.h>

#include <string.h>

#define FIRST_WORD BIGHT_REDIS_WRONGTYPE

/* From FIRST_WORD on. */
static const struct {
    const char *word;
    const char *text;
} words[] = {
    {"WRONGTYPE", "the key holds another kind of value"},
    {"NOAUTH", "authentication required"},
    {"WRONGPASS", "wrong user or password"},
    {"NOPERM", "no permission"},
    {"NOSCRIPT", "no such script"},
    {"BUSY", "busy running a script"},
    {"OOM", "out of memory"},
    {"LOADING", "loading its data"},
    {"READONLY", "a read only replica"},
    {"MOVED", "the slot is elsewhere"},
    {"ASK", "the slot is moving elsewhere"},
    {"CLUSTERDOWN", "the cluster is down"},
    {"TRYAGAIN", "the slot is moving"},
    {"CROSSSLOT", "keys in several slots"},
    {"EXECABORT", "transaction discarded"},
    {"BUSYGROUP", "the group exists already"},
    {"NOGROUP", "no such group"},
    {"BUSYKEY", "the key exists already"},
    {"MISCONF", "writes are refused as snapshots fail"},
    {"NOREPLICAS", "not enough replicas"},
    {"NOPROTO", "protocol not supported"},
    {"UNBLOCKED", "unblocked from elsewhere"},
};

#define WORDS ((int32_t)(sizeof(words) / sizeof(words[0])))

static const char *symbol(int32_t code)
{
    switch (code) {
    case BIGHT_REDIS_REPLY:
        return "REPLY";
    case BIGHT_REDIS_LOST:
        return "LOST";
    case BIGHT_REDIS_NOT_CONNECTED:
        return "NOT_CONNECTED";
    case BIGHT_REDIS_QUEUE_FULL:
        return "QUEUE_FULL";
    default:
        return code >= FIRST_WORD && code - FIRST_WORD < WORDS
                   ? words[code - FIRST_WORD].word
                   : NULL;
    }
}

static const char *text(int32_t code)
{
    switch (code) {
    case BIGHT_REDIS_REPLY:
        return "error reply";
    case BIGHT_REDIS_LOST:
        return "connection lost with the command under way";
    case BIGHT_REDIS_NOT_CONNECTED:
        return "not connected";
    case BIGHT_REDIS_QUEUE_FULL:
        return "too many commands are waiting";
    default:
        return code >= FIRST_WORD && code - FIRST_WORD < WORDS
                   ? words[code - FIRST_WORD].text
                   : NULL;
    }
}

const bight_error_domain bight_redis_domain = {
    .size = sizeof(bight_error_domain),
    .name = "redis",
    .symbol = symbol,
    .text = text,
};

static int32_t code_of(bight_bytes text)
{
    const uint8_t *space = memchr(text.data, ' ', text.size);
    if (space != NULL)
        text.size = (size_t)(space - text.data);
    for (int32_t i = 0; i < WORDS; i++)
        if (bight_bytes_equal(text, bight_bytes_text(words[i].word)))
            return FIRST_WORD + i;
    return BIGHT_REDIS_REPLY;
}

bight_error bight_redis_reply_error(const bight_redis_reply *reply)
{
    if (reply->type != BIGHT_REDIS_ERROR)
        return bight_ok();
    bight_error error =
        bight_error_make(&bight_redis_domain, code_of(reply->text));
    return bight_error_note(
        error, "%.*s", (int)(reply->text.size < 500 ? reply->text.size : 500),
        (const char *)reply->text.data);
}
