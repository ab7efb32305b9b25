// The boards and their pins, in one table. A new board is a new entry here and a line in Kconfig.projbuild.
// Sources: the boards' schematics, as in esp32-camera's and Arduino-ESP32's camera_pins.h.
#pragma once

#include "sdkconfig.h"

namespace vigie::esp {

inline constexpr int kNoPin = -1;

struct Board {
  const char* name;
  int pwdn, reset, xclk, sda, scl;
  /// D0 ... D7, which schematics also call Y2 ... Y9.
  int data[8];
  int vsync, href, pclk;
  /// A white light that shines into the scene, or none.
  int flash;
  /// A small status light, or none; whether it is on at a low level.
  int led;
  bool led_is_inverted;
  /// Free pin for a motion sensor, or none.
  int motion;
};

inline constexpr Board kBoard =
#if CONFIG_VIGIE_BOARD_AI_THINKER
    {.name = "AI-Thinker ESP32-CAM",
     .pwdn = 32,
     .reset = kNoPin,
     .xclk = 0,
     .sda = 26,
     .scl = 27,
     .data = {5, 18, 19, 21, 36, 39, 34, 35},
     .vsync = 25,
     .href = 23,
     .pclk = 22,
     .flash = 4,
     .led = 33,
     .led_is_inverted = true,
     .motion = 13};
#elif CONFIG_VIGIE_BOARD_ESP32S3_EYE
    {.name = "ESP32-S3-EYE",
     .pwdn = kNoPin,
     .reset = kNoPin,
     .xclk = 15,
     .sda = 4,
     .scl = 5,
     .data = {11, 9, 8, 10, 12, 18, 17, 16},
     .vsync = 6,
     .href = 7,
     .pclk = 13,
     .flash = kNoPin,
     .led = 3,
     .led_is_inverted = false,
     .motion = kNoPin};
#elif CONFIG_VIGIE_BOARD_XIAO_ESP32S3_SENSE
    {.name = "XIAO ESP32S3 Sense",
     .pwdn = kNoPin,
     .reset = kNoPin,
     .xclk = 10,
     .sda = 40,
     .scl = 39,
     .data = {15, 17, 18, 16, 14, 12, 11, 48},
     .vsync = 38,
     .href = 47,
     .pclk = 13,
     .flash = kNoPin,
     .led = 21,
     .led_is_inverted = true,
     .motion = 1};
#else
#error "Choose a board: idf.py menuconfig, Vigie camera"
#endif

}  // namespace vigie::esp
