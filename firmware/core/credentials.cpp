#include "core/credentials.hpp"

#include "core/pairing.hpp"
#include "core/server_url.hpp"

namespace vigie {

const char* Credentials::set(std::string_view field, std::string_view value) {
  if (field == "ssid") {
    return !value.empty() && ssid.assign(value) ? nullptr : "the network's name must have 1 to 32 characters";
  }
  if (field == "password") {
    // WPA2's own limits: 8 to 63 characters, or 64 of hex.
    const bool fits = value.empty() || (value.size() >= 8 && value.size() <= 64);
    return fits && wifi_password.assign(value) ? nullptr
                                               : "the Wi-Fi password must have 8 to 64 characters, or none";
  }
  if (field == "server") {
    return parse_server_url(value) && server.assign(value)
               ? nullptr
               : "the server must be like wss://vigie.example/camera";
  }
  if (field == "id") {
    return !value.empty() && camera_id.assign(value) ? nullptr
                                                     : "the camera's id must have 1 to 255 characters";
  }
  if (field == "key") {
    if (!from_base64url(value) || !key.assign(value))
      return "the key must be the 43 characters that the server showed";
    pairing_code.assign("");
    return nullptr;
  }
  if (field == "pair") {
    const bool is_code = tidy_pairing_code(value).has_value();
    if ((!is_code && !value.empty()) || !pairing_code.assign(value))
      return "the pairing code has eight characters, like K7QF-3MZP";
    // A user who enters a code wants the key that the server has for it, not the previous one.
    if (is_code) key.assign("");
    return nullptr;
  }
  return "there is no such field: ssid, password, server, id, key, pair";
}

const char* Credentials::set_line(std::string_view line) {
  const size_t equals = line.find('=');
  const std::string_view name = line.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
  if (name == "VIGIE_SERVER_URL") return set("server", value);
  if (name == "VIGIE_CAMERA_ID") return set("id", value);
  if (name == "VIGIE_CAMERA_KEY") return set("key", value);
  return "the configuration has VIGIE_SERVER_URL, VIGIE_CAMERA_ID and VIGIE_CAMERA_KEY";
}

const char* Credentials::problem() const {
  if (ssid.empty()) return "no Wi-Fi network is set";
  if (server.empty()) return "no server is set";
  if (needs_pairing()) {
    const std::optional<ServerUrl> url = parse_server_url(server.view());
    return url && url->is_secure ? nullptr : "pairing by code needs a wss:// server: use id and key";
  }
  if (camera_id.empty()) return "no camera id is set";
  if (key.empty()) return "no key is set";
  return nullptr;
}

}  // namespace vigie
