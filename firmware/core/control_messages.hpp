// The text messages of protocol v1, both directions. A server's messages are validated here, once; anything
// that is not exactly a message of this protocol becomes std::monostate and ends the connection.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "core/firmware_update.hpp"
#include "core/handshake.hpp"
#include "core/protocol.hpp"

namespace vigie {

/// Settings as a server sent them: accepted or refused as a whole.
struct SettingsRequest {
  Settings settings;
  std::optional<uint8_t> ack_window;
  /// The uplink does not carry more: frame size, quality and rate are not to be stored.
  bool is_temporary = false;
  /// Why they are refused, a literal; nullptr when they are accepted.
  const char* refusal = nullptr;
};

struct Challenge {
  Bytes32 nonce;
};
struct Welcome {
  Digest proof;
  SettingsRequest settings;
};
struct Ack {
  uint32_t sequence;
};
struct TimeAnswer {
  uint32_t id;
  /// The server's clock at receipt and at sending, microseconds since the Unix epoch.
  int64_t t1;
  int64_t t2;
};
struct SetCommand {
  uint32_t id;
  SettingsRequest settings;
};
struct RebootCommand {
  uint32_t id;
};

using ServerMessage =
    std::variant<std::monostate, Challenge, Welcome, Ack, TimeAnswer, SetCommand, RebootCommand, UpdateOffer>;

ServerMessage parse_server_message(std::string_view text);

/// The camera's description. Each text at most 64 bytes, the id 1 ... 255.
struct DeviceDescription {
  std::string_view firmware;
  std::string_view board;
  std::string_view sensor;
  /// Target of its firmware: "esp32", "esp32s3", "host".
  std::string_view target = {};
  /// It has a second slot, and is connected by wss to a server with a verified certificate.
  bool takes_updates = false;
  /// A motion sensor is wired to it.
  bool senses_motion = false;
  /// The version that was rolled back to this one; empty without a rollback.
  std::string_view rolled_back_from = {};
};

/// The previous exchange, completed: `t3` is when its answer arrived on the camera's clock.
struct AnsweredTime {
  uint32_t id;
  uint64_t t3;
};

struct TelemetryReport {
  Telemetry device;
  uint32_t fps_tenths = 0;
  /// Since the connection began: dropped frames, and frames whose sending took longer than kSendStallMs.
  uint32_t drops = 0;
  uint32_t send_stalls = 0;
};

// Each writes into `room` and returns the message, or an empty text when there is too little room.
std::string_view write_hello(std::span<char> room, const HandshakeFacts& facts, const Digest& proof,
                             const DeviceDescription& device, const Settings& stored = {});
std::string_view write_time(std::span<char> room, uint32_t id, uint64_t t0,
                            const std::optional<AnsweredTime>& answered);
std::string_view write_applied(std::span<char> room, uint32_t id);
std::string_view write_rejected(std::span<char> room, uint32_t id, std::string_view reason);
std::string_view write_telemetry(std::span<char> room, const TelemetryReport& report);

/// @param active whether the motion sensor is active
std::string_view write_motion(std::span<char> room, bool active);
std::string_view write_ota_progress(std::span<char> room, uint32_t id, uint32_t received_bytes);
/// @param failure why it failed; nullptr on success
std::string_view write_ota_result(std::span<char> room, uint32_t id, const char* failure);

/// Settings as JSON, as stored across restarts; `parse_settings` reads them back.
std::string_view write_settings(std::span<char> room, const Settings& settings);
SettingsRequest parse_settings(std::string_view text);

}  // namespace vigie
