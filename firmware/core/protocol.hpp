// Camera protocol v1 for the firmware: limits, picture sizes, settings. The contract is
// server/wire/camera-protocol.ts; names and numbers here are the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

inline constexpr std::string_view kCameraPath = "/camera";
inline constexpr std::string_view kCameraSubprotocol = "vigie.camera.v1";

inline constexpr size_t kMaxJpegBytes = 1024 * 1024;
/// Largest text message in either direction.
inline constexpr size_t kMaxControlBytes = 4096;
/// Messages are split into WebSocket fragments of this many bytes, which is also the TLS output record.
inline constexpr size_t kFragmentBytes = 4096;
inline constexpr size_t kMaxCameraIdBytes = 255;
inline constexpr size_t kNonceBytes = 32;
inline constexpr size_t kKeyBytes = 32;

inline constexpr uint32_t kHandshakeTimeoutMs = 10'000;
inline constexpr uint32_t kSilenceTimeoutMs = 5'000;
inline constexpr uint32_t kTimeSyncIntervalMs = 10'000;
inline constexpr uint32_t kTelemetryIntervalMs = 5'000;

inline constexpr uint8_t kMaxAckWindow = 8;
/// Limit of a reason sent to the server; longer ones are cut.
inline constexpr size_t kMaxReasonBytes = 200;

/// Codes with which the server closes a camera's WebSocket.
namespace close_code {
inline constexpr uint16_t kNormal = 1000;
inline constexpr uint16_t kGoingAway = 1001;
inline constexpr uint16_t kAbnormal = 1006;
inline constexpr uint16_t kUnauthorized = 4001;
inline constexpr uint16_t kReplaced = 4005;
inline constexpr uint16_t kRemoved = 4007;
inline constexpr uint16_t kKeyRotated = 4008;
}  // namespace close_code

struct FrameSize {
  std::string_view name;
  uint16_t width;
  uint16_t height;
};

/// Smallest first, so that "no larger than" is a comparison of positions.
inline constexpr std::array<FrameSize, 11> kFrameSizes{{
    {"QQVGA", 160, 120},
    {"HQVGA", 240, 176},
    {"QVGA", 320, 240},
    {"CIF", 400, 296},
    {"HVGA", 480, 320},
    {"VGA", 640, 480},
    {"SVGA", 800, 600},
    {"XGA", 1024, 768},
    {"HD", 1280, 720},
    {"SXGA", 1280, 1024},
    {"UXGA", 1600, 1200},
}};

/// Position in kWhiteBalances, which is also the scale of the OV2640's driver.
inline constexpr std::array<std::string_view, 5> kWhiteBalances{"auto", "sunny", "cloudy", "office", "home"};

/// Settings that may be changed on a running camera. Missing ones stay unchanged.
struct Settings {
  /// Position in kFrameSizes.
  std::optional<uint8_t> frame_size;
  /// The sensor's own scale, 4 (best) ... 63 (worst).
  std::optional<uint8_t> jpeg_quality;
  /// 1 ... 60 frames per second.
  std::optional<uint8_t> max_fps;
  /// Flash LED, 0 (off) ... 255.
  std::optional<uint8_t> flash;
  std::optional<bool> h_mirror;
  std::optional<bool> v_flip;
  /// -2 ... 2 each; exposure is the target of the automatic exposure.
  std::optional<int8_t> brightness;
  std::optional<int8_t> contrast;
  std::optional<int8_t> exposure;
  /// Position in kWhiteBalances.
  std::optional<uint8_t> white_balance;

  bool operator==(const Settings&) const = default;
};

/// Applies the settings in `changes`.
void merge(Settings& settings, const Settings& changes);

struct Telemetry {
  /// dBm.
  int rssi = 0;
  /// Free bytes.
  uint32_t heap = 0;
  uint32_t psram = 0;
  /// Reason of the camera's last start: "power-on", "brown-out", ... A string that outlives the call.
  std::string_view reset_reason;
};

}  // namespace vigie
