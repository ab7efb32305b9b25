// Everything between a person who sets up a camera and the credentials it stores.

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "core/captive_dns.hpp"
#include "core/credentials.hpp"
#include "core/form.hpp"
#include "tests/bytes_of.hpp"

namespace {

const std::string kKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

std::vector<std::pair<std::string, std::string>> fields_of(std::string body) {
  std::vector<std::pair<std::string, std::string>> fields;
  // A copy of exactly its size, so that a step past the end is seen.
  std::vector<char> exact(body.begin(), body.end());
  vigie::for_each_form_field(
      exact, [&fields](std::string_view name, std::string_view value) { fields.emplace_back(name, value); });
  return fields;
}

size_t answer(std::array<uint8_t, vigie::kMaxDnsBytes>& message, const std::vector<uint8_t>& question) {
  std::ranges::copy(question, message.begin());
  return vigie::answer_dns(message, question.size(), {192, 168, 4, 1});
}

// id 1234, recursion desired, one question: example.com, A, IN
const std::vector<uint8_t> kQuestion = bytes_of_hex(
    "12340100000100000000000007657861"
    "6d706c6503636f6d0000010001");

}  // namespace

TEST_CASE("credentials are complete when the server, the network, the id and the key are set") {
  vigie::Credentials credentials;
  CHECK(credentials.problem() != nullptr);
  CHECK(credentials.set("ssid", "home") == nullptr);
  CHECK(credentials.set("password", "correct horse") == nullptr);
  CHECK(credentials.set("server", "wss://vigie.example/camera") == nullptr);
  CHECK(credentials.set("id", "cam_1") == nullptr);
  CHECK(std::string(credentials.problem()) == "no key is set");
  CHECK(credentials.set("key", kKey) == nullptr);
  CHECK(credentials.problem() == nullptr);
  CHECK(credentials.key_bytes()[31] == 31);
  CHECK(std::string(credentials.server.c_str()) == "wss://vigie.example/camera");
}

TEST_CASE("an invalid value is refused and changes nothing") {
  vigie::Credentials credentials;
  REQUIRE(credentials.set("ssid", "home") == nullptr);
  const std::pair<const char*, std::string> table[] = {{"ssid", ""},
                                                       {"ssid", std::string(33, 'x')},
                                                       {"ssid", "a\nb"},
                                                       {"password", "short"},
                                                       {"password", std::string(65, 'x')},
                                                       {"server", "https://vigie.example"},
                                                       {"server", ""},
                                                       {"server", "ws://" + std::string(300, 'a')},
                                                       {"id", ""},
                                                       {"id", std::string(256, 'x')},
                                                       {"key", kKey + "A"},
                                                       {"key", ""},
                                                       {"key", kKey.substr(1) + "="},
                                                       {"nonsense", "x"},
                                                       {"", ""}};
  for (const auto& [field, value] : table) {
    CAPTURE(field);
    CAPTURE(value);
    CHECK(credentials.set(field, value) != nullptr);
  }
  CHECK(credentials.ssid.view() == "home");
  CHECK(credentials.key.empty());
}

TEST_CASE("the configuration of the server's page is accepted line by line") {
  vigie::Credentials credentials;
  CHECK(credentials.set_line("VIGIE_SERVER_URL=ws://192.168.1.5:8080/camera") == nullptr);
  CHECK(credentials.set_line("VIGIE_CAMERA_ID=cam_x9w3hda4hun5") == nullptr);
  CHECK(credentials.set_line("VIGIE_CAMERA_KEY=" + kKey) == nullptr);
  CHECK(std::string(credentials.problem()) == "no Wi-Fi network is set");
  CHECK(credentials.camera_id.view() == "cam_x9w3hda4hun5");
  for (const std::string line :
       {"", "VIGIE_CAMERA_KEY", "VIGIE_CAMERA_KEY=short", "VIGIE_NONSENSE=1", "=x"}) {
    CAPTURE(line);
    CHECK(credentials.set_line(line) != nullptr);
  }
  CHECK(credentials.key.view() == kKey);
}

