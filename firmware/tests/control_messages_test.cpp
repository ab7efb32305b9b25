#include "core/control_messages.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

#include "tests/bytes_of.hpp"

namespace {

using vigie::parse_server_message;

const std::string kNonce(43, 'A');
const std::string kHmac(64, 'a');

template <typename T>
T expect(std::string_view text) {
  CAPTURE(text);
  const vigie::ServerMessage message = parse_server_message(text);
  REQUIRE(std::holds_alternative<T>(message));
  return std::get<T>(message);
}

std::string refusal_of(const std::string& fields) {
  const auto set = expect<vigie::SetCommand>(R"({"type":"set","id":1,)" + fields + "}");
  return set.settings.refusal ? set.settings.refusal : "none";
}

}  // namespace

TEST_CASE("a server's messages are parsed, with unknown fields") {
  CHECK(expect<vigie::Challenge>(R"({"type":"challenge","nonce":")" + kNonce + "\"}").nonce ==
        vigie::Bytes32{});
  const auto welcome = expect<vigie::Welcome>(
      R"({"new":[1,{}],"settings":{"ackWindow":2,"frameSize":"VGA","new":null},"hmac":")" + kHmac +
      R"(","type":"welcome"})");
  CHECK(welcome.proof[0] == 0xaa);
  CHECK(welcome.settings.ack_window == 2);
  CHECK(vigie::kFrameSizes[*welcome.settings.settings.frame_size].name == "VGA");
  CHECK(expect<vigie::Ack>(R"({"type":"ack","sequence":4294967295})").sequence == 4294967295);
  const auto time = expect<vigie::TimeAnswer>(
      R"({"type":"time","id":3,"t0":1,"t1":1764000000000000,"t2":1764000000000007})");
  CHECK(time.id == 3);
  CHECK(time.t1 == 1764000000000000);
  CHECK(time.t2 == 1764000000000007);
  CHECK(expect<vigie::RebootCommand>(R"({"type":"reboot","id":0})").id == 0);
  const auto set = expect<vigie::SetCommand>(
      R"({"type":"set","id":9,"frameSize":"UXGA","jpegQuality":4,"maxFps":60,"flash":255,"hMirror":true,"vFlip":false,)"
      R"("brightness":-2,"contrast":2,"exposure":-1,"whiteBalance":"cloudy","ackWindow":8})");
  CHECK(set.id == 9);
  CHECK(set.settings.refusal == nullptr);
  CHECK(set.settings.ack_window == 8);
  const vigie::Settings expected{.frame_size = 10,
                                 .jpeg_quality = 4,
                                 .max_fps = 60,
                                 .flash = 255,
                                 .h_mirror = true,
                                 .v_flip = false,
                                 .brightness = -2,
                                 .contrast = 2,
                                 .exposure = -1,
                                 .white_balance = 2};
  CHECK(set.settings.settings == expected);
}

