#include "core/text_encoding.hpp"

namespace vigie {
namespace {

constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHex = "0123456789abcdef";

/// @returns the digit's value, or nothing for another character
std::optional<uint32_t> digit(std::string_view alphabet, char character) {
  const size_t at = alphabet.find(character);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<uint32_t>(at);
}

}  // namespace

std::array<char, kBase64UrlChars> to_base64url(const Bytes32& bytes) {
  std::array<char, kBase64UrlChars> text;
  uint32_t bits = 0;
  int held = 0;
  size_t written = 0;
  for (const uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      text[written++] = kBase64Url[bits >> held & 63];
    }
  }
  text[written] = kBase64Url[bits << (6 - held) & 63];
  return text;
}

std::optional<Bytes32> from_base64url(std::string_view text) {
  if (text.size() != kBase64UrlChars) return std::nullopt;
  Bytes32 bytes;
  uint32_t bits = 0;
  int held = 0;
  size_t written = 0;
  for (const char character : text) {
    const std::optional<uint32_t> value = digit(kBase64Url, character);
    if (!value) return std::nullopt;
    bits = bits << 6 | *value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[written++] = static_cast<uint8_t>(bits >> held);
    }
  }
  // 43 characters hold two bits more than 32 bytes: any but zero would be a second spelling.
  if ((bits & 3) != 0) return std::nullopt;
  return bytes;
}

std::array<char, kHexChars> to_hex(const Bytes32& bytes) {
  std::array<char, kHexChars> text;
  for (size_t i = 0; i < bytes.size(); i++) {
    text[2 * i] = kHex[bytes[i] >> 4];
    text[2 * i + 1] = kHex[bytes[i] & 15];
  }
  return text;
}

std::optional<Bytes32> from_hex(std::string_view text) {
  if (text.size() != kHexChars) return std::nullopt;
  Bytes32 bytes;
  for (size_t i = 0; i < bytes.size(); i++) {
    const std::optional<uint32_t> high = digit(kHex, text[2 * i]);
    const std::optional<uint32_t> low = digit(kHex, text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    bytes[i] = static_cast<uint8_t>(*high << 4 | *low);
  }
  return bytes;
}

}  // namespace vigie
