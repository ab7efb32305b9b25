// Pairing by a short code: what a camera asks its server once, over verified TLS, and what it is answered.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/firmware_update.hpp"
#include "core/text_encoding.hpp"

namespace vigie {

inline constexpr std::string_view kPairingPath = "/api/pairing";

struct PairedCamera {
  ShortText<64> camera_id;
  Bytes32 key{};
};

/// As a person types it: dashes, spaces and case do not matter, O is 0, I and L are 1.
/// @returns the eight characters of the code, or nothing when it is none
std::optional<ShortText<8>> tidy_pairing_code(std::string_view typed);

/// @returns the message, or an empty text when there is too little room
std::string_view write_pairing_request(std::span<char> room, std::string_view code, std::string_view board,
                                       std::string_view firmware);
/// @returns nothing when this is not what a server answers
std::optional<PairedCamera> parse_pairing_answer(std::string_view text);

inline constexpr int kPairedStatus = 201;
/// Of attempts with a code that may still be good; doubling, for the server counts them.
inline constexpr uint32_t kFirstPairingRetryMs = 10'000;
inline constexpr uint32_t kMaxPairingRetryMs = 600'000;

struct PairingFailure {
  /// A literal for a person.
  const char* reason;
  /// The code will never be good again: only another one helps. Asking on would use up the few wrong codes
  /// that the server takes from one network, which other cameras there may need.
  bool is_final;
};

/// Why an attempt brought no key. @param status of the server's answer, 0 when there was none
PairingFailure pairing_failure(int status);

}  // namespace vigie
