// Downloads an image in a separate thread, so that the connection stays alive, like the device's update task.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/session.hpp"
#include "port/host/slots.hpp"
#include "port/host/stream.hpp"

namespace vigie::host {

class Updater {
 public:
  /// @param wake called, from the thread, when there is news
  Updater(const ServerUrl& server, TlsContext tls, const Slots& slots, std::function<void()> wake)
      : server_(server), tls_(std::move(tls)), slots_(slots), wake_(std::move(wake)) {}
  /// Aborts a download.
  ~Updater();
  Updater(const Updater&) = delete;
  Updater& operator=(const Updater&) = delete;

  /// @returns false while another download is under way
  bool start(const UpdateOffer& offer);
  /// Reports what has happened since to the session. Call it from the session's thread.
  void deliver(Session& session);

 private:
  void run();
  std::string fetch();

  ServerUrl server_;
  TlsContext tls_;
  const Slots& slots_;
  std::function<void()> wake_;
  std::thread thread_;
  UpdateOffer offer_;
  std::atomic<uint32_t> received_{0};
  std::atomic<bool> stopping_{false};
  bool running_ = false;
  std::mutex mutex_;
  /// How the download ended, until it was reported: empty on success.
  std::optional<std::string> outcome_;
};

}  // namespace vigie::host
