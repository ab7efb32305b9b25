#include "port/host/command_line.hpp"

#include <charconv>
#include <cstdlib>

#include "core/firmware_update.hpp"
#include "core/protocol.hpp"
#include "core/server_url.hpp"

namespace vigie::host {
namespace {

bool parse_number(const std::string& text, uint32_t least, uint32_t most, uint32_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc() && stop == end && number >= least && number <= most;
}

}  // namespace

const char* const kUsage =
    R"(Usage: vigie-camera --url wss://HOST/camera --id ID --footage PATH [--key KEY] [--ca FILE] [--fps N]
       vigie-camera --url wss://HOST/camera --pair CODE --credentials FILE --footage PATH

The firmware's core as a program: plays pictures to a Vigie server like an ESP32-CAM, forever. The configuration from
the server's page may be given in the environment instead: VIGIE_SERVER_URL, VIGIE_CAMERA_ID, VIGIE_CAMERA_KEY.

  --url URL       the server: ws:// or wss://, with the path /camera
  --id ID         the camera's id, as shown when it was added
  --key KEY       its key, 43 characters; better in the environment as VIGIE_CAMERA_KEY
  --footage PATH  a folder of .jpg files or an .mjpeg file
  --ca FILE       trust the certificates in this PEM file and no others; without it, the system's
  --fps N         frames per second of the sensor, 1 to 60 (default: 25)
  --pair CODE     exchange the code that the server shows for id and key, over wss; stored in the file of --credentials
  --credentials FILE  id and key, stored by --pair
  --slots FOLDER  take updates: they are stored here, tried, and rolled back when they fail
  --trial-seconds N   time for a new version to be welcomed by its server (default: 300)

The signal USR2 toggles its motion sensor.
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
  uint32_t trial_seconds = kTrialMs / 1000;
  for (size_t i = 1; i < arguments.size(); i++) {
    const std::string option = arguments[i];
    if (option == "--help") {
      command.help = true;
      return command;
    }
    const bool known = option == "--url" || option == "--id" || option == "--key" || option == "--footage" ||
                       option == "--ca" || option == "--fps" || option == "--pair" ||
                       option == "--credentials" || option == "--slots" || option == "--trial-seconds";
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
    if (option == "--pair") command.pairing_code = value;
    if (option == "--credentials") command.credentials_file = value;
    if (option == "--slots") command.slots = value;
    if (option == "--fps" && !parse_number(value, 1, 60, command.fps)) {
      error = "--fps must be 1 to 60, not " + value;
      return std::nullopt;
    }
    if (option == "--trial-seconds" && !parse_number(value, 1, 3600, trial_seconds)) {
      error = "--trial-seconds must be 1 to 3600, not " + value;
      return std::nullopt;
    }
  }
  command.trial_ms = trial_seconds * 1000;
  // After pairing, id and key are in the file.
  const bool paired = !command.credentials_file.empty();
  const std::optional<Bytes32> key_bytes = paired ? Bytes32{} : from_base64url(key);
  if (!parse_server_url(command.url)) {
    error = "--url must be like ws://localhost:8080/camera or wss://HOST/camera";
  } else if (!command.pairing_code.empty() && !paired) {
    error = "--pair needs --credentials: the file that is to keep id and key";
  } else if (!paired && (command.camera_id.empty() || command.camera_id.size() > kMaxCameraIdBytes)) {
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
