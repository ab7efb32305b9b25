#include "status_led.hpp"

#include <atomic>
#include <cstdint>

#include "boards.hpp"
#include "driver/gpio.h"
#include "esp_timer.h"

namespace vigie::esp {
namespace {

constexpr uint64_t kStepUs = 100'000;

/// 32 steps of a tenth of a second, lowest bit first; a one shines.
constexpr uint32_t pattern_of(Status status) {
  switch (status) {
    case Status::setup:
      return 0x003f'003f;  // slow: a wink of 0.6 s, twice
    case Status::no_sensor:
      return 0xffff'ffff;  // on
    case Status::no_wifi:
      return 0x5555'5555;  // quick
    case Status::no_server:
      return 0x0000'0005;  // two winks
    case Status::key_rejected:
      return 0x0000'0015;  // three winks
    case Status::streaming:
      return 0x0000'0001;  // one wink
  }
  return 0;
}

std::atomic<uint32_t> pattern{0};
uint32_t step = 0;

void on_step(void*) {
  const bool shines = pattern >> (step++ % 32) & 1;
  gpio_set_level(static_cast<gpio_num_t>(kBoard.led), shines != kBoard.led_is_inverted);
}

}  // namespace

void start_status_led() {
  if (kBoard.led == kNoPin) return;
  gpio_config_t pin = {};
  pin.pin_bit_mask = uint64_t{1} << kBoard.led;
  pin.mode = GPIO_MODE_OUTPUT;
  gpio_config(&pin);
  esp_timer_create_args_t timer = {};
  timer.callback = &on_step;
  timer.name = "led";
  esp_timer_handle_t handle = nullptr;
  if (esp_timer_create(&timer, &handle) == ESP_OK) esp_timer_start_periodic(handle, kStepUs);
}

void show_status(Status status) { pattern = pattern_of(status); }

}  // namespace vigie::esp
