// Replaces the device's second-stage boot loader: starts the firmware of the active slot; tries a new one
// once, and returns to the old one when the new one crashes or does not mark itself valid.
#pragma once

#include <string>

#include "port/host/slots.hpp"

namespace vigie::host {

/// Exit codes for a restart, or for a rollback to the previous version.
inline constexpr int kExitRestart = 75;
inline constexpr int kExitRollBack = 76;

/// For the firmware: that the boot loader started it, and the slot it is on trial from.
inline constexpr const char* kTrialVariable = "VIGIE_CAMERA_TRIAL";
inline constexpr const char* kBootedVariable = "VIGIE_CAMERA_BOOTED";

/// Runs until a firmware exits or is stopped. @param arguments of this program, passed on unchanged
/// @returns the last firmware's exit code
int run_boot_loader(const Slots& slots, char** arguments);

}  // namespace vigie::host
