// The session's messages about an update, on the connection of its offer and after that is closed.

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/simulated_world.hpp"

using vigie::SessionState;

namespace {

std::string offer_of(uint32_t id) {
  return R"({"type":"ota","id":)" + std::to_string(id) +
         R"(,"version":"1.1.0","url":"/firmware/img_1","bytes":500000,"sha256":")" + std::string(64, 'a') +
         R"(","token":"t"})";
}

std::vector<std::string> said_of(const SimulatedWorld& world, std::string_view piece) {
  std::vector<std::string> said;
  std::ranges::copy_if(world.said, std::back_inserter(said),
                       [piece](const std::string& text) { return text.find(piece) != std::string::npos; });
  return said;
}

void go_online(SimulatedWorld& world) {
  world.start_capturing();
  world.session().start();
  REQUIRE(world.run_until_state(SessionState::online));
}

void make_offer(SimulatedWorld& world, uint32_t id) {
  world.server_says(offer_of(id));
  world.run_for(100'000);
}

bool streams(SimulatedWorld& world) {
  const size_t before = world.arrived.size();
  world.run_for(1'000'000);
  return world.arrived.size() >= before + 20;
}

}  // namespace

TEST_CASE("an update is confirmed, reported once a second, and started once the server knows") {
  SimulatedWorld world;
  go_online(world);
  make_offer(world, 7);
  REQUIRE(world.updates.size() == 1);
  CHECK(world.updates[0].path.view() == "/firmware/img_1");
  CHECK(said_of(world, R"("type":"applied")") == std::vector<std::string>{R"({"type":"applied","id":7})"});
  const uint64_t begun_us = world.now;
  for (uint32_t i = 0; i < 500; i++) {
    world.session().update_progress(i * 1000);
    world.run_for(10'000);
  }
  const auto progress = said_of(world, "otaProgress");
  CHECK(progress.size() >= 5);
  CHECK(progress.size() <= (world.now - begun_us) / 1'000'000 + 1);
  CHECK(progress[0] == R"({"type":"otaProgress","id":7,"receivedBytes":0})");
  CHECK(streams(world));

  world.session().update_finished(nullptr);
  CHECK(world.rebooted == 1);
  CHECK(world.closed_with == std::vector<uint16_t>{vigie::close_code::kGoingAway});
  CHECK(world.states.back().state == SessionState::waiting);
}

TEST_CASE("the result is the last message before the close frame") {
  SimulatedWorld world;
  go_online(world);
  make_offer(world, 7);
  std::vector<std::string> order;
  world.on_sent_text = [&order](std::string_view text) { order.emplace_back(text); };
  world.on_close = [&order](uint16_t code) { order.push_back(std::to_string(code)); };
  world.session().update_finished(nullptr);
  CHECK(order == std::vector<std::string>{R"({"type":"otaResult","id":7,"ok":true})", "1001"});
}

TEST_CASE("a refused update is answered with its reason, and streaming continues") {
  SimulatedWorld world;
  go_online(world);
  world.refuse_update = "the offered version is not newer than the running one";
  make_offer(world, 8);
  CHECK(
      said_of(world, "rejected") ==
      std::vector<std::string>{
          R"({"type":"rejected","id":8,"reason":"the offered version is not newer than the running one"})"});
  world.session().update_progress(5);
  CHECK(streams(world));
  CHECK(said_of(world, "otaProgress").empty());
  CHECK(world.closed_with.empty());
}

TEST_CASE("a camera that knows of no updates refuses them") {
  SimulatedWorld world;
  const vigie::UpdateOffer offer;
  CHECK(world.Device::begin_update(offer) != nullptr);
}

TEST_CASE("during an update another is refused, and the first continues under its own id") {
  SimulatedWorld world;
  go_online(world);
  make_offer(world, 7);
  make_offer(world, 9);
  CHECK(world.updates.size() == 1);
  CHECK(said_of(world, "rejected") ==
        std::vector<std::string>{R"({"type":"rejected","id":9,"reason":"an update is under way"})"});
  world.session().update_finished("the download was interrupted");
  world.run_for(100'000);
  CHECK(
      said_of(world, "otaResult") ==
      std::vector<std::string>{R"({"type":"otaResult","id":7,"ok":false,"reason":"the download was interrupted"})"});
}

TEST_CASE("after a failed update the old version continues, and accepts the next offer") {
  SimulatedWorld world;
  go_online(world);
  for (uint32_t id = 1; id <= 3; id++) {
    make_offer(world, id);
    CHECK(world.updates.size() == id);
    world.session().update_finished("the image's hash is wrong");
    CHECK(streams(world));
    CHECK(said_of(world, "otaResult").size() == id);
  }
  CHECK(world.rebooted == 0);
  CHECK(world.closed_with.empty());
  CHECK(world.opened == 1);
}

TEST_CASE("a download of a closed connection is not reported on the next one") {
  SimulatedWorld world;
  go_online(world);
  make_offer(world, 7);
  world.server_closes(1012, "restart");
  world.run_for(100'000);
  world.session().update_progress(1000);
  REQUIRE(world.run_until_state(SessionState::online));
  world.session().update_progress(2000);
  world.run_for(2'000'000);
  CHECK(said_of(world, "otaProgress").empty());
  // The camera itself continues the download, and reports it.
  world.refuse_update = "an update is under way";
  make_offer(world, 9);
  world.session().update_finished("the download was interrupted");
  world.refuse_update = nullptr;
  make_offer(world, 10);
  world.run_for(100'000);
  CHECK(said_of(world, "otaResult").empty());
  CHECK(said_of(world, "rejected").size() == 1);
  CHECK(world.updates.size() == 2);
  CHECK(streams(world));
}

TEST_CASE("an update that finishes while the server is away is started all the same") {
  SimulatedWorld world;
  go_online(world);
  make_offer(world, 7);
  world.server_reachable = false;
  world.server_closes(1012, "restart");
  world.run_for(100'000);
  REQUIRE(world.session().state() != SessionState::online);
  const size_t said = world.said.size();
  world.session().update_finished(nullptr);
  CHECK(world.rebooted == 1);
  CHECK(world.said.size() == said);
}

TEST_CASE("an update that finishes after the session was stopped is started without a report") {
  SimulatedWorld world;
  go_online(world);
  make_offer(world, 7);
  world.session().stop();
  const auto closed = world.closed_with;
  world.session().update_finished(nullptr);
  CHECK(world.rebooted == 1);
  CHECK(world.closed_with == closed);
}

TEST_CASE("an unauthenticated server cannot offer an update") {
  SimulatedWorld world;
  world.say_instead = offer_of(7);
  world.session().start();
  world.run_for(200'000);
  CHECK(world.updates.empty());
  CHECK(world.said.empty());
  CHECK(world.closed_with.size() == 1);
}

TEST_CASE("an offer that leads elsewhere ends the connection") {
  SimulatedWorld world;
  go_online(world);
  std::string offer = offer_of(7);
  offer.replace(offer.find("/firmware"), 0, "https://example.org");
  world.server_says(offer);
  world.run_for(100'000);
  CHECK(world.updates.empty());
  CHECK(world.closed_with.size() == 1);
}
