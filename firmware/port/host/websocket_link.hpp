// The session's link on the host: connects while the session waits, and passes on received messages from the
// program's loop.
#pragma once

#include <string>

#include "core/session.hpp"
#include "port/host/websocket.hpp"

namespace vigie::host {

class WebSocketLink final : public Link {
 public:
  /// @param url parsed from a text that outlives this; @param tls for a secure one, else empty
  WebSocketLink(const ServerUrl& url, TlsContext tls) : url_(url), tls_(std::move(tls)) {}

  void open() override;
  bool send_text(std::string_view text) override;
  bool send_binary(std::span<const uint8_t> message) override;
  void close(uint16_t code) override;

  /// Reports what has happened since to the session. @returns whether anything has
  bool deliver(Session& session);

  int descriptor() const { return socket_.descriptor(); }

 private:
  ServerUrl url_;
  TlsContext tls_;
  WebSocket socket_;
  enum class Outcome { none, opened, failed } outcome_ = Outcome::none;
  std::string error_;
};

}  // namespace vigie::host
