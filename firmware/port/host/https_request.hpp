// One request to the server the camera is set to, over verified TLS: the image of an update, or pairing.
// HTTP/1.1 (RFC 9112) as far as that needs it: an answer has a Content-Length, and no other host is ever
// asked.
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
  /// Whole lines, each with its end; for what is secret too.
  std::string header_lines;
  std::string body;
};

struct HttpsAnswer {
  int status = 0;
  uint64_t content_length = 0;
};

/// Tells the request what to do with what comes. Each returns nullptr to go on, or why to stop.
struct HttpsReceiver {
  std::function<const char*(const HttpsAnswer&)> on_head;
  std::function<const char*(std::span<const uint8_t>)> on_body;
  /// Asked a few times a second while nothing comes.
  std::function<bool()> goes_on = [] { return true; };
};

/// @param silence_ms without a byte, and the server is given up
/// @returns empty when the whole answer was received, else why not
std::string https_request(const ServerUrl& server, SSL_CTX* tls, const HttpsRequest& request,
                          uint32_t silence_ms, const HttpsReceiver& receiver);

}  // namespace vigie::host
