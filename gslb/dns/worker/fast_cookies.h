/* Cookies, judged and made (gslb/dns/cookies.py, gslb/dns/siphash.py). */
#ifndef GSLB_FAST_COOKIES_H
#define GSLB_FAST_COOKIES_H

#include "fast_query.h"

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

#endif
