/* Response rate limiting (gslb/dns/rates.py). */
#ifndef GSLB_FAST_RATES_H
#define GSLB_FAST_RATES_H

#include "fast_draws.h"

static int is_exempt(const Rates *rates, const Asker *asker) {
    for (uint32_t n = 0; n < rates->exempt_count; n++) {
        const Network *network = &rates->exempt[n];
        if (network->length != asker->length) continue;
        uint32_t at = 0;
        while (at < asker->length && (asker->address[at] & network->mask[at]) == network->address[at]) at++;
        if (at == asker->length) return 1;
    }
    return 0;
}

/* What becomes of one reply of this kind to this client. */
static int judge(Engine *engine, const Asker *asker, uint32_t kind) {
    Rates *rates = engine->rates;
    uint64_t network = 1;
    uint32_t octets = asker->length == 4 ? 3 : 7;
    for (uint32_t n = 0; n < octets; n++) network = network << 8 | asker->address[n];
    uint64_t value = mixed(mixed(mixed(network ^ engine->seed_entry) ^ kind ^ engine->seed_network));
    uint32_t tag = (uint32_t)(value >> 32), first = value & (BUCKETS - 1), second = first ^ 1, slot = first;
    double now = asker->ticking;
    if (rates->tags[first] != tag) {
        slot = second;
        if (rates->tags[second] != tag) {
            slot = rates->full_at[first] <= rates->full_at[second] ? first : second;
            rates->tags[slot] = tag, rates->full_at[slot] = now, rates->limited[slot] = 0;
        }
    }
    double full_at = rates->full_at[slot] > now ? rates->full_at[slot] : now;
    if (full_at + rates->step <= now + rates->depth + 1e-9) {
        rates->full_at[slot] = full_at + rates->step;
        return SEND;
    }
    if (is_exempt(rates, asker)) return SEND;
    if (!rates->slip) return DROP;
    rates->limited[slot] = (uint16_t)((rates->limited[slot] + 1u) % rates->slip);
    return rates->limited[slot] ? DROP : SLIP;
}

#endif
