#include "wifi.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

#include "core/backoff.hpp"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "esp_wifi.h"

namespace vigie::esp {
namespace {

constexpr char kTag[] = "wifi";
constexpr uint32_t kFirstRetryMs = 500;
constexpr uint32_t kMaxRetryMs = 15'000;

std::atomic<bool> connected{false};
Backoff backoff(kFirstRetryMs, kMaxRetryMs);
esp_timer_handle_t retry_timer = nullptr;

void on_wifi_event(void*, esp_event_base_t, int32_t id, void* data) {
  if (id == WIFI_EVENT_STA_START) esp_wifi_connect();
  if (id != WIFI_EVENT_STA_DISCONNECTED) return;
  connected = false;
  const auto& event = *static_cast<const wifi_event_sta_disconnected_t*>(data);
  const uint32_t delay_ms = backoff.next_ms(esp_random());
  ESP_LOGW(kTag, "not connected (reason %d); trying again in %u ms", static_cast<int>(event.reason),
           static_cast<unsigned>(delay_ms));
  esp_timer_stop(retry_timer);
  esp_timer_start_once(retry_timer, uint64_t{delay_ms} * 1000);
}

void on_got_ip(void*, esp_event_base_t, int32_t, void* data) {
  const auto& event = *static_cast<const ip_event_got_ip_t*>(data);
  ESP_LOGI(kTag, "connected, address " IPSTR, IP2STR(&event.ip_info.ip));
  backoff.reset();
  connected = true;
}

void copy_text(std::string_view text, std::span<uint8_t> room) {
  std::copy_n(text.begin(), std::min(text.size(), room.size()), room.begin());
}

}  // namespace

void open_network() {
  ESP_ERROR_CHECK(esp_netif_init());
  ESP_ERROR_CHECK(esp_event_loop_create_default());
  const wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
  ESP_ERROR_CHECK(esp_wifi_init(&config));
  // The settings store keeps the password: Wi-Fi's own storage would hold a second copy.
  ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM));
}

void join_wifi(const Credentials& credentials) {
  esp_netif_create_default_wifi_sta();
  esp_timer_create_args_t timer = {};
  timer.callback = [](void*) { esp_wifi_connect(); };
  timer.name = "wifi retry";
  ESP_ERROR_CHECK(esp_timer_create(&timer, &retry_timer));
  ESP_ERROR_CHECK(
      esp_event_handler_instance_register(WIFI_EVENT, ESP_EVENT_ANY_ID, &on_wifi_event, nullptr, nullptr));
  ESP_ERROR_CHECK(
      esp_event_handler_instance_register(IP_EVENT, IP_EVENT_STA_GOT_IP, &on_got_ip, nullptr, nullptr));
  wifi_config_t config = {};
  copy_text(credentials.ssid.view(), config.sta.ssid);
  copy_text(credentials.wifi_password.view(), config.sta.password);
  // The strongest of several access points of that name, not the first found.
  config.sta.scan_method = WIFI_ALL_CHANNEL_SCAN;
  config.sta.sort_method = WIFI_CONNECT_AP_BY_SIGNAL;
  config.sta.threshold.authmode = credentials.wifi_password.empty() ? WIFI_AUTH_OPEN : WIFI_AUTH_WPA2_PSK;
  config.sta.sae_pwe_h2e = WPA3_SAE_PWE_BOTH;
  ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
  ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_STA, &config));
  ESP_ERROR_CHECK(esp_wifi_start());
  // Power saving delays packets by 100 ms and more.
  ESP_ERROR_CHECK(esp_wifi_set_ps(WIFI_PS_NONE));
}

bool wifi_is_connected() { return connected; }

int wifi_rssi() {
  wifi_ap_record_t record = {};
  return connected && esp_wifi_sta_get_ap_info(&record) == ESP_OK ? record.rssi : 0;
}

const char* open_setup_network(const char* password) {
  static std::array<char, 16> name;
  std::array<uint8_t, 6> mac{};
  ESP_ERROR_CHECK(esp_read_mac(mac.data(), ESP_MAC_WIFI_SOFTAP));
  std::snprintf(name.data(), name.size(), "Vigie-%02X%02X", mac[4], mac[5]);
  esp_netif_create_default_wifi_ap();
  wifi_config_t config = {};
  copy_text(name.data(), config.ap.ssid);
  config.ap.ssid_len = static_cast<uint8_t>(std::strlen(name.data()));
  copy_text(password, config.ap.password);
  config.ap.authmode = WIFI_AUTH_WPA2_PSK;
  config.ap.max_connection = 2;
  config.ap.channel = 6;
  ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_AP));
  ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_AP, &config));
  ESP_ERROR_CHECK(esp_wifi_start());
  return name.data();
}

}  // namespace vigie::esp
