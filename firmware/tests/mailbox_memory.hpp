// Memory for a mailbox's three slots.
#pragma once

#include <array>
#include <vector>

#include "core/frame_mailbox.hpp"

class MailboxMemory {
 public:
  explicit MailboxMemory(size_t bytes_each) {
    for (auto& slot : memory_) slot.resize(bytes_each);
  }

  std::array<std::span<uint8_t>, vigie::FrameMailbox::kSlots> slots() {
    return {memory_[0], memory_[1], memory_[2]};
  }

 private:
  std::array<std::vector<uint8_t>, vigie::FrameMailbox::kSlots> memory_;
};
