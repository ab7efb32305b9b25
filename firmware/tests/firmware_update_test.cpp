#include "core/firmware_update.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/trial_run.hpp"
#include "tests/allocation_counter.hpp"

namespace {

using vigie::FirmwareUpdate;
using vigie::RunningFirmware;
using vigie::UpdateOffer;

class RecordingSlot final : public vigie::UpdateSlot {
 public:
  bool begin(uint32_t) override { return begins; }
  bool write(std::span<const uint8_t> bytes) override {
    written.insert(written.end(), bytes.begin(), bytes.end());
    return writes;
  }
  bool finish() override {
    finished = finishes;
    return finishes;
  }
  void abort() override { aborted++; }

  bool begins = true;
  bool writes = true;
  bool finishes = true;
  bool finished = false;
  int aborted = 0;
  std::vector<uint8_t> written;
};

std::vector<uint8_t> image_of(std::string_view version, uint16_t chip = vigie::kChipHost,
                              std::string_view project = vigie::kAppProjectName, size_t size = 3000) {
  std::vector<uint8_t> image(size, 0x5a);
  std::fill_n(image.begin(), vigie::kAppImageHeadBytes, uint8_t{0});
  image[0] = 0xe9;
  image[12] = static_cast<uint8_t>(chip);
  image[13] = static_cast<uint8_t>(chip >> 8);
  const uint8_t magic[] = {0x32, 0x54, 0xcd, 0xab};
  std::memcpy(&image[32], magic, sizeof magic);
  std::memcpy(&image[48], version.data(), version.size());
  std::memcpy(&image[80], project.data(), project.size());
  return image;
}

UpdateOffer offer_of(const std::vector<uint8_t>& image, std::string_view version = "1.1.0") {
  UpdateOffer offer;
  offer.version.assign(version);
  offer.bytes = static_cast<uint32_t>(image.size());
  vigie::Sha256 hash;
  hash.update(image);
  offer.sha256 = hash.finish();
  return offer;
}

std::string outcome(const UpdateOffer& offer, const std::vector<uint8_t>& image, RecordingSlot& slot,
                    size_t piece = 700) {
  FirmwareUpdate update(offer, vigie::kChipHost, slot);
  if (const char* failure = update.begin()) return failure;
  for (size_t at = 0; at < image.size(); at += piece) {
    const size_t length = std::min(piece, image.size() - at);
    if (const char* failure = update.add({&image[at], length})) return failure;
  }
  const char* failure = update.finish();
  return failure ? failure : "done";
}

}  // namespace

TEST_CASE("an image that matches the offer is written to the slot, however it is split") {
  const auto image = image_of("1.1.0");
  for (const size_t piece : {size_t{1}, size_t{287}, size_t{288}, size_t{289}, size_t{3000}}) {
    RecordingSlot slot;
    CHECK(outcome(offer_of(image), image, slot, piece) == "done");
    CHECK(slot.finished);
    CHECK(slot.aborted == 0);
    CHECK(slot.written == image);
  }
}

TEST_CASE("an image that does not match is never finished") {
  const auto image = image_of("1.1.0");
  struct Spoiled {
    const char* name;
    std::vector<uint8_t> image;
    UpdateOffer offer;
    const char* failure;
  };
  auto flipped = image;
  flipped[2000] ^= 1;
  auto cut = image;
  cut.resize(2999);
  auto longer = image;
  longer.push_back(0);
  auto cut_in_head = image;
  cut_in_head.resize(100);
  const Spoiled cases[] = {
      {"a byte is another", flipped, offer_of(image), "the image's hash is wrong"},
      {"it was cut", cut, offer_of(image), "the download was interrupted"},
      {"it was cut in its head", cut_in_head, offer_of(image), "the download was interrupted"},
      {"it is longer", longer, offer_of(image), "the image is longer than offered"},
      {"it is another version", image, offer_of(image, "1.2.0"),
       "the image is another version than was offered"},
      {"it is for another chip", image_of("1.1.0", vigie::kChipEsp32),
       offer_of(image_of("1.1.0", vigie::kChipEsp32)), "the image is for another board"},
      {"it is another project", image_of("1.1.0", vigie::kChipHost, "blink"),
       offer_of(image_of("1.1.0", vigie::kChipHost, "blink")), "the image is no firmware for a camera"},
      {"it is no image", std::vector<uint8_t>(3000, 1), offer_of(std::vector<uint8_t>(3000, 1)),
       "the image is no firmware for a camera"},
  };
  for (const Spoiled& spoiled : cases) {
    CAPTURE(spoiled.name);
    RecordingSlot slot;
    CHECK(outcome(spoiled.offer, spoiled.image, slot) == spoiled.failure);
    CHECK_FALSE(slot.finished);
    CHECK(slot.aborted == 1);
  }
}

