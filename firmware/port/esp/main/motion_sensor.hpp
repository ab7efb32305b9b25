// A PIR or another motion sensor with a digital output, wired to the board's free pin: high while it detects
// motion. Off unless turned on (`motion on` on the serial line), because an unconnected pin reads anything.
#pragma once

namespace vigie::esp {

class MotionSensor {
 public:
  /// @returns nullptr, or why there is none: a literal
  const char* start();
  bool is_there() const { return is_there_; }
  bool sees_motion() const;

 private:
  bool is_there_ = false;
};

}  // namespace vigie::esp
