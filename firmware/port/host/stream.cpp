#include "port/host/stream.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/protocol.hpp"

namespace vigie::host {
namespace {

/// @returns false at the deadline
bool wait_for(int descriptor, short events, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{.fd = descriptor, .events = events, .revents = 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::string tls_error(SSL* ssl) {
  const long verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
  if (verdict != X509_V_OK)
    return std::string("the server's certificate is not good: ") + X509_verify_cert_error_string(verdict);
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  if (code == 0) return "the server ended the TLS handshake";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace

TlsContext make_tls_context(const std::string& ca_file, std::string& error) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) {
    error = tls_error(nullptr);
    return {};
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // The device's output record.
  SSL_CTX_set_max_send_fragment(context.get(), kFragmentBytes);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                     : SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr);
  if (loaded != 1) {
    error = ca_file.empty() ? "the system's certificates cannot be read"
                            : ca_file + " holds no certificate in PEM";
    return {};
  }
  return context;
}

bool Stream::connect(const ServerUrl& url, SSL_CTX* tls, Deadline deadline, std::string& error) {
  close();
  if (connect_tcp(url, deadline, error) && (!url.is_secure || connect_tls(url, tls, deadline, error)))
    return true;
  close();
  return false;
}

bool Stream::connect_tcp(const ServerUrl& url, Deadline deadline, std::string& error) {
  const std::string host(url.host);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failure = getaddrinfo(host.c_str(), std::to_string(url.port).c_str(), &hints, &found)) {
    error = host + ": " + gai_strerror(failure);
    return false;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  for (const addrinfo* address = found; address; address = address->ai_next) {
    close();
    descriptor_ = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (descriptor_ < 0) continue;
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int failure = ::connect(descriptor_, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (failure == EINPROGRESS) {
      socklen_t size = sizeof failure;
      if (!wait_for(descriptor_, POLLOUT, deadline))
        failure = ETIMEDOUT;
      else
        getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &failure, &size);
    }
    if (failure == 0) return true;
    error = host + ": " + std::strerror(failure);
  }
  return false;
}

bool Stream::connect_tls(const ServerUrl& url, SSL_CTX* tls, Deadline deadline, std::string& error) {
  const std::string host(url.host);
  ssl_.reset(SSL_new(tls));
  if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor_) != 1) {
    error = tls_error(nullptr);
    return false;
  }
  // An address is looked for among the certificate's addresses, a name among its names; a name is also sent
  // along.
  X509_VERIFY_PARAM* expected = SSL_get0_param(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1) {
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl_.get(), host.c_str()) != 1) {
      error = tls_error(nullptr);
      return false;
    }
  }
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return true;
    const int reason = SSL_get_error(ssl_.get(), result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
      error = tls_error(ssl_.get());
      return false;
    }
    if (!wait_for(descriptor_, reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
      error = "the TLS handshake took too long";
      return false;
    }
  }
}

Stream::Read Stream::read(std::span<uint8_t> room, size_t& length) {
  if (!is_open()) return Read::ended;
  if (ssl_) {
    ERR_clear_error();
    if (SSL_read_ex(ssl_.get(), room.data(), room.size(), &length) == 1) return Read::some;
    const int reason = SSL_get_error(ssl_.get(), 0);
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? Read::none_yet : Read::ended;
  }
  const ssize_t count = recv(descriptor_, room.data(), room.size(), 0);
  if (count > 0) {
    length = static_cast<size_t>(count);
    return Read::some;
  }
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? Read::none_yet
                                                                                  : Read::ended;
}

bool Stream::write(std::span<const uint8_t> bytes, Deadline deadline) {
  while (is_open() && !bytes.empty()) {
    short wanted = POLLOUT;
    size_t written = 0;
    if (ssl_) {
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) {
        const int reason = SSL_get_error(ssl_.get(), 0);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return false;
        if (reason == SSL_ERROR_WANT_READ) wanted = POLLIN;
      }
    } else {
      const ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
      written = count > 0 ? static_cast<size_t>(count) : 0;
    }
    bytes = bytes.subspan(written);
    if (!bytes.empty() && written == 0 && !wait_for(descriptor_, wanted, deadline)) return false;
  }
  return is_open();
}

bool Stream::wait_readable(Deadline deadline) const { return wait_for(descriptor_, POLLIN, deadline); }

void Stream::close() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  ssl_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace vigie::host
