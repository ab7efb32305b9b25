// What survives a restart, in NVS: credentials, the certificate authority that is trusted, and the picture's
// settings.
#pragma once

#include <cstdint>

#include "core/credentials.hpp"
#include "core/protocol.hpp"

namespace vigie::esp {

/// To be called first. Erases a partition that is not readable any more.
void open_settings_store();

/// @returns what is stored, and what credentials.h says where nothing is
Credentials load_credentials();
bool save_credentials(const Credentials& credentials);
void forget_credentials();

/// Of the set-up network: made up by chance on the board's first start, and its own for ever.
const char* setup_password();

Settings load_settings();
/// Writes only what has changed: flash wears.
void save_settings(const Settings& settings);

/// Whether somebody has wired a movement sensor to the board. @returns false when it could not be stored
bool load_has_motion_sensor();
bool save_has_motion_sensor(bool has);

/// How often power came back within kQuickStartMs of the last time, this one counted.
uint32_t count_quick_start();
void clear_quick_starts();

}  // namespace vigie::esp
