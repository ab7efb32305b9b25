// The capture task on the host: a thread that puts one picture after the other into the mailbox, at the
// sensor's pace, and wakes the loop that sends.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "core/frame_mailbox.hpp"
#include "core/frame_rate_limit.hpp"
#include "port/host/footage.hpp"

namespace vigie::host {

/// Microseconds of a clock that never goes back.
uint64_t monotonic_us();

class Shutter {
 public:
  /// @param on_frame called from the thread after each frame
  Shutter(std::vector<Picture> pictures, uint32_t sensor_fps, FrameMailbox& mailbox,
          std::function<void()> on_frame);
  ~Shutter();

  /// Nothing is captured for nobody.
  void set_wanted(bool wanted) { wanted_.store(wanted, std::memory_order_relaxed); }
  void set_max_fps(uint32_t fps) { limit_.set(fps); }

 private:
  void run();
  void capture(const Picture& picture, uint64_t now_us);

  std::vector<Picture> pictures_;
  uint64_t interval_us_;
  FrameMailbox& mailbox_;
  std::function<void()> on_frame_;
  FrameRateLimit limit_;
  std::atomic<bool> wanted_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace vigie::host
