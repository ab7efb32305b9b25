#include "session_task.hpp"

#include <algorithm>

#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "settings_store.hpp"
#include "status_led.hpp"
#include "telemetry.hpp"
#include "wifi.hpp"

namespace vigie::esp {
namespace {

constexpr char kTag[] = "session";
constexpr uint32_t kStackBytes = 8192;
constexpr UBaseType_t kPriority = 5;
/// Longest sleep, so that it notices changes of Wi-Fi.
constexpr uint32_t kMaxIdleMs = 250;
constexpr TickType_t kLastWords = pdMS_TO_TICKS(300);

}  // namespace

SessionTask::SessionTask(const SessionOptions& options, FrameMailbox& mailbox, Camera& camera,
                         CaptureTask& capture, WebSocketLink& link, Updater& updater, OwnFirmware& firmware,
                         const MotionSensor& motion)
    : camera_(camera),
      capture_(capture),
      link_(link),
      updater_(updater),
      firmware_(firmware),
      motion_(motion),
      session_(options, mailbox, *this, link, *this) {}

void SessionTask::start() {
  settings_ = load_settings();
  if (const char* reason = camera_.apply(settings_))
    ESP_LOGW(kTag, "the stored settings are not applied: %s", reason);
  if (settings_.max_fps) capture_.set_max_fps(*settings_.max_fps);
  const auto entry = [](void* self) { static_cast<SessionTask*>(self)->run(); };
  xTaskCreatePinnedToCore(entry, "session", kStackBytes, this, kPriority, &task_, 0);
  configASSERT(task_);
  link_.set_receiver(task_);
  capture_.start(task_);
}

void SessionTask::run() {
  esp_task_wdt_add(nullptr);
  for (;;) {
    esp_task_wdt_reset();
    follow_wifi();
    session_.sense(motion_.sees_motion());
    const uint64_t idle_us = session_.run();
    const bool any = link_.deliver(session_);
    updater_.deliver(session_);
    if (any) continue;
    const auto idle_ms = static_cast<uint32_t>(std::min<uint64_t>((idle_us + 999) / 1000, kMaxIdleMs));
    ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(idle_ms));
  }
}

/// Without Wi-Fi there is nothing to try; when it returns, there is no reason to wait.
void SessionTask::follow_wifi() {
  const bool stopped = session_.state() == SessionState::stopped;
  if (wifi_is_connected()) {
    if (stopped) session_.start();
    return;
  }
  if (!stopped) session_.stop();
  show_status(Status::no_wifi);
}

uint64_t SessionTask::now_us() { return static_cast<uint64_t>(esp_timer_get_time()); }

void SessionTask::fill_random(std::span<uint8_t> bytes) {
  // True randomness: the radio is on whenever there is a session.
  esp_fill_random(bytes.data(), bytes.size());
}

const char* SessionTask::apply(const Settings& settings) {
  if (const char* reason = camera_.apply(settings)) return reason;
  if (settings.max_fps) capture_.set_max_fps(*settings.max_fps);
  return nullptr;
}

void SessionTask::store(const Settings& settings) {
  merge(settings_, settings);
  save_settings(settings_);
}

Telemetry SessionTask::telemetry() { return read_telemetry(); }

void SessionTask::reboot() {
  ESP_LOGI(kTag, "restarting");
  // The last message is still under way to the server.
  vTaskDelay(kLastWords);
  esp_restart();
}

const char* SessionTask::begin_update(const UpdateOffer& offer) { return updater_.begin(offer, task_); }

void SessionTask::on_state(SessionState state, std::string_view detail, uint32_t retry_ms) {
  capture_.set_wanted(state == SessionState::online);
  if (state == SessionState::online) {
    ESP_LOGI(kTag, "online");
    show_status(Status::streaming);
    firmware_.on_welcome();
  }
  if (state != SessionState::waiting) return;
  const bool rejected = session_.last_close_code() == close_code::kUnauthorized;
  show_status(rejected ? Status::key_rejected : Status::no_server);
  if (retry_ms > 0) {
    ESP_LOGW(kTag, "offline: %.*s; trying again in %u ms", static_cast<int>(detail.size()), detail.data(),
             static_cast<unsigned>(retry_ms));
  }
}

}  // namespace vigie::esp
