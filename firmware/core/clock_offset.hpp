// How far the server's clock is ahead of the camera's, from exchanges of four timestamps (RFC 5905 section
// 8):
//
//     camera   t0 --------------> t3        offset     = ((t1 - t0) + (t2 - t3)) / 2
//     server       t1 --> t2                round trip = (t3 - t0) - (t2 - t1)
//
// The error of an exchange is at most half its round trip, and grows as the two clocks drift apart. The
// exchange with the smallest bound counts. Times in microseconds; the server's since the Unix epoch.
#pragma once

#include <cstdint>
#include <optional>

namespace vigie {

class ClockOffset {
 public:
  /// Server's clock minus camera's.
  std::optional<int64_t> offset_us() const { return offset_us_; }
  /// Largest possible error of the offset when it was measured.
  int64_t error_us() const { return error_us_; }

  /// @returns false when the four times contradict each other, which changes nothing
  bool add(int64_t t0, int64_t t1, int64_t t2, int64_t t3) {
    const int64_t round_trip = (t3 - t0) - (t2 - t1);
    if (t3 < t0 || t2 < t1 || round_trip < 0) return false;
    const int64_t error = round_trip / 2;
    // 100 ppm, twice what a camera's crystal is allowed.
    const int64_t drift = (t3 - measured_at_us_) / 10'000;
    if (!offset_us_ || error <= error_us_ + drift) {
      offset_us_ = ((t1 - t0) + (t2 - t3)) / 2;
      error_us_ = error;
      measured_at_us_ = t3;
    }
    return true;
  }

 private:
  std::optional<int64_t> offset_us_;
  int64_t error_us_ = 0;
  /// On the camera's clock.
  int64_t measured_at_us_ = 0;
};

}  // namespace vigie
