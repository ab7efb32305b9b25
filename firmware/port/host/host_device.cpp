#include "port/host/host_device.hpp"

#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>

#include "port/host/version.hpp"

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
  // There is no radio: the value of a camera next to its access point.
  return {.rssi = -40, .heap = 0, .psram = 0, .reset_reason = reset_reason_};
}

void HostDevice::reboot() {
  reset_reason_ = "software";
  wants_restart_ = firmware_.can_be_replaced();
  std::printf("%s: rebooting\n", name_.c_str());
}

const char* HostDevice::begin_update(const UpdateOffer& offer) {
  const RunningFirmware running{.version = kVersion,
                                .chip = kChipHost,
                                .is_verified = updater_ != nullptr,
                                .slot_bytes = firmware_.can_be_replaced() ? kMaxFirmwareBytes : 0};
  if (const char* refusal = refusal_of(offer, running)) return refusal;
  if (!updater_->start(offer)) return "an update is under way";
  std::printf("%s: fetching version %.*s\n", name_.c_str(), static_cast<int>(offer.version.view().size()),
              offer.version.view().data());
  std::fflush(stdout);
  return nullptr;
}

void HostDevice::on_state(SessionState state, std::string_view detail, uint32_t retry_ms) {
  shutter_.set_wanted(state == SessionState::online);
  if (state == SessionState::online) firmware_.on_welcome();
  if (state == SessionState::online) std::printf("%s: online\n", name_.c_str());
  if (state == SessionState::waiting && retry_ms > 0) {
    std::printf("%s: offline: %.*s; trying again in %.1f s\n", name_.c_str(), static_cast<int>(detail.size()),
                detail.data(), retry_ms / 1000.0);
  }
  std::fflush(stdout);
}

}  // namespace vigie::host
