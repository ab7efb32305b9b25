#include "websocket_link.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "esp_crt_bundle.h"
#include "esp_log.h"
#include "esp_transport_ssl.h"
#include "esp_transport_tcp.h"
#include "esp_transport_ws.h"
#include "lwip/sockets.h"

// Exported by tcp_transport, declared only in its private header: the only access to the socket's options.
extern "C" int esp_transport_get_socket(esp_transport_handle_t t);

namespace vigie::esp {
namespace {

constexpr char kTag[] = "link";
constexpr int kConnectTimeoutMs = 10'000;
constexpr TickType_t kSendTimeout = pdMS_TO_TICKS(kSilenceTimeoutMs);
constexpr TickType_t kCloseTimeout = pdMS_TO_TICKS(500);
/// For esp_websocket_client: the connecting task runs the whole TLS handshake.
constexpr int kStackBytes = 8192;
constexpr int kPriority = 5;

}  // namespace

void WebSocketLink::open() {
  xMessageBufferReset(events_);
  overflowed_ = false;
  closed_ = false;
  message_length_ = 0;
  const std::optional<ServerUrl> url = parse_server_url(url_);
  if (!url || !make_transport(*url) || !start_client())
    post_closed(close_code::kAbnormal, "too little memory");
}

bool WebSocketLink::make_transport(const ServerUrl& url) {
  if (url.path.size() >= path_.size()) return false;
  std::ranges::copy(url.path, path_.begin());
  path_[url.path.size()] = '\0';
  if (url.is_secure) {
    base_ = esp_transport_ssl_init();
    if (!base_) return false;
    // There is no third option: a certificate is always verified, and its name compared with the URL's.
    if (*ca_pem_)
      esp_transport_ssl_set_cert_data(base_, ca_pem_, static_cast<int>(std::strlen(ca_pem_)));
    else
      esp_transport_ssl_crt_bundle_attach(base_, esp_crt_bundle_attach);
  } else {
    base_ = esp_transport_tcp_init();
    if (!base_) return false;
  }
  esp_transport_set_default_port(base_, url.port);
  websocket_ = esp_transport_ws_init(base_);
  if (!websocket_) return false;
  esp_transport_set_default_port(websocket_, url.port);
  esp_transport_ws_config_t config = {};
  config.ws_path = path_.data();
  config.sub_protocol = kCameraSubprotocol.data();
  // The client answers pings and reads close frames itself.
  config.propagate_control_frames = true;
  return esp_transport_ws_set_config(websocket_, &config) == ESP_OK;
}

bool WebSocketLink::start_client() {
  esp_websocket_client_config_t config = {};
  config.uri = url_;
  config.subprotocol = kCameraSubprotocol.data();
  config.ext_transport = websocket_;
  // The session reconnects, with its own backoff.
  config.disable_auto_reconnect = true;
  config.network_timeout_ms = kConnectTimeoutMs;
  config.buffer_size = static_cast<int>(kFragmentBytes);
  config.task_name = "websocket";
  config.task_stack = kStackBytes;
  config.task_prio = kPriority;
  // The session detects silence by its own requests; the server pings.
  config.disable_pingpong_discon = true;
  client_ = esp_websocket_client_init(&config);
  if (!client_) return false;
  return esp_websocket_register_events(client_, WEBSOCKET_EVENT_ANY, &WebSocketLink::on_event, this) ==
             ESP_OK &&
         esp_websocket_client_start(client_) == ESP_OK;
}

bool WebSocketLink::send_text(std::string_view text) {
  if (!client_ || !esp_websocket_client_is_connected(client_)) return false;
  const int length = static_cast<int>(text.size());
  return esp_websocket_client_send_text(client_, text.data(), length, kSendTimeout) == length;
}

bool WebSocketLink::send_binary(std::span<const uint8_t> message) {
  if (!client_ || !esp_websocket_client_is_connected(client_)) return false;
  const int length = static_cast<int>(message.size());
  const auto* bytes = reinterpret_cast<const char*>(message.data());
  return esp_websocket_client_send_bin(client_, bytes, length, kSendTimeout) == length;
}

void WebSocketLink::close(uint16_t code) {
  if (client_) {
    // Not esp_websocket_client_close: it waits forever for the answer of a network that is gone.
    const bool is_goodbye = code == close_code::kNormal || code == close_code::kGoingAway;
    if (is_goodbye && esp_websocket_client_is_connected(client_)) {
      const std::array<uint8_t, 2> payload{static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code)};
      esp_websocket_client_send_with_opcode(client_, WS_TRANSPORT_OPCODES_CLOSE, payload.data(),
                                            static_cast<int>(payload.size()), kCloseTimeout);
    }
    // Waits for the client's task to end, so nothing is posted after it.
    esp_websocket_client_destroy(client_);
  }
  client_ = nullptr;
  // The client does not own the transport it was given.
  if (websocket_) esp_transport_destroy(websocket_);
  if (base_) esp_transport_destroy(base_);
  websocket_ = nullptr;
  base_ = nullptr;
  xMessageBufferReset(events_);
}

