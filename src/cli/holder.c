/* SPDX-License-Identifier: MIT */
/* A socket's inode from /proc/net, then the process with a descriptor of it. */
#include "holder.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTENING 0x0a
#define ACCEPTING 0x10000 /* __SO_ACCEPTCON */

/* The kernel writes each 32-bit word as a number of its own. */
static void put_words(const uint8_t *ip, size_t words, char *out)
{
    for (size_t i = 0; i < words; i++) {
        uint32_t word;
        memcpy(&word, ip + 4 * i, 4);
        (void)snprintf(out + 8 * i, 9, "%08X", (unsigned)word);
    }
}

static bool is_any(const char *ip)
{
    return strspn(ip, "0") == strlen(ip);
}

/* Any address of one family is in the way of any of both. */
static bool in_the_way(const char *ip, const char *wanted)
{
    return strcmp(ip, wanted) == 0 || is_any(ip) || is_any(wanted);
}

/* What of an IPv6 address is in the way of IPv4: [::] and mapped ones. */
static bool as_ipv4(const bight_address *address, bight_address *ret)
{
    static const uint8_t any[16], mapped[12] = {[10] = 0xff, [11] = 0xff};
    *ret = *address;
    ret->family = BIGHT_ADDRESS_IPV4;
    if (address->family == BIGHT_ADDRESS_IPV4)
        return true;
    memcpy(ret->ip, address->ip + 12, 4);
    return memcmp(address->ip, any, sizeof(any)) == 0 ||
           memcmp(address->ip, mapped, sizeof(mapped)) == 0;
}

static bool tcp_inode(const char *table, const bight_address *address,
                      unsigned long *ret_inode)
{
    char wanted[33], ip[33], line[512];
    unsigned port, state;
    unsigned long inode;
    bool found = false;
    put_words(address->ip, address->family == BIGHT_ADDRESS_IPV4 ? 1 : 4,
              wanted);
    FILE *file = fopen(table, "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "%*d: %32[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %lu",
                   ip, &port, &state, &inode) != 4)
            continue;
        found = state == LISTENING && port == address->port &&
                in_the_way(ip, wanted);
    }
    (void)fclose(file);
    if (found)
        *ret_inode = inode;
    return found;
}

static bool unix_inode(const char *path, unsigned long *ret_inode)
{
    char line[512];
    bool found = false;
    FILE *file = fopen("/proc/net/unix", "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof(line), file) != NULL) {
        unsigned long inode;
        unsigned flags;
        int at = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%*s %*s %*s %x %*s %*s %lu %n", &flags, &inode,
                   &at) == 2 &&
            (flags & ACCEPTING) != 0 && strcmp(line + at, path) == 0) {
            *ret_inode = inode;
            found = true;
        }
    }
    (void)fclose(file);
    return found;
}

static bool has_descriptor(int pid, const char *wanted)
{
    char path[64], target[64];
    bool found = false;
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    struct dirent *entry;
    while (!found && (entry = readdir(folder)) != NULL) {
        ssize_t size =
            readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));
        found = size > 0 && (size_t)size == strlen(wanted) &&
                memcmp(target, wanted, (size_t)size) == 0;
    }
    (void)closedir(folder);
    return found;
}

static void read_name(struct holder *holder)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/comm", holder->pid);
    FILE *file = fopen(path, "re");
    (void)snprintf(holder->name, sizeof(holder->name), "?");
    if (file == NULL)
        return;
    if (fgets(holder->name, sizeof(holder->name), file) == NULL)
        (void)snprintf(holder->name, sizeof(holder->name), "?");
    (void)fclose(file);
    holder->name[strcspn(holder->name, "\n")] = '\0';
    for (char *c = holder->name; *c != '\0'; c++) {
        if (!isprint((unsigned char)*c))
            *c = '?';
    }
}

static bool holder_of_inode(unsigned long inode, struct holder *ret)
{
    char wanted[64];
    bool found = false;
    (void)snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
    DIR *folder = opendir("/proc");
    if (folder == NULL)
        return false;
    struct dirent *entry;
    while (!found && (entry = readdir(folder)) != NULL) {
        ret->pid = (int)strtol(entry->d_name, NULL, 10);
        found = ret->pid > 0 && has_descriptor(ret->pid, wanted);
    }
    (void)closedir(folder);
    if (found)
        read_name(ret);
    return found;
}

bool holder_of_tcp(const bight_address *address, struct holder *ret)
{
    unsigned long inode;
    bight_address ipv4;
    bool found =
        as_ipv4(address, &ipv4) && tcp_inode("/proc/net/tcp", &ipv4, &inode);
    if (!found)
        found = tcp_inode("/proc/net/tcp6", address, &inode);
    return found && holder_of_inode(inode, ret);
}

bool holder_of_unix(const char *path, struct holder *ret)
{
    unsigned long inode;
    return unix_inode(path, &inode) && holder_of_inode(inode, ret);
}
