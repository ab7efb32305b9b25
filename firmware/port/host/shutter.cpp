#include "port/host/shutter.hpp"

#include <algorithm>
#include <chrono>

namespace vigie::host {

uint64_t monotonic_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Shutter::Shutter(std::vector<Picture> pictures, uint32_t sensor_fps, FrameMailbox& mailbox,
                 std::function<void()> on_frame)
    : pictures_(std::move(pictures)),
      interval_us_(1'000'000 / sensor_fps),
      mailbox_(mailbox),
      on_frame_(std::move(on_frame)) {
  limit_.set(sensor_fps);
  thread_ = std::thread([this] { run(); });
}

Shutter::~Shutter() {
  stopping_ = true;
  thread_.join();
}

void Shutter::run() {
  uint64_t due_us = monotonic_us();
  for (size_t index = 0; !stopping_; index = (index + 1) % pictures_.size()) {
    const uint64_t now = monotonic_us();
    if (now < due_us) std::this_thread::sleep_for(std::chrono::microseconds(due_us - now));
    due_us = std::max(due_us, now > interval_us_ ? now - interval_us_ : 0) + interval_us_;
    const uint64_t captured = monotonic_us();
    if (wanted_.load(std::memory_order_relaxed) && limit_.admit(captured))
      capture(pictures_[index], captured);
  }
}

void Shutter::capture(const Picture& picture, uint64_t now_us) {
  FrameSlot& slot = mailbox_.writable();
  if (picture.jpeg.size() > slot.jpeg_room().size()) return;
  std::ranges::copy(picture.jpeg, slot.jpeg_room().begin());
  slot.jpeg_bytes = static_cast<uint32_t>(picture.jpeg.size());
  slot.capture_us = now_us;
  slot.width = picture.size.width;
  slot.height = picture.size.height;
  mailbox_.publish();
  on_frame_();
}

}  // namespace vigie::host
