// What the session speaks for on the host: footage, a clock, and lines on the standard output.
#pragma once

#include <string>

#include "core/session.hpp"
#include "port/host/shutter.hpp"

namespace vigie::host {

class HostDevice final : public Device, public Environment {
 public:
  HostDevice(std::string name, Shutter& shutter) : name_(std::move(name)), shutter_(shutter) {}

  uint64_t now_us() override { return monotonic_us(); }
  void fill_random(std::span<uint8_t> bytes) override;

  const char* apply(const Settings& settings) override;
  Telemetry telemetry() override;
  void reboot() override;
  void on_state(SessionState state, std::string_view detail, uint32_t retry_ms) override;

 private:
  std::string name_;
  Shutter& shutter_;
  std::string_view reset_reason_ = "power-on";
};

}  // namespace vigie::host
