#include "capture_task.hpp"

#include "esp_log.h"
#include "esp_system.h"
#include "esp_task_wdt.h"

namespace vigie::esp {
namespace {

constexpr char kTag[] = "capture";
constexpr uint32_t kStackBytes = 4096;
constexpr UBaseType_t kPriority = 6;
/// The driver waits 4 s for a frame; a single failure is ignored.
constexpr int kFailuresBeforeRecovery = 3;
constexpr int kRecoveriesBeforeRestart = 3;

}  // namespace

void CaptureTask::start(TaskHandle_t receiver) {
  receiver_ = receiver;
  const auto entry = [](void* self) { static_cast<CaptureTask*>(self)->run(); };
  // On the core without Wi-Fi.
  xTaskCreatePinnedToCore(entry, "capture", kStackBytes, this, kPriority, nullptr, 1);
}

void CaptureTask::run() {
  esp_task_wdt_add(nullptr);
  for (;;) {
    esp_task_wdt_reset();
    FrameSlot& slot = mailbox_.writable();
    // Also without viewers: a running sensor has its exposure right when one arrives.
    if (!camera_.capture(slot)) {
      recover();
      continue;
    }
    failures_ = 0;
    recoveries_ = 0;
    if (!wanted_.load(std::memory_order_relaxed) || !limit_.admit(slot.capture_us)) continue;
    mailbox_.publish();
    xTaskNotifyGive(receiver_);
  }
}

void CaptureTask::recover() {
  if (++failures_ < kFailuresBeforeRecovery) {
    vTaskDelay(pdMS_TO_TICKS(10));
    return;
  }
  failures_ = 0;
  if (++recoveries_ > kRecoveriesBeforeRestart) {
    ESP_LOGE(kTag, "the sensor gives no pictures: restarting");
    esp_restart();
  }
  ESP_LOGW(kTag, "the sensor gives no pictures: starting it again");
  esp_task_wdt_reset();
  camera_.start();
}

}  // namespace vigie::esp
