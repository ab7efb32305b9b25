// A firmware update on its way into the slot that does not run. No network and no flash here: a port feeds
// the bytes as they come and passes the slot in.
//
// Invariant: the slot is finished, and so may be started, only when every byte that was offered is in it,
// with the hash that was offered, and the image says it is this camera's, and the version that was offered.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/app_image.hpp"
#include "core/firmware_version.hpp"
#include "core/sha256.hpp"

namespace vigie {

inline constexpr uint32_t kMaxFirmwareBytes = 4 * 1024 * 1024;
inline constexpr uint32_t kUpdateProgressIntervalMs = 1'000;
/// A new version that has not been welcomed by its server after this long is given up for the old one.
inline constexpr uint32_t kTrialMs = 5 * 60'000;

/// A short text of its own.
template <size_t Capacity>
class ShortText {
 public:
  /// @returns false when it does not fit; then nothing is kept
  bool assign(std::string_view text) {
    if (text.size() > Capacity) return false;
    size_ = text.copy(chars_.data(), Capacity);
    return true;
  }
  std::string_view view() const { return {chars_.data(), size_}; }

 private:
  std::array<char, Capacity> chars_{};
  size_t size_ = 0;
};

/// As the server made it.
struct UpdateOffer {
  uint32_t id = 0;
  ShortText<kMaxVersionChars> version;
  /// A path on the very server the camera is connected to.
  ShortText<96> path;
  uint32_t bytes = 0;
  Digest sha256{};
  /// To be sent as `Authorization: Bearer`, once.
  ShortText<96> token;
  bool allow_older = false;
};

/// What an offer is held against.
struct RunningFirmware {
  std::string_view version;
  uint16_t chip;
  /// The server's certificate was verified for this connection.
  bool is_verified;
  /// Room for an image; 0 when there is no second slot.
  uint32_t slot_bytes;
};

/// @returns nullptr when the offer can be taken, else why not: a literal for a person
const char* refusal_of(const UpdateOffer& offer, const RunningFirmware& running);

/// Where the new image goes.
class UpdateSlot {
 public:
  virtual bool begin(uint32_t bytes) = 0;
  virtual bool write(std::span<const uint8_t> bytes) = 0;
  /// From the next start on it is the one to be tried. @returns false when it cannot be
  virtual bool finish() = 0;
  virtual void abort() = 0;

 protected:
  ~UpdateSlot() = default;
};

class FirmwareUpdate {
 public:
  /// @param offer must have been found acceptable, and outlive this
  FirmwareUpdate(const UpdateOffer& offer, uint16_t chip, UpdateSlot& slot)
      : offer_(offer), chip_(chip), slot_(slot) {}
  ~FirmwareUpdate() { abort(); }
  FirmwareUpdate(const FirmwareUpdate&) = delete;
  FirmwareUpdate& operator=(const FirmwareUpdate&) = delete;

  /// @returns nullptr, or why the update has failed; then the slot has been let go
  const char* begin();
  const char* add(std::span<const uint8_t> bytes);
  const char* finish();
  /// Idempotent; does nothing once it was finished.
  void abort();

  uint32_t received_bytes() const { return received_; }

 private:
  const char* fail(const char* reason);
  const char* check_head();

  const UpdateOffer& offer_;
  uint16_t chip_;
  UpdateSlot& slot_;
  Sha256 hash_;
  std::array<uint8_t, kAppImageHeadBytes> head_{};
  uint32_t received_ = 0;
  bool open_ = false;
};

}  // namespace vigie
