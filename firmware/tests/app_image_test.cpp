#include "core/app_image.hpp"

#include <doctest/doctest.h>

#include "tests/bytes_of.hpp"

namespace {

struct Valid {
  uint16_t chip;
  const char* version;
  const char* project;
  const char* hex;
};
const Valid kValid[] = {
#include "app_image_valid.inc"
};

struct Malformed {
  const char* reason;
  const char* hex;
};
const Malformed kMalformed[] = {
#include "app_image_malformed.inc"
};

}  // namespace

TEST_CASE("firmware and server read the same head of an image") {
  for (const Valid& row : kValid) {
    CAPTURE(row.version);
    const std::vector<uint8_t> bytes = bytes_of_hex(row.hex);
    REQUIRE(bytes.size() == vigie::kAppImageHeadBytes);
    const auto head = vigie::read_app_image_head(std::span(bytes).first<vigie::kAppImageHeadBytes>());
    REQUIRE(head);
    CHECK(head->chip == row.chip);
    CHECK(head->version == row.version);
    CHECK(head->project == row.project);
  }
}

TEST_CASE("firmware and server refuse the same malformed heads") {
  for (const Malformed& row : kMalformed) {
    CAPTURE(row.reason);
    const std::vector<uint8_t> bytes = bytes_of_hex(row.hex);
    REQUIRE(bytes.size() == vigie::kAppImageHeadBytes);
    CHECK_FALSE(vigie::read_app_image_head(std::span(bytes).first<vigie::kAppImageHeadBytes>()));
  }
}
