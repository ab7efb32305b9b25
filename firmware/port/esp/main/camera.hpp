// The sensor and its driver. Settings come from the session's task, pictures go to the capturing task, and a
// driver that is stuck is restarted: one lock separates these.
#pragma once

#include <cstdint>

#include "core/frame_mailbox.hpp"
#include "core/protocol.hpp"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"

namespace vigie::esp {

class Camera {
 public:
  /// @returns whether the sensor answers. Also restarts it with its settings.
  bool start();

  /// Waits for the newest picture and copies it into the slot; the driver gets its buffer back at once.
  /// @returns false without a usable picture
  bool capture(FrameSlot& slot);

  /// Applies all or none, as far as can be checked before. @returns nullptr, or why not
  const char* apply(const Settings& settings);

  /// Name of the detected sensor; empty before.
  const char* sensor_name() const { return sensor_name_; }

 private:
  const char* refuse(const Settings& settings) const;
  void apply_to_sensor(const Settings& settings);
  void set_flash(uint8_t brightness);

  SemaphoreHandle_t lock_ = xSemaphoreCreateMutex();
  Settings settings_;
  const char* sensor_name_ = "";
  bool started_ = false;
  bool flash_ready_ = false;
};

}  // namespace vigie::esp
