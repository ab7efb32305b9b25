// Updates on the device: a separate task downloads the image, over verified TLS, into the inactive slot. The
// boot loader tries it once; it is valid when its server has welcomed it (see
// CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE).
#pragma once

#include <array>
#include <atomic>

#include "core/server_url.hpp"
#include "core/session.hpp"
#include "core/trial_run.hpp"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

namespace vigie::esp {

/// The chip this firmware was built for, as images name it.
uint16_t own_chip();
/// "esp32" or "esp32s3".
const char* own_target();
/// The version that was rolled back to this one, or empty. A string with static lifetime.
const char* rolled_back_version();

class Updater {
 public:
  /// @param url of the server, checked; it and `ca_pem` (empty for the bundled authorities) must outlive this
  Updater(const char* url, const char* ca_pem) : url_(url), ca_pem_(ca_pem) {}

  /// Over wss, with a second slot to write to.
  bool takes_updates() const;

  /// @returns nullptr when the download has begun, else why not
  const char* begin(const UpdateOffer& offer, TaskHandle_t receiver);
  /// Reports what has happened since to the session, from the session's own task.
  void deliver(Session& session);

 private:
  [[noreturn]] void run();
  const char* fetch();

  const char* url_;
  const char* ca_pem_;
  TaskHandle_t receiver_ = nullptr;
  UpdateOffer offer_;
  std::array<char, 4096> piece_;
  /// Used by the session's task: a download is under way, or has ended and was not yet reported.
  bool running_ = false;
  std::atomic<uint32_t> received_{0};
  std::atomic<bool> ended_{false};
  /// Written before `ended_`, read after it.
  const char* failure_ = nullptr;
};

/// Decides whether this version is kept. On trial, a separate task waits for the server's welcome, so that a
/// version that hangs anywhere, at its sensor or before it has a network, is rolled back as well.
class OwnFirmware {
 public:
  /// Call it first at the start. Does nothing for a valid version.
  void begin_trial();
  /// The server's welcome has been verified.
  void on_welcome();

 private:
  [[noreturn]] static void watch(void*);

  /// Lives as long as the program.
  TaskHandle_t watcher_ = nullptr;
};

}  // namespace vigie::esp
