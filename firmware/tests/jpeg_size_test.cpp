#include "core/jpeg_size.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/bytes_of.hpp"

namespace {

// SOI, APP0 of 4 bytes, SOF0 of 640x480, SOS, data with a stuffed zero, a restart marker and a fill byte,
// EOI.
const std::vector<uint8_t> kJpeg = bytes_of_hex(
    "ffd8ffe000040102ffc00011080"
    "1e002800301220002110103110"
    "1ffda00080101000000003f0012ff0034ffd056ffffd9");

}  // namespace

TEST_CASE("the size comes from the frame header") {
  const auto size = vigie::jpeg_size(kJpeg);
  REQUIRE(size);
  CHECK(size->width == 640);
  CHECK(size->height == 480);
}

TEST_CASE("concatenated pictures are separated") {
  CHECK(vigie::jpeg_length(kJpeg) == kJpeg.size());
  std::vector<uint8_t> two = kJpeg;
  two.insert(two.end(), kJpeg.begin(), kJpeg.end());
  CHECK(vigie::jpeg_length(two) == kJpeg.size());
}

TEST_CASE("a truncated or damaged picture is refused, and no byte outside it is read") {
  for (size_t size = 0; size < kJpeg.size(); size++) {
    CAPTURE(size);
    const std::vector<uint8_t> cut(kJpeg.begin(), kJpeg.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(vigie::jpeg_size(cut));
    CHECK(vigie::jpeg_length(cut) == 0);
  }
  for (size_t at = 0; at < kJpeg.size(); at++) {
    for (const uint8_t value : std::vector<uint8_t>{0x00, 0xff, 0xd9, 0xda, 0x7f}) {
      std::vector<uint8_t> damaged = kJpeg;
      damaged[at] = value;
      (void)vigie::jpeg_size(damaged);
      CHECK(vigie::jpeg_length(damaged) <= damaged.size());
    }
  }
}
