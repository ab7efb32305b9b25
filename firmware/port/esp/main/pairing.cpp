#include "pairing.hpp"

#include <algorithm>
#include <array>

#include "boards.hpp"
#include "core/pairing.hpp"
#include "core/server_url.hpp"
#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "settings_store.hpp"
#include "wifi.hpp"

namespace vigie::esp {
namespace {

constexpr int kTimeoutMs = 15'000;
constexpr int kCreated = 201;

/// @returns the answer's body within `room`, or nothing
std::string_view ask(esp_http_client_handle_t client, std::string_view question, std::span<char> room) {
  const int length = static_cast<int>(question.size());
  if (esp_http_client_set_header(client, "Content-Type", "application/json") != ESP_OK ||
      esp_http_client_open(client, length) != ESP_OK ||
      esp_http_client_write(client, question.data(), length) != length)
    return {};
  const int64_t announced = esp_http_client_fetch_headers(client);
  if (esp_http_client_get_status_code(client) != kCreated || announced <= 0 ||
      announced > static_cast<int64_t>(room.size()))
    return {};
  size_t received = 0;
  while (received < static_cast<size_t>(announced)) {
    const int count = esp_http_client_read(client, room.data() + received, static_cast<int>(room.size() - received));
    if (count <= 0) return {};
    received += static_cast<size_t>(count);
  }
  return {room.data(), received};
}

}  // namespace

const char* pair(Credentials& credentials, const char* ca_pem) {
  const std::optional<ServerUrl> server = parse_server_url(credentials.server.view());
  const std::optional<ShortText<8>> code = tidy_pairing_code(credentials.pairing_code.view());
  if (!server || !server->is_secure) return "pairing by code needs wss: use id and key";
  if (!code) return "the pairing code has eight characters, like K7QF-3MZP";
  while (!wifi_is_connected()) vTaskDelay(pdMS_TO_TICKS(200));
  std::array<char, 128> host{};
  if (server->host.size() >= host.size()) return "the server's name is too long";
  std::ranges::copy(server->host, host.begin());
  esp_http_client_config_t config = {};
  config.host = host.data();
  config.port = server->port;
  config.path = kPairingPath.data();
  config.method = HTTP_METHOD_POST;
  config.transport_type = HTTP_TRANSPORT_OVER_SSL;
  config.timeout_ms = kTimeoutMs;
  config.disable_auto_redirect = true;
  if (*ca_pem)
    config.cert_pem = ca_pem;
  else
    config.crt_bundle_attach = esp_crt_bundle_attach;
  const esp_http_client_handle_t client = esp_http_client_init(&config);
  if (!client) return "too little memory";
  std::array<char, 256> question;
  std::array<char, 512> room;
  const std::string_view answer =
      ask(client, write_pairing_request(question, code->view(), kBoard.name, esp_app_get_description()->version), room);
  const std::optional<PairedCamera> camera = parse_pairing_answer(answer);
  esp_http_client_cleanup(client);
  if (!camera) return "the server does not take this code: it may be mistyped, used up, or older than 15 minutes";
  const auto key = to_base64url(camera->key);
  credentials.set("id", camera->camera_id.view());
  credentials.set("key", {key.data(), key.size()});
  credentials.set("pair", "");
  return save_credentials(credentials) ? nullptr : "the flash could not be written";
}

}  // namespace vigie::esp
