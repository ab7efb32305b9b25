// Updates on the device: the image is fetched by a task of its own, over verified TLS, into the slot that
// does not run. The boot loader tries it once; it is good when its server has welcomed it (see
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
/// The version that was given up for this one, or empty. A string that lives for ever.
const char* rolled_back_version();

class Updater {
 public:
  /// @param url of the server, checked; it and `ca_pem` (empty for the bundled authorities) must outlive this
  Updater(const char* url, const char* ca_pem) : url_(url), ca_pem_(ca_pem) {}

  /// Over wss, with a second slot to write to.
  bool takes_updates() const;

  /// @returns nullptr when the image is being fetched, else why it is not
  const char* begin(const UpdateOffer& offer, TaskHandle_t receiver);
  /// Tells the session what has happened since, from the session's own task.
  void deliver(Session& session);

 private:
  [[noreturn]] void run();
  const char* fetch();

  const char* url_;
  const char* ca_pem_;
  TaskHandle_t receiver_ = nullptr;
  UpdateOffer offer_;
  std::array<char, 4096> piece_;
  /// Of the session's task: a download is under way, or has ended and was not yet told of.
  bool running_ = false;
  std::atomic<uint32_t> received_{0};
  std::atomic<bool> ended_{false};
  /// Written before `ended_`, read after it.
  const char* failure_ = nullptr;
};

/// Whether this version is to be kept. On trial, a task of its own waits for the server's welcome, so that a
/// version that hangs anywhere, at its sensor or before it has a network, gives way as well.
class OwnFirmware {
 public:
  /// The first thing of a start. Does nothing for a version that has proven itself.
  void begin_trial();
  /// The server's welcome has been verified.
  void on_welcome();

 private:
  [[noreturn]] static void watch(void*);

  /// Lives as long as the program.
  TaskHandle_t watcher_ = nullptr;
};

}  // namespace vigie::esp
