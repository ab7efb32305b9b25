// Two slots for firmware in a folder, and which of them is started: what the boot loader and the otadata
// partition are on the device.
//
//   DIR/a.image, DIR/b.image   as they were downloaded: 288 bytes of head, then the program
//   DIR/boot                   `active a`, `trial b`, `failed 1.2.0`, a line each; replaced as a whole
//
// The program given on the command line stands for the slot the board was flashed with: it is started while
// no slot is active.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

#include "core/firmware_update.hpp"

namespace vigie::host {

struct BootState {
  /// "a", "b" or empty for the program that was flashed.
  std::string active;
  /// The slot to be tried once, or empty.
  std::string trial;
  /// The version that did not make it, or empty.
  std::string failed;
};

class Slots {
 public:
  explicit Slots(std::string folder) : folder_(std::move(folder)) {}

  BootState load() const;
  /// @returns false when the folder cannot be written
  bool save(const BootState& state) const;

  std::string image_path(const std::string& slot) const { return folder_ + '/' + slot + ".image"; }
  /// The version of the image in a slot; empty without an image.
  std::string version_in(const std::string& slot) const;
  /// Puts the program of a slot's image where it can be started. @returns its path, or nothing
  std::optional<std::string> unpack(const std::string& slot) const;

 private:
  std::string folder_;
};

/// Writes an image into the slot that does not run, and has it tried at the next start.
class FileSlot final : public UpdateSlot {
 public:
  explicit FileSlot(const Slots& slots);
  ~FileSlot() { close(); }
  FileSlot(const FileSlot&) = delete;
  FileSlot& operator=(const FileSlot&) = delete;

  bool begin(uint32_t bytes) override;
  bool write(std::span<const uint8_t> bytes) override;
  bool finish() override;
  void abort() override;

 private:
  bool close();
  std::string part_path() const { return slots_.image_path(slot_) + ".part"; }

  const Slots& slots_;
  std::string slot_;
  std::FILE* file_ = nullptr;
};

}  // namespace vigie::host
