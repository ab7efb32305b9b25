#include "core/jpeg_size.hpp"

namespace vigie {
namespace {

constexpr uint8_t kSoi = 0xd8;
constexpr uint8_t kEoi = 0xd9;
constexpr uint8_t kSos = 0xda;
/// Baseline and extended sequential, Huffman coded: what cameras write.
constexpr uint8_t kSof0 = 0xc0;
constexpr uint8_t kSof1 = 0xc1;

uint16_t uint16_at(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

bool begins_with_soi(std::span<const uint8_t> bytes) {
  return bytes.size() >= 4 && bytes[0] == 0xff && bytes[1] == kSoi;
}

/// The next marker segment, or nothing at the end of the JPEG.
struct Segment {
  uint8_t marker;
  size_t at;
  size_t length;
};

std::optional<Segment> segment_at(std::span<const uint8_t> bytes, size_t at) {
  while (at + 1 < bytes.size() && bytes[at] == 0xff && bytes[at + 1] == 0xff) at++;
  if (at + 4 > bytes.size() || bytes[at] != 0xff) return std::nullopt;
  const uint16_t length = uint16_at(bytes, at + 2);
  if (length < 2 || at + 2 + length > bytes.size()) return std::nullopt;
  return Segment{bytes[at + 1], at, length};
}

}  // namespace

std::optional<JpegSize> jpeg_size(std::span<const uint8_t> jpeg) {
  if (!begins_with_soi(jpeg)) return std::nullopt;
  if (jpeg[jpeg.size() - 2] != 0xff || jpeg[jpeg.size() - 1] != kEoi) return std::nullopt;
  for (size_t at = 2;;) {
    const std::optional<Segment> segment = segment_at(jpeg, at);
    if (!segment || segment->marker == kSos) return std::nullopt;
    if (segment->marker == kSof0 || segment->marker == kSof1) {
      if (segment->length < 8) return std::nullopt;
      const JpegSize size{uint16_at(jpeg, segment->at + 7), uint16_at(jpeg, segment->at + 5)};
      if (size.width == 0 || size.height == 0) return std::nullopt;
      return size;
    }
    at = segment->at + 2 + segment->length;
  }
}

size_t jpeg_length(std::span<const uint8_t> bytes) {
  if (!begins_with_soi(bytes)) return 0;
  bool in_scan = false;
  for (size_t at = 2; at + 1 < bytes.size();) {
    if (in_scan) {
      // In entropy-coded data 0xff is followed by a stuffed zero or is a restart marker.
      const bool marker = bytes[at] == 0xff && bytes[at + 1] != 0 &&
                          !(bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7) && bytes[at + 1] != 0xff;
      if (!marker) {
        at++;
        continue;
      }
    }
    if (bytes[at] == 0xff && bytes[at + 1] == kEoi) return at + 2;
    const std::optional<Segment> segment = segment_at(bytes, at);
    if (!segment) return 0;
    in_scan = in_scan || segment->marker == kSos;
    at = segment->at + 2 + segment->length;
  }
  return 0;
}

}  // namespace vigie
