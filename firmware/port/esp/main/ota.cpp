#include "ota.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_timer.h"
#include "sdkconfig.h"

namespace vigie::esp {
namespace {

constexpr char kTag[] = "update";
/// The task runs a TLS handshake and writes flash.
constexpr uint32_t kStackBytes = 8192;
constexpr UBaseType_t kPriority = 3;
constexpr int kSilenceMs = 20'000;
constexpr uint32_t kTrialStackBytes = 4096;
/// Above the task it supervises, so that a busy loop cannot block it.
constexpr UBaseType_t kTrialPriority = 7;
constexpr TickType_t kTrialPoll = pdMS_TO_TICKS(1000);

/// The inactive slot.
class FlashSlot final : public UpdateSlot {
 public:
  bool begin(uint32_t bytes) override {
    partition_ = esp_ota_get_next_update_partition(nullptr);
    if (!partition_ || bytes > partition_->size) return false;
    // Erased while writing, so that the connection does not wait for the whole slot.
    return esp_ota_begin(partition_, OTA_WITH_SEQUENTIAL_WRITES, &handle_) == ESP_OK;
  }
  bool write(std::span<const uint8_t> bytes) override {
    return esp_ota_write(handle_, bytes.data(), bytes.size()) == ESP_OK;
  }
  bool finish() override {
    return esp_ota_end(handle_) == ESP_OK && esp_ota_set_boot_partition(partition_) == ESP_OK;
  }
  void abort() override { esp_ota_abort(handle_); }

 private:
  const esp_partition_t* partition_ = nullptr;
  esp_ota_handle_t handle_ = 0;
};

/// A request that cleans up after itself.
class HttpsDownload {
 public:
  HttpsDownload(const ServerUrl& server, const char* ca_pem, const UpdateOffer& offer) {
    const std::string_view base = base_path(server);
    const std::string_view path = offer.path.view();
    if (server.host.size() >= host_.size() || base.size() + path.size() >= path_.size()) return;
    std::ranges::copy(server.host, host_.begin());
    std::ranges::copy(path, std::ranges::copy(base, path_.begin()).out);
    esp_http_client_config_t config = {};
    config.host = host_.data();
    config.port = server.port;
    config.path = path_.data();
    config.transport_type = HTTP_TRANSPORT_OVER_SSL;
    // There is no third option: the certificate is always verified, and its name compared.
    if (*ca_pem)
      config.cert_pem = ca_pem;
    else
      config.crt_bundle_attach = esp_crt_bundle_attach;
    config.timeout_ms = kSilenceMs;
    config.disable_auto_redirect = true;
    config.buffer_size = 4096;
    client_ = esp_http_client_init(&config);
  }
  ~HttpsDownload() {
    if (client_) esp_http_client_cleanup(client_);
  }
  HttpsDownload(const HttpsDownload&) = delete;
  HttpsDownload& operator=(const HttpsDownload&) = delete;

  const char* open(const UpdateOffer& offer) {
    std::array<char, 112> bearer{};
    const std::string_view token = offer.token.view();
    std::snprintf(bearer.data(), bearer.size(), "Bearer %.*s", static_cast<int>(token.size()), token.data());
    if (!client_ || esp_http_client_set_header(client_, "Authorization", bearer.data()) != ESP_OK)
      return "too little memory";
    if (esp_http_client_open(client_, 0) != ESP_OK) return "the server cannot be reached for the download";
    const int64_t length = esp_http_client_fetch_headers(client_);
    if (esp_http_client_get_status_code(client_) != HttpStatus_Ok) return "the server refused the download";
    return length == offer.bytes ? nullptr : "the length of the image differs from the offer";
  }

  /// @returns bytes, 0 at the end, negative when the connection is lost
  int read(std::span<char> room) {
    return esp_http_client_read(client_, room.data(), static_cast<int>(room.size()));
  }