TEST_CASE("other messages are refused") {
  const std::string table[] = {
      "",
      "null",
      "[]",
      "\"challenge\"",
      "42",
      "{}",
      R"({"type":null})",
      R"({"type":1})",
      R"({"type":"unknown","id":1})",
      R"({"type":"a type longer than any of ours"})",
      R"({"type":"Challenge","nonce":")" + kNonce + "\"}",
      R"({"type":"challenge"})",
      R"({"type":"challenge","nonce":""})",
      R"({"type":"challenge","nonce":7})",
      R"({"type":"challenge","nonce":")" + kNonce + "A\"}",
      R"({"type":"challenge","nonce":")" + kNonce.substr(1) + "B\"}",
      R"({"type":"challenge","nonce":")" + kNonce.substr(1) + "=\"}",
      R"({"type":"challenge","nonce":")" + kNonce + "\"",
      R"({"type":"welcome","settings":{}})",
      R"({"type":"welcome","hmac":")" + kHmac + "\"}",
      R"({"type":"welcome","hmac":")" + kHmac + R"(","settings":[]})",
      R"({"type":"welcome","hmac":")" + kHmac + R"(","settings":null})",
      R"({"type":"welcome","hmac":")" + kHmac.substr(1) + R"(","settings":{}})",
      R"({"type":"welcome","hmac":")" + kHmac.substr(1) + R"(A","settings":{}})",
      R"({"type":"ack"})",
      R"({"type":"ack","sequence":-1})",
      R"({"type":"ack","sequence":1.5})",
      R"({"type":"ack","sequence":4294967296})",
      R"({"type":"ack","sequence":"1"})",
      R"({"type":"ack","sequence":null})",
      R"({"type":"time","id":1})",
      R"({"type":"time","id":1,"t1":1,"t2":-1})",
      R"({"type":"time","id":1,"t1":"1","t2":1})",
      R"({"type":"time","id":1,"t1":1e300,"t2":1})",
      R"({"type":"set"})",
      R"({"type":"set","id":-1,"maxFps":5})",
      R"({"type":"reboot"})",
      R"({"type":"reboot","id":"1"})",
      R"({"type":"reboot","id":1} {"type":"reboot","id":2})",
      R"({"type":"reboot","id":1,"padding":")" + std::string(vigie::kMaxControlBytes, 'x') + "\"}",
  };
  for (const std::string& text : table) {
    CAPTURE(text);
    CHECK(std::holds_alternative<std::monostate>(parse_server_message(text)));
  }
}

TEST_CASE("settings out of range are refused as a whole, with the texts of the contract") {
  CHECK(refusal_of(R"("maxFps":10)") == "none");
  CHECK(refusal_of(R"("frameSize":"vga")") == "frameSize is not a known name");
  CHECK(refusal_of(R"("frameSize":8)") == "frameSize is not a known name");
  CHECK(refusal_of(R"("frameSize":"a name longer than any of ours")") == "frameSize is not a known name");
  CHECK(refusal_of(R"("jpegQuality":3)") == "jpegQuality must be 4 to 63");
  CHECK(refusal_of(R"("jpegQuality":64)") == "jpegQuality must be 4 to 63");
  CHECK(refusal_of(R"("jpegQuality":12.5)") == "jpegQuality must be 4 to 63");
  CHECK(refusal_of(R"("maxFps":0)") == "maxFps must be 1 to 60");
  CHECK(refusal_of(R"("maxFps":61)") == "maxFps must be 1 to 60");
  CHECK(refusal_of(R"("flash":256)") == "flash must be 0 to 255");
  CHECK(refusal_of(R"("flash":-1)") == "flash must be 0 to 255");
  CHECK(refusal_of(R"("hMirror":1)") == "hMirror must be true or false");
  CHECK(refusal_of(R"("vFlip":"true")") == "vFlip must be true or false");
  CHECK(refusal_of(R"("brightness":3)") == "brightness must be -2 to 2");
  CHECK(refusal_of(R"("contrast":-3)") == "contrast must be -2 to 2");
  CHECK(refusal_of(R"("exposure":9)") == "exposure must be -2 to 2");
  CHECK(refusal_of(R"("whiteBalance":"moon")") == "whiteBalance is not a known name");
  CHECK(refusal_of(R"("ackWindow":9)") == "ackWindow must be 1 to 8");
  CHECK(refusal_of(R"("maxFps":10,"flash":999)") == "flash must be 0 to 255");
}

