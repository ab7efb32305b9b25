// The firmware, in the order of the flow: settings, network, sensor, mailbox, session. None of these ever
// ends.

#include <array>
#include <cstdlib>
#include <optional>
#include <span>

#include "boards.hpp"
#include "camera.hpp"
#include "capture_task.hpp"
#include "core/backoff.hpp"
#include "core/credentials.hpp"
#include "core/frame_mailbox.hpp"
#include "core/session.hpp"
#include "esp_app_desc.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_psram.h"
#include "esp_random.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "motion_sensor.hpp"
#include "ota.hpp"
#include "pairing.hpp"
#include "serial_line.hpp"
#include "session_task.hpp"
#include "settings_store.hpp"
#include "setup_page.hpp"
#include "status_led.hpp"
#include "websocket_link.hpp"
#include "wifi.hpp"

#if VIGIE_HAS_SERVER_CA
extern "C" const char server_ca[] asm("_binary_server_ca_pem_start");
#else
static constexpr char server_ca[] = "";
#endif

namespace {

using namespace vigie;
using namespace vigie::esp;

constexpr char kTag[] = "vigie";
/// Room for a picture: UXGA at a good quality, or what fits without PSRAM.
constexpr size_t kSlotBytesPsram = 256 * 1024;
constexpr size_t kSlotBytesInternal = 24 * 1024;
/// This many power cycles within this time open the setup page, for users who have forgotten the Wi-Fi.
constexpr uint32_t kQuickStartsForSetup = 3;
/// Long enough to be seen, and to limit the requests to the server.
constexpr TickType_t kRefusalShown = pdMS_TO_TICKS(15'000);
constexpr TickType_t kQuickStart = pdMS_TO_TICKS(8000);

/// Allocated once at the start, never freed.
std::array<std::span<uint8_t>, FrameMailbox::kSlots> allocate_slots() {
  const bool psram = esp_psram_is_initialized();
  const size_t size = psram ? kSlotBytesPsram : kSlotBytesInternal;
  std::array<std::span<uint8_t>, FrameMailbox::kSlots> slots;
  for (auto& slot : slots) {
    void* memory = heap_caps_malloc(size, psram ? MALLOC_CAP_SPIRAM : MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    if (!memory) {
      ESP_LOGE(kTag, "too little memory for pictures");
      abort();
    }
    slot = {static_cast<uint8_t*>(memory), size};
  }
  return slots;
}

bool setup_is_asked_for() {
  const bool powered_on = esp_reset_reason() == ESP_RST_POWERON || esp_reset_reason() == ESP_RST_EXT;
  return powered_on && count_quick_start() >= kQuickStartsForSetup;
}

/// Without the code, and without a key, the camera opens its setup page after the restart.
void ask_for_another_code(Credentials& credentials) {
  show_status(Status::key_rejected);
  vTaskDelay(kRefusalShown);
  credentials.set("pair", "");
  if (save_credentials(credentials)) esp_restart();
}

/// An unreachable server is tried again; a refused code stays refused.
void pair_until_paired(Credentials& credentials) {
  Backoff backoff(kFirstPairingRetryMs, kMaxPairingRetryMs);
  while (const std::optional<PairingFailure> failure = pair(credentials, server_ca)) {
    ESP_LOGE(kTag, "not paired: %s", failure->reason);
    if (failure->is_final) ask_for_another_code(credentials);
    show_status(Status::no_server);
    vTaskDelay(pdMS_TO_TICKS(backoff.next_ms(esp_random())));
  }
}

void start_camera(Camera& camera) {
  while (!camera.start()) {
    show_status(Status::no_sensor);
    vTaskDelay(pdMS_TO_TICKS(3000));
  }
  ESP_LOGI(kTag, "%s with an %s", kBoard.name, camera.sensor_name());
}

}  // namespace

extern "C" void app_main() {
  ESP_LOGI(kTag, "Vigie camera %s on %s", esp_app_get_description()->version, kBoard.name);
  static OwnFirmware firmware;
  firmware.begin_trial();
  start_status_led();
  open_settings_store();
  open_network();
  start_serial_line();

  static Credentials credentials = load_credentials();
  if (const char* problem = credentials.problem(); problem || setup_is_asked_for()) {
    ESP_LOGW(kTag, "setting up: %s", problem ? problem : "asked for");
    clear_quick_starts();
    show_status(Status::setup);
    run_setup_page();
  }

  show_status(Status::no_wifi);
  join_wifi(credentials);
  if (credentials.needs_pairing()) pair_until_paired(credentials);

  static Camera camera;
  start_camera(camera);
  static FrameMailbox mailbox(allocate_slots());
  static CaptureTask capture(camera, mailbox);
  static WebSocketLink link(credentials.server.c_str(), server_ca);
  static Updater updater(credentials.server.c_str(), server_ca);
  static MotionSensor motion;
  if (const char* reason = motion.start()) ESP_LOGI(kTag, "no motion sensor: %s", reason);
  static SessionTask session({.camera_id = credentials.camera_id.view(),
                              .key = credentials.key_bytes(),
                              .device = {.firmware = esp_app_get_description()->version,
                                         .board = kBoard.name,
                                         .sensor = camera.sensor_name(),
                                         .target = own_target(),
                                         .takes_updates = updater.takes_updates(),
                                         .senses_motion = motion.is_there(),
                                         .rolled_back_from = rolled_back_version()}},
                             mailbox, camera, capture, link, updater, firmware, motion);
  session.start();

  vTaskDelay(kQuickStart);
  clear_quick_starts();
}
