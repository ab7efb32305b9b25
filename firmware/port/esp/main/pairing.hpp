// Pairing on the device: with Wi-Fi and a server but no key yet, the code is given to the server for id and
// key.
#pragma once

#include <optional>

#include "core/credentials.hpp"
#include "core/pairing.hpp"

namespace vigie::esp {

/// Waits for Wi-Fi, asks, and keeps what is answered. @param ca_pem empty for the bundled authorities
/// @returns nothing when id and key are there, else why they are not
std::optional<PairingFailure> pair(Credentials& credentials, const char* ca_pem);

}  // namespace vigie::esp
