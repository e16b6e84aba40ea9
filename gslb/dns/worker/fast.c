/* The fast path: what is common, answered without Python.
 *
 * One question of class IN, at most an OPT record that holds nothing or a cookie, a name of ours, an answer that fits
 * and needs no proof put together for it: such a packet is answered here, from the mapped table (gslb/handoff/layout.py is the specification). Everything else is handed to the
 * complete responder (gslb/dns/respond.py), which gives the same bytes for the same packet, table and draw; tests with
 * generated packets hold the two together. What this file does not understand it must not touch.
 *
 * The loop runs in a thread of its own that never takes the interpreter's lock: it waits in recvmmsg, answers a batch,
 * and sends it with sendmmsg. A mutex, taken once per batch, guards the table; a swap waits for one batch at most.
 */

#define _GNU_SOURCE
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 64,
    PACKET = 4096,          /* octets of a query: what is longer is cut, and then refused as broken */
    ROOM = 128,             /* ancillary data */
    WAITING = 256,          /* packets that wait for the complete responder */
    LISTENERS = 64,
    LAST_BATCHES = 64,      /* answered at the end, of what had come by then */
    DRAWS = 65536,
    HEADER = 12,
    MAX_NAME = 255,
    SMALLEST_PAYLOAD = 512,
    PAYLOAD = 1232,
    OPT_MOST = 256,
    OPT_HEAD = 11,          /* octets of an OPT record before its options */
    SECRETS = 8,
    COOKIE_CLIENT = 8, COOKIE_FULL = 24, COOKIE_MOST = 40, COOKIE_HASHED = 16,
    COOKIE_PAST = 3600, COOKIE_AHEAD = 300, COOKIE_FRESH = 1800,
    STREAM = 65536,         /* octets of replies to one turn of a TCP connection */
    BLOCK = 256,            /* counters that share a mark (gslb/dns/worker/tally.py) */
};

/* gslb/handoff/layout.py */
enum {
    FILE_HEADER = 64,
    UNIT = 8,
    NODE_SIZE = 32, TYPE_SIZE = 8, ZONE_SIZE = 32, VARIANT_SIZE = 16, ENTRY_SIZE = 56,
    RANGE4_SIZE = 8, RANGE6_SIZE = 24, CLASS_SIZE = 8, HELD_SIZE = 4,
    NODE_CNAME = 16, NODE_DNAME = 32, NODE_VIEWS = 64,
    ZONE_SIGNED = 3,
    ENTRY_AA = 1,
    DRAW_NONE = 0, DRAW_THRESHOLDS = 1,
    NEGATIVE = 0,
};

enum {
    TYPE_OPT = 41, TYPE_DS = 43, TYPE_RRSIG = 46, TYPE_NSEC = 47, TYPE_NSEC3 = 50, FIRST_META = 128, LAST_META = 255,
    TYPE_ABOVE = 65535, CLASS_IN = 1, OPTION_COOKIE = 10, NOERROR = 0, NXDOMAIN = 3,
};

typedef struct {
    Py_buffer view, counters_view, marks_view;
    const uint8_t *data;
    size_t size;
    size_t slots_at;
    uint32_t slot_count;
    uint32_t *counters;
    uint8_t *marks;
    uint32_t counter_count;
} Part;

typedef struct {
    Py_buffer view;
    const uint8_t *data;
    size_t size;
    size_t buckets_at, index_at, nodes_at, types_at, zones_at, ranges4_at, ranges6_at, classes_at, held_at;
    uint32_t mask, index_count, node_count, type_count, zone_count, range4_count, range6_count, class_count, held_count;
    Py_ssize_t part_count;
    Part parts[];
} Table;

typedef struct {
    uint8_t packet[PACKET];
    uint8_t control[ROOM];
    struct sockaddr_storage peer;
    uint32_t length, control_length, peer_length;
    int fd;
} Waiting;

typedef struct {
    int fd;
    int wildcard;
    uint64_t ticks;
} Listener;

typedef struct {
    PyObject_HEAD
    pthread_mutex_t lock;       /* guards everything down to `totals` */
    Table *table;
    uint8_t opt[OPT_MOST];      /* the OPT record of a reply without DO */
    uint32_t opt_length;
    int resting;                /* everything is for the complete responder */
    uint64_t seed_network, seed_entry;
    uint32_t draws[DRAWS];
    uint8_t secrets[SECRETS][16];
    uint32_t secret_count;
    uint64_t answered_udp, answered_tcp, no_error, nxdomain, cookies_valid, errors, dropped;
    pthread_mutex_t queue_lock; /* guards the queue */
    Waiting *queue;
    uint32_t queue_first, queue_count;
    uint8_t stream[STREAM];     /* for the loop alone */
    int event;                  /* readable while somebody waits for the complete responder */
    Listener listeners[LISTENERS];
    int listener_count;
    int stopping;
} Engine;

static uint32_t crc_table[256];
static uint8_t lower[256];

static void fill_tables(void) {
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t value = n;
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xEDB88320u ^ value >> 1 : value >> 1;
        crc_table[n] = value;
        lower[n] = (uint8_t)(n >= 'A' && n <= 'Z' ? n + 32 : n);
    }
}

static inline uint16_t read16(const uint8_t *at) { uint16_t value; memcpy(&value, at, 2); return value; }
static inline uint32_t read32(const uint8_t *at) { uint32_t value; memcpy(&value, at, 4); return value; }
static inline uint32_t wire16(const uint8_t *at) { return (uint32_t)at[0] << 8 | at[1]; }
static inline void put16(uint8_t *at, uint32_t value) { at[0] = (uint8_t)(value >> 8); at[1] = (uint8_t)value; }

/* --- one packet ------------------------------------------------------------------------------------------------ */

