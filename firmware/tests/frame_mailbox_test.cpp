#include "core/frame_mailbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "tests/mailbox_memory.hpp"

TEST_CASE("the newest frame is taken, replaced ones are counted") {
  MailboxMemory memory(64);
  vigie::FrameMailbox mailbox(memory.slots());
  CHECK(mailbox.take() == nullptr);
  for (uint64_t i = 1; i <= 5; i++) {
    mailbox.writable().capture_us = i;
    mailbox.publish();
  }
  CHECK(mailbox.has_frame());
  REQUIRE(mailbox.take() != nullptr);
  CHECK_FALSE(mailbox.has_frame());
  CHECK(mailbox.take() == nullptr);
  CHECK(mailbox.passed_over() == 4);
}

TEST_CASE("a frame being sent is not overwritten, however many are captured meanwhile") {
  MailboxMemory memory(64);
  vigie::FrameMailbox mailbox(memory.slots());
  mailbox.writable().capture_us = 1;
  mailbox.publish();
  const vigie::FrameSlot* sending = mailbox.take();
  for (uint64_t i = 2; i < 10; i++) {
    CHECK(&mailbox.writable() != sending);
    mailbox.writable().capture_us = i;
    mailbox.publish();
  }
  CHECK(sending->capture_us == 1);
  CHECK(mailbox.take()->capture_us == 9);
}

TEST_CASE("between two threads no frame is torn, none comes twice, none goes back") {
  constexpr uint64_t kFrames = 20'000;
  MailboxMemory memory(vigie::kFrameHeaderBytes + 256);
  vigie::FrameMailbox mailbox(memory.slots());
  std::thread capturing([&mailbox] {
    for (uint64_t i = 1; i <= kFrames; i++) {
      vigie::FrameSlot& slot = mailbox.writable();
      std::ranges::fill(slot.jpeg_room(), static_cast<uint8_t>(i));
      slot.capture_us = i;
      mailbox.publish();
    }
  });
  uint64_t last = 0;
  uint64_t taken = 0;
  bool whole = true;
  bool newer = true;
  while (last < kFrames) {
    const vigie::FrameSlot* slot = mailbox.take();
    if (!slot) {
      std::this_thread::yield();
      continue;
    }
    taken++;
    newer = newer && slot->capture_us > last;
    last = slot->capture_us;
    whole = whole && std::ranges::all_of(slot->jpeg_room(),
                                         [last](uint8_t b) { return b == static_cast<uint8_t>(last); });
  }
  capturing.join();
  CHECK(whole);
  CHECK(newer);
  CHECK(taken + mailbox.passed_over() == kFrames);
}
