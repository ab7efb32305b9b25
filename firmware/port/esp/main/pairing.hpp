// Pairing on the device: with Wi-Fi and a server but no key yet, the code is given to the server for id and key.
#pragma once

#include "core/credentials.hpp"

namespace vigie::esp {

/// Waits for Wi-Fi, asks, and keeps what is answered. @param ca_pem empty for the bundled authorities
/// @returns nullptr when id and key are stored, else why not: for a person
const char* pair(Credentials& credentials, const char* ca_pem);

}  // namespace vigie::esp
