// Bytes from hex or text, and hex from bytes, for tables of vectors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text_encoding.hpp"

inline std::vector<uint8_t> bytes_of_hex(std::string_view hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

inline std::span<const uint8_t> bytes_of_text(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline vigie::Bytes32 bytes32_of_hex(std::string_view hex) {
  vigie::Bytes32 bytes{};
  std::ranges::copy(bytes_of_hex(hex), bytes.begin());
  return bytes;
}

inline std::string hex_of(const vigie::Bytes32& bytes) {
  const auto hex = vigie::to_hex(bytes);
  return {hex.data(), hex.size()};
}
