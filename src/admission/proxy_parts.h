/*
 * What the files of the PROXY parser share; nobody else includes this.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_PROXY_PARTS_H
#define PREFORK_ADMISSION_PROXY_PARTS_H

#include "admission/proxy.h"

/* proxy.c: AF_INET or AF_INET6; address and port in network order. */
void proxy_set_end(struct proxy_end *end, sa_family_t family,
    const void *address, const void *port);
enum proxy_answer proxy_bad(struct proxy_header *header, const char *reason);

/* proxy_v1.c and proxy_v2.c: the first byte is theirs. */
enum proxy_answer proxy_parse_v1(const uint8_t *bytes, size_t count,
    struct proxy_header *header);
enum proxy_answer proxy_parse_v2(const uint8_t *bytes, size_t count,
    struct proxy_header *header);

/* proxy_tlv.c: the fields of a whole header of version 2, which begin at
 * `offset`.  NULL when they are good, or the reason. */
const char *proxy_check_fields(const uint8_t *bytes, size_t count,
    size_t offset);

#endif
