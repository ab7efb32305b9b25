// The session's link on the device: esp_websocket_client over a transport made here, so that TCP_NODELAY can
// be set on its socket. Everything is made for one connection and released before the next.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/protocol.hpp"
#include "core/server_url.hpp"
#include "core/session.hpp"
#include "esp_event.h"
#include "esp_transport.h"
#include "esp_websocket_client.h"
#include "freertos/FreeRTOS.h"
#include "freertos/message_buffer.h"
#include "freertos/task.h"

namespace vigie::esp {

class WebSocketLink final : public Link {
 public:
  /// @param url has been checked; it and `ca_pem` (empty for the bundled authorities) must outlive the link
  WebSocketLink(const char* url, const char* ca_pem) : url_(url), ca_pem_(ca_pem) {}

  /// @param receiver is notified when there are events to report
  void set_receiver(TaskHandle_t receiver) { receiver_ = receiver; }

  void open() override;
  bool send_text(std::string_view text) override;
  bool send_binary(std::span<const uint8_t> message) override;
  void close(uint16_t code) override;

  /// Reports what has happened since to the session, from the session's own task. @returns whether anything
  /// has
  bool deliver(Session& session);

 private:
  enum class Kind : uint8_t { opened, text, binary, closed };
  /// Passed on by the client's events: a code and a text.
  struct Event {
    Kind kind;
    uint16_t code;
    std::array<char, kMaxControlBytes> text;
  };

  bool make_transport(const ServerUrl& url);
  bool start_client();
  void post(Kind kind, uint16_t code, size_t length);
  void post_closed(uint16_t code, const char* reason);
  static void on_event(void* self, esp_event_base_t base, int32_t id, void* data);
  void on_data(const esp_websocket_event_data_t& data);
  void on_text_piece(const esp_websocket_event_data_t& data);

  const char* url_;
  const char* ca_pem_;
  TaskHandle_t receiver_ = nullptr;
  esp_transport_handle_t base_ = nullptr;
  esp_transport_handle_t websocket_ = nullptr;
  esp_websocket_client_handle_t client_ = nullptr;
  std::array<char, 256> path_{};
  MessageBufferHandle_t events_ = xMessageBufferCreate(4 * kMaxControlBytes);
  std::atomic<bool> overflowed_{false};

  // Used by the client's events, which its event loop handles one at a time, in any task.
  Event outgoing_{};
  size_t message_length_ = 0;
  bool closed_ = false;
  // Used by the session's task.
  Event incoming_{};
};

}  // namespace vigie::esp
