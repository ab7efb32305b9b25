#include "core/clock_offset.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

TEST_CASE("equal delays give the exact offset") {
  vigie::ClockOffset clock;
  CHECK_FALSE(clock.offset_us());
  CHECK(clock.add(1'000, 501'500, 501'600, 2'100));
  CHECK(clock.offset_us() == 500'000);
  CHECK(clock.error_us() == 500);
}

TEST_CASE("the fastest exchange counts, a slow one changes nothing") {
  vigie::ClockOffset clock;
  clock.add(0, 1'000'100, 1'000'100, 200);
  clock.add(1'000, 1'021'000, 1'021'000, 21'000);
  CHECK(clock.offset_us() == 1'000'000);
  clock.add(30'000, 1'030'050, 1'030'050, 30'100);
  CHECK(clock.error_us() == 50);
}

TEST_CASE("times that contradict each other change nothing") {
  vigie::ClockOffset clock;
  CHECK_FALSE(clock.add(100, 1, 2, 50));
  CHECK_FALSE(clock.add(0, 10, 5, 100));
  CHECK_FALSE(clock.add(0, 0, 101, 100));
  CHECK_FALSE(clock.offset_us());
}

TEST_CASE("the true offset lies within the error it gives") {
  const uint32_t seed = 99;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int run = 0; run < 200; run++) {
    vigie::ClockOffset clock;
    const int64_t offset = static_cast<int64_t>(random() % 1'000'000);
    int64_t now = 0;
    for (int i = 0; i < 20; i++, now += 10'000'000) {
      const int64_t there = static_cast<int64_t>(random() % 50'000);
      const int64_t held = static_cast<int64_t>(random() % 100);
      const int64_t back = static_cast<int64_t>(random() % 50'000);
      CHECK(clock.add(now, now + there + offset, now + there + held + offset, now + there + held + back));
      CHECK(std::llabs(*clock.offset_us() - offset) <= clock.error_us() + 1);
    }
  }
}

TEST_CASE("an old exchange is replaced because clocks drift") {
  vigie::ClockOffset clock;
  clock.add(0, 1'000'100, 1'000'100, 200);
  // 100 s later two crystals may have moved 10 ms apart: a measurement good to 5 ms is better by then.
  clock.add(100'000'000, 101'015'000, 101'015'000, 100'010'000);
  CHECK(clock.offset_us() == 1'010'000);
}
