// 32 bytes as text: base64url without padding (RFC 4648 section 5) for keys and nonces, lower-case hex for
// proofs. Strict: each value has exactly one spelling, as on the server.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

using Bytes32 = std::array<uint8_t, 32>;

inline constexpr size_t kBase64UrlChars = 43;
inline constexpr size_t kHexChars = 64;

std::array<char, kBase64UrlChars> to_base64url(const Bytes32& bytes);
std::optional<Bytes32> from_base64url(std::string_view text);

std::array<char, kHexChars> to_hex(const Bytes32& bytes);
std::optional<Bytes32> from_hex(std::string_view text);

}  // namespace vigie