/* Who asks: an address of 4 or 16 octets (never a mapped one), when, and the draw a test wants, or -1. */
typedef struct {
    uint8_t address[16];
    uint32_t length;
    uint32_t now;               /* Unix time */
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

static const uint8_t *find_node(const Table *table, const uint8_t *name, uint32_t length, uint32_t crc) {
    const uint8_t *bucket = table->data + table->buckets_at + 4 * (size_t)(crc & table->mask);
    uint32_t first = read32(bucket), last = read32(bucket + 4);
    if (last > table->index_count) return NULL;
    for (; first < last; first++) {
        const uint8_t *record = table->data + table->index_at + 8 * (size_t)first;
        if (read32(record) != crc) continue;
        uint32_t number = read32(record + 4);
        if (number >= table->node_count) return NULL;
        const uint8_t *node = table->data + table->nodes_at + NODE_SIZE * (size_t)number;
        size_t at = UNIT * (size_t)read32(node);
        if (node[4] == (uint8_t)length && at + length <= table->size && !memcmp(table->data + at, name, length)) return node;
    }
    return NULL;
}

/* The nearest existing name above the one asked (RFC 4592: the closest encloser); NULL: none of ours. */
static const uint8_t *closest(const Table *table, const Query *query) {
    uint32_t at = 0;
    while (query->name[at]) {
        at += 1 + query->name[at];
        uint32_t crc = 0xFFFFFFFFu;
        for (uint32_t n = at; n < query->name_length; n++) crc = crc_table[(crc ^ query->name[n]) & 0xFF] ^ crc >> 8;
        const uint8_t *node = find_node(table, query->name + at, query->name_length - at, ~crc);
        if (node) return node;
    }
    return NULL;
}

/* The number of the class that an address falls into (gslb/handoff/clients.py); 0 is in no view. */
static uint32_t class_of(const Table *table, const Asker *asker) {
    int four = asker->length == 4;
    size_t size = four ? RANGE4_SIZE : RANGE6_SIZE, at = four ? table->ranges4_at : table->ranges6_at;
    uint32_t low = 0, high = four ? table->range4_count : table->range6_count;
    if (!high) return 0;
    uint32_t address = wire16(asker->address) << 16 | wire16(asker->address + 2);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *range = table->data + at + size * middle;
        int below = four ? read32(range) <= address : memcmp(range, asker->address, 16) <= 0;
        if (below) low = middle;
        else high = middle;
    }
    return read32(table->data + at + size * low + (four ? 4 : 16));
}

/* The slot of a type in the client's narrowest view that has one, else everybody's, which stands at `type`. */
static uint32_t slot_in_views(const Table *table, const uint8_t *type, const uint8_t *end, const Asker *asker) {
    uint32_t number = class_of(table, asker);
    if (number >= table->class_count) return read32(type + 4);
    const uint8_t *class = table->data + table->classes_at + CLASS_SIZE * (size_t)number;
    uint32_t first = read32(class), held = read16(class + 4);
    if ((uint64_t)first + held > table->held_count) return read32(type + 4);
    for (uint32_t n = first; n < first + held; n++) {
        uint32_t view = read16(table->data + table->held_at + HELD_SIZE * (size_t)n);
        for (const uint8_t *other = type + TYPE_SIZE; other < end && read16(other) == read16(type); other += TYPE_SIZE)
            if (read16(other + 2) == view) return read32(other + 4);
    }
    return read32(type + 4);
}

/* What answers: an entry with its part and the key it draws under. `denial`: it says that something is not there, or
 * that a wildcard stands in, which a signed zone has to prove. */
typedef struct {
    const Part *part;
    const uint8_t *entry;
    uint64_t key;
    int negative, denial;
} Hit;

static int hit_at(const Table *table, uint32_t number, uint32_t slot, Hit *hit) {
    if (number >= (uint32_t)table->part_count) return 0;
    const Part *part = &table->parts[number];
    if (slot >= part->slot_count) return 0;
    size_t at = UNIT * (size_t)read32(part->data + part->slots_at + 4 * (size_t)slot);
    if (!at || at + ENTRY_SIZE > part->size) return 0;
    hit->part = part;
    hit->entry = part->data + at;
    hit->key = (uint64_t)number << 32 | slot;
    return 1;
}

/* What a node answers (gslb/dns/lookup.py); 0: not ours to answer. */
static int at_node(const Table *table, const uint8_t *node, const Query *query, const Asker *asker, Hit *hit) {
    if (read32(node + 20)) return 0;                                    /* at or below a cut */
    uint32_t first = read32(node + 8), count = read16(node + 12);
    if ((uint64_t)first + count > table->type_count) return 0;
    const uint8_t *types = table->data + table->types_at + TYPE_SIZE * (size_t)first, *end = types + TYPE_SIZE * (size_t)count;
    const uint8_t *type = types;
    while (type < end && read16(type) < query->qtype) type += TYPE_SIZE;
    hit->negative = type == end || read16(type) != query->qtype || read16(type + 2);
    if (hit->negative) {
        if (node[5] & NODE_CNAME) return 0;
        type = types;
        if (type == end || read16(type) != NEGATIVE || read16(type + 2)) {
            uint32_t zone_number = read16(node + 14);
            if (zone_number >= table->zone_count) return 0;
            const uint8_t *zone = table->data + table->zones_at + ZONE_SIZE * (size_t)zone_number;
            return hit_at(table, read16(zone + 24), read32(zone + 8), hit);
        }
    }
    uint32_t slot = node[5] & NODE_VIEWS ? slot_in_views(table, type, end, asker) : read32(type + 4);
    return hit_at(table, read16(node + 6), slot, hit);
}

