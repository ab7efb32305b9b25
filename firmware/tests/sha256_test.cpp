#include "core/sha256.hpp"

#include <doctest/doctest.h>

#include "tests/bytes_of.hpp"

namespace {

std::string sha256_of(std::span<const uint8_t> bytes) {
  vigie::Sha256 hash;
  hash.update(bytes);
  return hex_of(hash.finish());
}

std::vector<uint8_t> repeated(size_t count, uint8_t byte) { return std::vector<uint8_t>(count, byte); }

}  // namespace

TEST_CASE("SHA-256 gives FIPS 180-4's examples") {
  CHECK(sha256_of(bytes_of_text("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of(bytes_of_text("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of(bytes_of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_of(repeated(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a message may come in any pieces") {
  std::vector<uint8_t> message;
  for (size_t i = 0; i < 300; i++) message.push_back(static_cast<uint8_t>(i * 7));
  const std::string whole = sha256_of(message);
  for (size_t piece = 1; piece < message.size(); piece++) {
    vigie::Sha256 hash;
    for (size_t at = 0; at < message.size(); at += piece)
      hash.update(std::span(message).subspan(at, std::min(piece, message.size() - at)));
    CHECK(hex_of(hash.finish()) == whole);
  }
}

TEST_CASE("HMAC-SHA256 gives the vectors of RFC 4231 section 4") {
  struct Row {
    std::vector<uint8_t> key;
    std::vector<uint8_t> data;
    std::string mac;
  };
  const auto text = [](std::string_view t) { return std::vector<uint8_t>(t.begin(), t.end()); };
  std::vector<uint8_t> counting;
  for (uint8_t i = 1; i <= 25; i++) counting.push_back(i);
  const Row rows[] = {
      {repeated(20, 0x0b), text("Hi There"),
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {text("Jefe"), text("what do ya want for nothing?"),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {repeated(20, 0xaa), repeated(50, 0xdd),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting, repeated(50, 0xcd), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      // The RFC gives the first 128 bits.
      {repeated(20, 0x0c), text("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"},
      {repeated(131, 0xaa), text("Test Using Larger Than Block-Size Key - Hash Key First"),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {repeated(131, 0xaa),
       text("This is a test using a larger than block-size key and a larger than block-size data. The key "
            "needs to be "
            "hashed before being used by the HMAC algorithm."),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const Row& row : rows) {
    vigie::HmacSha256 hmac(row.key);
    hmac.update(row.data);
    CHECK(hex_of(hmac.finish()).substr(0, row.mac.size()) == row.mac);
  }
}

TEST_CASE("digests are equal when every byte is") {
  vigie::Digest a{};
  vigie::Digest b{};
  CHECK(vigie::equal_in_constant_time(a, b));
  for (size_t i = 0; i < b.size(); i++) {
    b[i] ^= 0x80;
    CHECK_FALSE(vigie::equal_in_constant_time(a, b));
    b[i] = 0;
  }
}