TEST_CASE("a camera's messages are those of the contract") {
  std::array<char, 2560> room;
  vigie::HandshakeFacts facts{"cam \"1\"", {}, {}};
  vigie::Digest proof;
  proof.fill(0xab);
  CHECK(
      vigie::write_hello(room, facts, proof,
                         {.firmware = "1.0.0", .board = "AI-Thinker", .sensor = "OV2640"}) ==
      R"({"type":"hello","cameraId":"cam \"1\"","nonce":")" + kNonce + R"(","hmac":")" + hex_of(proof) +
          R"(","firmware":"1.0.0","board":"AI-Thinker","sensor":"OV2640","capabilities":["set","reboot","telemetry"]})");
  const auto hello_of = [&](const vigie::DeviceDescription& device) {
    return std::string(vigie::write_hello(room, facts, proof, device));
  };
  CHECK(hello_of({.senses_motion = true})
            .ends_with(R"("capabilities":["set","reboot","telemetry","motion"]})"));
  CHECK(hello_of({.takes_updates = true}).ends_with(R"("capabilities":["set","reboot","telemetry","ota"]})"));
  CHECK(hello_of({.takes_updates = true, .senses_motion = true})
            .ends_with(R"("capabilities":["set","reboot","telemetry","motion","ota"]})"));
  CHECK(vigie::write_motion(room, true) == R"({"type":"motion","active":true})");
  CHECK(vigie::write_motion(room, false) == R"({"type":"motion","active":false})");
  CHECK(vigie::write_time(room, 0, 123, {}) == R"({"type":"time","id":0,"t0":123})");
  CHECK(vigie::write_time(room, 7, 9007199254740991, vigie::AnsweredTime{6, 5}) ==
        R"({"type":"time","id":7,"t0":9007199254740991,"answered":{"id":6,"t3":5}})");
  CHECK(vigie::write_applied(room, 4294967295) == R"({"type":"applied","id":4294967295})");
  CHECK(vigie::write_rejected(room, 1, "flash must be 0 to 255") ==
        R"({"type":"rejected","id":1,"reason":"flash must be 0 to 255"})");
  const vigie::TelemetryReport report{
      .device = {.rssi = -61, .heap = 120'000, .psram = 3'000'000, .reset_reason = "brown-out"},
      .fps_tenths = 248,
      .drops = 3,
      .send_stalls = 1};
  CHECK(vigie::write_telemetry(room, report) ==
        R"({"type":"telemetry","rssi":-61,"heap":120000,"psram":3000000,"fps":24.8,"drops":3,"sendStalls":1,)"
        R"("resetReason":"brown-out"})");
}

TEST_CASE("the longest hello fits, even with an id that must be escaped") {
  std::array<char, 2560> room;
  const std::string id(255, '\x01');
  const std::string label(64, '"');
  const std::string_view hello = vigie::write_hello(room, {id, {}, {}}, {}, {label, label, label});
  CHECK_FALSE(hello.empty());
}

TEST_CASE("settings survive being stored") {
  std::array<char, 512> room;
  const vigie::Settings settings{.frame_size = 6,
                                 .jpeg_quality = 12,
                                 .max_fps = 20,
                                 .flash = 0,
                                 .h_mirror = true,
                                 .v_flip = false,
                                 .brightness = -1,
                                 .contrast = 0,
                                 .exposure = 2,
                                 .white_balance = 0};
  const auto kept = vigie::parse_settings(vigie::write_settings(room, settings));
  CHECK(kept.refusal == nullptr);
  CHECK(kept.settings == settings);
  CHECK(vigie::write_settings(room, {}) == "{}");
  CHECK(vigie::parse_settings("").refusal != nullptr);
  CHECK(vigie::parse_settings("[]").refusal != nullptr);
}

TEST_CASE("changes affect only the named settings") {
  vigie::Settings settings{.frame_size = 5, .jpeg_quality = 12};
  vigie::merge(settings, {.jpeg_quality = 20, .v_flip = true});
  CHECK(settings == vigie::Settings{.frame_size = 5, .jpeg_quality = 20, .v_flip = true});
}

namespace {

/// The offer as the server makes it, with one field replaced.
std::string offer_with(std::string_view field = "", std::string_view json = "") {
  std::string text = R"({"type":"ota","id":7)";
  const std::pair<std::string_view, std::string> fields[] = {{"version", R"("1.2.0")"},
                                                             {"url", R"("/firmware/img_1")"},
                                                             {"bytes", "500000"},
                                                             {"sha256", '"' + kHmac + '"'},
                                                             {"token", R"("AbC-_9")"}};
  for (const auto& [name, value] : fields)
    text += ",\"" + std::string(name) + "\":" + (name == field ? std::string(json) : value);
  return text + (field == "allowOlder" ? ",\"allowOlder\":" + std::string(json) : "") + "}";
}

}  // namespace

