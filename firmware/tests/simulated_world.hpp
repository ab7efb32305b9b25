// A camera, a network and a server in virtual time: nothing waits, and every run of a test is the same.
//
// The network has a rate, a delay, interruptions, and a socket buffer that blocks the sender when it is full,
// like TCP. The server does the real handshake and acknowledges received frames.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/json_reader.hpp"
#include "core/session.hpp"
#include "tests/mailbox_memory.hpp"

struct Stall {
  uint64_t from_us;
  uint64_t to_us;
};

struct NetworkOptions {
  uint64_t bytes_per_second = 1'000'000;
  uint64_t delay_us = 5'000;
  size_t socket_buffer_bytes = 16 * 1024;
  std::vector<Stall> stalls;
  /// Acknowledgements are up to this much late, and so out of order.
  uint64_t ack_jitter_us = 0;
};

struct ArrivedFrame {
  vigie::FrameHeader header;
  uint64_t arrived_us;
};

struct StateChange {
  uint64_t at_us;
  vigie::SessionState state;
  std::string detail;
  uint32_t retry_ms;
};

class SimulatedWorld final : public vigie::Environment, public vigie::Link, public vigie::Device {
 public:
  static constexpr vigie::Bytes32 kCameraKey{1, 2, 3};

  explicit SimulatedWorld(const NetworkOptions& network = {}) : network_(network) {}

  // Set by a test.
  /// The server's.
  vigie::Bytes32 server_key = kCameraKey;
  std::string welcome_settings = R"({"ackWindow":2})";
  bool server_reachable = true;
  bool server_acknowledges = true;
  bool server_answers_time = true;
  /// Replaces the server's next message.
  std::optional<std::string> say_instead;
  const char* refuse_settings = nullptr;
  const char* refuse_update = nullptr;
  /// Called at once, before the network has carried it.
  std::function<void(std::string_view)> on_sent_text = [](std::string_view) {};
  std::function<void(uint16_t)> on_close = [](uint16_t) {};
  size_t jpeg_bytes = 20'000;
  uint64_t frame_interval_us = 40'000;

  // Read by a test.
  uint64_t now = 1'000'000;
  std::vector<StateChange> states;
  std::vector<ArrivedFrame> arrived;
  std::vector<std::string> said;
  std::vector<vigie::Settings> applied;
  vigie::Settings stored_settings;
  std::vector<vigie::UpdateOffer> updates;
  std::vector<uint16_t> closed_with;
  uint32_t opened = 0;
  uint32_t rebooted = 0;
  uint32_t on_their_way = 0;
  uint32_t most_on_their_way = 0;

  vigie::FrameMailbox& mailbox() { return mailbox_; }
  vigie::Session& session() { return session_; }
  const NetworkOptions& network() const { return network_; }

  /// Captures forever.
  void start_capturing() {
    capture();
    at(now + frame_interval_us, [this] { start_capturing(); });
  }

  void capture() {
    vigie::FrameSlot& slot = mailbox_.writable();
    slot.jpeg_bytes = static_cast<uint32_t>(jpeg_bytes);
    slot.capture_us = now;
    slot.width = 640;
    slot.height = 480;
    mailbox_.publish();
  }

  void run_for(uint64_t us) {
    run_until(now + us, [] { return false; });
  }

  /// @returns whether it became true within a minute
  bool run_until_state(vigie::SessionState state) {
    run_until(now + 60'000'000, [this, state] { return session_.state() == state; });
    return session_.state() == state;
  }

  void server_says(std::string text) {
    if (say_instead) text = *std::exchange(say_instead, std::nullopt);
    deliver(network_.delay_us, [this, text] { inbox_.push_back([this, text] { session_.on_text(text); }); });
  }

  void server_closes(uint16_t code, const std::string& reason) {
    deliver(network_.delay_us, [this, code, reason] {
      inbox_.push_back([this, code, reason] { session_.on_closed(code, reason); });
    });
  }

