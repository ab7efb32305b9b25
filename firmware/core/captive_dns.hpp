// During the setup every name resolves to the camera, so that a phone finds the setup page automatically (RFC
// 1035).
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace vigie {

inline constexpr size_t kMaxDnsBytes = 512;

/// Turns a query into its answer, in place.
/// @param message the query, `length` bytes of it, in a buffer of kMaxDnsBytes
/// @returns the answer's length, or 0 when there is nothing to answer
size_t answer_dns(std::span<uint8_t, kMaxDnsBytes> message, size_t length,
                  const std::array<uint8_t, 4>& address);

}  // namespace vigie
