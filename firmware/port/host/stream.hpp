// A TCP connection, with TLS or without, whose every step has a deadline. TLS always verifies the server's
// certificate and name: there is no way to ask it not to.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/server_url.hpp"

namespace vigie::host {

using Deadline = std::chrono::steady_clock::time_point;

struct OpenSslDelete {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using TlsContext = std::unique_ptr<SSL_CTX, OpenSslDelete>;

/// @param ca_file certificates in PEM, and then only those are trusted; empty for the system's
/// @returns nothing, with the reason in `error`, when the file cannot be used
TlsContext make_tls_context(const std::string& ca_file, std::string& error);

class Stream {
 public:
  Stream() = default;
  ~Stream() { close(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// @param tls for a secure URL, else nullptr
  /// @returns false with the reason in `error`; then the stream is closed
  bool connect(const ServerUrl& url, SSL_CTX* tls, Deadline deadline, std::string& error);

  enum class Read { some, none_yet, ended };
  /// Takes what is there, without waiting.
  Read read(std::span<uint8_t> room, size_t& length);

  /// @returns false when not everything went out in time
  bool write(std::span<const uint8_t> bytes, Deadline deadline);

  /// Waits until there may be something to read. @returns false at the deadline
  bool wait_readable(Deadline deadline) const;

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  /// Idempotent.
  void close();

 private:
  bool connect_tcp(const ServerUrl& url, Deadline deadline, std::string& error);
  bool connect_tls(const ServerUrl& url, SSL_CTX* tls, Deadline deadline, std::string& error);

  int descriptor_ = -1;
  std::unique_ptr<SSL, OpenSslDelete> ssl_;
};

}  // namespace vigie::host
