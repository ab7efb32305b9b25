// What the second-stage boot loader does on the device: starts the firmware of the active slot; tries a new
// one once, and takes the old one again when the new one crashes or does not mark itself good.
#pragma once

#include <string>

#include "port/host/slots.hpp"

namespace vigie::host {

/// A firmware that ends with these is started again, or given up for the one before.
inline constexpr int kExitRestart = 75;
inline constexpr int kExitRollBack = 76;

/// For the firmware: that it was started by the boot loader, and which slot it is on trial from.
inline constexpr const char* kTrialVariable = "VIGIE_CAMERA_TRIAL";
inline constexpr const char* kBootedVariable = "VIGIE_CAMERA_BOOTED";

/// Runs until a firmware ends by itself, or is told to stop. @param arguments of this program, handed on as
/// they are
/// @returns the last firmware's exit code
int run_boot_loader(const Slots& slots, char** arguments);

}  // namespace vigie::host
