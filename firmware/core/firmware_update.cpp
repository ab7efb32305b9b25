#include "core/firmware_update.hpp"

#include <algorithm>

namespace vigie {

const char* refusal_of(const UpdateOffer& offer, const RunningFirmware& running) {
  if (!running.is_verified) return "updates are accepted over verified wss: only";
  if (running.slot_bytes == 0) return "this camera has no second slot for an update";
  if (offer.bytes > running.slot_bytes) return "the image is larger than this camera's slot";
  if (!offer.allow_older && compare_firmware_versions(offer.version.view(), running.version) <= 0)
    return "the offered version is not newer than the running one";
  return nullptr;
}

const char* FirmwareUpdate::begin() {
  open_ = slot_.begin(offer_.bytes);
  return open_ ? nullptr : "the slot cannot be written";
}

const char* FirmwareUpdate::add(std::span<const uint8_t> bytes) {
  if (!open_) return "the update has ended";
  if (bytes.size() > offer_.bytes - received_) return fail("the image is longer than offered");
  if (received_ < head_.size()) {
    const size_t missing = std::min<size_t>(head_.size() - received_, bytes.size());
    std::copy_n(bytes.begin(), missing, head_.begin() + received_);
    // An image for another camera is detected at its beginning.
    if (received_ + missing == head_.size()) {
      if (const char* reason = check_head()) return fail(reason);
    }
  }
  hash_.update(bytes);
  received_ += static_cast<uint32_t>(bytes.size());
  return slot_.write(bytes) ? nullptr : fail("the slot cannot be written");
}

const char* FirmwareUpdate::finish() {
  if (!open_) return "the update has ended";
  if (received_ < offer_.bytes) return fail("the download was interrupted");
  if (!equal_in_constant_time(hash_.finish(), offer_.sha256)) return fail("the image's hash is wrong");
  if (!slot_.finish()) return fail("the slot does not take the image");
  open_ = false;
  return nullptr;
}

void FirmwareUpdate::abort() {
  if (open_) slot_.abort();
  open_ = false;
}

const char* FirmwareUpdate::fail(const char* reason) {
  abort();
  return reason;
}

const char* FirmwareUpdate::check_head() {
  const std::optional<AppImageHead> image = read_app_image_head(head_);
  if (!image || image->project != kAppProjectName) return "the image is no firmware for a camera";
  if (image->chip != chip_) return "the image is for another board";
  if (image->version != offer_.version.view()) return "the image is another version than was offered";
  return nullptr;
}

}  // namespace vigie
