// This program as a firmware: whether it is on trial, what ran before it, and whether it may be replaced.
#pragma once

#include <optional>
#include <string>

#include "core/trial_run.hpp"
#include "port/host/slots.hpp"

namespace vigie::host {

class OwnFirmware {
 public:
  /// @param slots nullptr when it was not started by the boot loader: then it is never replaced
  OwnFirmware(const Slots* slots, uint64_t now_us, uint32_t trial_ms);

  bool can_be_replaced() const { return slots_ != nullptr; }
  /// The version given up for this one, or empty.
  const std::string& rolled_back_from() const { return rolled_back_from_; }

  /// The server's welcome has been verified: a version on trial becomes the one that is started from now on.
  void on_welcome();
  bool has_failed(uint64_t now_us) const { return trial_run_.has_failed(now_us); }

 private:
  const Slots* slots_;
  std::string trial_slot_;
  std::string rolled_back_from_;
  TrialRun trial_run_;
};

}  // namespace vigie::host
