#include "core/json_writer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

#include "core/json_reader.hpp"

TEST_CASE("messages are written as JSON") {
  std::array<char, 512> room;
  const std::array<std::string_view, 2> list{"a", "b\"c"};
  const std::string_view text = vigie::JsonWriter(room)
                                    .begin_object()
                                    .field("text", "a\"\\\n\x01\xc3\xa9")
                                    .field("least", std::numeric_limits<int64_t>::min())
                                    .field("yes", true)
                                    .field_tenths("fps", 249)
                                    .field("list", list)
                                    .begin_object("inner")
                                    .field("n", 0u)
                                    .end_object()
                                    .field("last", -7)
                                    .end_object()
                                    .text();
  CHECK(text ==
        "{\"text\":\"a\\\"\\\\\\u000a\\u0001\xc3\xa9\",\"least\":-9223372036854775808,\"yes\":true,\"fps\":"
        "24.9,"
        "\"list\":[\"a\",\"b\\\"c\"],\"inner\":{\"n\":0},\"last\":-7}");
  CHECK(vigie::parse_json(text));
}

TEST_CASE("a message that does not fit is empty") {
  const auto write = [](std::span<char> room) {
    return vigie::JsonWriter(room).begin_object().field("id", 12345).field("text", "abc").end_object().text();
  };
  std::array<char, 64> room;
  const size_t length = write(room).size();
  CHECK(length == std::string("{\"id\":12345,\"text\":\"abc\"}").size());
  for (size_t size = 0; size < length; size++) CHECK(write(std::span(room).first(size)).empty());
  CHECK(write(std::span(room).first(length)).size() == length);
}
