#include "core/sha256.hpp"

#include <algorithm>
#include <bit>

namespace vigie {
namespace {

constexpr std::array<uint32_t, 64> kRounds{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t big_endian(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
}

}  // namespace

void Sha256::update(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto filled = static_cast<size_t>(total_ % block_.size());
    const size_t taken = std::min(bytes.size(), block_.size() - filled);
    std::copy_n(bytes.data(), taken, block_.data() + filled);
    total_ += taken;
    bytes = bytes.subspan(taken);
    if (total_ % block_.size() == 0) compress(block_.data());
  }
}

Digest Sha256::finish() {
  const uint64_t bits = total_ * 8;
  const std::array<uint8_t, 1> end{0x80};
  const std::array<uint8_t, 1> zero{0};
  update(end);
  while (total_ % block_.size() != block_.size() - sizeof bits) update(zero);
  std::array<uint8_t, sizeof bits> length;
  for (size_t i = 0; i < length.size(); i++) length[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  update(length);
  Digest digest;
  for (size_t i = 0; i < digest.size(); i++)
    digest[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

void Sha256::compress(const uint8_t* block) {
  std::array<uint32_t, 64> w;
  for (size_t i = 0; i < 16; i++) w[i] = big_endian(block + 4 * i);
  for (size_t i = 16; i < w.size(); i++) {
    const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (size_t i = 0; i < w.size(); i++) {
    const uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRounds[i] + w[i];
    const uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const std::array<uint32_t, 8> mixed{a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < state_.size(); i++) state_[i] += mixed[i];
}

HmacSha256::HmacSha256(std::span<const uint8_t> key) {
  std::array<uint8_t, 64> padded{};
  if (key.size() > padded.size()) {
    Sha256 hash;
    hash.update(key);
    std::ranges::copy(hash.finish(), padded.begin());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  std::array<uint8_t, 64> inner_pad;
  for (size_t i = 0; i < padded.size(); i++) {
    inner_pad[i] = padded[i] ^ 0x36;
    outer_pad_[i] = padded[i] ^ 0x5c;
  }
  inner_.update(inner_pad);
}

Digest HmacSha256::finish() {
  const Digest inner = inner_.finish();
  Sha256 outer;
  outer.update(outer_pad_);
  outer.update(inner);
  return outer.finish();
}

bool equal_in_constant_time(const Digest& a, const Digest& b) {
  volatile uint8_t difference = 0;
  for (size_t i = 0; i < a.size(); i++) difference = difference | static_cast<uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace vigie
