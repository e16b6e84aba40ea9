/* A packet in, a packet out: what gslb/dns/respond.py does, for what is common. */
#ifndef GSLB_FAST_REPLY_H
#define GSLB_FAST_REPLY_H

#include "fast_cookies.h"
#include "fast_rates.h"

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
    } else if (hit->entry[2] == DRAW_STICKY) {
        size_t at = UNIT * (size_t)read32(hit->entry + 8);
        if (at + 2 * STICKY_SLOTS > part->size) return 0;
        *number = read16(part->data + at + 2 * (size_t)sticky_slot(asker, read32(hit->entry + 52)));
        if (*number >= variants) return 0;
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

/* The OPT record of a reply, with a cookie and, where `errors` says so, what engine.opt() was given besides. */
static uint32_t put_opt(const Engine *engine, const Query *query, const uint8_t *cookie, uint32_t cookie_length, int errors,
                        uint8_t *out, uint32_t at) {
    uint32_t more = errors ? engine->opt_length - OPT_HEAD : 0;
    memcpy(out + at, engine->opt, OPT_HEAD);
    if (query->signed_wanted) out[at + 7] |= 0x80;
    put16(out + at + 9, cookie_length + more);
    at += OPT_HEAD;
    memcpy(out + at, cookie, cookie_length);
    memcpy(out + at + cookie_length, engine->opt + OPT_HEAD, more);
    return at + cookie_length + more;
}

/* In place of a reply that rate limiting holds back (respond.curtailed): no longer than the query, and it asks for proof:
 * a better cookie of a client that sent one, TCP of any other. */
static uint32_t curtailed(Engine *engine, const uint8_t *packet, const Query *query, const uint8_t *cookie,
                          uint32_t cookie_length, uint32_t rcode, uint8_t *out) {
    uint32_t at = query->question_end;
    if (cookie_length) rcode = BADCOOKIE;
    uint8_t flags = (uint8_t)(0x80 | (packet[2] & 0x01) | (cookie_length ? 0 : 0x02));
    uint8_t more_flags = (uint8_t)((packet[3] & 0x10) | (rcode & 0xF));
    if (out != packet) memcpy(out, packet, at);
    out[2] = flags;
    out[3] = more_flags;
    memset(out + 6, 0, 6);
    out[11] = (uint8_t)query->has_opt;
    if (query->has_opt) {
        out[at + 5] = 0;
        uint32_t end = put_opt(engine, query, cookie, cookie_length, 0, out, at);
        out[at + 5] = (uint8_t)(rcode >> 4);
        at = end;
    }
    engine->slipped++;
    engine->bad_cookie += rcode == BADCOOKIE;
    engine->no_error += !rcode;
    engine->nxdomain += rcode == NXDOMAIN;
    engine->truncated += !cookie_length;
    return at;
}

enum { HANDED_OVER = 0, HELD_BACK = UINT32_MAX };

/* Write the reply to a query at `out`, which may be where the packet is. Octets of the reply; HANDED_OVER: for the
 * complete responder, and the packet is as it was; HELD_BACK: there is none, by rate limiting. */
static uint32_t answer(Engine *engine, const uint8_t *packet, size_t length, const Asker *asker, uint8_t *out, size_t room) {
    Query query;
    Hit hit;
    Section answers, authority, additional;
    uint32_t number;
    const Table *table = engine->table;
    if (!table || !understand(packet, length, asker, &query)) return 0;
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
    size_t limit = query.limit < room ? query.limit : room;
    if (at + answers.length + authority.length + additional.length + opt > limit) additional = (Section){NULL, 0, 0};
    if (at + answers.length + authority.length + opt > limit) return 0;

    engine->cookies_valid += (uint64_t)valid;
    if (engine->rates && !valid && !asker->tcp) {
        int verdict = judge(engine, asker, rcode ? KIND_NXDOMAIN : answers.count ? KIND_ANSWER : KIND_NODATA);
        if (verdict == SLIP) return curtailed(engine, packet, &query, cookie, cookie_length, rcode, out);
        if (verdict == DROP) return engine->limited++, HELD_BACK;
    }

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
    if (opt) at = put_opt(engine, &query, cookie, cookie_length, 1, out, at);
    __atomic_fetch_add(&hit.part->counters[counter], 1, __ATOMIC_RELAXED);
    hit.part->marks[counter / BLOCK] = 1;
    engine->no_error += !rcode;
    engine->nxdomain += rcode == NXDOMAIN;
    return at;
}

#endif
