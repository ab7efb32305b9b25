// Pairing by a short code: the camera's request to its server, once, over verified TLS, and the answer.
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
/// @returns the eight characters of the code, or nothing when it is not valid
std::optional<ShortText<8>> tidy_pairing_code(std::string_view typed);

/// @returns the message, or an empty text when there is too little room
std::string_view write_pairing_request(std::span<char> room, std::string_view code, std::string_view board,
                                       std::string_view firmware);
/// @returns nothing when this is not a server's answer
std::optional<PairedCamera> parse_pairing_answer(std::string_view text);

inline constexpr int kPairedStatus = 201;
/// Delay of attempts with a code that may still be valid; doubling, because the server counts them.
inline constexpr uint32_t kFirstPairingRetryMs = 10'000;
inline constexpr uint32_t kMaxPairingRetryMs = 600'000;

struct PairingFailure {
  /// A literal for a person.
  const char* reason;
  /// The code will never be valid again: only another one helps. Further attempts would use up the few wrong
  /// codes that the server accepts from one network, which other cameras there may need.
  bool is_final;
};

/// Why an attempt yielded no key. @param status of the server's answer, 0 without one
PairingFailure pairing_failure(int status);

}  // namespace vigie
