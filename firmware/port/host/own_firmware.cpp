#include "port/host/own_firmware.hpp"

#include <cstdio>
#include <cstdlib>

#include "port/host/boot_loader.hpp"
#include "port/host/version.hpp"

namespace vigie::host {
namespace {

std::string trial_slot() {
  const char* slot = std::getenv(kTrialVariable);
  return slot ? slot : "";
}

}  // namespace

OwnFirmware::OwnFirmware(const Slots* slots, uint64_t now_us, uint32_t trial_ms)
    : slots_(slots),
      trial_slot_(slots ? trial_slot() : ""),
      rolled_back_from_(slots ? slots->load().failed : ""),
      trial_run_(!trial_slot_.empty(), now_us, trial_ms) {}

void OwnFirmware::on_welcome() {
  if (!trial_run_.on_welcome()) return;
  BootState state = slots_->load();
  state.active = trial_slot_;
  state.trial.clear();
  if (!slots_->save(state)) return;
  std::printf("%.*s is good\n", static_cast<int>(kVersion.size()), kVersion.data());
}

}  // namespace vigie::host
