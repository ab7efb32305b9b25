#include "core/firmware_version.hpp"

#include <algorithm>

namespace vigie {
namespace {

constexpr size_t kMaxSuffixChars = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_suffix_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

/// Takes one number off the front of `text`.
std::optional<uint16_t> take_number(std::string_view& text) {
  uint32_t value = 0;
  size_t digits = 0;
  while (digits < text.size() && digits < 6 && is_digit(text[digits]))
    value = value * 10 + static_cast<uint32_t>(text[digits++] - '0');
  if (digits == 0 || value > 0xffff || (digits > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<uint16_t>(value);
}

int sign(int difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

}  // namespace

std::optional<FirmwareVersion> parse_firmware_version(std::string_view text) {
  FirmwareVersion version{};
  for (size_t i = 0; i < version.numbers.size(); i++) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const std::optional<uint16_t> number = take_number(text);
    if (!number) return std::nullopt;
    version.numbers[i] = *number;
  }
  if (text.empty()) return version;
  version.suffix = text.substr(1);
  const bool is_suffix = text[0] == '-' && !version.suffix.empty() &&
                         version.suffix.size() <= kMaxSuffixChars &&
                         std::ranges::all_of(version.suffix, is_suffix_char);
  if (!is_suffix) return std::nullopt;
  return version;
}

int compare_firmware_versions(std::string_view a, std::string_view b) {
  const std::optional<FirmwareVersion> one = parse_firmware_version(a);
  const std::optional<FirmwareVersion> other = parse_firmware_version(b);
  if (!one || !other) return static_cast<int>(one.has_value()) - static_cast<int>(other.has_value());
  for (size_t i = 0; i < one->numbers.size(); i++)
    if (one->numbers[i] != other->numbers[i]) return one->numbers[i] < other->numbers[i] ? -1 : 1;
  if (one->suffix.empty() || other->suffix.empty())
    return static_cast<int>(one->suffix.empty()) - static_cast<int>(other->suffix.empty());
  return sign(one->suffix.compare(other->suffix));
}

}  // namespace vigie
