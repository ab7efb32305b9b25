// Holds frames back until the server has acknowledged earlier ones, so that a slow link shows current frames
// at a lower rate instead of old ones at the full rate. Invariant: at most `size` frames are unacknowledged.
// Camera's side of protocol v1.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/protocol.hpp"

namespace vigie {

class AckWindow {
 public:
  uint8_t size() const { return size_; }
  void set_size(uint8_t size) { size_ = std::clamp<uint8_t>(size, 1, kMaxAckWindow); }

  uint32_t next_sequence() const { return next_; }
  uint8_t in_flight() const { return in_flight_; }
  bool is_open() const { return in_flight_ < size_; }

  /// When the oldest unacknowledged frame was sent.
  std::optional<uint64_t> oldest_sent_us() const {
    if (in_flight_ == 0) return std::nullopt;
    return sent_us_[(next_ - in_flight_) % kMaxAckWindow];
  }

  /// Call it only while the window is open. @returns the frame's sequence number
  uint32_t send(uint64_t now_us) {
    sent_us_[next_ % kMaxAckWindow] = now_us;
    in_flight_++;
    return next_++;
  }

  /// Cumulative; an old acknowledgement changes nothing. @returns false for a frame that was never sent
  bool acknowledge(uint32_t sequence) {
    const auto unsent = static_cast<int32_t>(next_ - sequence) - 1;
    if (unsent < 0) return false;
    if (unsent < in_flight_) in_flight_ = static_cast<uint8_t>(unsent);
    return true;
  }

 private:
  static_assert(0x1'0000'0000 % kMaxAckWindow == 0, "the ring must survive the sequence's wraparound");

  uint8_t size_ = 1;
  uint8_t in_flight_ = 0;
  uint32_t next_ = 0;
  /// By sequence number modulo the size; never more unacknowledged frames than room.
  std::array<uint64_t, kMaxAckWindow> sent_us_{};
};

}  // namespace vigie
