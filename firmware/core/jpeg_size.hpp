// A picture's dimensions from its frame header (ITU-T T.81, annex B), and whether it has an end. The driver's
// own numbers lag behind for a frame or two after a change of size; the server checks the picture.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace vigie {

struct JpegSize {
  uint16_t width;
  uint16_t height;
};

/// @returns the size, or nothing unless the bytes begin with SOI, end with EOI and contain a baseline frame
/// header
std::optional<JpegSize> jpeg_size(std::span<const uint8_t> jpeg);

/// For files of concatenated pictures.
/// @returns the length of the picture that begins at the first byte, or 0 without a complete one
size_t jpeg_length(std::span<const uint8_t> bytes);

}  // namespace vigie
