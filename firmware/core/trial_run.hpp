// Decides whether a new version is kept: only when its server has welcomed it in time.
#pragma once

#include <cstdint>

#include "core/firmware_update.hpp"

namespace vigie {

class TrialRun {
 public:
  /// @param on_trial this version runs for the first time
  TrialRun(bool on_trial, uint64_t started_us, uint32_t trial_ms = kTrialMs)
      : on_trial_(on_trial), deadline_us_(started_us + uint64_t{trial_ms} * 1000) {}

  /// The server's welcome has been verified. @returns true once, when the version must now be marked valid
  bool on_welcome() {
    const bool mark = on_trial_;
    on_trial_ = false;
    return mark;
  }

  /// @returns true when the version must be rolled back
  bool has_failed(uint64_t now_us) const { return on_trial_ && now_us >= deadline_us_; }

 private:
  bool on_trial_;
  uint64_t deadline_us_;
};

}  // namespace vigie
