/* SPDX-License-Identifier: MIT */
/* getaddrinfo's error codes as a domain. */
#include <bight/lookup.h>

#include <netdb.h>

#define CODES(code)                                                            \
    code(EAI_ADDRFAMILY, "host has no address of that family")                 \
        code(EAI_AGAIN, "name resolution failed for now")                      \
            code(EAI_BADFLAGS, "bad flags for a lookup") code(                 \
                EAI_FAIL, "name resolution failed for good")                   \
                code(EAI_FAMILY, "address family not supported") code(         \
                    EAI_MEMORY, "out of memory") code(EAI_NODATA,              \
                                                      "name has no address")   \
                    code(EAI_NONAME, "name or service not known")              \
                        code(EAI_SERVICE,                                      \
                             "service not supported for that socket type")     \
                            code(EAI_SOCKTYPE, "socket type not supported")    \
                                code(EAI_SYSTEM, "system error")               \
                                    code(EAI_OVERFLOW,                         \
                                         "name too long for the resolver")

static const char *dns_symbol(int32_t code)
{
    switch (code) {
#define CODE(name, text)                                                       \
    case name:                                                                 \
        return #name;
        CODES(CODE)
#undef CODE
    }
    return NULL;
}

static const char *dns_text(int32_t code)
{
    switch (code) {
#define CODE(name, text)                                                       \
    case name:                                                                 \
        return text;
        CODES(CODE)
#undef CODE
    }
    return NULL;
}

const bight_error_domain bight_dns_domain = {
    .size = sizeof(bight_error_domain),
    .name = "dns",
    .symbol = dns_symbol,
    .text = dns_text,
};
