#include "core/frame_rate_limit.hpp"

#include <doctest/doctest.h>

#include <random>

namespace {

/// Frames that pass in ten seconds of a sensor that gives one every `interval_us`, give or take `jitter_us`.
int passed_in_10_s(uint32_t limit, uint64_t interval_us, uint64_t jitter_us = 0) {
  vigie::FrameRateLimit rate;
  rate.set(limit);
  std::mt19937 random(3);
  int passed = 0;
  for (uint64_t at = 0; at < 10'000'000; at += interval_us)
    if (rate.admit(1'000'000 + at + (jitter_us ? random() % jitter_us : 0))) passed++;
  return passed;
}

}  // namespace

TEST_CASE("the average rate is the limit, for any rate of the sensor") {
  for (const uint32_t limit : {1u, 3u, 5u, 10u, 12u, 15u, 20u, 24u}) {
    CAPTURE(limit);
    const int passed = passed_in_10_s(limit, 40'000);
    CHECK(passed >= static_cast<int>(10 * limit) - 1);
    CHECK(passed <= static_cast<int>(10 * limit) + 1);
  }
}

TEST_CASE("a sensor at the limit loses no frame to jitter") {
  CHECK(passed_in_10_s(25, 40'000) == 250);
  CHECK(passed_in_10_s(25, 40'000, 4'000) == 250);
  CHECK(passed_in_10_s(60, 40'000) == 250);
}

TEST_CASE("a pause is not compensated") {
  vigie::FrameRateLimit rate;
  rate.set(10);
  CHECK(rate.admit(0));
  int passed = 0;
  for (uint64_t at = 60'000'000; at < 61'000'000; at += 10'000)
    if (rate.admit(at)) passed++;
  CHECK(passed <= 11);
}
