#include "core/frame_header.hpp"

namespace vigie {
namespace {

constexpr uint8_t kMagic = 0x56;
constexpr uint8_t kVersion = 1;
constexpr uint8_t kTypeJpeg = 1;
/// The largest integer that a JavaScript number holds exactly; the server's clocks are such numbers.
constexpr uint64_t kMaxClockUs = (uint64_t{1} << 53) - 1;

template <typename T>
void store(uint8_t* at, T value) {
  for (size_t i = 0; i < sizeof(T); i++)
    at[i] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i));
}

template <typename T>
T load(const uint8_t* at) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); i++) value |= static_cast<uint64_t>(at[i]) << (8 * i);
  return static_cast<T>(value);
}

}  // namespace

void write_frame_header(const FrameHeader& header, std::span<uint8_t, kFrameHeaderBytes> target) {
  uint8_t* at = target.data();
  at[0] = kMagic;
  at[1] = kVersion;
  at[2] = kTypeJpeg;
  at[3] = 0;
  store(at + 4, header.sequence);
  store(at + 8, header.capture_us);
  store(at + 16, header.send_us);
  store(at + 24, header.width);
  store(at + 26, header.height);
  store(at + 28, header.jpeg_bytes);
}

const char* read_frame_header(std::span<const uint8_t> message, FrameHeader& header) {
  if (message.size() < kFrameHeaderBytes) return "shorter than a frame header";
  const uint8_t* at = message.data();
  if (at[0] != kMagic) return "wrong magic byte";
  if (at[1] != kVersion) return "unknown header version";
  if (at[2] != kTypeJpeg) return "unknown frame type";
  if (at[3] != 0) return "unknown flags";
  header.sequence = load<uint32_t>(at + 4);
  header.capture_us = load<uint64_t>(at + 8);
  header.send_us = load<uint64_t>(at + 16);
  header.width = load<uint16_t>(at + 24);
  header.height = load<uint16_t>(at + 26);
  header.jpeg_bytes = load<uint32_t>(at + 28);
  if (header.capture_us > kMaxClockUs || header.send_us > kMaxClockUs) return "clock out of range";
  if (header.send_us < header.capture_us) return "sent before it was captured";
  if (header.jpeg_bytes != message.size() - kFrameHeaderBytes) return "length differs from the message";
  return nullptr;
}

}  // namespace vigie
