/* The floor: an answerer that knows nothing. It takes queries in batches, makes each a reply with four addresses, and sends
 * them in batches: what a server costs beyond this is its own work, the rest is the kernel's. Usage: floor PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, ROOM = 1232 };
static unsigned char packets[BATCH][ROOM];
static struct sockaddr_in peers[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];

static size_t reply(unsigned char *packet, size_t length) {
    static const unsigned char record[16] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 0};
    size_t end = 12;
    while (end < length && packet[end]) end += packet[end] + 1u;
    end += 5;
    static const unsigned char counts[10] = {0x84, 0, 0, 1, 0, 4, 0, 0, 0, 0};
    memcpy(packet + 2, counts, sizeof counts);
    for (int n = 1; n <= 4; n++, end += sizeof record) {
        memcpy(packet + end, record, sizeof record);
        packet[end + 15] = (unsigned char)n;
    }
    return end;
}

int main(int count, char **words) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[count - 1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int sock = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20;
    setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(sock, (struct sockaddr *)&here, sizeof here)) return 1;
    for (;;) {
        for (int n = 0; n < BATCH; n++) {
            pieces[n] = (struct iovec){packets[n], ROOM};
            messages[n].msg_hdr = (struct msghdr){&peers[n], sizeof peers[n], &pieces[n], 1, NULL, 0, 0};
        }
        int got = recvmmsg(sock, messages, BATCH, MSG_WAITFORONE, NULL);
        for (int n = 0; n < got; n++) pieces[n].iov_len = reply(packets[n], messages[n].msg_len);
        if (got > 0) sendmmsg(sock, messages, (unsigned)got, 0);
    }
}
