#include "port/host/host_device.hpp"

#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>

namespace vigie::host {

void HostDevice::fill_random(std::span<uint8_t> bytes) {
  // Without randomness there is no handshake worth having.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
}

const char* HostDevice::apply(const Settings& settings) {
  Settings of_the_sensor = settings;
  of_the_sensor.max_fps.reset();
  if (of_the_sensor != Settings{}) return "footage plays as it was recorded";
  if (settings.max_fps) shutter_.set_max_fps(*settings.max_fps);
  return nullptr;
}

Telemetry HostDevice::telemetry() {
  // There is no radio: what a camera next to its access point says.
  return {.rssi = -40, .heap = 0, .psram = 0, .reset_reason = reset_reason_};
}

void HostDevice::reboot() {
  reset_reason_ = "software";
  std::printf("%s: rebooting\n", name_.c_str());
}

void HostDevice::on_state(SessionState state, std::string_view detail, uint32_t retry_ms) {
  shutter_.set_wanted(state == SessionState::online);
  if (state == SessionState::online) std::printf("%s: online\n", name_.c_str());
  if (state == SessionState::waiting && retry_ms > 0) {
    std::printf("%s: offline: %.*s; trying again in %.1f s\n", name_.c_str(), static_cast<int>(detail.size()),
                detail.data(), retry_ms / 1000.0);
  }
  std::fflush(stdout);
}

}  // namespace vigie::host
