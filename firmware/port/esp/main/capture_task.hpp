// The capturing task: picture after picture into the mailbox, while there is a connection. A driver without
// pictures is restarted; when that does not help, the whole camera is.
#pragma once

#include <atomic>

#include "camera.hpp"
#include "core/frame_mailbox.hpp"
#include "core/frame_rate_limit.hpp"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

namespace vigie::esp {

class CaptureTask {
 public:
  CaptureTask(Camera& camera, FrameMailbox& mailbox) : camera_(camera), mailbox_(mailbox) {}

  /// @param receiver is notified after each frame
  void start(TaskHandle_t receiver);
  void set_wanted(bool wanted) { wanted_.store(wanted, std::memory_order_relaxed); }
  void set_max_fps(uint32_t fps) { limit_.set(fps); }

 private:
  [[noreturn]] void run();
  void recover();

  Camera& camera_;
  FrameMailbox& mailbox_;
  FrameRateLimit limit_;
  TaskHandle_t receiver_ = nullptr;
  std::atomic<bool> wanted_{false};
  int failures_ = 0;
  int recoveries_ = 0;
};

}  // namespace vigie::esp
