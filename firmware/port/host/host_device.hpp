// The session's device on the host: footage, a clock, and lines on the standard output.
#pragma once

#include <string>

#include "core/session.hpp"
#include "port/host/own_firmware.hpp"
#include "port/host/shutter.hpp"
#include "port/host/updater.hpp"

namespace vigie::host {

class HostDevice final : public Device, public Environment {
 public:
  /// @param updater nullptr when this firmware cannot be replaced, or not over this connection
  HostDevice(std::string name, Shutter& shutter, OwnFirmware& firmware, Updater* updater)
      : name_(std::move(name)), shutter_(shutter), firmware_(firmware), updater_(updater) {}

  /// To be started again, by the boot loader.
  bool wants_restart() const { return wants_restart_; }

  uint64_t now_us() override { return monotonic_us(); }
  void fill_random(std::span<uint8_t> bytes) override;

  const char* apply(const Settings& settings) override;
  Telemetry telemetry() override;
  void reboot() override;
  const char* begin_update(const UpdateOffer& offer) override;
  void on_state(SessionState state, std::string_view detail, uint32_t retry_ms) override;

 private:
  std::string name_;
  Shutter& shutter_;
  OwnFirmware& firmware_;
  Updater* updater_;
  bool wants_restart_ = false;
  std::string_view reset_reason_ = "power-on";
};

}  // namespace vigie::host
