/* SPDX-License-Identifier: MIT */
/* Options and the listening line, the same for every baseline. */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bench_parse_address(const char *text, struct sockaddr_in *ret_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[INET_ADDRSTRLEN];
    if (strncmp(text, "tcp:", 4) == 0)
        text += 4;
    const char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof(host))
        return -1;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    char *end;
    errno = 0;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (end == colon + 1 || *end || errno || port > 65535)
        return -1;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return -1;
    address.sin_port = htons((uint16_t)port);
    *ret_address = address;
    return 0;
}

struct sockaddr_in bench_listen_option(int argc, char **argv)
{
    struct sockaddr_in address = {0};
    if (argc != 3 || strcmp(argv[1], "--listen") != 0 ||
        bench_parse_address(argv[2], &address) != 0) {
        fprintf(stderr, "usage: %s --listen HOST:PORT\n", argv[0]);
        exit(64);
    }
    return address;
}

void bench_announce(const struct sockaddr_in *bound)
{
    char host[INET_ADDRSTRLEN];
    unsigned port = ntohs(bound->sin_port);
    if (!inet_ntop(AF_INET, &bound->sin_addr, host, sizeof(host)))
        bench_die("inet_ntop");
    printf("{\"event\":\"listening\",\"url\":\"tcp://%s:%u\","
           "\"port\":%u,\"pid\":%ld}\n",
           host, port, port, (long)getpid());
    fflush(stdout);
}

void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}
