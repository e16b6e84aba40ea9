/* Which entry answers a name and type (gslb/dns/lookup.py, gslb/handoff/reader.py, gslb/handoff/clients.py). */
#ifndef GSLB_FAST_LOOKUP_H
#define GSLB_FAST_LOOKUP_H

#include "fast_query.h"

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

#endif
