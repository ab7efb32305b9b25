#include "core/protocol.hpp"

namespace vigie {

void merge(Settings& settings, const Settings& changes) {
  const auto take = [](auto& old, const auto& changed) {
    if (changed) old = changed;
  };
  take(settings.frame_size, changes.frame_size);
  take(settings.jpeg_quality, changes.jpeg_quality);
  take(settings.max_fps, changes.max_fps);
  take(settings.flash, changes.flash);
  take(settings.h_mirror, changes.h_mirror);
  take(settings.v_flip, changes.v_flip);
  take(settings.brightness, changes.brightness);
  take(settings.contrast, changes.contrast);
  take(settings.exposure, changes.exposure);
  take(settings.white_balance, changes.white_balance);
}

}  // namespace vigie