static int find(const Table *table, const Query *query, const Asker *asker, Hit *hit) {
    const uint8_t *node = find_node(table, query->name, query->name_length, query->crc), *encloser = NULL;
    if (!node) {
        encloser = closest(table, query);
        if (!encloser || read32(encloser + 20) || encloser[5] & NODE_DNAME) return 0;
        uint32_t wildcard = read32(encloser + 16);
        if (wildcard > table->node_count) return 0;
        if (wildcard) node = table->data + table->nodes_at + NODE_SIZE * (size_t)(wildcard - 1);
    }
    uint32_t zone_number = read16((node ? node : encloser) + 14);
    if (zone_number >= table->zone_count) return 0;
    const uint8_t *zone = table->data + table->zones_at + ZONE_SIZE * (size_t)zone_number;
    if (node) {
        if (!at_node(table, node, query, asker, hit)) return 0;
    } else {
        hit->negative = 1;
        if (!hit_at(table, read16(zone + 24), read32(zone + 4), hit)) return 0;
    }
    hit->denial = (encloser || hit->negative) && read16(zone + 26) & ZONE_SIGNED;
    return 1;
}

static inline uint64_t mixed(uint64_t value) {
    value *= 0x9E3779B97F4A7C15u;
    return value ^ value >> 32;
}

/* gslb/dns/draws.py: an IPv4 address whole, an IPv6 one by its /56, below one bit that tells them apart. */
static uint64_t network_of(const Asker *asker) {
    uint64_t value = 1;
    uint32_t length = asker->length == 4 ? 4 : 7;
    for (uint32_t n = 0; n < length; n++) value = value << 8 | asker->address[n];
    return value;
}

static uint32_t next_draw(Engine *engine, const Asker *asker, uint64_t key) {
    uint64_t value = mixed(mixed(mixed(network_of(asker) ^ engine->seed_network) ^ key ^ engine->seed_entry));
    uint32_t number = engine->draws[value & 0xFFFF]++;
    return (uint32_t)(value >> 32) + number * 0x9E3779B9u;
}

static uint32_t choose(const uint8_t *thresholds, uint32_t count, uint32_t draw) {
    uint32_t low = 0, high = count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (read32(thresholds + 4 * (size_t)middle) < draw) low = middle + 1;
        else high = middle;
    }
    return low;
}

