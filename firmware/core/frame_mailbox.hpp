// Hands frames from the capturing task to the sending task: the newest wins, and neither waits for the other.
//
// Three slots: one is being filled, one waits, one is being sent. Publishing swaps the filled slot with the
// waiting one, taking swaps the sent slot with it, each by one atomic exchange; so no slot is ever used by
// both tasks, and a frame that was not taken in time is overwritten and counted. One task may publish, one
// may take.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/frame_header.hpp"

namespace vigie {

/// Header and JPEG are in one piece of memory, so that a message is one buffer.
struct FrameSlot {
  /// Room for the header and the largest JPEG.
  std::span<uint8_t> bytes;
  uint32_t jpeg_bytes = 0;
  uint64_t capture_us = 0;
  uint16_t width = 0;
  uint16_t height = 0;

  std::span<uint8_t> jpeg_room() const { return bytes.subspan(kFrameHeaderBytes); }
  std::span<const uint8_t> message() const { return bytes.first(kFrameHeaderBytes + jpeg_bytes); }
};

class FrameMailbox {
 public:
  static constexpr size_t kSlots = 3;

  /// @param memory for each slot, larger than a header; must outlive the mailbox
  explicit FrameMailbox(const std::array<std::span<uint8_t>, kSlots>& memory) {
    for (size_t i = 0; i < kSlots; i++) slots_[i].bytes = memory[i];
  }

  // The capturing task.

  /// The slot to fill. The same one until it is published.
  FrameSlot& writable() { return slots_[writing_]; }

  void publish() {
    const uint8_t former = waiting_.exchange(writing_ | kFresh, std::memory_order_acq_rel);
    writing_ = former & kIndex;
    if (former & kFresh) passed_over_.fetch_add(1, std::memory_order_relaxed);
  }

  // The sending task.

  /// @returns the newest frame, valid until the next call, or nullptr when none has come since
  FrameSlot* take() {
    if (!has_frame()) return nullptr;
    reading_ = waiting_.exchange(reading_, std::memory_order_acq_rel) & kIndex;
    return &slots_[reading_];
  }

  bool has_frame() const { return waiting_.load(std::memory_order_acquire) & kFresh; }

  // Any task.

  /// Frames that were replaced by a newer one before they were sent. Wraps.
  uint32_t passed_over() const { return passed_over_.load(std::memory_order_relaxed); }

 private:
  static constexpr uint8_t kIndex = 3;
  static constexpr uint8_t kFresh = 4;

  std::array<FrameSlot, kSlots> slots_;
  uint8_t writing_ = 0;
  uint8_t reading_ = 1;
  std::atomic<uint8_t> waiting_{2};
  std::atomic<uint32_t> passed_over_{0};
};

}  // namespace vigie
