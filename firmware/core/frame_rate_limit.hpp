// Limits the frames per second at capture time: sent frames are then always fresh, and the others are not
// even copied. One task uses it; any task may set the rate.
#pragma once

#include <atomic>
#include <cstdint>

namespace vigie {

class FrameRateLimit {
 public:
  /// @param fps 1 ... 60
  void set(uint32_t fps) { interval_us_.store(1'000'000 / fps, std::memory_order_relaxed); }

  bool admit(uint64_t now_us) {
    const uint64_t interval = interval_us_.load(std::memory_order_relaxed);
    // A sensor's frames jitter: one slightly early is accepted.
    if (now_us + interval / 8 < due_us_) return false;
    // Keeps the average rate, but never makes up for a pause.
    if (now_us >= due_us_ + interval) due_us_ = now_us;
    due_us_ += interval;
    return true;
  }

 private:
  std::atomic<uint32_t> interval_us_{1'000'000 / 25};
  uint64_t due_us_ = 0;
};

}  // namespace vigie
