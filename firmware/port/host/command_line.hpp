// Options of vigie-camera, from its command line and its environment.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/text_encoding.hpp"

namespace vigie::host {

extern const char* const kUsage;

struct CommandLine {
  bool help = false;
  std::string url;
  std::string camera_id;
  Bytes32 key{};
  std::string footage;
  std::string ca_file;
  uint32_t fps = 25;
  /// Folder of the firmware slots; empty when this program is the only one.
  std::string slots;
  uint32_t trial_ms = 0;
  /// A pairing code; id and key then come from the server's answer.
  std::string pairing_code;
  std::string credentials_file;
};

/// @returns nothing, with a one-line problem in `error`
std::optional<CommandLine> parse_command_line(std::span<char* const> arguments, std::string& error);

}  // namespace vigie::host
