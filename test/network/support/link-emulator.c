/*
 * A link with delay, jitter, loss and a narrow queue, between two network interfaces of one host: for kernels without netem.
 *
 *     link-emulator A B       frames from A leave by B ("down"), those from B by A ("up"); needs root
 *
 * Commands on standard input, one a line, each answered with a line:
 *
 *     down|up|both loss=5 enter=2 leave=30 delay=50 jitter=30 reorder=1 rate=500 queue=100
 *     reset                   a link that does nothing
 *     stats                   counters since the last time, as JSON
 *
 * loss in percent; enter and leave: bursts of losses, in percent a packet to begin and to end one (Gilbert); delay in
 * ms; jitter in ms, uniform around the delay, in order unless reorder=1; rate in kbit/s, 0 for none; queue in ms at
 * that rate, drop-tail. RTP by payload type is counted apart: 96 video, 97 retransmissions, 98 forward error
 * correction.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_WAITING 65536
#define MAX_FRAME 65600
#define VIDEO 96
#define RETRANSMISSION 97
#define CORRECTION 98
/* Preamble, checksum and gap of a frame are nothing that a provider counts; its checksum is. */
#define FRAME_CHECKSUM_BYTES 4

typedef struct {
  uint64_t due_ns;
  int length;
  unsigned char *data;
} frame;

typedef struct {
  double loss, enter, leave, delay, jitter, rate, queue;
  int reorder, in_burst;
  /* When the line has sent all that waits, and when the last frame leaves. */
  uint64_t free_ns, last_ns;
  /* A heap, the earliest first. */
  frame *waiting;
  int count;
  uint64_t packets, bytes, lost, lost_bytes, corrections, video, video_lost, repeats, repeats_lost;
  double longest_queue;
} direction;

