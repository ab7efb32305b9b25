#include "core/firmware_version.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace {

struct Comparison {
  std::string_view a;
  std::string_view b;
  int order;
};

/// Shared with the server's tests.
const Comparison kComparisons[] = {
#include "firmware_versions.inc"
};

}  // namespace

TEST_CASE("versions are ordered like on the server, in both directions") {
  for (const auto& [a, b, order] : kComparisons) {
    CAPTURE(a);
    CAPTURE(b);
    CHECK(vigie::compare_firmware_versions(a, b) == order);
    CHECK(vigie::compare_firmware_versions(b, a) == -order);
  }
}

TEST_CASE("a text that is not a version is refused") {
  for (const std::string_view text :
       {"", "1", "1.2", "1.2.", "1.2.3.4", "v1.2.3", "1.2.65536", "1.02.3", "1.2.3-", "1.2.3-a_b", "1.2.3 ",
        " 1.2.3", "1.2.3-abcdefghijklmnopqrstu", "1.2.1234567"}) {
    CAPTURE(text);
    CHECK_FALSE(vigie::parse_firmware_version(text));
  }
  CHECK(vigie::parse_firmware_version("0.0.0"));
  CHECK(vigie::parse_firmware_version("65535.65535.65535-rc.1")->suffix == "rc.1");
}