bool WebSocketLink::deliver(Session& session) {
  bool any = false;
  for (;;) {
    const size_t size = xMessageBufferReceive(events_, &incoming_, sizeof incoming_, 0);
    if (size < offsetof(Event, text)) break;
    any = true;
    const std::string_view text(incoming_.text.data(), size - offsetof(Event, text));
    switch (incoming_.kind) {
      case Kind::opened:
        session.on_open();
        break;
      case Kind::text:
        session.on_text(text);
        break;
      case Kind::binary:
        session.on_binary();
        break;
      case Kind::closed:
        session.on_closed(incoming_.code, text);
        break;
    }
  }
  if (overflowed_.exchange(false)) {
    any = true;
    session.on_closed(close_code::kAbnormal, "the server says more than can be listened to");
  }
  return any;
}

void WebSocketLink::on_event(void* self, esp_event_base_t, int32_t id, void* data) {
  auto& link = *static_cast<WebSocketLink*>(self);
  const auto& event = *static_cast<const esp_websocket_event_data_t*>(data);
  switch (id) {
    case WEBSOCKET_EVENT_CONNECTED: {
      const int on = 1;
      const int socket = esp_transport_get_socket(link.websocket_);
      if (socket < 0 || setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        ESP_LOGW(kTag, "TCP_NODELAY could not be set: frames may wait for acknowledgements of TCP");
      link.post(Kind::opened, 0, 0);
      break;
    }
    case WEBSOCKET_EVENT_DATA:
      link.on_data(event);
      break;
    case WEBSOCKET_EVENT_ERROR:
      if (event.error_handle.esp_ws_handshake_status_code > 0)
        link.post_closed(close_code::kAbnormal, "the server does not take cameras at this URL");
      else if (event.error_handle.esp_tls_cert_verify_flags != 0)
        link.post_closed(close_code::kAbnormal, "the server's certificate is not good");
      break;
    case WEBSOCKET_EVENT_DISCONNECTED:
    case WEBSOCKET_EVENT_CLOSED:
    case WEBSOCKET_EVENT_FINISH:
      link.post_closed(close_code::kAbnormal, "the connection ended");
      break;
    default:
      break;
  }
}

void WebSocketLink::on_data(const esp_websocket_event_data_t& data) {
  if (data.data_len < 0 || (data.data_len > 0 && !data.data_ptr)) return;
  switch (data.op_code) {
    case WS_TRANSPORT_OPCODES_CONT:
    case WS_TRANSPORT_OPCODES_TEXT:
      on_text_piece(data);
      break;
    case WS_TRANSPORT_OPCODES_BINARY:
      post(Kind::binary, 0, 0);
      break;
    case WS_TRANSPORT_OPCODES_CLOSE: {
      const auto* bytes = reinterpret_cast<const uint8_t*>(data.data_ptr);
      const uint16_t code =
          data.data_len >= 2 ? static_cast<uint16_t>(bytes[0] << 8 | bytes[1]) : uint16_t{1005};
      const size_t length =
          data.data_len > 2 ? std::min<size_t>(static_cast<size_t>(data.data_len) - 2, 125) : 0;
      if (length > 0) std::copy_n(data.data_ptr + 2, length, outgoing_.text.begin());
      if (!closed_) post(Kind::closed, code, length);
      closed_ = true;
      break;
    }
    default:
      break;
  }
}

/// A message may come in many frames, and a frame in many events.
void WebSocketLink::on_text_piece(const esp_websocket_event_data_t& data) {
  const auto length = static_cast<size_t>(data.data_len);
  if (length > outgoing_.text.size() - message_length_) {
    overflowed_ = true;
    if (receiver_) xTaskNotifyGive(receiver_);
    return;
  }
  std::copy_n(data.data_ptr, length, outgoing_.text.begin() + static_cast<std::ptrdiff_t>(message_length_));
  message_length_ += length;
  if (!data.fin || data.payload_offset + data.data_len < data.payload_len) return;
  post(Kind::text, 0, message_length_);
  message_length_ = 0;
}

void WebSocketLink::post_closed(uint16_t code, const char* reason) {
  if (closed_) return;
  closed_ = true;
  const size_t length = std::strlen(reason);
  std::copy_n(reason, length, outgoing_.text.begin());
  post(Kind::closed, code, length);
}

void WebSocketLink::post(Kind kind, uint16_t code, size_t length) {
  outgoing_.kind = kind;
  outgoing_.code = code;
  const size_t size = offsetof(Event, text) + length;
  if (xMessageBufferSend(events_, &outgoing_, size, 0) != size) overflowed_ = true;
  if (receiver_) xTaskNotifyGive(receiver_);
}

}  // namespace vigie::esp
