// A WebSocket client (RFC 6455) like the device's: it sends few messages, in fragments of 4096 bytes. A
// server's messages are bounded by the protocol's limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "port/host/stream.hpp"

namespace vigie::host {

struct WebSocketEvent {
  enum class Kind { text, binary, closed };
  Kind kind;
  /// The message, or why it was closed.
  std::string text;
  uint16_t code = 0;
};

class WebSocket {
 public:
  /// Connects and upgrades, with the camera's subprotocol. @returns false with the reason in `error`
  bool open(const ServerUrl& url, SSL_CTX* tls, Deadline deadline, std::string& error);

  /// @returns the next event that has arrived, or nothing yet. Answers pings. After `closed` there are no
  /// more.
  std::optional<WebSocketEvent> next();

  bool send_text(std::string_view text, Deadline deadline);
  bool send_binary(std::span<const uint8_t> message, Deadline deadline);
  /// Idempotent. Sends a close frame when it can be sent at once.
  void close(uint16_t code);

  /// To be polled for reading; negative when closed.
  int descriptor() const { return stream_.descriptor(); }

 private:
  bool upgrade(const ServerUrl& url, Deadline deadline, std::string& error);
  std::optional<std::string> read_response_head(Deadline deadline);
  bool send_message(uint8_t opcode, std::span<const uint8_t> message, Deadline deadline);
  bool send_frame(uint8_t first_byte, std::span<const uint8_t> payload, Deadline deadline);
  /// Takes what has arrived into the buffer. @returns false at the end of the stream
  bool fill();
  std::optional<WebSocketEvent> take_frame();
  std::optional<WebSocketEvent> on_frame(uint8_t opcode, bool fin, std::string payload);
  WebSocketEvent end(uint16_t code, std::string reason);

  Stream stream_;
  std::vector<uint8_t> input_;
  /// A message whose last fragment has not arrived; its opcode, or 0.
  std::string message_;
  uint8_t message_opcode_ = 0;
};

}  // namespace vigie::host
