#include "port/host/websocket_link.hpp"

#include <utility>

namespace vigie::host {
namespace {

Deadline in_ms(uint32_t ms) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms); }

}  // namespace

void WebSocketLink::open() {
  const bool opened = socket_.open(url_, tls_.get(), in_ms(kHandshakeTimeoutMs), error_);
  outcome_ = opened ? Outcome::opened : Outcome::failed;
}

bool WebSocketLink::send_text(std::string_view text) {
  return socket_.send_text(text, in_ms(kSilenceTimeoutMs));
}

bool WebSocketLink::send_binary(std::span<const uint8_t> message) {
  return socket_.send_binary(message, in_ms(kSilenceTimeoutMs));
}

void WebSocketLink::close(uint16_t code) {
  outcome_ = Outcome::none;
  socket_.close(code);
}

bool WebSocketLink::deliver(Session& session) {
  const Outcome outcome = std::exchange(outcome_, Outcome::none);
  if (outcome == Outcome::opened) session.on_open();
  if (outcome == Outcome::failed) session.on_closed(close_code::kAbnormal, error_);
  bool any = outcome != Outcome::none;
  while (const std::optional<WebSocketEvent> event = socket_.next()) {
    any = true;
    switch (event->kind) {
      case WebSocketEvent::Kind::text:
        session.on_text(event->text);
        break;
      case WebSocketEvent::Kind::binary:
        session.on_binary();
        break;
      case WebSocketEvent::Kind::closed:
        session.on_closed(event->code, event->text);
        break;
    }
  }
  return any;
}

}  // namespace vigie::host
