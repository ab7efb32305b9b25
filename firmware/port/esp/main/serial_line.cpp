#include "serial_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "boards.hpp"
#include "core/credentials.hpp"
#include "esp_app_desc.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "settings_store.hpp"
#include "wifi.hpp"

namespace vigie::esp {
namespace {

constexpr uint32_t kStackBytes = 6144;
constexpr UBaseType_t kPriority = 2;
constexpr TickType_t kPollInterval = pdMS_TO_TICKS(20);

Credentials draft;

void restart_soon() {
  std::fflush(stdout);
  vTaskDelay(pdMS_TO_TICKS(200));
  esp_restart();
}

void answer(const char* problem) { problem ? std::printf("error: %s\n", problem) : std::printf("ok\n"); }

void print_status() {
  const char* missing = draft.problem();
  std::printf("vigie %s\nwifi: %s, %s, %d dBm\nserver: %s\nid: %s\nkey: %s\nsetup: %s\n",
              esp_app_get_description()->version, draft.ssid.c_str(),
              wifi_is_connected() ? "connected" : "not connected", wifi_rssi(), draft.server.c_str(),
              draft.camera_id.c_str(), draft.key.empty() ? "not set" : "set", missing ? missing : "complete");
}

void save() {
  const char* problem = draft.problem();
  if (!problem && !save_credentials(draft)) problem = "the flash could not be written";
  answer(problem);
  if (!problem) restart_soon();
}

void turn_motion_sensor(std::string_view argument) {
  const bool on = argument == "on";
  if (!on && argument != "off") return answer("motion on, or motion off");
  if (on && kBoard.motion == kNoPin) return answer("this board has no free pin for a motion sensor");
  if (!save_has_motion_sensor(on)) return answer("the flash could not be written");
  answer(nullptr);
  restart_soon();
}

void run_command(std::string_view line) {
  const std::string_view command = line.substr(0, line.find(' '));
  if (command == "set" && line.size() > 4) {
    const std::string_view rest = line.substr(4);
    const size_t space = rest.find(' ');
    const std::string_view value =
        space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    answer(draft.set(rest.substr(0, space), value));
  } else if (line.starts_with("VIGIE_")) {
    answer(draft.set_line(line));
  } else if (command == "save") {
    save();
  } else if (command == "status") {
    print_status();
  } else if (command == "motion") {
    turn_motion_sensor(line.substr(std::min(line.size(), command.size() + 1)));
  } else if (command == "forget") {
    forget_credentials();
    answer(nullptr);
    restart_soon();
  } else if (command == "restart") {
    answer(nullptr);
    restart_soon();
  } else {
    answer("commands: set FIELD VALUE, save, status, motion on|off, forget, restart");
  }
  std::fflush(stdout);
}

void run(void*) {
  std::array<char, 320> line;
  size_t length = 0;
  bool too_long = false;
  for (;;) {
    // The console does not wait: no character is EOF.
    const int c = std::getchar();
    if (c == EOF) {
      std::clearerr(stdin);
      vTaskDelay(kPollInterval);
    } else if (c == '\n' || c == '\r') {
      if (too_long)
        answer("the line is too long");
      else if (length > 0)
        run_command({line.data(), length});
      length = 0;
      too_long = false;
    } else if (length < line.size()) {
      line[length++] = static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
}

}  // namespace

void start_serial_line() {
  draft = load_credentials();
  xTaskCreate(run, "serial", kStackBytes, nullptr, kPriority, nullptr);
}

}  // namespace vigie::esp
