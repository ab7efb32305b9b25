#include "core/session.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/allocation_counter.hpp"
#include "tests/simulated_world.hpp"

using vigie::SessionState;

namespace {

int count_said(const SimulatedWorld& world, std::string_view piece) {
  return static_cast<int>(std::ranges::count_if(
      world.said, [piece](const std::string& text) { return text.find(piece) != std::string::npos; }));
}

bool go_online(SimulatedWorld& world) {
  world.session().start();
  return world.run_until_state(SessionState::online);
}

}  // namespace

TEST_CASE("a camera authenticates, is welcomed and streams") {
  SimulatedWorld world;
  world.start_capturing();
  REQUIRE(go_online(world));
  world.run_for(10'000'000);
  CHECK(world.arrived.size() >= 245);
  for (uint32_t i = 0; i < world.arrived.size(); i++) {
    REQUIRE(world.arrived[i].header.sequence == i);
    REQUIRE(world.arrived[i].header.jpeg_bytes == 20'000);
  }
  CHECK(world.opened == 1);
  CHECK(world.closed_with.empty());
}

TEST_CASE("no frame is sent before the server has proven that it knows the key") {
  SimulatedWorld world;
  world.start_capturing();
  world.session().start();
  // An attacker's server that sends a forged proof.
  world.run_until_state(SessionState::greeting);
  world.run_until_state(SessionState::proving);
  world.say_instead =
      R"({"type":"welcome","hmac":")" + std::string(64, 'a') + R"(","settings":{"ackWindow":8}})";
  world.run_for(200'000);
  CHECK(world.arrived.empty());
  CHECK(world.applied.empty());
  CHECK(world.states.back().state == SessionState::waiting);
  CHECK(world.states.back().detail.find("does not know the key") != std::string::npos);
  CHECK(world.run_until_state(SessionState::online));
}

TEST_CASE("the camera's own proof, echoed, is not valid") {
  SimulatedWorld world;
  world.session().start();
  world.run_until_state(SessionState::proving);
  world.run_for(6'000);
  REQUIRE(world.said.size() == 1);
  const std::string hmac = world.said[0].substr(world.said[0].find("\"hmac\":\"") + 8, 64);
  world.session().on_text(R"({"type":"welcome","hmac":")" + hmac + R"(","settings":{"ackWindow":2}})");
  CHECK(world.session().state() == SessionState::waiting);
}

TEST_CASE("an unexpected message ends the connection, and the camera reconnects") {
  const std::string nonce(43, 'A');
  const std::string challenge = R"({"type":"challenge","nonce":")" + nonce + "\"}";
  const std::string welcome = R"({"type":"welcome","hmac":")" + std::string(64, '0') + R"(","settings":{}})";
  const std::string never_in_any[] = {
      "", "{", "null", R"({"type":"ota","id":1})", R"({"type":"ack","sequence":1000000})", welcome};
  const std::string not_before_welcome[] = {
      R"({"type":"ack","sequence":0})", R"({"type":"set","id":1,"maxFps":5})", R"({"type":"reboot","id":1})",
      R"({"type":"time","id":0,"t1":1,"t2":1})"};
  const auto ends_it = [](SessionState state, const std::string& text) {
    CAPTURE(static_cast<int>(state));
    CAPTURE(text);
    SimulatedWorld world;
    world.session().start();
    REQUIRE(world.run_until_state(state));
    world.session().on_text(text);
    CHECK(world.session().state() == SessionState::waiting);
    CHECK(world.closed_with.size() == 1);
    CHECK(world.rebooted == 0);
    CHECK(world.run_until_state(SessionState::online));
  };
  for (const SessionState state : {SessionState::greeting, SessionState::proving, SessionState::online}) {
    for (const std::string& text : never_in_any) ends_it(state, text);
    if (state != SessionState::greeting) ends_it(state, challenge);
    if (state != SessionState::online)
      for (const std::string& text : not_before_welcome) ends_it(state, text);
  }
  SimulatedWorld world;
  REQUIRE(go_online(world));
  world.session().on_binary();
  CHECK(world.session().state() == SessionState::waiting);
}

TEST_CASE("changes of the motion sensor are sent, and its state on each new connection") {
  SimulatedWorld world;
  const auto told = [&world] {
    return std::pair(count_said(world, R"({"type":"motion","active":true})"),
                     count_said(world, R"({"type":"motion","active":false})"));
  };
  world.session().sense(true);
  REQUIRE(go_online(world));
  world.run_for(1'000'000);
  CHECK(told() == std::pair(1, 0));
  for (int again = 0; again < 5; again++) {
    world.session().sense(true);
    world.run_for(100'000);
  }
  CHECK(told() == std::pair(1, 0));
  world.session().on_closed(1006, "cut");
  REQUIRE(world.run_until_state(SessionState::online));
  world.run_for(1'000'000);
  CHECK(told() == std::pair(2, 0));
  world.session().sense(false);
  world.run_for(1'000'000);
  CHECK(told() == std::pair(2, 1));
  world.session().on_closed(1006, "cut");
  REQUIRE(world.run_until_state(SessionState::online));
  world.run_for(1'000'000);
  CHECK(told() == std::pair(2, 1));
}

TEST_CASE("events of a closed connection are ignored") {
  SimulatedWorld world;
  REQUIRE(go_online(world));
  world.session().on_closed(1006, "cut");
  const size_t states = world.states.size();
  world.session().on_text(R"({"type":"reboot","id":1})");
  world.session().on_closed(1006, "cut again");
  world.session().on_open();
  CHECK(world.states.size() == states);
  CHECK(world.rebooted == 0);
}

TEST_CASE("it always reconnects, at growing, random intervals, and at once after a success") {
  SimulatedWorld world;
  world.server_reachable = false;
  world.session().start();
  world.run_for(600'000'000);
  CHECK(world.opened >= 20);
  CHECK(world.opened <= 60);
  uint32_t longest = 0;
  uint32_t shortest_late = vigie::kMaxRetryMs;
  for (const StateChange& change : world.states) {
    if (change.state != SessionState::waiting || change.retry_ms == 0) continue;
    longest = std::max(longest, change.retry_ms);
    if (change.at_us > 200'000'000) shortest_late = std::min(shortest_late, change.retry_ms);
  }
  CHECK(longest <= vigie::kMaxRetryMs);
  CHECK(shortest_late >= vigie::kMaxRetryMs / 2);
  CHECK(shortest_late < longest);

  world.server_reachable = true;
  world.start_capturing();
  REQUIRE(world.run_until_state(SessionState::online));
  world.run_for(1'000'000);
  world.server_closes(4009, "the server is stopping");
  REQUIRE(world.run_until_state(SessionState::waiting));
  CHECK(world.states.back().retry_ms <= vigie::kFirstRetryMs);
  CHECK(world.states.back().detail == "the server is stopping");
}

TEST_CASE("it streams after a thousand interrupted connections") {
  SimulatedWorld world;
  world.start_capturing();
  REQUIRE(go_online(world));
  for (int i = 0; i < 1000; i++) {
    world.run_for(500'000);
    world.server_closes(1006, "");
    REQUIRE(world.run_until_state(SessionState::waiting));
    REQUIRE(world.run_until_state(SessionState::online));
  }
  const size_t before = world.arrived.size();
  world.run_for(1'000'000);
  CHECK(world.arrived.size() > before + 20);
  CHECK(world.opened == 1001);
  CHECK(world.closed_with.size() == 1000);
}

TEST_CASE("a wrong key is reported, and tried at growing intervals") {
  SimulatedWorld world;
  world.server_key[5] ^= 1;
  world.session().start();
  world.run_for(300'000'000);
  CHECK(world.session().last_close_code() == vigie::close_code::kUnauthorized);
  CHECK(world.opened < 25);
  CHECK(world.arrived.empty());
}

TEST_CASE("two cameras with one id do not replace each other at full speed") {
  SimulatedWorld world;
  world.start_capturing();
  REQUIRE(go_online(world));
  uint32_t retry_ms = 0;
  for (int i = 0; i < 8; i++) {
    world.run_for(500'000);
    world.server_closes(vigie::close_code::kReplaced, "the same camera has connected again");
    REQUIRE(world.run_until_state(SessionState::waiting));
    retry_ms = world.states.back().retry_ms;
    REQUIRE(world.run_until_state(SessionState::online));
  }
  CHECK(retry_ms >= vigie::kMaxRetryMs / 2);
}

TEST_CASE("a silent server is left") {
  SUBCASE("with frames on their way") {
    SimulatedWorld world;
    world.start_capturing();
    REQUIRE(go_online(world));
    world.run_for(1'000'000);
    world.server_acknowledges = false;
    const uint64_t from = world.now;
    REQUIRE(world.run_until_state(SessionState::waiting));
    CHECK(world.now - from <= 5'100'000);
    CHECK(world.states.back().detail.find("5 s") != std::string::npos);
  }
  SUBCASE("with none, by a question it does not answer") {
    SimulatedWorld world;
    REQUIRE(go_online(world));
    world.run_for(1'000'000);
    world.server_answers_time = false;
    const uint64_t from = world.now;
    REQUIRE(world.run_until_state(SessionState::waiting));
    CHECK(world.now - from <= 15'100'000);
  }
  SUBCASE("before it has welcomed") {
    SimulatedWorld world({.delay_us = 3'000'000});
    world.session().start();
    REQUIRE(world.run_until_state(SessionState::proving));
    REQUIRE(world.run_until_state(SessionState::waiting));
    CHECK(world.now == 11'000'000);
    CHECK(world.states.back().detail == "no welcome from the server in time");
  }
  SUBCASE("when it cannot even be reached") {
    SimulatedWorld world({.delay_us = 40'000'000});
    world.session().start();
    world.run_for(11'000'000);
    CHECK(world.closed_with == std::vector<uint16_t>{vigie::close_code::kAbnormal});
  }
}

TEST_CASE("commands are answered: applied, or rejected with a reason and without effect") {
  SimulatedWorld world;
  REQUIRE(go_online(world));
  world.applied.clear();
  world.server_says(R"({"type":"set","id":1,"frameSize":"SVGA","ackWindow":5})");
  world.run_for(100'000);
  CHECK(count_said(world, R"({"type":"applied","id":1})") == 1);
  REQUIRE(world.applied.size() == 1);
  CHECK(vigie::kFrameSizes[*world.applied[0].frame_size].name == "SVGA");

  world.server_says(R"({"type":"set","id":2,"maxFps":10,"flash":400})");
  world.run_for(100'000);
  CHECK(count_said(world, R"({"type":"rejected","id":2,"reason":"flash must be 0 to 255"})") == 1);
  CHECK(world.applied.size() == 1);

  world.refuse_settings = "this board has no flash LED";
  world.server_says(R"({"type":"set","id":3,"flash":4,"ackWindow":1})");
  world.run_for(100'000);
  CHECK(count_said(world, R"({"type":"rejected","id":3,"reason":"this board has no flash LED"})") == 1);
  CHECK(world.closed_with.empty());
}

TEST_CASE("what is lowered for a while is applied and not stored, and the hello says what is stored") {
  SimulatedWorld world;
  world.stored_settings.max_fps = 20;
  REQUIRE(go_online(world));
  CHECK(count_said(world, R"("settings":{"maxFps":20}})") == 1);
  world.applied.clear();
  world.server_says(R"({"type":"set","id":1,"jpegQuality":10,"hMirror":true})");
  world.server_says(R"({"type":"set","id":2,"jpegQuality":30,"maxFps":5,"vFlip":true,"temporary":true})");
  world.run_for(100'000);
  REQUIRE(world.applied.size() == 2);
  CHECK(world.applied[1].jpeg_quality == 30);
  CHECK(world.stored_settings ==
        vigie::Settings{.jpeg_quality = 10, .max_fps = 20, .h_mirror = true, .v_flip = true});
  world.server_says(R"({"type":"set","id":3,"maxFps":5,"temporary":1})");
  world.run_for(100'000);
  CHECK(count_said(world, R"({"type":"rejected","id":3,"reason":"temporary must be true or false"})") == 1);
}

TEST_CASE("a welcome with refused settings is still a welcome") {
  SimulatedWorld world({.bytes_per_second = 100'000});
  world.welcome_settings = R"({"ackWindow":2,"frameSize":"16K"})";
  world.start_capturing();
  CHECK(go_online(world));
  world.run_for(1'000'000);
  CHECK(world.applied.empty());
  CHECK(world.most_on_their_way == 2);
}

TEST_CASE("a reboot is confirmed before it happens") {
  SimulatedWorld world;
  REQUIRE(go_online(world));
  world.server_says(R"({"type":"reboot","id":77})");
  world.run_for(100'000);
  CHECK(world.rebooted == 1);
  CHECK(world.closed_with == std::vector<uint16_t>{vigie::close_code::kNormal});
}

TEST_CASE(
    "the clock is asked four times at the start, then every ten seconds, and each exchange is completed") {
  SimulatedWorld world;
  REQUIRE(go_online(world));
  world.run_for(500'000);
  CHECK(count_said(world, R"("type":"time")") == 4);
  CHECK(count_said(world, R"("answered":{"id":2,)") == 1);
  CHECK(count_said(world, R"({"type":"time","id":0,"t0":)") == 1);
  REQUIRE(world.session().clock_offset_us());
  // A question takes as long as its bytes do, an answer none at all: that half cannot be known.
  CHECK(std::abs(*world.session().clock_offset_us() - 1'000'000'000) <= 50);
  world.run_for(30'000'000);
  CHECK(count_said(world, R"("type":"time")") == 7);
}

TEST_CASE("telemetry comes every five seconds, with the true rate and what was passed over") {
  SimulatedWorld world({.bytes_per_second = 220'000});
  world.start_capturing();
  REQUIRE(go_online(world));
  world.run_for(20'500'000);
  CHECK(count_said(world, R"("type":"telemetry")") == 5);
  const std::string& last = *std::ranges::find_if(
      world.said.rbegin(), world.said.rend(),
      [](const std::string& text) { return text.find("telemetry") != std::string::npos; });
  CAPTURE(last);
  const auto report = vigie::parse_json(last);
  // 25 captured, some 11 of 20 kB fit through 220 kB/s.
  const int64_t drops = *report->field("drops")->integer();
  CHECK(drops > 250);
  CHECK(drops < 300);
  CHECK((last.find(R"("fps":10.)") != std::string::npos || last.find(R"("fps":11.)") != std::string::npos));
}

TEST_CASE("stopping sends one close frame and stays stopped") {
  SimulatedWorld world;
  REQUIRE(go_online(world));
  world.session().stop();
  world.session().stop();
  CHECK(world.closed_with == std::vector<uint16_t>{vigie::close_code::kNormal});
  world.run_for(60'000'000);
  CHECK(world.opened == 1);
}

namespace {

/// Accepts everything and allocates nothing.
class NullPort final : public vigie::Environment, public vigie::Link, public vigie::Device {
 public:
  uint64_t now_us() override { return now += 10; }
  void fill_random(std::span<uint8_t> bytes) override { std::ranges::fill(bytes, uint8_t{7}); }
  void open() override {}
  bool send_text(std::string_view) override { return true; }
  bool send_binary(std::span<const uint8_t>) override { return true; }
  void close(uint16_t) override {}
  const char* apply(const vigie::Settings&) override { return nullptr; }
  vigie::Telemetry telemetry() override { return {}; }
  void reboot() override {}
  const char* begin_update(const vigie::UpdateOffer&) override { return nullptr; }
  void on_state(SessionState, std::string_view, uint32_t) override {}
  uint64_t now = 0;
};

}  // namespace

TEST_CASE("a session allocates nothing, from the first connection to the last frame") {
  NullPort port;
  MailboxMemory memory(1024);
  vigie::FrameMailbox mailbox(memory.slots());
  vigie::Bytes32 key{};
  vigie::Bytes32 nonce;
  nonce.fill(7);
  const auto hmac =
      vigie::to_hex(vigie::handshake_proof(key, vigie::HandshakeRole::server, {"cam_1", {}, nonce}));
  const std::string challenge = R"({"type":"challenge","nonce":")" + std::string(43, 'A') + "\"}";
  const std::string welcome = R"({"type":"welcome","hmac":")" + std::string(hmac.data(), hmac.size()) +
                              R"(","settings":{"ackWindow":2}})";
  vigie::Session session({"cam_1", key, {"f", "b", "s"}}, mailbox, port, port, port);
  const std::string ack = R"({"type":"ack","sequence":0})";
  const std::string offer =
      R"({"type":"ota","id":2,"version":"1.1.0","url":"/firmware/i","bytes":500000,"sha256":")" +
      std::string(64, 'a') + R"(","token":"t"})";

  count_allocations();
  session.start();
  session.run();
  session.on_open();
  session.on_text(challenge);
  session.on_text(welcome);
  const bool online = session.state() == SessionState::online;
  mailbox.publish();
  session.run();
  session.on_text(ack);
  session.on_text(R"({"type":"time","id":0,"t1":5,"t2":6})");
  session.on_text(R"({"type":"set","id":1,"maxFps":5})");
  session.on_text(offer);
  session.update_progress(1000);
  session.update_finished("the download was interrupted");
  const bool still_online = session.state() == SessionState::online;
  port.now += 20'000'000;
  session.run();
  session.on_text("nonsense");
  const long counted = counted_allocations();

  CHECK(online);
  CHECK(still_online);
  CHECK(session.frames_sent() == 1);
  CHECK(counted == 0);
}
