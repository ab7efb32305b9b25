#include "core/ack_window.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <random>

TEST_CASE("at most the window is unacknowledged, and acknowledgements are cumulative") {
  vigie::AckWindow window;
  window.set_size(3);
  CHECK(window.send(10) == 0);
  CHECK(window.send(20) == 1);
  CHECK(window.send(30) == 2);
  CHECK_FALSE(window.is_open());
  CHECK(window.oldest_sent_us() == 10);
  CHECK(window.acknowledge(1));
  CHECK(window.in_flight() == 1);
  CHECK(window.oldest_sent_us() == 30);
  CHECK(window.acknowledge(0));
  CHECK(window.in_flight() == 1);
  CHECK_FALSE(window.acknowledge(3));
  CHECK(window.in_flight() == 1);
  CHECK(window.acknowledge(2));
  CHECK_FALSE(window.oldest_sent_us());
}

TEST_CASE("an acknowledgement before the first frame is refused") {
  vigie::AckWindow window;
  CHECK_FALSE(window.acknowledge(0));
  CHECK_FALSE(window.acknowledge(0x7fff'ffff));
}

TEST_CASE("the window's size stays within the protocol's limits, and shrinking drops nothing") {
  vigie::AckWindow window;
  window.set_size(0);
  CHECK(window.size() == 1);
  window.set_size(255);
  CHECK(window.size() == vigie::kMaxAckWindow);
  for (uint64_t i = 0; i < 8; i++) window.send(i);
  window.set_size(2);
  CHECK(window.in_flight() == 8);
  CHECK_FALSE(window.is_open());
  window.acknowledge(6);
  CHECK(window.is_open());
}

TEST_CASE("it behaves like a plain list for any acknowledgements in any order") {
  const uint32_t seed = 7;
  CAPTURE(seed);
  std::mt19937 random(seed);
  vigie::AckWindow window;
  std::deque<std::pair<uint32_t, uint64_t>> sent;
  uint32_t next = 0;
  for (uint64_t now = 0; now < 20'000; now++) {
    if (random() % 50 == 0) window.set_size(static_cast<uint8_t>(1 + random() % 8));
    if (window.is_open() && random() % 2) {
      CHECK(window.send(now) == next);
      sent.emplace_back(next++, now);
    }
    if (next > 0 && random() % 3 == 0) {
      const uint32_t sequence = next - 1 - std::min(next - 1, static_cast<uint32_t>(random() % 12));
      CHECK(window.acknowledge(sequence));
      while (!sent.empty() && sent.front().first <= sequence) sent.pop_front();
    }
    REQUIRE(window.in_flight() == sent.size());
    REQUIRE(window.oldest_sent_us() == (sent.empty() ? std::nullopt : std::optional(sent.front().second)));
  }
}
