#include "port/host/footage.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/protocol.hpp"

namespace vigie::host {
namespace {

namespace fs = std::filesystem;

std::vector<uint8_t> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void add_pictures(std::span<const uint8_t> bytes, std::vector<Picture>& pictures) {
  while (!bytes.empty()) {
    const size_t length = jpeg_length(bytes);
    if (length == 0) {
      bytes = bytes.subspan(1);
      continue;
    }
    const std::span jpeg = bytes.first(length);
    const std::optional<JpegSize> size = jpeg_size(jpeg);
    if (size && length <= kMaxJpegBytes) pictures.push_back({{jpeg.begin(), jpeg.end()}, *size});
    bytes = bytes.subspan(length);
  }
}

}  // namespace

std::optional<std::vector<Picture>> load_footage(const std::string& path, std::string& error) {
  std::vector<fs::path> files;
  std::error_code failure;
  if (fs::is_directory(path, failure)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(path, failure)) {
      const std::string extension = entry.path().extension();
      if (extension == ".jpg" || extension == ".jpeg") files.push_back(entry.path());
    }
    std::ranges::sort(files);
  } else {
    files.push_back(path);
  }
  std::vector<Picture> pictures;
  for (const fs::path& file : files) add_pictures(read_file(file), pictures);
  if (!pictures.empty()) return pictures;
  error = path + " holds no JPEG: give a folder of .jpg files or an .mjpeg file";
  return std::nullopt;
}

}  // namespace vigie::host
