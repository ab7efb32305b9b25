#include "core/handshake.hpp"

#include <doctest/doctest.h>

#include "tests/bytes_of.hpp"

namespace {

struct Row {
  const char* key;
  const char* camera_id;
  const char* server_nonce;
  const char* camera_nonce;
  const char* camera_hmac;
  const char* server_hmac;
};
const Row kRows[] = {
#include "camera_handshake.inc"
};

}  // namespace

TEST_CASE("proofs match the server's test vectors") {
  for (const Row& row : kRows) {
    CAPTURE(row.camera_id);
    const vigie::HandshakeFacts facts{row.camera_id, bytes32_of_hex(row.server_nonce),
                                      bytes32_of_hex(row.camera_nonce)};
    const vigie::Bytes32 key = bytes32_of_hex(row.key);
    CHECK(hex_of(vigie::handshake_proof(key, vigie::HandshakeRole::camera, facts)) == row.camera_hmac);
    CHECK(hex_of(vigie::handshake_proof(key, vigie::HandshakeRole::server, facts)) == row.server_hmac);
  }
}

TEST_CASE("a proof holds for one role, one id, one key and two nonces") {
  vigie::Bytes32 key{1};
  const vigie::HandshakeFacts facts{"cam_1", {2}, {3}};
  const auto proof = vigie::handshake_proof(key, vigie::HandshakeRole::camera, facts);
  CHECK(proof != vigie::handshake_proof(key, vigie::HandshakeRole::server, facts));
  CHECK(proof != vigie::handshake_proof(key, vigie::HandshakeRole::camera, {"cam_2", {2}, {3}}));
  CHECK(proof != vigie::handshake_proof(key, vigie::HandshakeRole::camera, {"cam_1", {3}, {2}}));
  key[31] ^= 1;
  CHECK(proof != vigie::handshake_proof(key, vigie::HandshakeRole::camera, facts));
}
