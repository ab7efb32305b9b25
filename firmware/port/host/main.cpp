// vigie-camera: the firmware's core on Linux or macOS, with footage instead of a sensor. It runs until it is
// stopped.
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
#include <cstdlib>
#include <vector>

#include "core/session.hpp"
#include "port/host/boot_loader.hpp"
#include "port/host/command_line.hpp"
#include "port/host/host_device.hpp"
#include "port/host/pair.hpp"
#include "port/host/version.hpp"
#include "port/host/websocket_link.hpp"

namespace {

using namespace vigie;
using namespace vigie::host;

/// So that a version on trial is rolled back in time.
constexpr uint64_t kMaxIdleUs = 1'000'000;

std::array<int, 2> wake_pipe{-1, -1};
volatile std::sig_atomic_t stopping = 0;
/// State of the motion sensor, toggled by a signal.
volatile std::sig_atomic_t motion = 0;

/// From any thread and from a signal handler. A full pipe is enough.
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

void on_motion_signal(int) {
  motion = !motion;
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
  std::signal(SIGUSR2, on_motion_signal);
  // A server that disconnects is a write error, not a reason to exit.
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

/// Id and key: given, stored by an earlier pairing, or requested from the server now.
bool find_credentials(CommandLine& command, const ServerUrl& url, SSL_CTX* tls, std::string& error) {
  if (command.credentials_file.empty()) return true;
  std::optional<PairedCamera> camera = load_credentials(command.credentials_file);
  if (!command.pairing_code.empty() && !camera) {
    camera = pair(url, tls, command.pairing_code, error);
    if (camera && !save_credentials(command.credentials_file, *camera)) {
      error = command.credentials_file + " cannot be written";
      return false;
    }
  }
  if (!camera) {
    if (error.empty()) error = command.credentials_file + " holds no id and key: pair the camera with --pair";
    return false;
  }
  command.camera_id = camera->camera_id.view();
  command.key = camera->key;
  return true;
}

int run(CommandLine command) {
  std::string error;
  const ServerUrl url = *parse_server_url(command.url);
  TlsContext tls;
  TlsContext update_tls;
  if (url.is_secure) tls = make_tls_context(command.ca_file, error);
  if (tls) update_tls = make_tls_context(command.ca_file, error);
  if (error.empty() && !find_credentials(command, url, tls.get(), error)) {
    std::fprintf(stderr, "vigie-camera: %s\n", error.c_str());
    return 1;
  }
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
  const Slots slots(command.slots);
  const bool is_booted = !command.slots.empty();
  OwnFirmware firmware(is_booted ? &slots : nullptr, monotonic_us(), command.trial_ms);
  std::optional<Updater> updater;
  if (is_booted && url.is_secure) updater.emplace(url, std::move(update_tls), slots, wake);
  HostDevice device(command.camera_id, shutter, firmware, updater ? &*updater : nullptr);
  WebSocketLink link(url, std::move(tls));
  const SessionOptions options{.camera_id = command.camera_id,
                               .key = command.key,
                               .device = {.firmware = kVersion,
                                          .board = "host",
                                          .sensor = "footage",
                                          .target = "host",
                                          .takes_updates = updater.has_value(),
                                          .senses_motion = true,
                                          .rolled_back_from = firmware.rolled_back_from()}};
  Session session(options, mailbox, device, link, device);
  session.start();
  int code = 0;
  while (!stopping && code == 0) {
    session.sense(motion != 0);
    const uint64_t idle_us = session.run();
    const bool any = link.deliver(session);
    if (updater) updater->deliver(session);
    if (device.wants_restart()) code = kExitRestart;
    if (firmware.has_failed(monotonic_us())) code = kExitRollBack;
    if (!any && code == 0) wait(link, std::min(idle_us, kMaxIdleUs));
  }
  session.stop();
  return code;
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
  if (!command->slots.empty() && !std::getenv(kBootedVariable))
    return run_boot_loader(Slots(command->slots), argv);
  return run(*command);
}