static inline uint64_t rotated(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

static inline void sip_rounds(uint64_t v[4], int rounds) {
    while (rounds--) {
        v[0] += v[1], v[1] = rotated(v[1], 13) ^ v[0], v[0] = rotated(v[0], 32);
        v[2] += v[3], v[3] = rotated(v[3], 16) ^ v[2];
        v[0] += v[3], v[3] = rotated(v[3], 21) ^ v[0];
        v[2] += v[1], v[1] = rotated(v[1], 17) ^ v[2], v[2] = rotated(v[2], 32);
    }
}

/* SipHash-2-4 (RFC 9018 section 4.4; gslb/dns/siphash.py). */
static uint64_t siphash24(const uint8_t *key, const uint8_t *data, uint32_t length) {
    uint64_t k0, k1, word;
    memcpy(&k0, key, 8);
    memcpy(&k1, key + 8, 8);
    uint64_t v[4] = {k0 ^ 0x736F6D6570736575u, k1 ^ 0x646F72616E646F6Du, k0 ^ 0x6C7967656E657261u, k1 ^ 0x7465646279746573u};
    uint32_t whole = length & ~7u;
    for (uint32_t at = 0; at < whole; at += 8) {
        memcpy(&word, data + at, 8);
        v[3] ^= word;
        sip_rounds(v, 2);
        v[0] ^= word;
    }
    word = 0;
    memcpy(&word, data + whole, length - whole);
    word |= (uint64_t)length << 56;
    v[3] ^= word;
    sip_rounds(v, 2);
    v[0] ^= word;
    v[2] ^= 0xFF;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* What goes back for a query's cookie (gslb/dns/cookies.py): octets written at `out`; whether it proves the client. */
static uint32_t take_cookie(Engine *engine, const Query *query, const Asker *asker, uint8_t *out, int *valid) {
    *valid = 0;
    if (!query->cookie || !engine->secret_count) return 0;
    uint8_t hashed[COOKIE_HASHED + 16];
    const uint8_t *cookie = query->cookie;
    uint32_t length = COOKIE_HASHED + asker->length;
    memcpy(hashed + COOKIE_HASHED, asker->address, asker->length);
    int32_t age = 0;
    uint32_t secret = SECRETS;
    if (query->cookie_length == COOKIE_FULL && cookie[COOKIE_CLIENT] == 1) {
        age = (int32_t)(asker->now - (wire16(cookie + 12) << 16 | wire16(cookie + 14)));
        memcpy(hashed, cookie, COOKIE_HASHED);
        if (age >= -COOKIE_AHEAD && age <= COOKIE_PAST)
            for (uint32_t n = 0; n < engine->secret_count && secret == SECRETS; n++) {
                uint64_t hash = siphash24(engine->secrets[n], hashed, length);
                if (!memcmp(&hash, cookie + COOKIE_HASHED, 8)) secret = n;
            }
    }
    *valid = secret != SECRETS;
    put16(out, OPTION_COOKIE);
    put16(out + 2, COOKIE_FULL);
    if (secret == 0 && age <= COOKIE_FRESH) {
        memcpy(out + 4, cookie, COOKIE_FULL);
        return 4 + COOKIE_FULL;
    }
    static const uint8_t head[4] = {1, 0, 0, 0};
    memcpy(hashed, cookie, COOKIE_CLIENT);
    memcpy(hashed + 8, head, 4);
    put16(hashed + 12, asker->now >> 16);
    put16(hashed + 14, asker->now & 0xFFFF);
    uint64_t hash = siphash24(engine->secrets[0], hashed, length);
    memcpy(out + 4, hashed, COOKIE_HASHED);
    memcpy(out + 4 + COOKIE_HASHED, &hash, 8);
    return 4 + COOKIE_FULL;
}

typedef struct { const uint8_t *data; uint32_t length, count; } Section;

/* Authority or additional records of an entry, at `where` in it; 0 when they lie outside of the part. */
static int section_of(const Part *part, const uint8_t *where, int with_signatures, Section *section) {
    size_t at = UNIT * (size_t)read32(where);
    section->data = part->data + at;
    section->length = at ? read16(where + (with_signatures ? 8 : 4)) : 0;
    section->count = at ? read16(where + (with_signatures ? 10 : 6)) : 0;
    return at + section->length <= part->size;
}

/* The records that a draw picks; 0 when the entry is not one to answer here. */
static int answers_of(Engine *engine, const Hit *hit, const Asker *asker, int with_signatures, Section *answers, uint32_t *number) {
    const Part *part = hit->part;
    uint32_t variants = read16(hit->entry + 4);
    *number = 0;
    *answers = (Section){NULL, 0, 0};
    if (hit->entry[2] == DRAW_THRESHOLDS) {
        size_t at = UNIT * (size_t)read32(hit->entry + 8);
        if (!variants || at + 4 * (size_t)variants > part->size) return 0;
        uint32_t draw = asker->draw < 0 ? next_draw(engine, asker, hit->key) : (uint32_t)asker->draw;
        *number = choose(part->data + at, variants, draw);
    } else if (hit->entry[2] != DRAW_NONE) {
        return 0;
    }
    if (!variants) return 1;
    size_t at = UNIT * (size_t)read32(hit->entry + 12) + VARIANT_SIZE * (size_t)*number;
    if (at + VARIANT_SIZE > part->size) return 0;
    const uint8_t *variant = part->data + at;
    at = UNIT * (size_t)read32(variant) + read16(variant + 4);
    answers->data = part->data + at;
    answers->length = read16(variant + (with_signatures ? 10 : 6));
    answers->count = read16(variant + (with_signatures ? 12 : 8));
    return at + answers->length <= part->size;
}

static uint32_t put_section(uint8_t *out, uint32_t at, const Section *section) {
    memcpy(out + at, section->data, section->length);
    return at + section->length;
}

/* Write the reply to a query at `out`, which may be where the packet is. Octets of the reply, or 0: for the complete
 * responder, and the packet as it was. */
static uint32_t answer(Engine *engine, const uint8_t *packet, size_t length, const Asker *asker, uint8_t *out, size_t room) {
    Query query;
    Hit hit;
    Section answers, authority, additional;
    uint32_t number;
    const Table *table = engine->table;
    if (!table || engine->resting || !understand(packet, length, asker, &query)) return 0;
    if (!find(table, &query, asker, &hit)) return 0;
    uint32_t rcode = hit.entry[0];
    if (read16(hit.entry + 6) || (rcode && !(hit.negative && rcode == NXDOMAIN))) return 0;   /* an extended error */
    int with_signatures = query.signed_wanted;
    if (with_signatures && hit.denial) return 0;
    if (!section_of(hit.part, hit.entry + 16, with_signatures, &authority)) return 0;
    if (!section_of(hit.part, hit.entry + 28, with_signatures, &additional)) return 0;
    if (!answers_of(engine, &hit, asker, with_signatures, &answers, &number)) return 0;
    uint32_t counter = read32(hit.entry + 44) + number;
    if (counter >= hit.part->counter_count) return 0;
    /* one empty variant among others has no tail of its own; a type that health emptied may need proof */
    if (!answers.count && (!authority.count || (with_signatures && !hit.negative))) return 0;

    uint8_t cookie[4 + COOKIE_FULL];
    int valid = 0;
    uint32_t at = query.question_end, opt = 0, cookie_length = 0;
    if (query.has_opt) {
        cookie_length = take_cookie(engine, &query, asker, cookie, &valid);
        opt = engine->opt_length + cookie_length;
    }
    if (at + answers.length + authority.length + additional.length + opt > (query.limit < room ? query.limit : room)) return 0;

    uint8_t flags = (uint8_t)(0x80 | (packet[2] & 0x01) | (hit.entry[1] & ENTRY_AA ? 0x04 : 0));
    uint8_t more_flags = (uint8_t)((packet[3] & 0x10) | rcode);
    if (out != packet) memcpy(out, packet, at);
    out[2] = flags;
    out[3] = more_flags;
    put16(out + 6, answers.count);
    put16(out + 8, authority.count);
    put16(out + 10, additional.count + (opt ? 1 : 0));
    if (answers.length) at = put_section(out, at, &answers);
    if (authority.length) at = put_section(out, at, &authority);
    if (additional.length) at = put_section(out, at, &additional);
    if (opt) {
        memcpy(out + at, engine->opt, OPT_HEAD);
        if (query.signed_wanted) out[at + 7] |= 0x80;
        put16(out + at + 9, opt - OPT_HEAD);
        at += OPT_HEAD;
        memcpy(out + at, cookie, cookie_length);
        at += cookie_length;
        memcpy(out + at, engine->opt + OPT_HEAD, engine->opt_length - OPT_HEAD);
        at += engine->opt_length - OPT_HEAD;
    }
    __atomic_fetch_add(&hit.part->counters[counter], 1, __ATOMIC_RELAXED);
    hit.part->marks[counter / BLOCK] = 1;
    engine->no_error += !rcode;
    engine->nxdomain += rcode == NXDOMAIN;
    engine->cookies_valid += (uint64_t)valid;
    return at;
}

/* --- the loop -------------------------------------------------------------------------------------------------- */

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static void set_address(Asker *asker, const uint8_t *octets, uint32_t length) {
    if (length == 16 && !memcmp(octets, MAPPED, sizeof MAPPED)) octets += 12, length = 4;
    memcpy(asker->address, octets, length);
    asker->length = length;
}

static void from_peer(Asker *asker, const struct sockaddr_storage *peer) {
    if (peer->ss_family == AF_INET6) set_address(asker, ((const struct sockaddr_in6 *)peer)->sin6_addr.s6_addr, 16);
    else set_address(asker, (const uint8_t *)&((const struct sockaddr_in *)peer)->sin_addr, 4);
}

/* On a wildcard listener: make the reply leave from the address that was asked. The route is the kernel's choice. */
static void answer_from(struct msghdr *message) {
    for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one; one = CMSG_NXTHDR(message, one)) {
        if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(one), sizeof info);
            info.ipi_spec_dst = info.ipi_addr;
            info.ipi_ifindex = 0;
            memset(&info.ipi_addr, 0, sizeof info.ipi_addr);
            memcpy(CMSG_DATA(one), &info, sizeof info);
        } else if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(one), sizeof info);
            if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
            memcpy(CMSG_DATA(one), &info, sizeof info);
        }
    }
}

