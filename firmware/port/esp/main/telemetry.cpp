#include "telemetry.hpp"

#include "esp_heap_caps.h"
#include "esp_system.h"
#include "wifi.hpp"

namespace vigie::esp {
namespace {

std::string_view reset_reason() {
  switch (esp_reset_reason()) {
    case ESP_RST_POWERON:
      return "power-on";
    case ESP_RST_BROWNOUT:
      return "brown-out";
    case ESP_RST_PANIC:
      return "panic";
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT:
      return "watchdog";
    case ESP_RST_SW:
      return "software";
    case ESP_RST_EXT:
      return "reset button";
    default:
      return "other";
  }
}

}  // namespace

Telemetry read_telemetry() {
  return {.rssi = wifi_rssi(),
          .heap = static_cast<uint32_t>(heap_caps_get_free_size(MALLOC_CAP_INTERNAL)),
          .psram = static_cast<uint32_t>(heap_caps_get_free_size(MALLOC_CAP_SPIRAM)),
          .reset_reason = reset_reason()};
}

}  // namespace vigie::esp
