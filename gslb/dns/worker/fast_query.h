/* A query, read as far as it is understood here (gslb/dns/query.py, gslb/dns/edns.py). */
#ifndef GSLB_FAST_QUERY_H
#define GSLB_FAST_QUERY_H

#include "fast_types.h"

/* Who asks: an address of 4 or 16 octets (never a mapped one), when, and the draw a test wants, or -1. */
typedef struct {
    uint8_t address[16];
    uint32_t length;
    uint32_t now;               /* Unix time */
    double ticking;             /* seconds that never go back */
    int64_t draw;
    int tcp;
} Asker;

typedef struct {
    uint8_t name[MAX_NAME + 1]; /* lower-cased */
    uint32_t name_length, crc, qtype, question_end;
    uint32_t limit;             /* octets of a reply */
    int has_opt, signed_wanted;
    const uint8_t *cookie;      /* the option's data, NULL for none */
    uint32_t cookie_length;
} Query;

/* Read an OPT record that reaches to the end of the packet. Whether it holds nothing that is not understood here. */
static int understand_opt(const uint8_t *opt, size_t length, const Asker *asker, Query *query) {
    if (length < OPT_HEAD || opt[0] || wire16(opt + 1) != TYPE_OPT || opt[6]) return 0;     /* another version */
    uint32_t payload = wire16(opt + 3), options = wire16(opt + 9);
    if (options != length - OPT_HEAD) return 0;
    if (options) {
        if (options < 4 || wire16(opt + 11) != OPTION_COOKIE || wire16(opt + 13) != options - 4) return 0;
        query->cookie = opt + 15;
        query->cookie_length = options - 4;
        if (query->cookie_length != COOKIE_CLIENT && (query->cookie_length < 16 || query->cookie_length > COOKIE_MOST))
            return 0;
    }
    query->has_opt = 1;
    query->signed_wanted = opt[7] & 0x80;
    if (!asker->tcp)
        query->limit = payload < SMALLEST_PAYLOAD ? SMALLEST_PAYLOAD : payload > PAYLOAD ? PAYLOAD : payload;
    return 1;
}

/* Whether a packet is one of those answered here; fills in `query`. */
static int understand(const uint8_t *packet, size_t length, const Asker *asker, Query *query) {
    if (length < HEADER + 5 || length > PACKET) return 0;
    if (packet[2] & 0xF8) return 0;                                     /* a reply, or another opcode */
    if (wire16(packet + 4) != 1 || wire16(packet + 6) || wire16(packet + 8)) return 0;
    uint32_t additional = wire16(packet + 10);
    if (additional > 1) return 0;

    uint32_t at = HEADER, crc = 0xFFFFFFFFu, end = length - 4 < HEADER + MAX_NAME ? (uint32_t)length - 4 : HEADER + MAX_NAME;
    for (;;) {
        if (at >= end) return 0;
        uint32_t first = at - HEADER, label = packet[at];
        if (label > 63 || at + label >= end) return 0;
        for (uint32_t last = at + label; at <= last; at++) {
            uint8_t octet = lower[packet[at]];
            query->name[at - HEADER] = octet;
            crc = crc_table[(crc ^ octet) & 0xFF] ^ crc >> 8;
        }
        if (!label) break;
        if (label == 5 && !memcmp(query->name + first + 1, "_gslb", 5)) return 0;   /* a state name (state.py) */
    }
    query->name_length = at - HEADER;
    query->crc = ~crc;
    uint32_t qtype = query->qtype = wire16(packet + at);
    if (wire16(packet + at + 2) != CLASS_IN) return 0;
    if ((qtype >= FIRST_META && qtype <= LAST_META) || !qtype || qtype == TYPE_ABOVE) return 0;
    if (qtype == TYPE_OPT || qtype == TYPE_DS || qtype == TYPE_RRSIG || qtype == TYPE_NSEC || qtype == TYPE_NSEC3) return 0;
    at += 4;
    query->question_end = at;
    query->has_opt = query->signed_wanted = 0;
    query->cookie = NULL;
    query->cookie_length = 0;
    query->limit = asker->tcp ? STREAM - 1 : SMALLEST_PAYLOAD;
    return additional ? understand_opt(packet + at, length - at, asker, query) : at == length;
}

#endif