typedef struct {
    uint8_t packets[BATCH][PACKET + 192];   /* no multiple of a page: all would fall on the same few cache lines */
    uint8_t controls[BATCH][ROOM];
    struct sockaddr_storage peers[BATCH];
    struct iovec pieces[BATCH];
    struct mmsghdr messages[BATCH], replies[BATCH];
} Batch;

static void prepare(Batch *batch, int wildcard, int used) {
    for (int n = 0; n < used; n++) {
        batch->pieces[n] = (struct iovec){batch->packets[n], PACKET};
        batch->messages[n].msg_hdr = (struct msghdr){
            .msg_name = &batch->peers[n], .msg_namelen = sizeof batch->peers[n],
            .msg_iov = &batch->pieces[n], .msg_iovlen = 1,
            .msg_control = wildcard ? batch->controls[n] : NULL, .msg_controllen = wildcard ? ROOM : 0,
        };
    }
}

/* Leave a packet for the complete responder; what finds no room is lost, as UDP loses packets. */
static void hand_over(Engine *engine, int fd, const struct mmsghdr *message) {
    pthread_mutex_lock(&engine->queue_lock);
    if (engine->queue_count < WAITING) {
        Waiting *waiting = &engine->queue[(engine->queue_first + engine->queue_count) % WAITING];
        waiting->fd = fd;
        waiting->length = message->msg_len;
        waiting->peer_length = message->msg_hdr.msg_namelen;
        waiting->control_length = (uint32_t)message->msg_hdr.msg_controllen;
        memcpy(waiting->packet, message->msg_hdr.msg_iov->iov_base, message->msg_len);
        memcpy(&waiting->peer, message->msg_hdr.msg_name, waiting->peer_length);
        if (waiting->control_length) memcpy(waiting->control, message->msg_hdr.msg_control, waiting->control_length);
        if (!engine->queue_count++) eventfd_write(engine->event, 1);
    } else {
        engine->dropped++;
    }
    pthread_mutex_unlock(&engine->queue_lock);
}

static void send_all(Engine *engine, int fd, struct mmsghdr *replies, int count) {
    int sent = 0;
    while (sent < count) {
        int now = sendmmsg(fd, replies + sent, (unsigned)(count - sent), MSG_DONTWAIT);
        if (now > 0) {
            sent += now;
        } else if (errno != EINTR) {
            /* an odd source (port 0), no route, no buffer: UDP loses packets, and the client asks again */
            engine->errors++;
            sent++;
        }
    }
}

static void answer_batch(Engine *engine, int fd, int wildcard, Batch *batch, int count) {
    int replies = 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    Asker asker = {.now = (uint32_t)now.tv_sec, .draw = -1};
    pthread_mutex_lock(&engine->lock);
    for (int n = 0; n < count; n++) {
        struct mmsghdr *message = &batch->messages[n];
        if (wildcard) answer_from(&message->msg_hdr);
        from_peer(&asker, &batch->peers[n]);
        uint32_t length = answer(engine, batch->packets[n], message->msg_len, &asker, batch->packets[n], PACKET);
        if (!length) {
            hand_over(engine, fd, message);
            continue;
        }
        batch->pieces[n].iov_len = length;
        batch->replies[replies++].msg_hdr = message->msg_hdr;
    }
    engine->answered_udp += (uint64_t)replies;
    pthread_mutex_unlock(&engine->lock);
    if (replies) send_all(engine, fd, batch->replies, replies);
}

static void listen_on(Engine *engine, Listener *listener, Batch *batch) {
    int used = BATCH, last = 0;
    while (last < LAST_BATCHES) {
        prepare(batch, listener->wildcard, used);
        int stopping = __atomic_load_n(&engine->stopping, __ATOMIC_RELAXED);
        int count = recvmmsg(listener->fd, batch->messages, BATCH, stopping ? MSG_DONTWAIT : MSG_WAITFORONE, NULL);
        __atomic_fetch_add(&listener->ticks, 1, __ATOMIC_RELAXED);
        used = count > 0 ? count : 0;
        if (count > 0) answer_batch(engine, listener->fd, listener->wildcard, batch, count);
        else if (stopping) return;
        last += stopping;
    }
}

/* --- for Python ------------------------------------------------------------------------------------------------ */

static void free_table(Table *table) {
    if (!table) return;
    if (table->view.obj) PyBuffer_Release(&table->view);
    for (Py_ssize_t n = 0; n < table->part_count; n++) {
        Part *part = &table->parts[n];
        if (part->view.obj) PyBuffer_Release(&part->view);
        if (part->counters_view.obj) PyBuffer_Release(&part->counters_view);
        if (part->marks_view.obj) PyBuffer_Release(&part->marks_view);
    }
    PyMem_Free(table);
}

