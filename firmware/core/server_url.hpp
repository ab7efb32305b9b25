// The URL of a camera's server: `ws://HOST[:PORT]/camera` or `wss://...`, checked before it is stored or
// used.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

/// The pieces refer to the text that was parsed.
struct ServerUrl {
  bool is_secure = false;
  /// A name or an address; an IPv6 address without its brackets.
  std::string_view host;
  uint16_t port = 0;
  /// With the query, never empty.
  std::string_view path;
};

/// @returns nothing when it is not a WebSocket URL, or contains a user or a fragment
std::optional<ServerUrl> parse_server_url(std::string_view text);

/// The prefix of the server's own paths: `/vigie` of `/vigie/camera`; empty without a proxy that serves it
/// under a path.
std::string_view base_path(const ServerUrl& url);

}  // namespace vigie
