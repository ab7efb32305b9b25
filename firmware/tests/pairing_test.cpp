#include "core/pairing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using vigie::parse_pairing_answer;
using vigie::tidy_pairing_code;

TEST_CASE("a code may be typed in any form") {
  for (const std::string_view typed :
       {"K7QF-3MZ1", "k7qf3mz1", " K7QF 3MZl", "K7QF-3MZI", "k-7-q-f-3-m-z-1"}) {
    CAPTURE(typed);
    REQUIRE(tidy_pairing_code(typed));
    CHECK(tidy_pairing_code(typed)->view() == "K7QF3MZ1");
  }
  CHECK(tidy_pairing_code("OOOO-oooo")->view() == "00000000");
}

TEST_CASE("a text that is not a code is refused") {
  for (const std::string_view typed :
       {"", "K7QF", "K7QF-3MZ1-", "K7QF-3MZ11", "K7QF-3MZU", "K7QF_3MZ1", "\"},{\"a\":1"}) {
    CAPTURE(typed);
    CHECK((typed == "K7QF-3MZ1-") == tidy_pairing_code(typed).has_value());
  }
}

TEST_CASE("the request is one JSON object") {
  std::array<char, 256> room;
  CHECK(vigie::write_pairing_request(room, "K7QF3MZ1", "ai-thinker", "1.0.0") ==
        R"({"code":"K7QF3MZ1","board":"ai-thinker","firmware":"1.0.0"})");
  CHECK(vigie::write_pairing_request(std::span(room).first(20), "K7QF3MZ1", "host", "1.0.0").empty());
}

TEST_CASE("an answer contains an id and a complete key, or is refused") {
  const std::string key(43, 'A');
  const auto camera = parse_pairing_answer(R"({"key":")" + key + R"(","cameraId":"cam_1","new":[]})");
  REQUIRE(camera);
  CHECK(camera->camera_id.view() == "cam_1");
  CHECK(camera->key == vigie::Bytes32{});
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string(R"({"cameraId":"cam_1"})"),
        R"({"cameraId":"","key":")" + key + "\"}", R"({"cameraId":5,"key":")" + key + "\"}",
        R"({"cameraId":"cam_1","key":")" + key + "A\"}",
        R"({"cameraId":")" + std::string(65, 'a') + R"(","key":")" + key + "\"}"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_pairing_answer(text));
  }
}

TEST_CASE("a refused code is not tried again, an unchecked one is") {
  for (const int status : {201, 400, 404}) {
    CAPTURE(status);
    CHECK(vigie::pairing_failure(status).is_final);
  }
  for (const int status : {0, 100, 200, 301, 403, 429, 500, 502, 503}) {
    CAPTURE(status);
    CHECK_FALSE(vigie::pairing_failure(status).is_final);
    CHECK(vigie::pairing_failure(status).reason != nullptr);
  }
}