static int map_names(Table *table, PyObject *names) {
    if (PyObject_GetBuffer(names, &table->view, PyBUF_SIMPLE)) return -1;
    const uint8_t *data = table->data = table->view.buf;
    table->size = (size_t)table->view.len;
    if (table->size < FILE_HEADER + 88) return PyErr_SetString(PyExc_ValueError, "a names file is longer"), -1;
    const uint8_t *directory = data + FILE_HEADER;
    size_t at[22];
    for (int n = 0; n < 22; n++) at[n] = read32(directory + 4 * n);
    table->buckets_at = at[0] * UNIT, table->mask = (uint32_t)at[1] - 1;
    table->index_at = at[2] * UNIT, table->index_count = (uint32_t)at[3];
    table->nodes_at = at[4] * UNIT, table->node_count = (uint32_t)at[5];
    table->types_at = at[6] * UNIT, table->type_count = (uint32_t)at[7];
    table->zones_at = at[8] * UNIT, table->zone_count = (uint32_t)at[9];
    table->ranges4_at = at[14] * UNIT, table->range4_count = (uint32_t)at[15];
    table->ranges6_at = at[16] * UNIT, table->range6_count = (uint32_t)at[17];
    table->classes_at = at[18] * UNIT, table->class_count = (uint32_t)at[19];
    table->held_at = at[21] * UNIT;
    table->held_count = table->held_at < table->size ? (uint32_t)((table->size - table->held_at) / HELD_SIZE) : 0;
    if (!at[1] || table->buckets_at + 4 * (at[1] + 1) > table->size || table->index_at + 8 * at[3] > table->size
        || table->nodes_at + NODE_SIZE * at[5] > table->size || table->types_at + TYPE_SIZE * at[7] > table->size
        || table->zones_at + ZONE_SIZE * at[9] > table->size || table->ranges4_at + RANGE4_SIZE * at[15] > table->size
        || table->ranges6_at + RANGE6_SIZE * at[17] > table->size || table->classes_at + CLASS_SIZE * at[19] > table->size)
        return PyErr_SetString(PyExc_ValueError, "a names file ends before its tables do"), -1;
    return 0;
}

static int map_part(Part *part, PyObject *item) {
    PyObject *data, *counters, *marks;
    if (!PyArg_ParseTuple(item, "OOO", &data, &counters, &marks)) return -1;
    if (PyObject_GetBuffer(data, &part->view, PyBUF_SIMPLE)) return -1;
    if (PyObject_GetBuffer(counters, &part->counters_view, PyBUF_WRITABLE)) return -1;
    if (PyObject_GetBuffer(marks, &part->marks_view, PyBUF_WRITABLE)) return -1;
    part->data = part->view.buf;
    part->size = (size_t)part->view.len;
    if (part->size < FILE_HEADER + 24) return PyErr_SetString(PyExc_ValueError, "a part is longer"), -1;
    part->slots_at = UNIT * (size_t)read32(part->data + FILE_HEADER);
    part->slot_count = read32(part->data + FILE_HEADER + 4);
    part->counters = part->counters_view.buf;
    part->counter_count = (uint32_t)(part->counters_view.len / 4);
    part->marks = part->marks_view.buf;
    if (part->slots_at + 4 * (size_t)part->slot_count > part->size || part->marks_view.len < part->counter_count / BLOCK + 1)
        return PyErr_SetString(PyExc_ValueError, "a part ends before its slots do"), -1;
    return 0;
}

static PyObject *engine_swap(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    PyObject *names, *parts;
    if (!PyArg_ParseTuple(arguments, "OO", &names, &parts)) return NULL;
    Py_ssize_t count = PySequence_Size(parts);
    if (count < 0) return NULL;
    size_t room = sizeof(Table) + (size_t)count * sizeof(Part);
    Table *table = PyMem_Malloc(room);
    if (!table) return PyErr_NoMemory();
    memset(table, 0, room);
    table->part_count = count;
    int failed = map_names(table, names);
    for (Py_ssize_t n = 0; n < count && !failed; n++) {
        PyObject *item = PySequence_GetItem(parts, n);
        failed = !item || map_part(&table->parts[n], item);
        Py_XDECREF(item);
    }
    if (failed) return free_table(table), NULL;
    Table *before;
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&engine->lock);
    before = engine->table;
    engine->table = table;
    pthread_mutex_unlock(&engine->lock);
    Py_END_ALLOW_THREADS
    free_table(before);
    Py_RETURN_NONE;
}

static PyObject *engine_opt(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *data;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "y#", &data, &length)) return NULL;
    if (length < 11 || length > OPT_MOST) return PyErr_SetString(PyExc_ValueError, "no OPT record"), NULL;
    pthread_mutex_lock(&engine->lock);
    memcpy(engine->opt, data, (size_t)length);
    engine->opt_length = (uint32_t)length;
    pthread_mutex_unlock(&engine->lock);
    Py_RETURN_NONE;
}

static PyObject *engine_rest(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    int resting;
    if (!PyArg_ParseTuple(arguments, "p", &resting)) return NULL;
    pthread_mutex_lock(&engine->lock);
    engine->resting = resting;
    pthread_mutex_unlock(&engine->lock);
    Py_RETURN_NONE;
}

static PyObject *engine_secrets(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *data;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "y#", &data, &length)) return NULL;
    if (length % 16 || length > SECRETS * 16) return PyErr_SetString(PyExc_ValueError, "up to 8 secrets of 16 octets"), NULL;
    pthread_mutex_lock(&engine->lock);
    memcpy(engine->secrets, data, (size_t)length);
    engine->secret_count = (uint32_t)(length / 16);
    pthread_mutex_unlock(&engine->lock);
    Py_RETURN_NONE;
}

static int asker_of(Asker *asker, const char *address, Py_ssize_t length) {
    if (length != 4 && length != 16) return PyErr_SetString(PyExc_ValueError, "an address has 4 or 16 octets"), 0;
    set_address(asker, (const uint8_t *)address, (uint32_t)length);
    return 1;
}

