// State that survives a restart, in NVS: credentials, the trusted certificate authority, and the picture's
// settings.
#pragma once

#include <cstdint>

#include "core/credentials.hpp"
#include "core/protocol.hpp"

namespace vigie::esp {

/// Call it first. Erases a partition that has become unreadable.
void open_settings_store();

/// @returns the stored values, or those of credentials.h
Credentials load_credentials();
bool save_credentials(const Credentials& credentials);
void forget_credentials();

/// Password of the setup network: random, made on the board's first start, and never changed.
const char* setup_password();

Settings load_settings();
/// Writes only changes: flash wears.
void save_settings(const Settings& settings);

/// Whether a motion sensor is wired to the board. @returns false when it could not be stored
bool load_has_motion_sensor();
bool save_has_motion_sensor(bool has);

/// How often power returned within kQuickStartMs of the last time, including this one.
uint32_t count_quick_start();
void clear_quick_starts();

}  // namespace vigie::esp
