// The task that connects, listens and sends: the only caller of the session, and its device.
#pragma once

#include "camera.hpp"
#include "capture_task.hpp"
#include "core/session.hpp"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "motion_sensor.hpp"
#include "ota.hpp"
#include "websocket_link.hpp"

namespace vigie::esp {

class SessionTask final : public Device, public Environment {
 public:
  /// Everything must outlive it.
  SessionTask(const SessionOptions& options, FrameMailbox& mailbox, Camera& camera, CaptureTask& capture,
              WebSocketLink& link, Updater& updater, OwnFirmware& firmware, const MotionSensor& motion);

  /// Applies the stored settings, starts this task and the capturing one.
  void start();

  uint64_t now_us() override;
  void fill_random(std::span<uint8_t> bytes) override;
  const char* apply(const Settings& settings) override;
  void store(const Settings& settings) override;
  Settings stored() override { return settings_; }
  Telemetry telemetry() override;
  void reboot() override;
  const char* begin_update(const UpdateOffer& offer) override;
  void on_state(SessionState state, std::string_view detail, uint32_t retry_ms) override;

 private:
  [[noreturn]] void run();
  void follow_wifi();

  Camera& camera_;
  CaptureTask& capture_;
  WebSocketLink& link_;
  Updater& updater_;
  OwnFirmware& firmware_;
  const MotionSensor& motion_;
  Session session_;
  /// As stored: what the server lowers for a while is not in it.
  Settings settings_;
  TaskHandle_t task_ = nullptr;
};

}  // namespace vigie::esp
