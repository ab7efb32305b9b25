// Lets at most so many frames a second pass, chosen when they are captured: what is sent is then always
// fresh, and what is not wanted is not even copied. One task asks; any may set the rate.
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
    // A sensor's frames come when they come: one slightly early is the one that was meant.
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
