#include "setup_page.hpp"

#include <array>
#include <cstring>
#include <span>

#include "core/captive_dns.hpp"
#include "core/credentials.hpp"
#include "core/form.hpp"
#include "esp_http_server.h"
#include "esp_log.h"
#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "lwip/sockets.h"
#include "settings_store.hpp"
#include "wifi.hpp"

extern "C" const char setup_page_html[] asm("_binary_setup_page_html_start");

namespace vigie::esp {
namespace {

constexpr char kTag[] = "setup";
/// Every field at its longest, each byte as %XX.
constexpr size_t kMaxFormBytes = 2560;
constexpr std::array<uint8_t, 4> kAddress{192, 168, 4, 1};
constexpr uint32_t kPageStackBytes = 8192;

TaskHandle_t waiting_for_setup = nullptr;

esp_err_t send_page(httpd_req_t* request) {
  httpd_resp_set_type(request, "text/html; charset=utf-8");
  httpd_resp_set_hdr(request, "Cache-Control", "no-store");
  return httpd_resp_send(request, setup_page_html, HTTPD_RESP_USE_STRLEN);
}

esp_err_t send_answer(httpd_req_t* request, const char* status, const char* text) {
  httpd_resp_set_status(request, status);
  httpd_resp_set_type(request, "text/plain; charset=utf-8");
  return httpd_resp_send(request, text, HTTPD_RESP_USE_STRLEN);
}

/// @returns the whole body, or nothing when it is too long or does not arrive
std::span<char> read_body(httpd_req_t* request, std::span<char> room) {
  if (request->content_len > room.size()) return {};
  size_t length = 0;
  while (length < request->content_len) {
    const int received = httpd_req_recv(request, room.data() + length, request->content_len - length);
    if (received <= 0) return {};
    length += static_cast<size_t>(received);
  }
  return room.first(length);
}

esp_err_t on_save(httpd_req_t* request) {
  static std::array<char, kMaxFormBytes> body;
  Credentials credentials;
  const char* problem = nullptr;
  for_each_form_field(read_body(request, body), [&](std::string_view name, std::string_view value) {
    const char* reason = credentials.set(name, value);
    if (!problem) problem = reason;
  });
  if (!problem) problem = credentials.problem();
  if (problem) return send_answer(request, "400 Bad Request", problem);
  if (!save_credentials(credentials))
    return send_answer(request, "500 Internal Server Error", "the flash could not be written");
  const esp_err_t sent = send_answer(request, "200 OK", "Saved. The camera restarts and joins your network.");
  xTaskNotifyGive(waiting_for_setup);
  return sent;
}

/// Other URLs that phones request to detect an Internet connection.
esp_err_t on_anything(httpd_req_t* request, httpd_err_code_t) {
  httpd_resp_set_status(request, "302 Found");
  httpd_resp_set_hdr(request, "Location", "http://192.168.4.1/");
  // Not every phone takes an empty answer for a captive page.
  return httpd_resp_send(request, "The setup page is at http://192.168.4.1/", HTTPD_RESP_USE_STRLEN);
}

void start_page() {
  httpd_config_t config = HTTPD_DEFAULT_CONFIG();
  config.stack_size = kPageStackBytes;
  config.lru_purge_enable = true;
  httpd_handle_t server = nullptr;
  ESP_ERROR_CHECK(httpd_start(&server, &config));
  httpd_uri_t page = {};
  page.uri = "/";
  page.method = HTTP_GET;
  page.handler = send_page;
  ESP_ERROR_CHECK(httpd_register_uri_handler(server, &page));
  httpd_uri_t save = {};
  save.uri = "/save";
  save.method = HTTP_POST;
  save.handler = on_save;
  ESP_ERROR_CHECK(httpd_register_uri_handler(server, &save));
  ESP_ERROR_CHECK(httpd_register_err_handler(server, HTTPD_404_NOT_FOUND, on_anything));
}

void run_dns(void*) {
  const int socket_fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  sockaddr_in here = {};
  here.sin_family = AF_INET;
  here.sin_port = htons(53);
  here.sin_addr.s_addr = htonl(INADDR_ANY);
  if (socket_fd < 0 || bind(socket_fd, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) {
    ESP_LOGW(kTag, "no names are answered: open http://192.168.4.1/ by hand");
    vTaskDelete(nullptr);
    return;
  }
  static std::array<uint8_t, kMaxDnsBytes> message;
  for (;;) {
    sockaddr_in from = {};
    socklen_t from_size = sizeof from;
    const auto length = recvfrom(socket_fd, message.data(), message.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &from_size);
    if (length <= 0) continue;
    const size_t answered = answer_dns(message, static_cast<size_t>(length), kAddress);
    if (answered > 0)
      sendto(socket_fd, message.data(), answered, 0, reinterpret_cast<sockaddr*>(&from), from_size);
  }
}

}  // namespace

void run_setup_page() {
  waiting_for_setup = xTaskGetCurrentTaskHandle();
  const char* password = setup_password();
  const char* name = open_setup_network(password);
  start_page();
  xTaskCreate(run_dns, "dns", 4096, nullptr, 3, nullptr);
  ESP_LOGI(kTag, "join the network %s, password %s, and open http://192.168.4.1/", name, password);
  ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  vTaskDelay(pdMS_TO_TICKS(1500));
  esp_restart();
}

}  // namespace vigie::esp