static direction directions[2];
static int sockets[2];

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* xorshift64: the same losses in each run. */
static double random_unit(void) {
  static uint64_t state = 88172645463325252ull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

static void push(direction *d, frame f) {
  int i = d->count++;
  while (i > 0) {
    int parent = (i - 1) / 2;
    if (d->waiting[parent].due_ns <= f.due_ns) break;
    d->waiting[i] = d->waiting[parent];
    i = parent;
  }
  d->waiting[i] = f;
}

static frame pop(direction *d) {
  frame first = d->waiting[0], last = d->waiting[--d->count];
  int i = 0;
  for (;;) {
    int child = 2 * i + 1;
    if (child >= d->count) break;
    if (child + 1 < d->count && d->waiting[child + 1].due_ns < d->waiting[child].due_ns) child++;
    if (d->waiting[child].due_ns >= last.due_ns) break;
    d->waiting[i] = d->waiting[child];
    i = child;
  }
  d->waiting[i] = last;
  return first;
}

/* The RTP payload type of an IPv4 UDP frame; 0 for anything else. */
static int payload_type(const unsigned char *data, int length) {
  if (length < 14 + 20 + 8 + 12 || data[12] != 8 || data[13] != 0 || data[23] != IPPROTO_UDP) return 0;
  const unsigned char *rtp = data + 14 + (data[14] & 15) * 4 + 8;
  return rtp + 12 <= data + length && rtp[0] >> 6 == 2 ? rtp[1] & 127 : 0;
}

/* Returns when the frame leaves, or 0 when it is lost. */
static uint64_t due(direction *d, int length, uint64_t now) {
  if (d->loss > 0 && random_unit() * 100 < d->loss) return 0;
  if (d->enter > 0 && random_unit() * 100 < (d->in_burst ? d->leave : d->enter)) d->in_burst = !d->in_burst;
  if (d->enter > 0 && d->in_burst) return 0;
  uint64_t at = now;
  if (d->rate > 0) {
    uint64_t start = d->free_ns > now ? d->free_ns : now;
    double wait_ms = (double)(start - now) / 1e6;
    if (wait_ms > d->queue) return 0;
    if (wait_ms > d->longest_queue) d->longest_queue = wait_ms;
    at = start + (uint64_t)((length + FRAME_CHECKSUM_BYTES) * 8.0 / (d->rate * 1000) * 1e9);
    d->free_ns = at;
  }
  double ms = d->delay + d->jitter * (2 * random_unit() - 1);
  if (ms > 0) at += (uint64_t)(ms * 1e6);
  if (!d->reorder && at <= d->last_ns) at = d->last_ns + 1;
  if (at > d->last_ns) d->last_ns = at;
  return at;
}

static void take(int which, const unsigned char *data, int length) {
  direction *d = &directions[which];
  int type = payload_type(data, length);
  uint64_t at = due(d, length, now_ns());
  d->packets++;
  d->bytes += (uint64_t)length;
  if (type == VIDEO) d->video++;
  if (type == RETRANSMISSION) d->repeats++;
  if (type == CORRECTION) d->corrections++;
  if (at == 0 || d->count >= MAX_WAITING) {
    d->lost++;
    d->lost_bytes += (uint64_t)length;
    if (type == VIDEO) d->video_lost++;
    if (type == RETRANSMISSION) d->repeats_lost++;
    return;
  }
  frame f = {at, length, malloc((size_t)length)};
  if (!f.data) exit(1);
  memcpy(f.data, data, (size_t)length);
  push(d, f);
}

static void send_due(void) {
  uint64_t now = now_ns();
  for (int i = 0; i < 2; i++) {
    while (directions[i].count > 0 && directions[i].waiting[0].due_ns <= now) {
      frame f = pop(&directions[i]);
      (void)!send(sockets[!i], f.data, (size_t)f.length, 0);
      free(f.data);
    }
  }
}

static void print_stats(void) {
  for (int i = 0; i < 2; i++) {
    direction *d = &directions[i];
    printf("%s\"%s\":{\"packets\":%lu,\"bytes\":%lu,\"lost\":%lu,\"lostBytes\":%lu,\"corrections\":%lu,\"video\":%lu,"
           "\"videoLost\":%lu,\"repeats\":%lu,\"repeatsLost\":%lu,\"longestQueueMs\":%.1f}%s",
           i ? "," : "{", i ? "up" : "down", d->packets, d->bytes, d->lost, d->lost_bytes, d->corrections, d->video,
           d->video_lost, d->repeats, d->repeats_lost, d->longest_queue, i ? "}\n" : "");
    d->packets = d->bytes = d->lost = d->lost_bytes = d->corrections = d->video = d->video_lost = d->repeats = d->repeats_lost = 0;
    d->longest_queue = 0;
  }
}

static void set(direction *d, const char *name, double value) {
  if (!strcmp(name, "loss")) d->loss = value;
  else if (!strcmp(name, "enter")) d->enter = value, d->in_burst = 0;
  else if (!strcmp(name, "leave")) d->leave = value;
  else if (!strcmp(name, "delay")) d->delay = value;
  else if (!strcmp(name, "jitter")) d->jitter = value;
  else if (!strcmp(name, "reorder")) d->reorder = value > 0;
  else if (!strcmp(name, "rate")) d->rate = value, d->free_ns = 0;
  else if (!strcmp(name, "queue")) d->queue = value;
  else fprintf(stderr, "unknown setting %s\n", name), exit(2);
}

static void command(char *line) {
  char *rest, *word = strtok_r(line, " \n", &rest);
  if (!word) return;
  if (!strcmp(word, "stats")) return print_stats();
  int first = !strcmp(word, "up"), last = strcmp(word, "down") != 0;
  for (int i = first; i <= last && !strcmp(word, "reset"); i++)
    directions[i].loss = directions[i].enter = directions[i].delay = directions[i].jitter = directions[i].rate = directions[i].reorder = 0;
  while ((word = strtok_r(NULL, " \n", &rest))) {
    char *value = strchr(word, '=');
    if (!value) exit(2);
    *value++ = 0;
    for (int i = first; i <= last; i++) set(&directions[i], word, atof(value));
  }
  printf("ok\n");
}

static void open_interface(int which, const char *name) {
  int on = 1, buffer = 8 << 20, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
  int index = (int)if_nametoindex(name);
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
  if (index == 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    perror(name);
    exit(1);
  }
  struct packet_mreq all = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
  setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
  sockets[which] = fd;
  directions[which].queue = 100;
  directions[which].waiting = malloc(MAX_WAITING * sizeof(frame));
  if (!directions[which].waiting) exit(1);
}

/* The timer wakes the loop when the next frame is due. */
static void arm(int timer) {
  uint64_t next = 0;
  for (int i = 0; i < 2; i++)
    if (directions[i].count > 0 && (next == 0 || directions[i].waiting[0].due_ns < next)) next = directions[i].waiting[0].due_ns;
  struct itimerspec at = {.it_value = {(time_t)(next / 1000000000ull), (long)(next % 1000000000ull)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void receive(int which) {
  static unsigned char data[MAX_FRAME];
  for (int i = 0; i < 64; i++) {
    ssize_t length = recv(sockets[which], data, sizeof data, MSG_DONTWAIT);
    if (length <= 0) return;
    take(which, data, (int)length);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  /* Busy cores must not look like a slow link. */
  struct sched_param priority = {.sched_priority = 20};
  (void)sched_setscheduler(0, SCHED_FIFO, &priority);
  (void)mlockall(MCL_CURRENT | MCL_FUTURE);
  for (int i = 0; i < 2; i++) open_interface(i, argv[1 + i]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("ready\n");
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  static char line[4096];
  size_t used = 0;
  for (;;) {
    struct pollfd events[] = {{sockets[0], POLLIN, 0}, {sockets[1], POLLIN, 0}, {timer, POLLIN, 0}, {0, POLLIN, 0}};
    arm(timer);
    if (poll(events, 4, -1) < 0 && errno != EINTR) return 1;
    send_due();
    for (int i = 0; i < 2; i++)
      if (events[i].revents) receive(i);
    if (!events[3].revents) continue;
    ssize_t length = read(0, line + used, sizeof line - 1 - used);
    if (length <= 0) return 0;
    used += (size_t)length;
    line[used] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
      size_t whole = (size_t)(end + 1 - line);
      *end = 0;
      command(line);
      memmove(line, line + whole, used - whole + 1);
      used -= whole;
    }
  }
}
