#include "port/host/slots.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace vigie::host {
namespace {

std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool write_file(const std::string& path, const void* bytes, size_t size) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) return false;
  const bool written =
      std::fwrite(bytes, 1, size, file) == size && std::fflush(file) == 0 && fsync(fileno(file)) == 0;
  return std::fclose(file) == 0 && written;
}

std::optional<AppImageHead> head_of(const std::vector<uint8_t>& image) {
  if (image.size() <= kAppImageHeadBytes) return std::nullopt;
  return read_app_image_head(std::span<const uint8_t, kAppImageHeadBytes>(image.data(), kAppImageHeadBytes));
}

}  // namespace

BootState Slots::load() const {
  BootState state;
  std::ifstream file(folder_ + "/boot");
  for (std::string name, value; file >> name >> value;) {
    if (name == "active") state.active = value;
    if (name == "trial") state.trial = value;
    if (name == "failed") state.failed = value;
  }
  return state;
}

bool Slots::save(const BootState& state) const {
  std::string text;
  for (const auto& [name, value] : {std::pair("active ", &state.active), std::pair("trial ", &state.trial),
                                    std::pair("failed ", &state.failed)})
    if (!value->empty()) text += name + *value + '\n';
  const std::string path = folder_ + "/boot";
  const std::string fresh = path + ".new";
  return write_file(fresh, text.data(), text.size()) && std::rename(fresh.c_str(), path.c_str()) == 0;
}

std::string Slots::version_in(const std::string& slot) const {
  const std::vector<uint8_t> image = read_file(image_path(slot));
  const std::optional<AppImageHead> head = head_of(image);
  return head ? std::string(head->version) : std::string();
}

std::optional<std::string> Slots::unpack(const std::string& slot) const {
  const std::vector<uint8_t> image = read_file(image_path(slot));
  if (!head_of(image)) return std::nullopt;
  const std::string path = folder_ + '/' + slot + ".program";
  std::remove(path.c_str());
  if (!write_file(path, image.data() + kAppImageHeadBytes, image.size() - kAppImageHeadBytes))
    return std::nullopt;
  if (chmod(path.c_str(), S_IRWXU) != 0) return std::nullopt;
  return path;
}

FileSlot::FileSlot(const Slots& slots) : slots_(slots), slot_(slots.load().active == "a" ? "b" : "a") {}

bool FileSlot::begin(uint32_t) {
  close();
  file_ = std::fopen(part_path().c_str(), "wb");
  return file_ != nullptr;
}

bool FileSlot::write(std::span<const uint8_t> bytes) {
  return file_ && std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
}

bool FileSlot::finish() {
  if (!file_ || std::fflush(file_) != 0 || fsync(fileno(file_)) != 0 || !close()) return false;
  if (std::rename(part_path().c_str(), slots_.image_path(slot_).c_str()) != 0) return false;
  BootState state = slots_.load();
  state.trial = slot_;
  state.failed.clear();
  return slots_.save(state);
}

void FileSlot::abort() {
  close();
  std::remove(part_path().c_str());
}

bool FileSlot::close() { return !file_ || std::fclose(std::exchange(file_, nullptr)) == 0; }

}  // namespace vigie::host
