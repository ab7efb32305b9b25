#include "core/text_encoding.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/bytes_of.hpp"

TEST_CASE("32 bytes survive base64url and hex") {
  std::mt19937 random(1);
  for (int i = 0; i < 500; i++) {
    vigie::Bytes32 bytes;
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
    const auto base64url = vigie::to_base64url(bytes);
    CHECK(vigie::from_base64url({base64url.data(), base64url.size()}) == bytes);
    CHECK(vigie::from_hex(hex_of(bytes)) == bytes);
  }
}

TEST_CASE("base64url is that of RFC 4648 section 5") {
  const auto zeros = vigie::to_base64url({});
  CHECK(std::string(zeros.data(), zeros.size()) == std::string(43, 'A'));
  vigie::Bytes32 ones;
  ones.fill(0xff);
  const auto text = vigie::to_base64url(ones);
  CHECK(std::string(text.data(), text.size()) == std::string(42, '_') + "8");
  vigie::Bytes32 counting;
  for (size_t i = 0; i < counting.size(); i++) counting[i] = static_cast<uint8_t>(i);
  const auto counted = vigie::to_base64url(counting);
  CHECK(std::string(counted.data(), counted.size()) == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
}

TEST_CASE("any other spelling of 32 bytes is refused") {
  const std::string good(43, 'A');
  CHECK(vigie::from_base64url(good));
  const std::string bad[] = {"",
                             good.substr(1),
                             good + "A",
                             good + "=",
                             good.substr(1) + "B",
                             good.substr(1) + "+",
                             good.substr(1) + "/",
                             good.substr(1) + " ",
                             "\xc3" + good.substr(1)};
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(vigie::from_base64url(text));
  }
  const std::string hex(64, '0');
  CHECK(vigie::from_hex(hex));
  for (const std::string& text :
       {std::string(), hex + "0", hex.substr(1), hex.substr(1) + "A", hex.substr(1) + "g"}) {
    CAPTURE(text);
    CHECK_FALSE(vigie::from_hex(text));
  }
}
