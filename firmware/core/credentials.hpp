// The configuration a camera needs: Wi-Fi, server, id and key. Every way of entering it (the setup page, the
// serial line, a compiled-in header) ends here, so that all accept the same values with the same answers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/protocol.hpp"
#include "core/text_encoding.hpp"

namespace vigie {

/// A text of bounded length with its own memory, with a zero at its end for C.
template <size_t kMost>
class Text {
 public:
  /// @returns false, and changes nothing, when it is too long or contains a control character
  bool assign(std::string_view text) {
    if (text.size() > kMost) return false;
    for (const char c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    for (size_t i = 0; i < text.size(); i++) characters_[i] = text[i];
    size_ = text.size();
    characters_[size_] = '\0';
    return true;
  }
  std::string_view view() const { return {characters_.data(), size_}; }
  const char* c_str() const { return characters_.data(); }
  bool empty() const { return size_ == 0; }

 private:
  std::array<char, kMost + 1> characters_{};
  size_t size_ = 0;
};

struct Credentials {
  Text<32> ssid;
  /// Empty for an open network.
  Text<64> wifi_password;
  /// `ws://` or `wss://`, with the path.
  Text<255> server;
  Text<kMaxCameraIdBytes> camera_id;
  /// As text, 43 characters of base64url.
  Text<kBase64UrlChars> key;
  /// Instead of id and key: a code that the server exchanges for both, once. The one entered last, key or code,
  /// counts.
  Text<16> pairing_code;

  /// Fields by their names on the page and on the serial line: ssid, password, server, id, key, pair.
  /// @returns nullptr, or why the value is refused: a literal for a person
  const char* set(std::string_view field, std::string_view value);

  /// One line of the configuration from the server's page: `VIGIE_SERVER_URL=`, `VIGIE_CAMERA_ID=`,
  /// `VIGIE_CAMERA_KEY=`. @returns like `set`
  const char* set_line(std::string_view line);

  /// @returns nullptr when the configuration is complete, or pairing can complete it, else what is missing
  const char* problem() const;
  /// Id and key must still be obtained by pairing.
  bool needs_pairing() const { return key.empty() && !pairing_code.empty(); }

  /// Valid only when there is no problem and no pairing needed.
  Bytes32 key_bytes() const { return from_base64url(key.view()).value_or(Bytes32{}); }
};

}  // namespace vigie
