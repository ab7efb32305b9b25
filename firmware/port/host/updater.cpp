#include "port/host/updater.hpp"

#include <utility>

#include "port/host/https_request.hpp"

namespace vigie::host {
namespace {

constexpr uint32_t kSilenceMs = 20'000;

}  // namespace

Updater::~Updater() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

bool Updater::start(const UpdateOffer& offer) {
  if (running_) return false;
  if (thread_.joinable()) thread_.join();
  running_ = true;
  offer_ = offer;
  received_ = 0;
  thread_ = std::thread([this] { run(); });
  return true;
}

void Updater::deliver(Session& session) {
  if (!running_) return;
  session.update_progress(received_);
  std::optional<std::string> outcome;
  {
    const std::lock_guard lock(mutex_);
    outcome = std::exchange(outcome_, std::nullopt);
  }
  if (!outcome) return;
  running_ = false;
  session.update_finished(outcome->empty() ? nullptr : outcome->c_str());
}

void Updater::run() {
  std::string outcome = fetch();
  {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
  }
  wake_();
}

std::string Updater::fetch() {
  FileSlot slot(slots_);
  FirmwareUpdate update(offer_, kChipHost, slot);
  const HttpsRequest request{
      .method = "GET",
      .path = std::string(base_path(server_)) + std::string(offer_.path.view()),
      .header_lines = "Authorization: Bearer " + std::string(offer_.token.view()) + "\r\n",
      .body = {}};
  const HttpsReceiver receiver{.on_head = [&](const HttpsAnswer& answer) -> const char* {
                                 if (answer.status != 200) return "the server refused the download";
                                 if (answer.content_length != offer_.bytes)
                                   return "the length of the image differs from the offer";
                                 return update.begin();
                               },
                               .on_body = [&](std::span<const uint8_t> bytes) -> const char* {
                                 if (stopping_) return "the camera stops";
                                 const char* failure = update.add(bytes);
                                 received_ = update.received_bytes();
                                 wake_();
                                 return failure;
                               },
                               .goes_on = [this] { return !stopping_; }};
  std::string problem = https_request(server_, tls_.get(), request, kSilenceMs, receiver);
  if (!problem.empty()) return problem;
  const char* failure = update.finish();
  return failure ? failure : "";
}

}  // namespace vigie::host
