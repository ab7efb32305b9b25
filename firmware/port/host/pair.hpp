// Pairing by code: asks the server once, and keeps what it answers where only its owner can read it.
#pragma once

#include <optional>
#include <string>

#include "core/pairing.hpp"
#include "port/host/stream.hpp"

namespace vigie::host {

/// @returns nothing, with the reason in `error`
std::optional<PairedCamera> pair(const ServerUrl& server, SSL_CTX* tls, const std::string& typed_code,
                                 std::string& error);

/// Two lines: id and key. @returns nothing when the file is not there or holds something else
std::optional<PairedCamera> load_credentials(const std::string& path);
/// The file is made anew, mode 0600. @returns false when it cannot be
bool save_credentials(const std::string& path, const PairedCamera& camera);

}  // namespace vigie::host