static PyObject *engine_answer(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *data, *address;
    Py_ssize_t length, address_length;
    long long draw = -1;
    Asker asker = {.tcp = 0};
    uint8_t packet[PACKET];
    if (!PyArg_ParseTuple(arguments, "y#y#I|L", &data, &length, &address, &address_length, &asker.now, &draw)) return NULL;
    if (!asker_of(&asker, address, address_length)) return NULL;
    if (length > PACKET) Py_RETURN_NONE;
    asker.draw = draw;
    memcpy(packet, data, (size_t)length);
    pthread_mutex_lock(&engine->lock);
    uint32_t replied = answer(engine, packet, (size_t)length, &asker, packet, PACKET);
    pthread_mutex_unlock(&engine->lock);
    if (!replied) Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((const char *)packet, replied);
}

/* Answer what a connection holds, in order, up to the first message that is for the complete responder. */
static PyObject *engine_stream(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    Py_buffer pending;
    const char *address;
    Py_ssize_t address_length;
    int most, count = 0;
    Asker asker = {.draw = -1, .tcp = 1};
    if (!PyArg_ParseTuple(arguments, "y*y#Ii", &pending, &address, &address_length, &asker.now, &most)) return NULL;
    if (!asker_of(&asker, address, address_length)) return PyBuffer_Release(&pending), NULL;
    const uint8_t *data = pending.buf;
    size_t size = (size_t)pending.len, used = 0, room = 0;
    pthread_mutex_lock(&engine->lock);
    while (count < most && used + 2 <= size && room < STREAM / 2) {
        size_t length = wire16(data + used);
        if (used + 2 + length > size) break;
        uint32_t replied = answer(engine, data + used + 2, length, &asker, engine->stream + room + 2, STREAM - room - 2);
        if (!replied) break;
        put16(engine->stream + room, replied);
        room += 2 + replied;
        used += 2 + length;
        count++;
    }
    engine->answered_tcp += (uint64_t)count;
    pthread_mutex_unlock(&engine->lock);
    PyBuffer_Release(&pending);
    return Py_BuildValue("(y#ni)", (const char *)engine->stream, (Py_ssize_t)room, (Py_ssize_t)used, count);
}

static PyObject *engine_serve(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    int fd, wildcard;
    if (!PyArg_ParseTuple(arguments, "ip", &fd, &wildcard)) return NULL;
    if (engine->listener_count == LISTENERS) return PyErr_SetString(PyExc_ValueError, "too many listeners"), NULL;
    Batch *batch = calloc(1, sizeof *batch);
    if (!batch) return PyErr_NoMemory();
    Listener *listener = &engine->listeners[engine->listener_count++];
    listener->fd = fd, listener->wildcard = wildcard;
    Py_BEGIN_ALLOW_THREADS
    listen_on(engine, listener, batch);
    Py_END_ALLOW_THREADS
    free(batch);
    Py_RETURN_NONE;
}

static PyObject *engine_stop(PyObject *self, PyObject *ignored) {
    (void)ignored;
    __atomic_store_n(&((Engine *)self)->stopping, 1, __ATOMIC_RELAXED);
    Py_RETURN_NONE;
}

/* (fd, packet, peer, control) of packets that wait for the complete responder, `most` of them. */
static PyObject *engine_take(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    eventfd_t told;
    int most;
    if (!PyArg_ParseTuple(arguments, "i", &most)) return NULL;
    PyObject *taken = PyList_New(0);
    if (!taken) return NULL;
    pthread_mutex_lock(&engine->queue_lock);
    while (engine->queue_count && most-- > 0) {
        const Waiting *one = &engine->queue[engine->queue_first];
        PyObject *item = Py_BuildValue("(iy#y#y#)", one->fd, one->packet, (Py_ssize_t)one->length, &one->peer,
                                       (Py_ssize_t)one->peer_length, one->control, (Py_ssize_t)one->control_length);
        if (!item || PyList_Append(taken, item)) {
            Py_XDECREF(item);
            Py_DECREF(taken);
            taken = NULL;
            break;
        }
        Py_DECREF(item);
        engine->queue_first = (engine->queue_first + 1) % WAITING;
        engine->queue_count--;
    }
    if (!engine->queue_count) eventfd_read(engine->event, &told);
    pthread_mutex_unlock(&engine->queue_lock);
    return taken;
}

static PyObject *engine_reply(PyObject *self, PyObject *arguments) {
    (void)self;
    int fd;
    const char *peer, *control, *data;
    Py_ssize_t peer_length, control_length, length;
    if (!PyArg_ParseTuple(arguments, "iy#y#y#", &fd, &peer, &peer_length, &control, &control_length, &data, &length))
        return NULL;
    struct iovec piece = {(void *)data, (size_t)length};
    struct msghdr message = {
        .msg_name = (void *)peer, .msg_namelen = (socklen_t)peer_length, .msg_iov = &piece, .msg_iovlen = 1,
        .msg_control = control_length ? (void *)control : NULL, .msg_controllen = (size_t)control_length,
    };
    if (sendmsg(fd, &message, MSG_DONTWAIT) < 0) return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static PyObject *engine_totals(PyObject *self, PyObject *ignored) {
    (void)ignored;
    Engine *engine = (Engine *)self;
    pthread_mutex_lock(&engine->lock);
    uint64_t totals[] = {engine->answered_udp, engine->answered_tcp, engine->no_error, engine->nxdomain,
                         engine->cookies_valid, engine->errors, engine->dropped};
    pthread_mutex_unlock(&engine->lock);
    return Py_BuildValue("{sKsKsKsKsKsKsK}", "answered_udp", totals[0], "answered_tcp", totals[1], "no_error", totals[2],
                         "nxdomain", totals[3], "cookies_valid", totals[4], "errors", totals[5], "dropped", totals[6]);
}

static PyObject *engine_ticks(PyObject *self, PyObject *ignored) {
    (void)ignored;
    Engine *engine = (Engine *)self;
    PyObject *ticks = PyTuple_New(engine->listener_count);
    for (int n = 0; ticks && n < engine->listener_count; n++) {
        uint64_t turned = __atomic_load_n(&engine->listeners[n].ticks, __ATOMIC_RELAXED);
        PyTuple_SetItem(ticks, n, PyLong_FromUnsignedLongLong(turned));
    }
    return ticks;
}

static PyObject *engine_fileno(PyObject *self, PyObject *ignored) {
    (void)ignored;
    return PyLong_FromLong(((Engine *)self)->event);
}

static PyObject *engine_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    (void)keywords;
    const char *seed;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "y#", &seed, &length)) return NULL;
    if (length < 16) return PyErr_SetString(PyExc_ValueError, "a seed has 16 octets"), NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Engine *engine = (Engine *)allocate(type, 0);
    if (!engine) return NULL;
    memcpy(&engine->seed_network, seed, 8);
    memcpy(&engine->seed_entry, seed + 8, 8);
    pthread_mutex_init(&engine->lock, NULL);
    pthread_mutex_init(&engine->queue_lock, NULL);
    engine->queue = calloc(WAITING, sizeof *engine->queue);
    engine->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!engine->queue || engine->event < 0) {
        Py_DECREF(engine);
        return PyErr_NoMemory();
    }
    return (PyObject *)engine;
}

