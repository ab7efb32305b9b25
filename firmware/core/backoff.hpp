// The delay before the next attempt: doubling, bounded, and random so that many cameras do not reconnect at
// once.
#pragma once

#include <algorithm>
#include <cstdint>

namespace vigie {

class Backoff {
 public:
  Backoff(uint32_t first_ms, uint32_t max_ms) : first_ms_(first_ms), max_ms_(max_ms) {}

  /// @param random any 32 random bits
  /// @returns between half of the delay and all of it
  uint32_t next_ms(uint32_t random) {
    const uint64_t delay = std::min<uint64_t>(max_ms_, uint64_t{first_ms_} << std::min(failures_, 20));
    failures_ = std::min(failures_ + 1, 20);
    return static_cast<uint32_t>(delay / 2 + ((delay - delay / 2) * random >> 32));
  }

  /// After a success: the next failure starts with the first delay.
  void reset() { failures_ = 0; }

 private:
  uint32_t first_ms_;
  uint32_t max_ms_;
  int failures_ = 0;
};

}  // namespace vigie
