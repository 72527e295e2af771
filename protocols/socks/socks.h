/* SPDX-License-Identifier: MIT */
/* The parts of the SOCKS server: two dialects, the rules, and the way there. */
#ifndef SOCKS_SOCKS_H
#define SOCKS_SOCKS_H

#include <bight/diagnostic.h>
#include <bight/lookup.h>
#include <bight/stream.h>

#define HOST_MAX 255

struct options {
    char *user;
    char *password;
    char *allow;
    bool deny_private;
    uint64_t greeting_timeout_ms;
    uint64_t connect_timeout_ms;
};

/* -- rules ----------------------------------------------------------------- */

/* Of one place, or of several: "*.example.org", 10.0.0.0/8. */
struct rule {
    char name[HOST_MAX + 1]; /* "": by its address */
    bight_address address;
    unsigned bits;
    uint16_t port; /* 0: any */
};

struct rules {
    struct rule *all; /* none: everything may be reached */
    size_t count;
    bool deny_private;
};

/* "NAME, *.NAME, ADDRESS, ADDRESS/BITS", each maybe with ":PORT"; NULL: no
 * rules. INVALID: `d`, which may be NULL, says where. NO_MEMORY. */
bight_error socks_rules_parse(bight_bytes text, struct rules *ret_rules,
                              bight_diagnostic *d);
void socks_rules_free(struct rules *rules);

/* By its name, for all of its addresses. */
bool socks_rules_allow_name(const struct rules *rules, const char *name,
                            uint16_t port);
bool socks_rules_allow_address(const struct rules *rules,
                               const bight_address *address);

/* No address of the public Internet: this host's, a local network's, or of
 * nobody. */
bool socks_is_private(const bight_address *address);

/* -- the way there --------------------------------------------------------- */

struct request {
    char name[HOST_MAX + 1]; /* "": `address` */
    bight_address address;
    uint16_t port;
};

/* Letters, digits, '-', '.' and '_', at most HOST_MAX. */
bool socks_is_host_name(bight_bytes name);

/* A name, or an address written as one. PROTOCOL_ERROR: neither. */
bight_error socks_request_set_host(struct request *request, bight_bytes host);

/* REFUSED: by the rules; else the lookup's or the connect's error. */
bight_error socks_reach(const struct request *request,
                        const struct rules *rules, uint64_t timeout_ms,
                        bight_stream **ret_stream);

/* -- dialects -------------------------------------------------------------- */

struct dialect {
    /* Reads all up to the request, behind the version. What is wrong with it
     * has been answered when this returns an error. */
    bight_error (*read)(bight_stream *stream, const struct options *options,
                        struct request *ret_request);
    /* How it went, and from which address. */
    bight_error (*answer)(bight_stream *stream, bight_error error,
                          const bight_address *bound);
};

extern const struct dialect socks4;
extern const struct dialect socks5;

/* Answers what is wrong, then returns it. */
bight_error socks_refuse(bight_stream *stream, bight_bytes answer,
                         bight_error error);

/* PROTOCOL_ERROR, with what was wrong. */
bight_error socks_broken(const char *what);

#endif
