// The 32-byte little-endian header in front of every JPEG (protocol v1).
//
//      0               1               2               3
//     +---------------+---------------+---------------+---------------+
//   0 | 0x56 'V'      | version = 1   | type (1=JPEG) | flags = 0     |
//     +---------------+---------------+---------------+---------------+
//   4 | sequence u32, from 0, one per frame sent                      |
//   8 | captureUs u64, the camera's monotonic clock                   |
//  16 | sendUs u64, the same clock                                    |
//     +-------------------------------+-------------------------------+
//  24 | width u16                     | height u16                    |
//  28 | jpegBytes u32                                                 |
//     +---------------------------------------------------------------+
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vigie {

inline constexpr size_t kFrameHeaderBytes = 32;

struct FrameHeader {
  /// Wraps.
  uint32_t sequence = 0;
  /// Microseconds of the camera's monotonic clock, below 2^53; sent no earlier than captured.
  uint64_t capture_us = 0;
  uint64_t send_us = 0;
  uint16_t width = 0;
  uint16_t height = 0;
  uint32_t jpeg_bytes = 0;

  bool operator==(const FrameHeader&) const = default;
};

void write_frame_header(const FrameHeader& header, std::span<uint8_t, kFrameHeaderBytes> target);

/// Reads the header at the start of a whole message, for the tests and for a server of this protocol.
/// @returns nullptr, or a sentence that names the problem
const char* read_frame_header(std::span<const uint8_t> message, FrameHeader& header);

}  // namespace vigie
