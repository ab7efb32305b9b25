// Versions of the firmware and their order: MAJOR.MINOR.PATCH, each 0 ... 65535 without leading zeros, and an
// optional -suffix of a pre-release. The server orders them by the same rules;
// test/fixtures/firmware-versions.json tests both.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

/// Length of the field in an ESP-IDF application, without the final NUL.
inline constexpr size_t kMaxVersionChars = 31;

struct FirmwareVersion {
  std::array<uint16_t, 3> numbers;
  /// Without its hyphen; empty for a release. Refers to the text that was parsed.
  std::string_view suffix;
};

/// @returns nothing for any other text, such as the output of `git describe`
std::optional<FirmwareVersion> parse_firmware_version(std::string_view text);

/// A suffix sorts before the same version without one; two suffixes are compared as text. A text that is not
/// a version is older than every version, and equal to any other such text.
/// @returns -1 when `a` is older than `b`, 0 when they are equal, 1 when it is newer
int compare_firmware_versions(std::string_view a, std::string_view b);

}  // namespace vigie