TEST_CASE("a firmware offer is parsed") {
  const auto offer = expect<vigie::UpdateOffer>(offer_with());
  CHECK(offer.id == 7);
  CHECK(offer.version.view() == "1.2.0");
  CHECK(offer.path.view() == "/firmware/img_1");
  CHECK(offer.bytes == 500'000);
  CHECK(offer.sha256[31] == 0xaa);
  CHECK(offer.token.view() == "AbC-_9");
  CHECK_FALSE(offer.allow_older);
  CHECK(expect<vigie::UpdateOffer>(offer_with("allowOlder", "true")).allow_older);
  CHECK_FALSE(expect<vigie::UpdateOffer>(offer_with("allowOlder", "1")).allow_older);
}

TEST_CASE("an offer that could lead elsewhere, or is malformed, is refused") {
  const std::pair<const char*, std::string> wrong[] = {
      {"version", "5"},
      {"version", R"("")"},
      {"version", '"' + std::string(32, '1') + '"'},
      {"url", R"("https://example.org/firmware/x")"},
      {"url", R"("//example.org/firmware/x")"},
      {"url", R"("/firmware/")"},
      {"url", R"("/firmware/../api/users")"},
      {"url", R"("/firmware/x HTTP/1.1")"},
      {"url", R"("/firmware/x\r\nHost: elsewhere")"},
      {"url", R"("/firmware/x?y")"},
      {"bytes", "0"},
      {"bytes", "287"},
      {"bytes", "4194305"},
      {"bytes", "-1"},
      {"bytes", R"("5")"},
      {"sha256", R"("abc")"},
      {"sha256", '"' + std::string(64, 'G') + '"'},
      {"token", R"("")"},
      {"token", R"("a\r\nX: y")"},
      {"token", '"' + std::string(97, 'a') + '"'},
  };
  for (const auto& [field, json] : wrong) {
    CAPTURE(field);
    CAPTURE(json);
    CHECK(std::holds_alternative<std::monostate>(parse_server_message(offer_with(field, json))));
  }
}

TEST_CASE("reports about an update are one JSON object each") {
  std::array<char, 256> room;
  CHECK(vigie::write_ota_progress(room, 7, 65536) ==
        R"({"type":"otaProgress","id":7,"receivedBytes":65536})");
  CHECK(vigie::write_ota_result(room, 7, nullptr) == R"({"type":"otaResult","id":7,"ok":true})");
  CHECK(vigie::write_ota_result(room, 7, "cut") ==
        R"({"type":"otaResult","id":7,"ok":false,"reason":"cut"})");
  // The server accepts 200 characters, and would close the connection over more.
  std::array<char, 512> more_room;
  const std::string reason(201, 'r');
  CHECK(vigie::write_ota_result(more_room, 7, reason.c_str()) ==
        R"({"type":"otaResult","id":7,"ok":false,"reason":")" + reason.substr(1) + "\"}");
}

TEST_CASE("only a camera that takes updates lists the capability and its rollback") {
  std::array<char, 2048> room;
  vigie::DeviceDescription device{.firmware = "1.0.0", .board = "b", .sensor = "s", .target = "esp32"};
  const std::string without(vigie::write_hello(room, {}, {}, device));
  CHECK(without.find("\"ota\"") == std::string::npos);
  CHECK(without.find(R"("target":"esp32")") != std::string::npos);
  CHECK(without.find("rolledBackFrom") == std::string::npos);
  device.takes_updates = true;
  device.rolled_back_from = "1.1.0";
  const std::string with(vigie::write_hello(room, {}, {}, device));
  CHECK(with.find(R"("ota"])") != std::string::npos);
  CHECK(with.find(R"("rolledBackFrom":"1.1.0")") != std::string::npos);
}
