#include "core/backoff.hpp"

#include <doctest/doctest.h>

TEST_CASE("delays double up to the maximum, randomized between half and all of it") {
  for (const uint32_t random : {0u, 0x8000'0000u, 0xffff'ffffu}) {
    vigie::Backoff backoff(500, 30'000);
    for (const uint32_t full : {500u, 1000u, 2000u, 4000u, 8000u, 16'000u, 30'000u, 30'000u}) {
      const uint32_t delay = backoff.next_ms(random);
      CHECK(delay >= full / 2);
      CHECK(delay <= full);
    }
    for (int i = 0; i < 100; i++) CHECK(backoff.next_ms(random) >= 15'000);
  }
}

TEST_CASE("the random bits spread the delay") {
  CHECK(vigie::Backoff(1000, 30'000).next_ms(0) == 500);
  CHECK(vigie::Backoff(1000, 30'000).next_ms(0x8000'0000) == 750);
  CHECK(vigie::Backoff(1000, 30'000).next_ms(0xffff'ffff) == 999);
}

TEST_CASE("after a success it starts again") {
  vigie::Backoff backoff(500, 30'000);
  for (int i = 0; i < 5; i++) backoff.next_ms(0);
  backoff.reset();
  CHECK(backoff.next_ms(0) == 250);
}
