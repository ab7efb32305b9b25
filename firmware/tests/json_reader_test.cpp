#include "core/json_reader.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace {

std::optional<int64_t> integer(std::string_view text) {
  const auto value = vigie::parse_json(text);
  return value ? value->integer() : std::nullopt;
}

std::string string(std::string_view text) {
  std::array<char, 64> room;
  const auto value = vigie::parse_json(text);
  const auto read = value ? value->string(room) : std::nullopt;
  return read ? std::string(*read) : "nothing";
}

}  // namespace

TEST_CASE("JSON follows RFC 8259") {
  for (const char* text :
       {"0", "-0", "1.5e+10", "1E-2", "\"\"", "\"\\u00e9\\n\\\"\"", "true", "false", "null", "[]", "{}",
        " [ 1 , [ ] , { } ] ", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}", "\t\r\n1\n", "[[[[[[[[1]]]]]]]]"}) {
    CAPTURE(text);
    CHECK(vigie::parse_json(text));
  }
}

TEST_CASE("malformed JSON and deep nesting are refused") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "{]",
                           "[}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":1,}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\":1 \"b\":2}",
                           "01",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "1e+",
                           "-",
                           "--1",
                           "0x10",
                           "NaN",
                           "Infinity",
                           "tru",
                           "truex",
                           "True",
                           "nul",
                           "\"",
                           "\"\\\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\n\"",
                           "\"\x01\"",
                           "1 2",
                           "{} {}",
                           "[[[[[[[[[1]]]]]]]]]",
                           "\xef\xbb\xbf{}"}) {
    CAPTURE(text);
    CHECK_FALSE(vigie::parse_json(text));
  }
  CHECK_FALSE(vigie::parse_json(std::string(4096, '[')));
  CHECK_FALSE(vigie::parse_json(std::string_view("{\"a\0\":1}", 8)));
}

TEST_CASE("integers are read in any notation") {
  CHECK(integer("0") == 0);
  CHECK(integer("-0") == 0);
  CHECK(integer("42") == 42);
  CHECK(integer("-17") == -17);
  CHECK(integer("5.0") == 5);
  CHECK(integer("50e-1") == 5);
  CHECK(integer("1.5e1") == 15);
  CHECK(integer("2E+3") == 2000);
  CHECK(integer("0e99999999999") == 0);
  CHECK(integer("9007199254740991") == 9007199254740991);
  CHECK(integer("-9007199254740991") == -9007199254740991);
  for (const char* text : {"9007199254740992", "99999999999999999999999999", "1e16", "1e99999999999", "0.5",
                           "1e-1", "15e-2", "1e-99999999999", "\"1\"", "true", "null", "[1]", "{}"}) {
    CAPTURE(text);
    CHECK_FALSE(integer(text));
  }
}

TEST_CASE("strings are unescaped, and refused when there is no room") {
  CHECK(string("\"plain\"") == "plain");
  CHECK(string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"") == "\"\\/\b\f\n\r\t");
  CHECK(string("\"\\u0041\\u00e9\\u20AC\"") == "A\xc3\xa9\xe2\x82\xac");
  CHECK(string("\"\\ud83d\\ude00\"") == "\xf0\x9f\x98\x80");
  CHECK(string("\"\\ud83d\"") == "\xef\xbf\xbd");
  CHECK(string("\"\\ud83dx\"") == "\xef\xbf\xbdx");
  CHECK(string("\"\\ude00\\ud83d\"") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(string("1") == "nothing");
  CHECK(string('"' + std::string(64, 'x') + '"') == std::string(64, 'x'));
  CHECK(string('"' + std::string(65, 'x') + '"') == "nothing");
}

TEST_CASE("fields are found by name, the last of a name, at this level only") {
  const auto object = vigie::parse_json(
      R"({"a":{"x":1},"x":2, "list":[{"x":3}] ,"x":4,"\u0079":5,"long name that is longer than any of ours":6})");
  REQUIRE(object);
  CHECK(object->field("x")->integer() == 4);
  CHECK(object->field("a")->field("x")->integer() == 1);
  CHECK(object->field("y")->integer() == 5);
  CHECK_FALSE(object->field("z"));
  CHECK_FALSE(object->field("list")->field("x"));
  CHECK_FALSE(vigie::parse_json("[]")->field("x"));
  CHECK_FALSE(vigie::parse_json("{}")->field("x"));
}

TEST_CASE("no damage makes the reader leave the message") {
  const std::string message =
      R"({"type":"welcome","hmac":"ab\u00e9\ud83d\ude00","settings":{"ackWindow":2,"x":[-1.5e3,true,null]}})";
  const uint32_t seed = 20'240'601;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; i++) {
    std::string damaged = message;
    for (auto edits = 1 + random() % 3; edits > 0; edits--) {
      const size_t at = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged.resize(at + 1);
          break;
        default:
          damaged.insert(at, 1, "{}[]\",:\\0eu"[random() % 11]);
      }
    }
    // A copy of exactly its size, so that a read past the end is seen.
    const std::vector<char> exact(damaged.begin(), damaged.end());
    const auto value = vigie::parse_json({exact.data(), exact.size()});
    if (!value) continue;
    std::array<char, 8> room;
    for (const char* name : {"type", "hmac", "settings", "x"}) {
      if (const auto field = value->field(name)) {
        (void)field->string(room);
        (void)field->integer();
        (void)field->field("x");
      }
    }
  }
}
