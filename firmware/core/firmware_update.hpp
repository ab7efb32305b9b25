// Writes a firmware update into the inactive slot. No network and no flash here: a port passes the bytes as
// they arrive, and the slot.
//
// Invariant: the slot is finished, and so may be started, only when it contains every offered byte, with the
// offered hash, and the image is for this camera and of the offered version.
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
/// A new version without the server's welcome is rolled back after this time.
inline constexpr uint32_t kTrialMs = 5 * 60'000;

/// A short text with its own memory.
template <size_t Capacity>
class ShortText {
 public:
  /// @returns false when it does not fit; then nothing is stored
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
  /// A path on the server the camera is connected to.
  ShortText<96> path;
  uint32_t bytes = 0;
  Digest sha256{};
  /// Sent as `Authorization: Bearer`, once.
  ShortText<96> token;
  bool allow_older = false;
};

/// The state that an offer is checked against.
struct RunningFirmware {
  std::string_view version;
  uint16_t chip;
  /// The server's certificate was verified for this connection.
  bool is_verified;
  /// Room for an image; 0 without a second slot.
  uint32_t slot_bytes;
};

/// @returns nullptr when the offer is acceptable, else why not: a literal for a person
const char* refusal_of(const UpdateOffer& offer, const RunningFirmware& running);

/// The destination of the new image.
class UpdateSlot {
 public:
  virtual bool begin(uint32_t bytes) = 0;
  virtual bool write(std::span<const uint8_t> bytes) = 0;
  /// Makes it the one to try at the next start. @returns false when that fails
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

  /// @returns nullptr, or why the update has failed; then the slot has been released
  const char* begin();
  const char* add(std::span<const uint8_t> bytes);
  const char* finish();
  /// Idempotent; does nothing after finishing.
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
