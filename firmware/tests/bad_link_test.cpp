// A bad link as a viewer sees it: a frame's age. On the device it is bounded by the capture interval,
// whatever the link does, because the newest frame is taken; on the way it is bounded by the ack window,
// because no more than that is sent.

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/simulated_world.hpp"

namespace {

struct Ages {
  uint64_t at_sending_us = 0;
  uint64_t at_arrival_us = 0;
};

Ages worst_ages(const SimulatedWorld& world, uint64_t from_us = 0, uint64_t to_us = UINT64_MAX) {
  Ages worst;
  for (const ArrivedFrame& frame : world.arrived) {
    if (frame.arrived_us < from_us || frame.arrived_us > to_us) continue;
    worst.at_sending_us = std::max(worst.at_sending_us, frame.header.send_us - frame.header.capture_us);
    worst.at_arrival_us = std::max(worst.at_arrival_us, frame.arrived_us - frame.header.capture_us);
  }
  return worst;
}

void stream_for(SimulatedWorld& world, uint64_t us) {
  world.start_capturing();
  world.session().start();
  REQUIRE(world.run_until_state(vigie::SessionState::online));
  world.run_for(us);
}

constexpr uint64_t kFrameMessageBytes = 20'000 + vigie::kFrameHeaderBytes;

}  // namespace

TEST_CASE("on a link too slow by far, frames are sent fresh and arrive within the window's worth of link") {
  for (const uint64_t bytes_per_second : {30'000u, 60'000u, 100'000u, 200'000u}) {
    CAPTURE(bytes_per_second);
    // A buffer for minutes of video, as in many routers.
    SimulatedWorld world({.bytes_per_second = bytes_per_second, .socket_buffer_bytes = 100'000'000});
    stream_for(world, 60'000'000);
    const uint64_t frame_us = kFrameMessageBytes * 1'000'000 / bytes_per_second;
    const Ages worst = worst_ages(world);
    CHECK(worst.at_sending_us <= world.frame_interval_us);
    CHECK(worst.at_arrival_us <= world.frame_interval_us + 2 * frame_us + world.network().delay_us + 20'000);
    CHECK(world.most_on_their_way <= 2);
    // The link is used: at least four fifths of its rate.
    CHECK(world.arrived.size() >= 60'000'000 / frame_us * 4 / 5);
  }
}

TEST_CASE("the window bounds the age: with a wider one frames wait longer on the same link") {
  const auto worst_with = [](const char* settings) {
    SimulatedWorld world({.bytes_per_second = 100'000, .socket_buffer_bytes = 100'000'000});
    world.welcome_settings = settings;
    stream_for(world, 30'000'000);
    return worst_ages(world).at_arrival_us;
  };
  const uint64_t with_2 = worst_with(R"({"ackWindow":2})");
  const uint64_t with_8 = worst_with(R"({"ackWindow":8})");
  CHECK(with_2 < 500'000);
  CHECK(with_8 > 1'400'000);
}

TEST_CASE("a small socket buffer blocks the sender, and the next frame is still fresh") {
  SimulatedWorld world({.bytes_per_second = 50'000, .socket_buffer_bytes = 6'000});
  stream_for(world, 30'000'000);
  CHECK(worst_ages(world).at_sending_us <= world.frame_interval_us);
  CHECK(world.arrived.size() >= 60);
}

TEST_CASE("after a stall the current frame is sent at once, not the missed ones") {
  const Stall stall{10'000'000, 13'000'000};
  SimulatedWorld world({.stalls = {stall}});
  stream_for(world, 30'000'000);
  CHECK(world.opened == 1);
  CHECK(worst_ages(world).at_sending_us <= world.frame_interval_us);
  // Only frames under way at its beginning are old; 200 ms after it, everything is as before.
  CHECK(worst_ages(world, stall.to_us + 200'000).at_arrival_us <= 100'000);
  const auto late = std::ranges::count_if(world.arrived, [&stall](const ArrivedFrame& frame) {
    return frame.arrived_us >= stall.to_us && frame.header.capture_us < stall.to_us - 100'000;
  });
  CHECK(late <= 2);
}

TEST_CASE(
    "stalls of every length: short ones are waited out, long ones end in a new connection that streams") {
  const uint32_t seed = 4242;
  CAPTURE(seed);
  std::mt19937 random(seed);
  NetworkOptions network{.bytes_per_second = 400'000};
  for (uint64_t at = 5'000'000; at < 590'000'000;) {
    const uint64_t length = 50'000 + random() % 12'000'000;
    network.stalls.push_back({at, at + length});
    at += length + 1'000'000 + random() % 20'000'000;
  }
  SimulatedWorld world(network);
  stream_for(world, 600'000'000);
  CHECK(world.opened > 3);
  CHECK(worst_ages(world).at_sending_us <= world.frame_interval_us);
  CHECK(world.most_on_their_way <= 2);
  REQUIRE(world.run_until_state(vigie::SessionState::online));
  const size_t before = world.arrived.size();
  world.run_for(2'000'000);
  CHECK(world.arrived.size() > before);
}

TEST_CASE("acknowledgements that overtake each other neither widen the window nor stop the stream") {
  SimulatedWorld world({.ack_jitter_us = 150'000});
  world.welcome_settings = R"({"ackWindow":4})";
  stream_for(world, 30'000'000);
  CHECK(world.opened == 1);
  CHECK(worst_ages(world).at_sending_us <= world.frame_interval_us);
  CHECK(world.arrived.size() > 300);
  for (size_t i = 1; i < world.arrived.size(); i++)
    REQUIRE(world.arrived[i].header.sequence == world.arrived[i - 1].header.sequence + 1);
}

TEST_CASE("a link with a long delay is filled when the server widens the window") {
  const auto arrived_with = [](const char* settings) {
    SimulatedWorld world({.delay_us = 100'000});
    world.welcome_settings = settings;
    stream_for(world, 20'000'000);
    return world.arrived.size();
  };
  // A round trip of 200 ms and the frame's own 20: two at a time make some 9 a second, seven all 25.
  CHECK(arrived_with(R"({"ackWindow":2})") < 200);
  CHECK(arrived_with(R"({"ackWindow":7})") > 490);
}
