// Versions of the firmware and their order: MAJOR.MINOR.PATCH, each 0 ... 65535 without leading zeros, and an
// optional -suffix for what comes before the release. The server orders them by the same rules; both are held
// to test/fixtures/firmware-versions.json.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

/// The room for it in an ESP-IDF application, without the NUL that ends it.
inline constexpr size_t kMaxVersionChars = 31;

struct FirmwareVersion {
  std::array<uint16_t, 3> numbers;
  /// Without its hyphen; empty for a release. Refers to the text that was parsed.
  std::string_view suffix;
};

/// @returns nothing for anything else, say what `git describe` makes up
std::optional<FirmwareVersion> parse_firmware_version(std::string_view text);

/// A suffix sorts before the same version without one; two suffixes are compared as text. What is no version
/// is older than every version, and equal to anything else that is none.
/// @returns -1 when `a` is older than `b`, 0 when neither is, 1 when it is newer
int compare_firmware_versions(std::string_view a, std::string_view b);

}  // namespace vigie
