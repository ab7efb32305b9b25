// A camera's permanent session with its server: connects, proves the key in both directions, streams, and
// reconnects whatever ended the connection. It contains no socket, clock, timer or thread; a port passes them
// in and calls from one task only.
//
//  waiting --run()--> connecting --on_open()--> greeting --challenge--> proving --welcome--> online
//     ^                   |                        |                       |                    |
//     +---- backoff ------+------------------------+-----------------------+--------------------+
//
// Invariants: no frame is sent before the server has proven that it knows the key; at most the ack window is
// unacknowledged and one frame, the newest, waits; each `open` of the link is followed by one `close`;
// nothing is allocated.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/ack_window.hpp"
#include "core/backoff.hpp"
#include "core/clock_offset.hpp"
#include "core/control_messages.hpp"
#include "core/frame_mailbox.hpp"

namespace vigie {

inline constexpr uint32_t kFirstRetryMs = 500;
inline constexpr uint32_t kMaxRetryMs = 30'000;
/// A frame that took longer than this to hand to the network counts as a stall.
inline constexpr uint32_t kSendStallMs = 500;

enum class SessionState : uint8_t { stopped, waiting, connecting, greeting, proving, online };

/// Clock and randomness.
class Environment {
 public:
  /// Microseconds of a clock that never goes back.
  virtual uint64_t now_us() = 0;
  /// Cryptographically random.
  virtual void fill_random(std::span<uint8_t> bytes) = 0;

 protected:
  ~Environment() = default;
};

/// One WebSocket at a time. Its owner reports events to the session: `on_open`, `on_text`, `on_closed`.
class Link {
 public:
  /// Starts to connect. The outcome is reported to the session afterwards, never from within.
  virtual void open() = 0;
  /// Hands a whole message to the network, waiting at most a few seconds. @returns false on failure
  virtual bool send_text(std::string_view text) = 0;
  virtual bool send_binary(std::span<const uint8_t> message) = 0;
  /// Releases everything the connection holds. Also called when it is already closed.
  virtual void close(uint16_t code) = 0;

 protected:
  ~Link() = default;
};

/// The camera of the session.
class Device {
 public:
  /// Applies all or none. @returns nullptr, or why not: a literal that the server shows to a person
  virtual const char* apply(const Settings& settings) = 0;
  /// Keeps settings that were applied for the next start.
  virtual void store(const Settings&) {}
  /// Those that it has kept.
  virtual Settings stored() { return {}; }
  virtual Telemetry telemetry() = 0;
  /// The server has requested it, or there is a new firmware to start; it was informed, and the connection is
  /// closed.
  virtual void reboot() = 0;
  /// Starts the download of the offer in the background; `update_progress` and `update_finished` report it.
  /// @returns nullptr, or why it is refused: a literal that the server shows to a person
  virtual const char* begin_update(const UpdateOffer&) { return "this camera takes no updates"; }
  /// @param detail why, for a person; @param retry_ms the delay, in the state `waiting`
  virtual void on_state(SessionState state, std::string_view detail, uint32_t retry_ms) = 0;

 protected:
  ~Device() = default;
};

struct SessionOptions {
  /// 1 ... 255 bytes. The texts must outlive the session.
  std::string_view camera_id;
  Bytes32 key;
  DeviceDescription device;
};

class Session {
 public:
  Session(const SessionOptions& options, FrameMailbox& mailbox, Environment& environment, Link& link,
          Device& device);

  void start();
  /// Idempotent. Sends a close frame if there is a connection.
  void stop();

  void on_open();
  void on_text(std::string_view text);
  /// A server sends no binary messages.
  void on_binary();
  /// @param reason from the close frame or the network's error
  void on_closed(uint16_t code, std::string_view reason);

  /// State of the motion sensor. May be called at any rate; changes are sent.
  void sense(bool motion);

  /// Bytes of the image received so far. May be called at any rate.
  void update_progress(uint32_t received_bytes);
  /// @param failure a literal; nullptr when the new firmware is in its slot and the camera restarts into it
  void update_finished(const char* failure);

  /// Does what is due: connects, sends the newest frame, requests the time, sends telemetry, leaves a silent
  /// server. Call it after every event, and no later than it returns. @returns microseconds until the next
  /// call is due
  uint64_t run();

  SessionState state() const { return state_; }
  /// The close code that ended the last connection, so that a wrong key can be reported.
  uint16_t last_close_code() const { return last_close_code_; }
  std::optional<int64_t> clock_offset_us() const { return clock_.offset_us(); }
  uint32_t frames_sent() const { return window_.next_sequence(); }

 private:
  void enter(SessionState state, std::string_view detail, uint32_t retry_ms = 0);
  void connect();
  void fail(std::string_view reason, uint16_t code = close_code::kAbnormal);
  void say(std::string_view message);

  void handle(std::monostate);
  void handle(const Challenge& challenge);
  void handle(const Welcome& welcome);
  void handle(const Ack& ack);
  void handle(const TimeAnswer& answer);
  void handle(const SetCommand& command);
  void handle(const RebootCommand& command);
  void handle(const UpdateOffer& offer);
  const char* apply(const SettingsRequest& request);

  void send_frames();
  void ask_time();
  void send_telemetry();
  void tell_motion();
  bool is_silent(uint64_t now);

  FrameMailbox& mailbox_;
  Environment& environment_;
  Link& link_;
  Device& device_;
  Bytes32 key_;
  DeviceDescription description_;
  HandshakeFacts facts_;
  Backoff backoff_{kFirstRetryMs, kMaxRetryMs};
  SessionState state_ = SessionState::stopped;
  uint16_t last_close_code_ = close_code::kNormal;

  // State of the current connection.
  AckWindow window_;
  ClockOffset clock_;
  bool acknowledged_ = false;
  /// When to connect, or when the welcome is due.
  uint64_t deadline_us_ = 0;
  uint64_t next_time_us_ = 0;
  uint64_t next_telemetry_us_ = 0;
  uint32_t time_questions_ = 0;
  /// When the last time request was sent, while its answer is pending.
  std::optional<uint64_t> asked_at_us_;
  std::optional<AnsweredTime> answered_;
  bool motion_ = false;
  /// The state sent on this connection.
  bool motion_told_ = false;
  uint64_t telemetry_at_us_ = 0;
  uint32_t frames_at_telemetry_ = 0;
  uint32_t passed_over_before_ = 0;
  uint32_t send_stalls_ = 0;
  /// The offer being downloaded, while its connection is open.
  std::optional<uint32_t> update_id_;
  uint64_t next_progress_us_ = 0;

  /// The largest message is a hello whose texts must all be escaped.
  std::array<char, 3072> text_;
};

}  // namespace vigie
