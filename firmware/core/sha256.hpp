// SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104), small and without a library, so that the device, the host
// build and the tests run the same code. A handshake is a few hundred bytes: speed does not matter here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vigie {

using Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  void update(std::span<const uint8_t> bytes);
  /// Call it once, at the end.
  Digest finish();

 private:
  void compress(const uint8_t* block);

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> block_{};
  uint64_t total_ = 0;
};

class HmacSha256 {
 public:
  explicit HmacSha256(std::span<const uint8_t> key);
  void update(std::span<const uint8_t> bytes) { inner_.update(bytes); }
  Digest finish();

 private:
  Sha256 inner_;
  std::array<uint8_t, 64> outer_pad_{};
};

/// Takes the same time for all contents.
bool equal_in_constant_time(const Digest& a, const Digest& b);

}  // namespace vigie
