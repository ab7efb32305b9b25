// One request to the camera's server over verified TLS: the image of an update, or pairing. As much of
// HTTP/1.1 (RFC 9112) as that needs: an answer has a Content-Length, and no other host is contacted.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "port/host/stream.hpp"

namespace vigie::host {

struct HttpsRequest {
  /// "GET" or "POST".
  std::string method;
  std::string path;
  /// Complete lines with their ends; may contain secrets.
  std::string header_lines;
  std::string body;
};

struct HttpsAnswer {
  int status = 0;
  uint64_t content_length = 0;
};

/// Handles the answer's data. Each returns nullptr to continue, or why to stop.
struct HttpsReceiver {
  std::function<const char*(const HttpsAnswer&)> on_head;
  std::function<const char*(std::span<const uint8_t>)> on_body;
  /// Called a few times a second while nothing arrives.
  std::function<bool()> goes_on = [] { return true; };
};

/// @param silence_ms without a byte after which the server is given up
/// @returns empty when the whole answer was received, else why not
std::string https_request(const ServerUrl& server, SSL_CTX* tls, const HttpsRequest& request,
                          uint32_t silence_ms, const HttpsReceiver& receiver);

}  // namespace vigie::host
