#include "core/app_image.hpp"

#include <algorithm>

namespace vigie {
namespace {

constexpr uint8_t kImageMagic = 0xe9;
constexpr uint32_t kDescriptionMagic = 0xabcd5432;
constexpr size_t kTextBytes = 32;

uint32_t u32(std::span<const uint8_t> bytes, size_t at) {
  return uint32_t{bytes[at]} | uint32_t{bytes[at + 1]} << 8 | uint32_t{bytes[at + 2]} << 16 |
         uint32_t{bytes[at + 3]} << 24;
}

/// The text before the NUL; empty when it is empty, has no end, or is not plain text.
std::string_view text(std::span<const uint8_t> bytes, size_t at) {
  const std::span field = bytes.subspan(at, kTextBytes);
  const auto end = std::ranges::find(field, uint8_t{0});
  const bool is_text =
      end != field.end() && std::all_of(field.begin(), end, [](uint8_t c) { return c > 0x20 && c < 0x7f; });
  if (!is_text) return {};
  return {reinterpret_cast<const char*>(field.data()), static_cast<size_t>(end - field.begin())};
}

}  // namespace

std::optional<AppImageHead> read_app_image_head(std::span<const uint8_t, kAppImageHeadBytes> head) {
  if (head[0] != kImageMagic || u32(head, 32) != kDescriptionMagic) return std::nullopt;
  const AppImageHead image{.chip = static_cast<uint16_t>(head[12] | head[13] << 8),
                           .version = text(head, 48),
                           .project = text(head, 80)};
  if (image.version.empty() || image.project.empty()) return std::nullopt;
  return image;
}

}  // namespace vigie
