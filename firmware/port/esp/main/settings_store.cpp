#include "settings_store.hpp"

#include <array>

#include "core/control_messages.hpp"
#include "esp_log.h"
#include "esp_random.h"
#include "nvs.h"
#include "nvs_flash.h"

#if VIGIE_HAS_CREDENTIALS_H
#include "credentials.h"
#endif

namespace vigie::esp {
namespace {

constexpr char kTag[] = "settings";
constexpr char kNamespace[] = "vigie";
constexpr char kSettingsKey[] = "settings";
constexpr char kQuickStartsKey[] = "starts";
constexpr std::array kFields{"ssid", "password", "server", "id", "key", "pair"};
constexpr char kMotionSensorKey[] = "motion";
constexpr char kSetupPasswordKey[] = "setup";
/// Letters and digits that are not easily confused; 32, so that each takes five random bits.
constexpr char kPasswordAlphabet[] = "23456789abcdefghijkmnpqrstuvwxyz";
constexpr size_t kPasswordChars = 10;

/// A handle that closes itself.
class Nvs {
 public:
  explicit Nvs(nvs_open_mode_t mode) { open_ = nvs_open(kNamespace, mode, &handle_) == ESP_OK; }
  ~Nvs() {
    if (open_) nvs_close(handle_);
  }
  Nvs(const Nvs&) = delete;
  Nvs& operator=(const Nvs&) = delete;

  /// @returns the text without its zero, empty without one
  std::string_view read(const char* key, std::span<char> room) const {
    size_t size = room.size();
    if (!open_ || nvs_get_str(handle_, key, room.data(), &size) != ESP_OK || size == 0) return {};
    return {room.data(), size - 1};
  }
  bool write(const char* key, const char* text) { return open_ && nvs_set_str(handle_, key, text) == ESP_OK; }
  void erase(const char* key) {
    if (open_) nvs_erase_key(handle_, key);
  }
  uint32_t read_count(const char* key) const {
    uint32_t count = 0;
    if (open_) nvs_get_u32(handle_, key, &count);
    return count;
  }
  bool write_count(const char* key, uint32_t count) {
    return open_ && nvs_set_u32(handle_, key, count) == ESP_OK;
  }
  bool commit() { return open_ && nvs_commit(handle_) == ESP_OK; }

 private:
  nvs_handle_t handle_ = 0;
  bool open_ = false;
};

void use_credentials_header([[maybe_unused]] Credentials& credentials) {
#if VIGIE_HAS_CREDENTIALS_H
  credentials.set("ssid", SSID);
  credentials.set("password", WIFI_PASSWORD);
  credentials.set("id", USERNAME);
  credentials.set("key", PASSWORD);
#ifdef SERVER_URL
  credentials.set("server", SERVER_URL);
#endif
#endif
}

}  // namespace

void open_settings_store() {
  esp_err_t error = nvs_flash_init();
  if (error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND) {
    ESP_LOGW(kTag, "the stored settings cannot be read and are erased");
    ESP_ERROR_CHECK(nvs_flash_erase());
    error = nvs_flash_init();
  }
  ESP_ERROR_CHECK(error);
}

Credentials load_credentials() {
  Credentials credentials;
  use_credentials_header(credentials);
  const Nvs nvs(NVS_READONLY);
  std::array<char, 256> room;
  for (const char* field : kFields) {
    const std::string_view value = nvs.read(field, room);
    if (!value.empty()) credentials.set(field, value);
  }
  return credentials;
}

bool save_credentials(const Credentials& credentials) {
  Nvs nvs(NVS_READWRITE);
  return nvs.write("ssid", credentials.ssid.c_str()) &&
         nvs.write("password", credentials.wifi_password.c_str()) &&
         nvs.write("server", credentials.server.c_str()) && nvs.write("id", credentials.camera_id.c_str()) &&
         nvs.write("key", credentials.key.c_str()) && nvs.write("pair", credentials.pairing_code.c_str()) &&
         nvs.commit();
}

const char* setup_password() {
  static std::array<char, kPasswordChars + 1> password{};
  Nvs nvs(NVS_READWRITE);
  if (nvs.read(kSetupPasswordKey, password).size() == kPasswordChars) return password.data();
  std::array<uint8_t, kPasswordChars> random;
  esp_fill_random(random.data(), random.size());
  for (size_t i = 0; i < random.size(); i++) password[i] = kPasswordAlphabet[random[i] % 32];
  password[kPasswordChars] = '\0';
  nvs.write(kSetupPasswordKey, password.data());
  nvs.commit();
  return password.data();
}

void forget_credentials() {
  Nvs nvs(NVS_READWRITE);
  for (const char* field : kFields) nvs.erase(field);
  nvs.commit();
}

Settings load_settings() {
  const Nvs nvs(NVS_READONLY);
  std::array<char, 320> room;
  const SettingsRequest stored = parse_settings(nvs.read(kSettingsKey, room));
  return stored.refusal ? Settings{} : stored.settings;
}

void save_settings(const Settings& settings) {
  if (settings == load_settings()) return;
  std::array<char, 320> room;
  const std::string_view text = write_settings(std::span(room).first(room.size() - 1), settings);
  room[text.size()] = '\0';
  Nvs nvs(NVS_READWRITE);
  if (!nvs.write(kSettingsKey, room.data()) || !nvs.commit())
    ESP_LOGW(kTag, "the settings could not be stored");
}

bool load_has_motion_sensor() { return Nvs(NVS_READONLY).read_count(kMotionSensorKey) != 0; }

bool save_has_motion_sensor(bool has) {
  Nvs nvs(NVS_READWRITE);
  return nvs.write_count(kMotionSensorKey, has ? 1 : 0) && nvs.commit();
}

uint32_t count_quick_start() {
  Nvs nvs(NVS_READWRITE);
  const uint32_t count = nvs.read_count(kQuickStartsKey) + 1;
  nvs.write_count(kQuickStartsKey, count);
  nvs.commit();
  return count;
}

void clear_quick_starts() {
  Nvs nvs(NVS_READWRITE);
  nvs.write_count(kQuickStartsKey, 0);
  nvs.commit();
}

}  // namespace vigie::esp
