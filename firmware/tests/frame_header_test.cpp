#include "core/frame_header.hpp"

#include <doctest/doctest.h>

#include "tests/bytes_of.hpp"

namespace {

struct Valid {
  uint32_t sequence;
  uint64_t capture_us;
  uint64_t send_us;
  uint16_t width;
  uint16_t height;
  uint32_t jpeg_bytes;
  const char* hex;
};
const Valid kValid[] = {
#include "frame_header_valid.inc"
};

struct Malformed {
  const char* reason;
  const char* hex;
};
const Malformed kMalformed[] = {
#include "frame_header_malformed.inc"
};

}  // namespace

TEST_CASE("frame headers are the golden bytes of the server's tests") {
  for (const Valid& row : kValid) {
    CAPTURE(row.hex);
    const vigie::FrameHeader header{row.sequence, row.capture_us, row.send_us,
                                    row.width,    row.height,     row.jpeg_bytes};
    std::vector<uint8_t> message(vigie::kFrameHeaderBytes + row.jpeg_bytes);
    vigie::write_frame_header(header, std::span(message).first<vigie::kFrameHeaderBytes>());
    const std::vector<uint8_t> expected = bytes_of_hex(row.hex);
    CHECK(std::equal(expected.begin(), expected.end(), message.begin()));

    vigie::FrameHeader read;
    CHECK(vigie::read_frame_header(message, read) == nullptr);
    CHECK(read == header);
  }
}

TEST_CASE("malformed headers are refused with the server's reasons") {
  for (const Malformed& row : kMalformed) {
    CAPTURE(row.hex);
    vigie::FrameHeader header;
    const char* reason = vigie::read_frame_header(bytes_of_hex(row.hex), header);
    REQUIRE(reason != nullptr);
    CHECK(std::string(reason) == row.reason);
  }
}
