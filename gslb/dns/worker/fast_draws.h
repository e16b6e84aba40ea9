/* Which variant of an entry is drawn (gslb/dns/draws.py). */
#ifndef GSLB_FAST_DRAWS_H
#define GSLB_FAST_DRAWS_H

#include "fast_lookup.h"

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

/* Which of 4,096 slots a client's network is in (gslb/dns/sticky.py). */
static uint32_t sticky_slot(const Asker *asker, uint32_t key) {
    uint32_t crc = ~key, octets = asker->length == 4 ? 3 : 7;
    for (uint32_t n = 0; n < octets; n++) crc = crc_table[(crc ^ asker->address[n]) & 0xFF] ^ crc >> 8;
    uint32_t value = ~crc * 0x9E3779B1u;
    return (value ^ value >> 15) * 0x9E3779B1u >> 20;
}

#endif
