/* UDP in batches, without the interpreter's lock. */
#ifndef GSLB_FAST_LOOP_H
#define GSLB_FAST_LOOP_H

#include "fast_reply.h"

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
    struct timespec now, ticking;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    clock_gettime(CLOCK_MONOTONIC_COARSE, &ticking);
    Asker asker = {.now = (uint32_t)now.tv_sec, .ticking = (double)ticking.tv_sec + 1e-9 * (double)ticking.tv_nsec, .draw = -1};
    pthread_mutex_lock(&engine->lock);
    for (int n = 0; n < count; n++) {
        struct mmsghdr *message = &batch->messages[n];
        if (wildcard) answer_from(&message->msg_hdr);
        from_peer(&asker, &batch->peers[n]);
        uint32_t length = answer(engine, batch->packets[n], message->msg_len, &asker, batch->packets[n], PACKET);
        engine->answered_udp += length != HANDED_OVER;
        if (length == HANDED_OVER) hand_over(engine, fd, message);
        if (length == HANDED_OVER || length == HELD_BACK) continue;
        batch->pieces[n].iov_len = length;
        batch->replies[replies++].msg_hdr = message->msg_hdr;
    }
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

#endif