TEST_CASE("a form's fields are decoded") {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  CHECK(fields_of("ssid=my+home&server=wss%3A%2F%2Fa%2Fcamera&password=a%26b%3dc") ==
        Fields{{"ssid", "my home"}, {"server", "wss://a/camera"}, {"password", "a&b=c"}});
  CHECK(fields_of("a&b=&=c") == Fields{{"a", ""}, {"b", ""}, {"", "c"}});
  CHECK(fields_of("a=%zz%4&b=%") == Fields{{"a", "%zz%4"}, {"b", "%"}});
  CHECK(fields_of("").empty());
}

TEST_CASE("every name resolves to the camera during the setup") {
  std::array<uint8_t, vigie::kMaxDnsBytes> message{};
  const size_t length = answer(message, kQuestion);
  const std::vector<uint8_t> expected = bytes_of_hex(
      "123485000001000100000000076578616d706c6503636f6d0000010001"
      "c00c000100010000003c0004c0a80401");
  CHECK(std::vector<uint8_t>(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length)) ==
        expected);
}

TEST_CASE("other queries get an empty answer, malformed ones none") {
  std::array<uint8_t, vigie::kMaxDnsBytes> message{};
  std::vector<uint8_t> ipv6 = kQuestion;
  ipv6[ipv6.size() - 3] = 28;
  CHECK(answer(message, ipv6) == ipv6.size());
  CHECK(message[7] == 0);
  for (size_t size = 0; size < kQuestion.size(); size++) {
    const std::vector<uint8_t> cut(kQuestion.begin(), kQuestion.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(answer(message, cut) == 0);
  }
  std::vector<uint8_t> response = kQuestion;
  response[2] |= 0x80;
  CHECK(answer(message, response) == 0);
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; i++) {
    std::vector<uint8_t> damaged = kQuestion;
    damaged.resize(12 + random() % 500, 0x3f);
    for (int edits = 0; edits < 4; edits++)
      damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
    CHECK(answer(message, damaged) <= message.size());
  }
}

TEST_CASE("a pairing code replaces id and key, over wss only") {
  vigie::Credentials credentials;
  CHECK(credentials.set("ssid", "home") == nullptr);
  CHECK(credentials.set("server", "wss://vigie.example/camera") == nullptr);
  CHECK(credentials.set("pair", "K7QF") != nullptr);
  CHECK(credentials.problem() != nullptr);
  CHECK(credentials.set("pair", "k7qf-3mzp") == nullptr);
  CHECK(credentials.needs_pairing());
  CHECK(credentials.problem() == nullptr);
  CHECK(credentials.set("server", "ws://vigie.example/camera") == nullptr);
  CHECK(credentials.problem() != nullptr);
  CHECK(credentials.set("pair", "") == nullptr);
  CHECK_FALSE(credentials.needs_pairing());
}

TEST_CASE("of key and pairing code, the last one entered counts") {
  const std::string key(43, 'A');
  vigie::Credentials credentials;
  CHECK(credentials.set("id", "cam_1") == nullptr);
  CHECK(credentials.set("key", key) == nullptr);
  CHECK(credentials.set("pair", "no code") != nullptr);
  CHECK(credentials.set("pair", "") == nullptr);
  CHECK(credentials.key.view() == key);
  CHECK_FALSE(credentials.needs_pairing());
  // A camera whose key was lost is paired again, and keeps its Wi-Fi.
  CHECK(credentials.set("pair", "K7QF-3MZP") == nullptr);
  CHECK(credentials.needs_pairing());
  CHECK(credentials.key.empty());
  CHECK(credentials.set("key", "too short") != nullptr);
  CHECK(credentials.needs_pairing());
  CHECK(credentials.set("key", key) == nullptr);
  CHECK_FALSE(credentials.needs_pairing());
  CHECK(credentials.pairing_code.empty());
}