static void engine_free(PyObject *self) {
    Engine *engine = (Engine *)self;
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    free_table(engine->table);
    free(engine->queue);
    if (engine->event > 0) close(engine->event);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef engine_methods[] = {
    {"swap", engine_swap, METH_VARARGS, "swap(names, [(part, counters, marks), …]): answer from this table."},
    {"opt", engine_opt, METH_VARARGS, "opt(record): the OPT record of replies without DO."},
    {"rest", engine_rest, METH_VARARGS, "rest(resting): whether to hand everything over, as rate limiting needs."},
    {"secrets", engine_secrets, METH_VARARGS, "secrets(data): of 16 octets each, to make and check cookies with."},
    {"answer", engine_answer, METH_VARARGS, "answer(packet, address, now, draw=-1): the reply; None: not for the fast path."},
    {"stream", engine_stream, METH_VARARGS, "stream(pending, address, now, most): (replies, octets used, messages)."},
    {"serve", engine_serve, METH_VARARGS, "serve(fd, wildcard): answer on a blocking UDP socket until stop()."},
    {"stop", engine_stop, METH_NOARGS, "Make serve() return once it has answered what has come."},
    {"take", engine_take, METH_VARARGS, "take(most): packets that wait for the complete responder: (fd, packet, peer, control)."},
    {"reply", engine_reply, METH_VARARGS, "reply(fd, peer, control, data): send the complete responder's reply."},
    {"totals", engine_totals, METH_NOARGS, "What was done so far, by name."},
    {"ticks", engine_ticks, METH_NOARGS, "For each listener how often its loop has turned."},
    {"fileno", engine_fileno, METH_NOARGS, "Readable while packets wait for the complete responder."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot engine_slots[] = {
    {Py_tp_doc, "Engine(seed): the fast path of one worker."},
    {Py_tp_new, engine_new},
    {Py_tp_dealloc, engine_free},
    {Py_tp_methods, engine_methods},
    {0, NULL},
};

static PyType_Spec engine_spec = {"gslb.dns.worker.fast.Engine", sizeof(Engine), 0, Py_TPFLAGS_DEFAULT, engine_slots};

/* take_counts(counters, marks, most): what was counted, zeroed while others count on. */
static PyObject *take_counts(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *counters_object, *marks_object;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(arguments, "OOn", &counters_object, &marks_object, &most)) return NULL;
    Py_buffer counters, marks;
    if (PyObject_GetBuffer(counters_object, &counters, PyBUF_WRITABLE)) return NULL;
    if (PyObject_GetBuffer(marks_object, &marks, PyBUF_WRITABLE)) return PyBuffer_Release(&counters), NULL;
    PyObject *pairs = PyList_New(0);
    uint32_t *counter = counters.buf;
    Py_ssize_t total = counters.len / 4;
    for (Py_ssize_t block = 0; pairs && block < marks.len && PyList_Size(pairs) < most; block++) {
        if (!__atomic_exchange_n((uint8_t *)marks.buf + block, 0, __ATOMIC_ACQ_REL)) continue;
        Py_ssize_t end = (block + 1) * BLOCK < total ? (block + 1) * BLOCK : total;
        for (Py_ssize_t n = block * BLOCK; pairs && n < end; n++) {
            uint32_t sent = __atomic_exchange_n(&counter[n], 0, __ATOMIC_RELAXED);
            if (!sent) continue;
            PyObject *pair = Py_BuildValue("(nI)", n, sent);
            if (!pair || PyList_Append(pairs, pair)) Py_CLEAR(pairs);
            Py_XDECREF(pair);
        }
    }
    PyBuffer_Release(&marks);
    PyBuffer_Release(&counters);
    if (!pairs) return NULL;
    PyObject *taken = PyList_AsTuple(pairs);
    Py_DECREF(pairs);
    return taken;
}

static PyMethodDef module_methods[] = {
    {"take_counts", take_counts, METH_VARARGS, "take_counts(counters, marks, most): ((counter, sent), …), zeroed."},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module) {
    fill_tables();
    PyObject *type = PyType_FromSpec(&engine_spec);
    if (!type) return -1;
    int failed = PyModule_AddObjectRef(module, "Engine", type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "gslb.dns.worker.fast", "The fast path of the query loop (see fast.c).", 0, module_methods, module_slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_fast(void) { return PyModuleDef_Init(&module); }
