#include "motion_sensor.hpp"

#include <cstdint>

#include "boards.hpp"
#include "driver/gpio.h"
#include "settings_store.hpp"

namespace vigie::esp {
namespace {

uint64_t mask_of(int pin) { return pin == kNoPin ? 0 : 1ULL << pin; }

}  // namespace

const char* MotionSensor::start() {
  if (!load_has_motion_sensor()) return "not turned on";
  if (kBoard.motion == kNoPin) return "this board has no free pin for it";
  gpio_config_t config{};
  config.pin_bit_mask = mask_of(kBoard.motion);
  config.mode = GPIO_MODE_INPUT;
  // A disconnected cable must not report motion.
  config.pull_down_en = GPIO_PULLDOWN_ENABLE;
  if (gpio_config(&config) != ESP_OK) return "its pin cannot be read";
  is_there_ = true;
  return nullptr;
}

bool MotionSensor::sees_motion() const {
  return is_there_ && gpio_get_level(static_cast<gpio_num_t>(kBoard.motion)) != 0;
}

}  // namespace vigie::esp
