// Whether a new version is to be kept: only once its server has welcomed it, and that within its time.
#pragma once

#include <cstdint>

#include "core/firmware_update.hpp"

namespace vigie {

class TrialRun {
 public:
  /// @param on_trial this version runs for the first time
  TrialRun(bool on_trial, uint64_t started_us, uint32_t trial_ms = kTrialMs)
      : on_trial_(on_trial), deadline_us_(started_us + uint64_t{trial_ms} * 1000) {}

  /// The server's welcome has been verified. @returns true once, when the version is to be marked good now
  bool on_welcome() {
    const bool mark = on_trial_;
    on_trial_ = false;
    return mark;
  }

  /// @returns true when the version has to give way to the one before
  bool has_failed(uint64_t now_us) const { return on_trial_ && now_us >= deadline_us_; }

 private:
  bool on_trial_;
  uint64_t deadline_us_;
};

}  // namespace vigie
