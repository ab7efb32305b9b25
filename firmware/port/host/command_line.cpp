#include "port/host/command_line.hpp"

#include <charconv>
#include <cstdlib>

#include "core/protocol.hpp"
#include "core/server_url.hpp"

namespace vigie::host {

const char* const kUsage =
    R"(Usage: vigie-camera --url wss://HOST/camera --id ID --footage PATH [--key KEY] [--ca FILE] [--fps N]

The firmware's own core as a program: plays pictures to a Vigie server as an ESP32-CAM would, for ever. What the server's
page offers to copy may stand in the environment instead: VIGIE_SERVER_URL, VIGIE_CAMERA_ID, VIGIE_CAMERA_KEY.

  --url URL       the server: ws:// or wss://, with the path /camera
  --id ID         the camera's id, as shown when it was added
  --key KEY       its key, 43 characters; better in the environment as VIGIE_CAMERA_KEY
  --footage PATH  a folder of .jpg files or an .mjpeg file
  --ca FILE       trust the certificates in this PEM file and no others; without it, the system's
  --fps N         frames per second of the sensor, 1 to 60 (default: 25)
)";

std::optional<CommandLine> parse_command_line(std::span<char* const> arguments, std::string& error) {
  CommandLine command;
  const auto from_environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  command.url = from_environment("VIGIE_SERVER_URL");
  command.camera_id = from_environment("VIGIE_CAMERA_ID");
  std::string key = from_environment("VIGIE_CAMERA_KEY");
  for (size_t i = 1; i < arguments.size(); i++) {
    const std::string option = arguments[i];
    if (option == "--help") {
      command.help = true;
      return command;
    }
    const bool known = option == "--url" || option == "--id" || option == "--key" || option == "--footage" ||
                       option == "--ca" || option == "--fps";
    if (!known || i + 1 == arguments.size()) {
      error = known ? option + " needs a value" : "unknown option " + option + ": see --help";
      return std::nullopt;
    }
    const std::string value = arguments[++i];
    if (option == "--url") command.url = value;
    if (option == "--id") command.camera_id = value;
    if (option == "--key") key = value;
    if (option == "--footage") command.footage = value;
    if (option == "--ca") command.ca_file = value;
    if (option == "--fps") {
      const char* end = value.data() + value.size();
      const auto [stop, failure] = std::from_chars(value.data(), end, command.fps);
      if (failure != std::errc() || stop != end || command.fps < 1 || command.fps > 60) {
        error = "--fps must be 1 to 60, not " + value;
        return std::nullopt;
      }
    }
  }
  const std::optional<Bytes32> key_bytes = from_base64url(key);
  if (!parse_server_url(command.url)) {
    error = "--url must be like ws://localhost:8080/camera or wss://HOST/camera";
  } else if (command.camera_id.empty() || command.camera_id.size() > kMaxCameraIdBytes) {
    error = "--id must be the id the server showed when the camera was added";
  } else if (!key_bytes) {
    error =
        "the key must be the 43 characters the server showed: give --key, or VIGIE_CAMERA_KEY in the "
        "environment";
  } else if (command.footage.empty()) {
    error = "--footage is missing: a folder of .jpg files or an .mjpeg file";
  } else {
    command.key = *key_bytes;
    return command;
  }
  return std::nullopt;
}

}  // namespace vigie::host
