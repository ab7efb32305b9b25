#include "pairing.hpp"

#include <algorithm>
#include <array>

#include "boards.hpp"
#include "core/server_url.hpp"
#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "settings_store.hpp"
#include "wifi.hpp"

namespace vigie::esp {
namespace {

constexpr int kTimeoutMs = 15'000;
constexpr char kTag[] = "pairing";

struct Answer {
  /// 0 without an answer.
  int status;
  /// Within the given room; empty unless it was received completely.
  std::string_view body;
};

Answer ask(esp_http_client_handle_t client, std::string_view question, std::span<char> room) {
  const int length = static_cast<int>(question.size());
  if (esp_http_client_set_header(client, "Content-Type", "application/json") != ESP_OK ||
      esp_http_client_open(client, length) != ESP_OK ||
      esp_http_client_write(client, question.data(), length) != length)
    return {};
  const int64_t announced = esp_http_client_fetch_headers(client);
  if (announced < 0) return {};
  const int status = esp_http_client_get_status_code(client);
  if (announced > static_cast<int64_t>(room.size())) return {.status = status, .body = {}};
  size_t received = 0;
  while (received < static_cast<size_t>(announced)) {
    const int count =
        esp_http_client_read(client, room.data() + received, static_cast<int>(room.size() - received));
    if (count <= 0) return {.status = status, .body = {}};
    received += static_cast<size_t>(count);
  }
  return {.status = status, .body = {room.data(), received}};
}

}  // namespace

std::optional<PairingFailure> pair(Credentials& credentials, const char* ca_pem) {
  const std::optional<ServerUrl> server = parse_server_url(credentials.server.view());
  const std::optional<ShortText<8>> code = tidy_pairing_code(credentials.pairing_code.view());
  if (!server || !server->is_secure) return PairingFailure{"pairing by code needs wss: use id and key", true};
  if (!code) return PairingFailure{"the pairing code has eight characters, like K7QF-3MZP", true};
  while (!wifi_is_connected()) vTaskDelay(pdMS_TO_TICKS(200));
  std::array<char, 128> host{};
  std::array<char, 128> path{};
  const std::string_view base = base_path(*server);
  if (server->host.size() >= host.size() || base.size() + kPairingPath.size() >= path.size())
    return PairingFailure{"the server's name or path is too long", true};
  std::ranges::copy(server->host, host.begin());
  std::ranges::copy(kPairingPath, std::ranges::copy(base, path.begin()).out);
  esp_http_client_config_t config = {};
  config.host = host.data();
  config.port = server->port;
  config.path = path.data();
  config.method = HTTP_METHOD_POST;
  config.transport_type = HTTP_TRANSPORT_OVER_SSL;
  config.timeout_ms = kTimeoutMs;
  config.disable_auto_redirect = true;
  if (*ca_pem)
    config.cert_pem = ca_pem;
  else
    config.crt_bundle_attach = esp_crt_bundle_attach;
  const esp_http_client_handle_t client = esp_http_client_init(&config);
  if (!client) return PairingFailure{"too little memory", false};
  std::array<char, 256> question;
  std::array<char, 512> room;
  const std::string_view firmware = esp_app_get_description()->version;
  const Answer answer =
      ask(client, write_pairing_request(question, code->view(), kBoard.name, firmware), room);
  esp_http_client_cleanup(client);
  const std::optional<PairedCamera> camera =
      answer.status == kPairedStatus ? parse_pairing_answer(answer.body) : std::nullopt;
  if (!camera) return pairing_failure(answer.status);
  const auto key = to_base64url(camera->key);
  credentials.set("id", camera->camera_id.view());
  credentials.set("key", {key.data(), key.size()});
  // It has its key now, and the code is used up: it works until it is switched off.
  if (!save_credentials(credentials)) ESP_LOGE(kTag, "the key could not be stored: pair the camera again");
  return std::nullopt;
}

}  // namespace vigie::esp
