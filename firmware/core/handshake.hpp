// Proof of the key that camera and server share, in both directions (protocol v1):
//  HMAC-SHA256(key, "vigie.camera.v1 " + role + 0x00 + u8 length(cameraId) + cameraId + serverNonce +
//  cameraNonce)
// The role makes an echoed proof invalid; the length separates the id from the nonces.
#pragma once

#include <string_view>

#include "core/sha256.hpp"
#include "core/text_encoding.hpp"

namespace vigie {

enum class HandshakeRole { camera, server };

/// The values both sides know when they compute the proofs.
struct HandshakeFacts {
  /// 1 ... 255 bytes of UTF-8.
  std::string_view camera_id;
  Bytes32 server_nonce{};
  Bytes32 camera_nonce{};
};

Digest handshake_proof(const Bytes32& key, HandshakeRole role, const HandshakeFacts& facts);

}  // namespace vigie
