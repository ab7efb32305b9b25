#include "port/host/websocket.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/protocol.hpp"

namespace vigie::host {
namespace {

constexpr uint8_t kContinuation = 0;
constexpr uint8_t kText = 1;
constexpr uint8_t kBinary = 2;
constexpr uint8_t kClose = 8;
constexpr uint8_t kPing = 9;
constexpr uint8_t kPong = 10;
constexpr uint8_t kFin = 0x80;

constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kTooLarge = 1009;
constexpr size_t kMaxResponseBytes = 8192;
constexpr size_t kMaxControlFramePayload = 125;

std::string base64(std::span<const uint8_t> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

/// The server's required answer, which no cache or other protocol sends (section 4.2.2).
std::string expected_accept(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<uint8_t, 20> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return base64(digest);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// The value of a header, or nothing.
std::optional<std::string> header(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos && at + 2 < head.size();) {
    const size_t end = std::min(head.find("\r\n", at + 2), head.size());
    const std::string_view line = head.substr(at + 2, end - at - 2);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && lower_case(line.substr(0, colon)) == name) {
      const size_t from = line.find_first_not_of(" \t", colon + 1);
      if (from == std::string_view::npos) return std::string();
      return std::string(line.substr(from, line.find_last_not_of(" \t") - from + 1));
    }
    at = end < head.size() ? end : std::string_view::npos;
  }
  return std::nullopt;
}

Deadline soon(int ms) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms); }

}  // namespace

bool WebSocket::open(const ServerUrl& url, SSL_CTX* tls, Deadline deadline, std::string& error) {
  input_.clear();
  message_.clear();
  message_opcode_ = 0;
  if (stream_.connect(url, tls, deadline, error) && upgrade(url, deadline, error)) return true;
  stream_.close();
  return false;
}

bool WebSocket::upgrade(const ServerUrl& url, Deadline deadline, std::string& error) {
  std::array<uint8_t, 16> nonce;
  RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
  const std::string key = base64(nonce);
  const bool is_ipv6 = url.host.find(':') != std::string_view::npos;
  const std::string host = is_ipv6 ? '[' + std::string(url.host) + ']' : std::string(url.host);
  const std::string request =
      "GET " + std::string(url.path) + " HTTP/1.1\r\nHost: " + host + ':' + std::to_string(url.port) +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: " +
      key + "\r\nSec-WebSocket-Protocol: " + std::string(kCameraSubprotocol) + "\r\n\r\n";
  if (!stream_.write({reinterpret_cast<const uint8_t*>(request.data()), request.size()}, deadline)) {
    error = "the server does not take the request";
    return false;
  }
  const std::optional<std::string> head = read_response_head(deadline);
  if (!head) {
    error = "the server does not answer the request";
  } else if (!head->starts_with("HTTP/1.1 101 ")) {
    error = "the server refused: " + head->substr(0, head->find("\r\n"));
  } else if (header(*head, "sec-websocket-accept") != expected_accept(key) ||
             header(*head, "sec-websocket-protocol") != kCameraSubprotocol) {
    error = "the server does not speak " + std::string(kCameraSubprotocol);
  } else {
    return true;
  }
  return false;
}

std::optional<std::string> WebSocket::read_response_head(Deadline deadline) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  for (;;) {
    const auto end = std::search(input_.begin(), input_.end(), kEnd.begin(), kEnd.end());
    if (end != input_.end()) {
      std::string head(input_.begin(), end);
      input_.erase(input_.begin(), end + static_cast<std::ptrdiff_t>(kEnd.size()));
      return head;
    }
    if (input_.size() > kMaxResponseBytes || !stream_.wait_readable(deadline) || !fill()) return std::nullopt;
  }
}

std::optional<WebSocketEvent> WebSocket::next() {
  if (!stream_.is_open()) return std::nullopt;
  if (auto event = take_frame()) return event;
  const bool more = fill();
  if (auto event = take_frame()) return event;
  if (!more && stream_.is_open()) return end(close_code::kAbnormal, "the connection was cut");
  return std::nullopt;
}

bool WebSocket::fill() {
  // Bounded by one frame and the frames received with it.
  std::array<uint8_t, 4096> room;
  while (input_.size() < 4 * kMaxControlBytes) {
    size_t length = 0;
    switch (stream_.read(room, length)) {
      case Stream::Read::some:
        input_.insert(input_.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(length));
        break;
      case Stream::Read::none_yet:
        return true;
      case Stream::Read::ended:
        return false;
    }
  }
  return true;
}