  // vigie::Environment
  uint64_t now_us() override { return now; }
  void fill_random(std::span<uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random_());
  }

  // vigie::Link
  void open() override {
    opened++;
    connection_++;
    buffered_ = 0;
    on_their_way = 0;
    wire_free_us_ = now;
    if (!server_reachable) {
      deliver(network_.delay_us, [this] {
        inbox_.push_back([this] { session_.on_closed(vigie::close_code::kAbnormal, "connection refused"); });
      });
      return;
    }
    deliver(2 * network_.delay_us, [this] {
      inbox_.push_back([this] { session_.on_open(); });
      const auto nonce = vigie::to_base64url(server_nonce_);
      server_says(R"({"type":"challenge","nonce":")" + std::string(nonce.data(), nonce.size()) + "\"}");
    });
  }

  bool send_text(std::string_view text) override {
    on_sent_text(text);
    return transmit(text.size(), [this, text = std::string(text)] { on_server_text(text); });
  }

  bool send_binary(std::span<const uint8_t> message) override {
    on_their_way++;
    most_on_their_way = std::max(most_on_their_way, on_their_way);
    vigie::FrameHeader header;
    if (const char* reason = vigie::read_frame_header(message, header)) said.push_back(reason);
    return transmit(message.size(), [this, header] { on_server_frame(header); });
  }

  void close(uint16_t code) override {
    on_close(code);
    closed_with.push_back(code);
    connection_++;
    inbox_.clear();
  }

  // vigie::Device
  const char* apply(const vigie::Settings& settings) override {
    if (!refuse_settings) applied.push_back(settings);
    return refuse_settings;
  }
  void store(const vigie::Settings& settings) override { vigie::merge(stored_settings, settings); }
  vigie::Settings stored() override { return stored_settings; }
  vigie::Telemetry telemetry() override {
    return {.rssi = -50, .heap = 1000, .psram = 2000, .reset_reason = "power-on"};
  }
  void reboot() override { rebooted++; }
  const char* begin_update(const vigie::UpdateOffer& offer) override {
    if (!refuse_update) updates.push_back(offer);
    return refuse_update;
  }
  void on_state(vigie::SessionState state, std::string_view detail, uint32_t retry_ms) override {
    states.push_back({now, state, std::string(detail), retry_ms});
  }

 private:
  void run_until(uint64_t end, const std::function<bool()>& done) {
    while (now < end && !done()) {
      while (!inbox_.empty()) {
        const auto event = inbox_.front();
        inbox_.pop_front();
        event();
      }
      const uint64_t next = now + std::max<uint64_t>(1, session_.run());
      if (inbox_.empty() && !done()) step(std::min(next, end));
    }
  }

  void at(uint64_t when, std::function<void()> what) { events_.emplace(when, std::move(what)); }

  /// For this connection only.
  void deliver(uint64_t delay, std::function<void()> what) {
    at(now + delay, [this, connection = connection_, what = std::move(what)] {
      if (connection == connection_) what();
    });
  }

  /// Moves to the next event, or to the limit when there is none before it.
  void step(uint64_t limit) {
    if (events_.empty() || events_.begin()->first > limit) {
      now = limit;
      return;
    }
    now = std::max(now, events_.begin()->first);
    const auto what = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    what();
  }

  bool transmit(size_t bytes, std::function<void()> on_arrival) {
    const uint64_t give_up = now + 5'000'000;
    while (buffered_ > 0 && buffered_ + bytes > network_.socket_buffer_bytes) {
      if (now >= give_up) return false;
      step(give_up);
    }
    buffered_ += bytes;
    wire_free_us_ = sent_by(std::max(now, wire_free_us_), bytes);
    deliver(wire_free_us_ - now, [this, bytes] { buffered_ -= bytes; });
    deliver(wire_free_us_ - now + network_.delay_us, std::move(on_arrival));
    return true;
  }

  uint64_t sent_by(uint64_t from, size_t bytes) const {
    uint64_t left = bytes * 1'000'000 / network_.bytes_per_second;
    for (const Stall& stall : network_.stalls) {
      if (from >= stall.to_us) continue;
      const uint64_t free = stall.from_us > from ? stall.from_us - from : 0;
      if (left <= free) break;
      left -= free;
      from = stall.to_us;
    }
    return from + left;
  }

  void on_server_frame(const vigie::FrameHeader& header) {
    arrived.push_back({header, now});
    if (!server_acknowledges) return;
    const uint64_t extra = network_.ack_jitter_us ? random_() % network_.ack_jitter_us : 0;
    deliver(extra, [this, sequence = header.sequence] {
      on_their_way = 0;
      server_says(R"({"type":"ack","sequence":)" + std::to_string(sequence) + "}");
    });
  }

  void on_server_text(const std::string& text) {
    said.push_back(text);
    const auto message = vigie::parse_json(text);
    std::array<char, 64> room;
    const std::string type(*message->field("type")->string(room));
    if (type == "hello") return on_hello(*message);
    if (type == "time" && server_answers_time) {
      const std::string time = std::to_string(now + 1'000'000'000);
      server_says(R"({"type":"time","id":)" + std::to_string(*message->field("id")->integer()) +
                  R"(,"t0":0,"t1":)" + time + R"(,"t2":)" + time + "}");
    }
  }

  void on_hello(const vigie::JsonValue& hello) {
    std::array<char, 64> room;
    vigie::HandshakeFacts facts{"cam_1", server_nonce_,
                                *vigie::from_base64url(*hello.field("nonce")->string(room))};
    const auto expected = vigie::handshake_proof(server_key, vigie::HandshakeRole::camera, facts);
    if (vigie::from_hex(*hello.field("hmac")->string(room)) != expected)
      return server_closes(vigie::close_code::kUnauthorized, "unknown camera or wrong key");
    const auto proof = vigie::to_hex(vigie::handshake_proof(server_key, vigie::HandshakeRole::server, facts));
    server_says(R"({"type":"welcome","hmac":")" + std::string(proof.data(), proof.size()) +
                R"(","settings":)" + welcome_settings + "}");
  }

  NetworkOptions network_;
  std::mt19937 random_{42};
  std::multimap<uint64_t, std::function<void()>> events_;
  /// Received by the camera, and passed to the session from its own loop.
  std::deque<std::function<void()>> inbox_;
  uint64_t connection_ = 0;
  uint64_t wire_free_us_ = 0;
  size_t buffered_ = 0;
  vigie::Bytes32 server_nonce_{0x11};
  MailboxMemory memory_{vigie::kFrameHeaderBytes + 100'000};
  vigie::FrameMailbox mailbox_{memory_.slots()};
  vigie::Session session_{{"cam_1", kCameraKey, {"1.0.0", "board", "sensor"}}, mailbox_, *this, *this, *this};
};
