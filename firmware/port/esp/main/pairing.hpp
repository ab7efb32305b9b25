// Pairing on the device: with Wi-Fi and a server but no key yet, the code is exchanged for id and key.
#pragma once

#include <optional>

#include "core/credentials.hpp"
#include "core/pairing.hpp"

namespace vigie::esp {

/// Waits for Wi-Fi, sends the request, and stores the answer. @param ca_pem empty for the bundled authorities
/// @returns nothing on success, else why it failed
std::optional<PairingFailure> pair(Credentials& credentials, const char* ca_pem);

}  // namespace vigie::esp
