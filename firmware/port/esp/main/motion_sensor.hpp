// A PIR or another movement sensor with a digital output, wired to the board's free pin: high while it sees
// something. Off unless turned on (`motion on` on the serial line), for a pin with nothing on it says
// anything.
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