 private:
  std::array<char, 128> host_{};
  std::array<char, 128> path_{};
  esp_http_client_handle_t client_ = nullptr;
};

uint64_t now_us() { return static_cast<uint64_t>(esp_timer_get_time()); }

bool is_on_trial() {
  esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;
  return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
         state == ESP_OTA_IMG_PENDING_VERIFY;
}

uint32_t slot_bytes() {
  const esp_partition_t* partition = esp_ota_get_next_update_partition(nullptr);
  return partition ? partition->size : 0;
}

}  // namespace

uint16_t own_chip() { return CONFIG_IDF_FIRMWARE_CHIP_ID; }

const char* own_target() { return CONFIG_IDF_TARGET; }

const char* rolled_back_version() {
  static esp_app_desc_t description;
  const esp_partition_t* partition = esp_ota_get_last_invalid_partition();
  const bool known = partition && esp_ota_get_partition_description(partition, &description) == ESP_OK;
  return known ? description.version : "";
}

bool Updater::takes_updates() const {
  const std::optional<ServerUrl> url = parse_server_url(url_);
  return url && url->is_secure && slot_bytes() > 0;
}

const char* Updater::begin(const UpdateOffer& offer, TaskHandle_t receiver) {
  if (running_) return "an update is under way";
  const RunningFirmware running{.version = esp_app_get_description()->version,
                                .chip = own_chip(),
                                .is_verified = takes_updates(),
                                .slot_bytes = slot_bytes()};
  if (const char* refusal = refusal_of(offer, running)) return refusal;
  offer_ = offer;
  receiver_ = receiver;
  received_ = 0;
  ended_ = false;
  const auto entry = [](void* self) { static_cast<Updater*>(self)->run(); };
  if (xTaskCreate(entry, "update", kStackBytes, this, kPriority, nullptr) != pdPASS)
    return "too little memory";
  running_ = true;
  ESP_LOGI(kTag, "fetching version %.*s", static_cast<int>(offer_.version.view().size()),
           offer_.version.view().data());
  return nullptr;
}

void Updater::deliver(Session& session) {
  if (!running_) return;
  session.update_progress(received_);
  if (!ended_) return;
  running_ = false;
  if (failure_) ESP_LOGW(kTag, "the update has failed: %s", failure_);
  session.update_finished(failure_);
}

void Updater::run() {
  failure_ = fetch();
  ended_ = true;
  xTaskNotifyGive(receiver_);
  vTaskDelete(nullptr);
  for (;;) continue;
}

const char* Updater::fetch() {
  const std::optional<ServerUrl> url = parse_server_url(url_);
  if (!url || !url->is_secure) return "updates are accepted over verified wss: only";
  HttpsDownload download(*url, ca_pem_, offer_);
  if (const char* failure = download.open(offer_)) return failure;
  FlashSlot slot;
  FirmwareUpdate update(offer_, own_chip(), slot);
  if (const char* failure = update.begin()) return failure;
  for (;;) {
    const int length = download.read(piece_);
    if (length < 0) return "the download was interrupted";
    if (length == 0) break;
    const auto* bytes = reinterpret_cast<const uint8_t*>(piece_.data());
    if (const char* failure = update.add({bytes, static_cast<size_t>(length)})) return failure;
    received_ = update.received_bytes();
  }
  return update.finish();
}

void OwnFirmware::begin_trial() {
  if (!is_on_trial()) return;
  ESP_LOGW(kTag, "this version is on trial until its server has welcomed it");
  xTaskCreate(watch, "trial", kTrialStackBytes, nullptr, kTrialPriority, &watcher_);
  configASSERT(watcher_);
}

void OwnFirmware::on_welcome() {
  if (watcher_) xTaskNotifyGive(watcher_);
}

void OwnFirmware::watch(void*) {
  TrialRun trial(true, now_us());
  for (;;) {
    const bool welcomed = ulTaskNotifyTake(pdTRUE, kTrialPoll) > 0;
    if (welcomed && trial.on_welcome() && esp_ota_mark_app_valid_cancel_rollback() == ESP_OK)
      ESP_LOGI(kTag, "this version is good");
    if (!trial.has_failed(now_us())) continue;
    ESP_LOGE(kTag, "the server has not welcomed this version: going back to the one before");
    esp_ota_mark_app_invalid_rollback_and_reboot();
  }
}

}  // namespace vigie::esp
