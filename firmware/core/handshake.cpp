#include "core/handshake.hpp"

#include "core/protocol.hpp"

namespace vigie {

Digest handshake_proof(const Bytes32& key, HandshakeRole role, const HandshakeFacts& facts) {
  HmacSha256 hmac(key);
  const auto add = [&hmac](std::string_view text) {
    hmac.update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  add(kCameraSubprotocol);
  add(role == HandshakeRole::camera ? " camera" : " server");
  const std::array<uint8_t, 2> separator{0, static_cast<uint8_t>(facts.camera_id.size())};
  hmac.update(separator);
  add(facts.camera_id);
  hmac.update(facts.server_nonce);
  hmac.update(facts.camera_nonce);
  return hmac.finish();
}

}  // namespace vigie
