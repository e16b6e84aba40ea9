/* Words of the fast path (fast.c): what it holds, and the layout of table files (gslb/handoff/layout.py). */
#ifndef GSLB_FAST_TYPES_H
#define GSLB_FAST_TYPES_H

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
    BUCKETS = 65536,
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
    DRAW_NONE = 0, DRAW_THRESHOLDS = 1, DRAW_STICKY = 2, STICKY_SLOTS = 4096,
    NEGATIVE = 0,
};

enum {
    TYPE_OPT = 41, TYPE_DS = 43, TYPE_RRSIG = 46, TYPE_NSEC = 47, TYPE_NSEC3 = 50, FIRST_META = 128, LAST_META = 255,
    TYPE_ABOVE = 65535, CLASS_IN = 1, OPTION_COOKIE = 10, NXDOMAIN = 3, BADCOOKIE = 23,
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

typedef struct { uint8_t address[16], mask[16]; uint32_t length; } Network;

/* Response rate limiting (gslb/dns/rates.py): buckets that never grow in number. */
typedef struct {
    double step, depth;
    uint32_t slip, exempt_count;
    double full_at[BUCKETS];
    uint32_t tags[BUCKETS];
    uint16_t limited[BUCKETS];
    Network exempt[];
} Rates;

enum { KIND_ANSWER, KIND_NODATA, KIND_NXDOMAIN, KIND_REFERRAL, KIND_ERROR };
enum { SEND, SLIP, DROP };

typedef struct {
    PyObject_HEAD
    pthread_mutex_t lock;       /* guards everything down to `totals` */
    Table *table;
    uint8_t opt[OPT_MOST];      /* the OPT record of a reply without DO */
    uint32_t opt_length;
    Rates *rates;               /* NULL: nothing is limited */
    uint64_t seed_network, seed_entry;
    uint32_t draws[DRAWS];
    uint8_t secrets[SECRETS][16];
    uint32_t secret_count;
    uint64_t answered_udp, answered_tcp, no_error, nxdomain, bad_cookie, cookies_valid, truncated, slipped, limited;
    uint64_t errors, dropped;
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

#endif
