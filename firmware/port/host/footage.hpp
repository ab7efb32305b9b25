// Pictures from the disk: a folder of .jpg files in the order of their names, or one .mjpeg file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/jpeg_size.hpp"

namespace vigie::host {

struct Picture {
  std::vector<uint8_t> jpeg;
  JpegSize size;
};

/// @returns at least one picture, or nothing with the reason in `error`
std::optional<std::vector<Picture>> load_footage(const std::string& path, std::string& error);

}  // namespace vigie::host
