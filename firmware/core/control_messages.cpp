#include "core/control_messages.hpp"

#include <algorithm>
#include <array>

#include "core/json_reader.hpp"
#include "core/json_writer.hpp"

namespace vigie {
namespace {

/// The capability of every camera.
constexpr std::array<std::string_view, 3> kCommonCapabilities{"set", "reboot", "telemetry"};
/// Servers send images from this path only.
constexpr std::string_view kFirmwarePath = "/firmware/";

std::optional<uint32_t> count(const JsonValue& message, std::string_view name) {
  const std::optional<JsonValue> value = message.field(name);
  const std::optional<int64_t> number = value ? value->integer() : std::nullopt;
  if (!number || *number < 0 || *number > 0xffff'ffff) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

std::optional<int64_t> server_time(const JsonValue& message, std::string_view name) {
  const std::optional<JsonValue> value = message.field(name);
  const std::optional<int64_t> time = value ? value->integer() : std::nullopt;
  return time && *time >= 0 ? time : std::nullopt;
}

/// Reads the fields of a settings object one by one; the first invalid one refuses them all.
class SettingsReader {
 public:
  explicit SettingsReader(const JsonValue& object) : object_(object) {}

  template <typename T>
  void number(std::string_view name, int least, int most, const char* refusal, std::optional<T>& target) {
    const std::optional<JsonValue> value = object_.field(name);
    if (!value) return;
    const std::optional<int64_t> number = value->integer();
    if (number && *number >= least && *number <= most)
      target = static_cast<T>(*number);
    else
      refuse(refusal);
  }

  void flag(std::string_view name, const char* refusal, std::optional<bool>& target) {
    const std::optional<JsonValue> value = object_.field(name);
    if (!value) return;
    target = value->boolean();
    if (!target) refuse(refusal);
  }

  template <typename Table, typename NameOf>
  void name(std::string_view name, const Table& table, NameOf name_of, const char* refusal,
            std::optional<uint8_t>& target) {
    const std::optional<JsonValue> value = object_.field(name);
    if (!value) return;
    std::array<char, 16> room;
    const std::optional<std::string_view> text = value->string(room);
    for (size_t i = 0; text && i < table.size(); i++)
      if (name_of(table[i]) == *text) target = static_cast<uint8_t>(i);
    if (!target) refuse(refusal);
  }

  const char* refusal() const { return refusal_; }

 private:
  void refuse(const char* reason) {
    if (!refusal_) refusal_ = reason;
  }

  const JsonValue& object_;
  const char* refusal_ = nullptr;
};

SettingsRequest read_settings(const JsonValue& object) {
  SettingsRequest request;
  Settings& s = request.settings;
  SettingsReader reader(object);
  reader.name(
      "frameSize", kFrameSizes, [](const FrameSize& size) { return size.name; },
      "frameSize is not a known name", s.frame_size);
  reader.number("jpegQuality", 4, 63, "jpegQuality must be 4 to 63", s.jpeg_quality);
  reader.number("maxFps", 1, 60, "maxFps must be 1 to 60", s.max_fps);
  reader.number("flash", 0, 255, "flash must be 0 to 255", s.flash);
  reader.flag("hMirror", "hMirror must be true or false", s.h_mirror);
  reader.flag("vFlip", "vFlip must be true or false", s.v_flip);
  reader.number("brightness", -2, 2, "brightness must be -2 to 2", s.brightness);
  reader.number("contrast", -2, 2, "contrast must be -2 to 2", s.contrast);
  reader.number("exposure", -2, 2, "exposure must be -2 to 2", s.exposure);
  reader.name(
      "whiteBalance", kWhiteBalances, [](std::string_view name) { return name; },
      "whiteBalance is not a known name", s.white_balance);
  reader.number("ackWindow", 1, kMaxAckWindow, "ackWindow must be 1 to 8", request.ack_window);
  std::optional<bool> temporary;
  reader.flag("temporary", "temporary must be true or false", temporary);
  request.is_temporary = temporary == true;
  request.refusal = reader.refusal();
  return request;
}

ServerMessage read_challenge(const JsonValue& message) {
  std::array<char, kBase64UrlChars> room;
  const std::optional<JsonValue> nonce = message.field("nonce");
  const std::optional<std::string_view> text = nonce ? nonce->string(room) : std::nullopt;
  const std::optional<Bytes32> bytes = text ? from_base64url(*text) : std::nullopt;
  if (!bytes) return {};
  return Challenge{*bytes};
}

ServerMessage read_welcome(const JsonValue& message) {
  std::array<char, kHexChars> room;
  const std::optional<JsonValue> hmac = message.field("hmac");
  const std::optional<JsonValue> settings = message.field("settings");
  const std::optional<std::string_view> text = hmac ? hmac->string(room) : std::nullopt;
  const std::optional<Bytes32> proof = text ? from_hex(*text) : std::nullopt;
  if (!proof || !settings || !settings->is_object()) return {};
  return Welcome{*proof, read_settings(*settings)};
}

template <size_t Capacity>
bool read_text(const JsonValue& message, std::string_view name, ShortText<Capacity>& target) {
  const std::optional<JsonValue> value = message.field(name);
  std::array<char, Capacity> room;
  const std::optional<std::string_view> text = value ? value->string(room) : std::nullopt;
  return text && !text->empty() && target.assign(*text);
}

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// Path and token are put into a request unchanged, so they must not contain a line break.
bool is_plain(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

ServerMessage read_offer(const JsonValue& message, uint32_t id) {
  UpdateOffer offer;
  offer.id = id;
  std::array<char, kHexChars> room;
  const std::optional<JsonValue> hash = message.field("sha256");
  const std::optional<std::string_view> hex = hash ? hash->string(room) : std::nullopt;
  const std::optional<Bytes32> sha256 = hex ? from_hex(*hex) : std::nullopt;
  const std::optional<uint32_t> bytes = count(message, "bytes");
  if (!sha256 || !bytes || *bytes < kAppImageHeadBytes || *bytes > kMaxFirmwareBytes) return {};
  if (!read_text(message, "version", offer.version) || !read_text(message, "url", offer.path) ||
      !read_text(message, "token", offer.token))
    return {};
  const std::string_view path = offer.path.view();
  if (!path.starts_with(kFirmwarePath) || !is_plain(path.substr(kFirmwarePath.size())) ||
      !is_plain(offer.token.view()))
    return {};
  const std::optional<JsonValue> allow_older = message.field("allowOlder");
  offer.allow_older = allow_older && allow_older->boolean() == true;
  offer.bytes = *bytes;
  offer.sha256 = *sha256;
  return offer;
}

/// Those that a server lowers to fit the uplink.
void write_uplink_settings(JsonWriter& writer, const Settings& settings) {
  if (settings.frame_size) writer.field("frameSize", kFrameSizes[*settings.frame_size].name);
  if (settings.jpeg_quality) writer.field("jpegQuality", static_cast<int64_t>(*settings.jpeg_quality));
  if (settings.max_fps) writer.field("maxFps", static_cast<int64_t>(*settings.max_fps));
}

ServerMessage read_time(const JsonValue& message) {
  const std::optional<uint32_t> id = count(message, "id");
  const std::optional<int64_t> t1 = server_time(message, "t1");
  const std::optional<int64_t> t2 = server_time(message, "t2");
  if (!id || !t1 || !t2) return {};
  return TimeAnswer{*id, *t1, *t2};
}

}  // namespace

ServerMessage parse_server_message(std::string_view text) {
  if (text.size() > kMaxControlBytes) return {};
  const std::optional<JsonValue> message = parse_json(text);
  if (!message || !message->is_object()) return {};
  std::array<char, 16> room;
  const std::optional<JsonValue> type_field = message->field("type");
  const std::optional<std::string_view> type = type_field ? type_field->string(room) : std::nullopt;
  if (!type) return {};
  if (*type == "challenge") return read_challenge(*message);
  if (*type == "welcome") return read_welcome(*message);
  if (*type == "time") return read_time(*message);
  if (*type == "ack") {
    const std::optional<uint32_t> sequence = count(*message, "sequence");
    if (sequence) return Ack{*sequence};
    return {};
  }
  const std::optional<uint32_t> id = count(*message, "id");
  if (!id) return {};
  if (*type == "set") return SetCommand{*id, read_settings(*message)};
  if (*type == "reboot") return RebootCommand{*id};
  if (*type == "ota") return read_offer(*message, *id);
  return {};
}

std::string_view write_hello(std::span<char> room, const HandshakeFacts& facts, const Digest& proof,
                             const DeviceDescription& device, const Settings& stored) {
  const auto nonce = to_base64url(facts.camera_nonce);
  const auto hmac = to_hex(proof);
  std::array<std::string_view, kCommonCapabilities.size() + 2> capabilities;
  std::ranges::copy(kCommonCapabilities, capabilities.begin());
  size_t count = kCommonCapabilities.size();
  if (device.senses_motion) capabilities[count++] = "motion";
  if (device.takes_updates) capabilities[count++] = "ota";
  JsonWriter writer(room);
  writer.begin_object()
      .field("type", "hello")
      .field("cameraId", facts.camera_id)
      .field("nonce", std::string_view(nonce.data(), nonce.size()))
      .field("hmac", std::string_view(hmac.data(), hmac.size()))
      .field("firmware", device.firmware)
      .field("board", device.board)
      .field("sensor", device.sensor)
      .field("capabilities", std::span<const std::string_view>(capabilities).first(count));
  if (!device.target.empty()) writer.field("target", device.target);
  if (!device.rolled_back_from.empty()) writer.field("rolledBackFrom", device.rolled_back_from);
  if (stored.frame_size || stored.jpeg_quality || stored.max_fps) {
    writer.begin_object("settings");
    write_uplink_settings(writer, stored);
    writer.end_object();
  }
  return writer.end_object().text();
}

std::string_view write_time(std::span<char> room, uint32_t id, uint64_t t0,
                            const std::optional<AnsweredTime>& answered) {
  JsonWriter writer(room);
  writer.begin_object().field("type", "time").field("id", id).field("t0", static_cast<int64_t>(t0));
  if (answered) {
    writer.begin_object("answered")
        .field("id", answered->id)
        .field("t3", static_cast<int64_t>(answered->t3))
        .end_object();
  }
  return writer.end_object().text();
}

std::string_view write_applied(std::span<char> room, uint32_t id) {
  return JsonWriter(room).begin_object().field("type", "applied").field("id", id).end_object().text();
}

std::string_view write_rejected(std::span<char> room, uint32_t id, std::string_view reason) {
  return JsonWriter(room)
      .begin_object()
      .field("type", "rejected")
      .field("id", id)
      .field("reason", reason)
      .end_object()
      .text();
}

std::string_view write_telemetry(std::span<char> room, const TelemetryReport& report) {
  return JsonWriter(room)
      .begin_object()
      .field("type", "telemetry")
      .field("rssi", report.device.rssi)
      .field("heap", report.device.heap)
      .field("psram", report.device.psram)
      .field_tenths("fps", report.fps_tenths)
      .field("drops", report.drops)
      .field("sendStalls", report.send_stalls)
      .field("resetReason", report.device.reset_reason)
      .end_object()
      .text();
}

std::string_view write_motion(std::span<char> room, bool active) {
  return JsonWriter(room).begin_object().field("type", "motion").field("active", active).end_object().text();
}

std::string_view write_ota_progress(std::span<char> room, uint32_t id, uint32_t received_bytes) {
  return JsonWriter(room)
      .begin_object()
      .field("type", "otaProgress")
      .field("id", id)
      .field("receivedBytes", received_bytes)
      .end_object()
      .text();
}

std::string_view write_ota_result(std::span<char> room, uint32_t id, const char* failure) {
  JsonWriter writer(room);
  writer.begin_object().field("type", "otaResult").field("id", id).field("ok", failure == nullptr);
  if (failure) writer.field("reason", std::string_view(failure).substr(0, kMaxReasonBytes));
  return writer.end_object().text();
}

std::string_view write_settings(std::span<char> room, const Settings& settings) {
  JsonWriter writer(room);
  const auto number = [&writer](std::string_view name, const auto& value) {
    if (value) writer.field(name, static_cast<int64_t>(*value));
  };
  const auto flag = [&writer](std::string_view name, const std::optional<bool>& value) {
    if (value) writer.field(name, *value);
  };
  writer.begin_object();
  write_uplink_settings(writer, settings);
  number("flash", settings.flash);
  flag("hMirror", settings.h_mirror);
  flag("vFlip", settings.v_flip);
  number("brightness", settings.brightness);
  number("contrast", settings.contrast);
  number("exposure", settings.exposure);
  if (settings.white_balance) writer.field("whiteBalance", kWhiteBalances[*settings.white_balance]);
  return writer.end_object().text();
}

SettingsRequest parse_settings(std::string_view text) {
  const std::optional<JsonValue> object = parse_json(text);
  if (!object || !object->is_object())
    return {.settings = {}, .ack_window = {}, .is_temporary = false, .refusal = "not a JSON object"};
  return read_settings(*object);
}

}  // namespace vigie