TEST_CASE("a slot that fails ends the update") {
  const auto image = image_of("1.1.0");
  RecordingSlot slot;
  slot.begins = false;
  CHECK(outcome(offer_of(image), image, slot) == "the slot cannot be written");
  slot = {};
  slot.writes = false;
  CHECK(outcome(offer_of(image), image, slot) == "the slot cannot be written");
  CHECK(slot.aborted == 1);
  slot = {};
  slot.finishes = false;
  CHECK(outcome(offer_of(image), image, slot) == "the slot does not take the image");
  CHECK(slot.aborted == 1);
}

TEST_CASE("an aborted update releases its slot, once") {
  const auto image = image_of("1.1.0");
  const UpdateOffer offer = offer_of(image);
  RecordingSlot slot;
  {
    FirmwareUpdate update(offer, vigie::kChipHost, slot);
    CHECK(update.begin() == nullptr);
    update.abort();
    update.abort();
    CHECK(update.add({image.data(), 10}) != nullptr);
    CHECK(update.finish() != nullptr);
  }
  CHECK(slot.aborted == 1);
}

TEST_CASE("an update allocates nothing") {
  class NullSlot final : public vigie::UpdateSlot {
   public:
    bool begin(uint32_t) override { return true; }
    bool write(std::span<const uint8_t>) override { return true; }
    bool finish() override { return true; }
    void abort() override {}
  };
  const auto image = image_of("1.1.0");
  const UpdateOffer offer = offer_of(image);
  NullSlot slot;
  const auto whole = std::span(image);
  count_allocations();
  FirmwareUpdate update(offer, vigie::kChipHost, slot);
  const char* begun = update.begin();
  const char* first = update.add(whole.first(1000));
  const char* rest = update.add(whole.subspan(1000));
  const char* end = update.finish();
  const long counted = counted_allocations();
  CHECK(counted == 0);
  for (const char* failure : {begun, first, rest, end}) CHECK(failure == nullptr);
}

TEST_CASE("an offer is accepted only over verified wss, for a newer version, with room for it") {
  UpdateOffer offer = offer_of(image_of("1.1.0"));
  const RunningFirmware running{.version = "1.0.9", .chip = 0xffff, .is_verified = true, .slot_bytes = 4000};
  CHECK(vigie::refusal_of(offer, running) == nullptr);
  RunningFirmware other = running;
  other.is_verified = false;
  CHECK(vigie::refusal_of(offer, other) != nullptr);
  other = running;
  other.slot_bytes = 2999;
  CHECK(vigie::refusal_of(offer, other) != nullptr);
  other.slot_bytes = 0;
  CHECK(vigie::refusal_of(offer, other) != nullptr);
  other = running;
  for (const std::string_view version : {"1.1.0", "1.1.1", "2.0.0"}) {
    other.version = version;
    offer.allow_older = false;
    CHECK(vigie::refusal_of(offer, other) != nullptr);
    offer.allow_older = true;
    CHECK(vigie::refusal_of(offer, other) == nullptr);
  }
}

TEST_CASE("a version on trial is valid once it was welcomed, and rolled back when that takes too long") {
  vigie::TrialRun trial(true, 1'000, 60'000);
  CHECK_FALSE(trial.has_failed(60'000'999));
  CHECK(trial.has_failed(60'001'000));
  CHECK(trial.on_welcome());
  CHECK_FALSE(trial.on_welcome());
  CHECK_FALSE(trial.has_failed(99'000'000));
  vigie::TrialRun settled(false, 0, 60'000);
  CHECK_FALSE(settled.has_failed(99'000'000));
  CHECK_FALSE(settled.on_welcome());
}
