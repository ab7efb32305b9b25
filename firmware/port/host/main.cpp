// vigie-camera: the firmware's core on Linux or macOS, with footage for a sensor. It runs until it is told to
// stop.
//
// Two threads, as on the device: the shutter captures, this one connects, listens and sends. A pipe wakes it.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <vector>

#include "core/session.hpp"
#include "port/host/command_line.hpp"
#include "port/host/host_device.hpp"
#include "port/host/websocket_link.hpp"

namespace {

using namespace vigie;
using namespace vigie::host;

std::array<int, 2> wake_pipe{-1, -1};
volatile std::sig_atomic_t stopping = 0;

/// From any thread and from a signal's handler. A full pipe has been written to: that is enough.
void wake() {
  const int saved = errno;
  const char byte = 0;
  [[maybe_unused]] const ssize_t written = write(wake_pipe[1], &byte, 1);
  errno = saved;
}

void on_signal(int) {
  stopping = 1;
  wake();
}

bool open_wake_pipe() {
  if (pipe(wake_pipe.data()) != 0) return false;
  for (const int end : wake_pipe) {
    fcntl(end, F_SETFL, O_NONBLOCK);
    fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  // A server that goes away is an error of a write, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  return true;
}

void wait(const WebSocketLink& link, uint64_t us) {
  std::array<pollfd, 2> entries{{{wake_pipe[0], POLLIN, 0}, {link.descriptor(), POLLIN, 0}}};
  const uint64_t ms = std::min<uint64_t>((us + 999) / 1000, 60'000);
  poll(entries.data(), entries.size(), static_cast<int>(ms));
  std::array<char, 64> drained;
  while (read(wake_pipe[0], drained.data(), drained.size()) > 0) continue;
}

int run(const CommandLine& command) {
  std::string error;
  const ServerUrl url = *parse_server_url(command.url);
  TlsContext tls;
  if (url.is_secure) tls = make_tls_context(command.ca_file, error);
  std::optional<std::vector<Picture>> pictures;
  if (error.empty()) pictures = load_footage(command.footage, error);
  if (!pictures) {
    std::fprintf(stderr, "vigie-camera: %s\n", error.c_str());
    return 1;
  }
  const auto largest =
      std::ranges::max_element(*pictures, {}, [](const Picture& p) { return p.jpeg.size(); });
  std::array<std::vector<uint8_t>, FrameMailbox::kSlots> memory;
  for (auto& slot : memory) slot.resize(kFrameHeaderBytes + largest->jpeg.size());
  FrameMailbox mailbox({memory[0], memory[1], memory[2]});

  Shutter shutter(std::move(*pictures), command.fps, mailbox, wake);
  HostDevice device(command.camera_id, shutter);
  WebSocketLink link(url, std::move(tls));
  const SessionOptions options{.camera_id = command.camera_id,
                               .key = command.key,
                               .device = {.firmware = "vigie-camera", .board = "host", .sensor = "footage"}};
  Session session(options, mailbox, device, link, device);
  session.start();
  while (!stopping) {
    const uint64_t idle_us = session.run();
    if (link.deliver(session)) continue;
    wait(link, idle_us);
  }
  session.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string error;
  const auto command = parse_command_line({argv, static_cast<size_t>(argc)}, error);
  if (!command) {
    std::fprintf(stderr, "vigie-camera: %s\n", error.c_str());
    return 1;
  }
  if (command->help) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (!open_wake_pipe()) {
    std::perror("vigie-camera: no pipe");
    return 1;
  }
  return run(*command);
}