std::optional<WebSocketEvent> WebSocket::take_frame() {
  while (input_.size() >= 2) {
    const uint8_t first = input_[0];
    const bool masked = input_[1] & 0x80;
    size_t length = input_[1] & 0x7f;
    size_t head = 2;
    if (masked || (first & 0x70) != 0)
      return end(kProtocolError, "the server's frames are not those of RFC 6455");
    if (length == 127) return end(kTooLarge, "the server said too much");
    if (length == 126) {
      if (input_.size() < 4) return std::nullopt;
      length = static_cast<size_t>(input_[2] << 8 | input_[3]);
      head = 4;
    }
    if (length + message_.size() > kMaxControlBytes) return end(kTooLarge, "the server said too much");
    if (input_.size() < head + length) return std::nullopt;
    const auto from = input_.begin() + static_cast<std::ptrdiff_t>(head);
    const auto to = from + static_cast<std::ptrdiff_t>(length);
    std::string payload(from, to);
    input_.erase(input_.begin(), to);
    if (auto event = on_frame(first & 0x0f, first & kFin, std::move(payload))) return event;
    if (!stream_.is_open()) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<WebSocketEvent> WebSocket::on_frame(uint8_t opcode, bool fin, std::string payload) {
  if (opcode >= kClose) {
    if (!fin || payload.size() > kMaxControlFramePayload)
      return end(kProtocolError, "a malformed control frame");
    if (opcode == kPing) {
      const std::span bytes(reinterpret_cast<const uint8_t*>(payload.data()), payload.size());
      send_frame(kFin | kPong, bytes, soon(1000));
      return std::nullopt;
    }
    if (opcode == kPong) return std::nullopt;
    if (opcode != kClose) return end(kProtocolError, "an unknown control frame");
    if (payload.size() < 2) return end(1005, "the server closed the connection");
    const auto code =
        static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
    return end(code, payload.substr(2));
  }
  const bool continues = opcode == kContinuation;
  if (continues != (message_opcode_ != 0) || (!continues && opcode != kText && opcode != kBinary))
    return end(kProtocolError, "a frame out of order");
  if (!continues) message_opcode_ = opcode;
  message_ += payload;
  if (!fin) return std::nullopt;
  const auto kind = message_opcode_ == kText ? WebSocketEvent::Kind::text : WebSocketEvent::Kind::binary;
  message_opcode_ = 0;
  return WebSocketEvent{kind, std::exchange(message_, {})};
}

bool WebSocket::send_text(std::string_view text, Deadline deadline) {
  return send_message(kText, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, deadline);
}

bool WebSocket::send_binary(std::span<const uint8_t> message, Deadline deadline) {
  return send_message(kBinary, message, deadline);
}

bool WebSocket::send_message(uint8_t opcode, std::span<const uint8_t> message, Deadline deadline) {
  do {
    const std::span piece = message.first(std::min(message.size(), kFragmentBytes));
    message = message.subspan(piece.size());
    if (!send_frame(message.empty() ? opcode | kFin : opcode, piece, deadline)) return false;
    opcode = kContinuation;
  } while (!message.empty());
  return true;
}

bool WebSocket::send_frame(uint8_t first_byte, std::span<const uint8_t> payload, Deadline deadline) {
  std::array<uint8_t, 4 + 4 + kFragmentBytes> frame;
  size_t at = 0;
  frame[at++] = first_byte;
  if (payload.size() < 126) {
    frame[at++] = static_cast<uint8_t>(0x80 | payload.size());
  } else {
    frame[at++] = 0x80 | 126;
    frame[at++] = static_cast<uint8_t>(payload.size() >> 8);
    frame[at++] = static_cast<uint8_t>(payload.size());
  }
  // A client's frames are masked, so that it cannot be made to write another protocol's bytes (section 10.3).
  uint8_t* mask = frame.data() + at;
  RAND_bytes(mask, 4);
  at += 4;
  for (size_t i = 0; i < payload.size(); i++) frame[at + i] = payload[i] ^ mask[i % 4];
  return stream_.write({frame.data(), at + payload.size()}, deadline);
}

WebSocketEvent WebSocket::end(uint16_t code, std::string reason) {
  close(code);
  return {WebSocketEvent::Kind::closed, std::move(reason), code};
}

void WebSocket::close(uint16_t code) {
  if (!stream_.is_open()) return;
  // No frame can contain 1005 and 1006.
  if (code != 1005 && code != close_code::kAbnormal) {
    const std::array<uint8_t, 2> payload{static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code)};
    send_frame(kFin | kClose, payload, soon(200));
  }
  stream_.close();
}

}  // namespace vigie::host
