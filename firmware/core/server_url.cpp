#include "core/server_url.hpp"

#include <algorithm>

namespace vigie {
namespace {

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

bool is_address_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

std::optional<uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  uint32_t port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  if (port < 1 || port > 0xffff) return std::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

std::optional<ServerUrl> parse_server_url(std::string_view text) {
  // No spaces or control characters: it becomes part of an HTTP request.
  if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c == 0x7f || c == '#'; }))
    return std::nullopt;
  ServerUrl url;
  if (text.starts_with("ws://")) {
    text.remove_prefix(5);
  } else if (text.starts_with("wss://")) {
    text.remove_prefix(6);
    url.is_secure = true;
  } else {
    return std::nullopt;
  }
  const size_t slash = std::min(text.find_first_of("/?"), text.size());
  url.path = text.substr(slash);
  if (url.path.empty()) url.path = "/";
  if (url.path.front() != '/') return std::nullopt;
  std::string_view authority = text.substr(0, slash);
  const bool bracketed = authority.starts_with('[');
  if (bracketed) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
  } else {
    url.host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(url.host.size());
  }
  if (url.host.empty() ||
      !std::ranges::all_of(url.host, bracketed ? is_address_character : is_host_character))
    return std::nullopt;
  url.port = url.is_secure ? 443 : 80;
  if (authority.empty()) return url;
  const std::optional<uint16_t> port =
      authority.starts_with(':') ? parse_port(authority.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  url.port = *port;
  return url;
}

std::string_view base_path(const ServerUrl& url) {
  constexpr std::string_view kCameraPath = "/camera";
  const std::string_view path = url.path.substr(0, url.path.find('?'));
  return path.ends_with(kCameraPath) ? path.substr(0, path.size() - kCameraPath.size()) : std::string_view{};
}

}  // namespace vigie
