// The head of an ESP-IDF application image: chip, project and version.
//
// Source: ESP-IDF 5.5, esp_app_format.h (esp_image_header_t) and esp_app_desc.h (esp_app_desc_t, which the
// linker puts first into the first segment). Little-endian:
//
//     0  u8  magic 0xE9         48  char version[32]
//    12  u16 chip id            80  char project_name[32]
//    32  u32 magic 0xABCD5432
//
// An image for the host has the same head in front of its program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vigie {

/// Up to the end of esp_app_desc_t; later bytes are not read.
inline constexpr size_t kAppImageHeadBytes = 288;
inline constexpr std::string_view kAppProjectName = "vigie-camera";

inline constexpr uint16_t kChipEsp32 = 0;
inline constexpr uint16_t kChipEsp32S3 = 9;
inline constexpr uint16_t kChipHost = 0xffff;

/// The texts refer to the bytes that were read.
struct AppImageHead {
  uint16_t chip;
  std::string_view version;
  std::string_view project;
};

/// @returns nothing when these are not the first bytes of an application image
std::optional<AppImageHead> read_app_image_head(std::span<const uint8_t, kAppImageHeadBytes> head);

}  // namespace vigie
