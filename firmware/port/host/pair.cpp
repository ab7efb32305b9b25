#include "port/host/pair.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "port/host/https_request.hpp"
#include "port/host/version.hpp"

namespace vigie::host {
namespace {

constexpr uint32_t kSilenceMs = 10'000;
constexpr uint64_t kMaxAnswerBytes = 4096;

}  // namespace

std::optional<PairedCamera> pair(const ServerUrl& server, SSL_CTX* tls, const std::string& typed_code,
                                 std::string& error) {
  const std::optional<ShortText<8>> code = tidy_pairing_code(typed_code);
  if (!code) {
    error = "the pairing code has eight characters, like K7QF-3MZP";
    return std::nullopt;
  }
  std::array<char, 512> room;
  const HttpsRequest request{
      .method = "POST",
      .path = std::string(base_path(server)) + std::string(kPairingPath),
      .header_lines = {},
      .body = std::string(write_pairing_request(room, code->view(), "host", kVersion))};
  int status = 0;
  std::string body;
  const HttpsReceiver receiver{
      .on_head = [&](const HttpsAnswer& answer) -> const char* {
        status = answer.status;
        return answer.content_length > kMaxAnswerBytes ? "the server's answer is too long" : nullptr;
      },
      .on_body = [&](std::span<const uint8_t> bytes) -> const char* {
        body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return nullptr;
      }};
  error = https_request(server, tls, request, kSilenceMs, receiver);
  if (!error.empty()) return std::nullopt;
  const std::optional<PairedCamera> camera =
      status == kPairedStatus ? parse_pairing_answer(body) : std::nullopt;
  if (!camera) error = pairing_failure(status).reason;
  return camera;
}

std::optional<PairedCamera> load_credentials(const std::string& path) {
  std::ifstream file(path);
  std::string id;
  std::string key_text;
  if (!(file >> id >> key_text)) return std::nullopt;
  PairedCamera camera;
  const std::optional<Bytes32> key = from_base64url(key_text);
  if (!key || !camera.camera_id.assign(id)) return std::nullopt;
  camera.key = *key;
  return camera;
}

bool save_credentials(const std::string& path, const PairedCamera& camera) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());
  const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  const auto key = to_base64url(camera.key);
  const std::string text =
      std::string(camera.camera_id.view()) + '\n' + std::string(key.data(), key.size()) + '\n';
  const bool written = write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool kept = written && fsync(descriptor) == 0;
  return close(descriptor) == 0 && kept && std::rename(fresh.c_str(), path.c_str()) == 0;
}

}  // namespace vigie::host
