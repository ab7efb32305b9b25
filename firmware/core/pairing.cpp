#include "core/pairing.hpp"

#include <array>

#include "core/json_reader.hpp"
#include "core/json_writer.hpp"

namespace vigie {
namespace {

/// Crockford's base 32, without characters that are easily confused.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCodeChars = 8;

char tidy(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  return c == 'I' || c == 'L' ? '1' : c;
}

}  // namespace

std::optional<ShortText<8>> tidy_pairing_code(std::string_view typed) {
  std::array<char, kCodeChars> code;
  size_t count = 0;
  for (const char typed_char : typed) {
    if (typed_char == '-' || typed_char == ' ') continue;
    const char c = tidy(typed_char);
    if (count == code.size() || kAlphabet.find(c) == std::string_view::npos) return std::nullopt;
    code[count++] = c;
  }
  ShortText<8> text;
  if (count != code.size() || !text.assign({code.data(), code.size()})) return std::nullopt;
  return text;
}

std::string_view write_pairing_request(std::span<char> room, std::string_view code, std::string_view board,
                                       std::string_view firmware) {
  return JsonWriter(room)
      .begin_object()
      .field("code", code)
      .field("board", board)
      .field("firmware", firmware)
      .end_object()
      .text();
}

std::optional<PairedCamera> parse_pairing_answer(std::string_view text) {
  const std::optional<JsonValue> answer = parse_json(text);
  if (!answer || !answer->is_object()) return std::nullopt;
  std::array<char, 64> id_room;
  std::array<char, kBase64UrlChars> key_room;
  const std::optional<JsonValue> id_field = answer->field("cameraId");
  const std::optional<JsonValue> key_field = answer->field("key");
  const std::optional<std::string_view> id = id_field ? id_field->string(id_room) : std::nullopt;
  const std::optional<std::string_view> key_text = key_field ? key_field->string(key_room) : std::nullopt;
  const std::optional<Bytes32> key = key_text ? from_base64url(*key_text) : std::nullopt;
  PairedCamera camera;
  if (!id || id->empty() || !key || !camera.camera_id.assign(*id)) return std::nullopt;
  camera.key = *key;
  return camera;
}

PairingFailure pairing_failure(int status) {
  switch (status) {
    case 0:
      return {"the server cannot be reached over verified TLS", false};
    case kPairedStatus:
      return {"the server's answer is not understood, and the code is used up: make a new one", true};
    case 400:
    case 404:
      return {"the server does not take this code: it may be mistyped, used up, or older than 15 minutes",
              true};
    case 403:
      return {"the server does not see that the camera came over TLS: is its proxy trusted?", false};
    case 429:
      return {"the server has had too many wrong codes: wait 15 minutes", false};
    default:
      return {"the server cannot pair a camera now", false};
  }
}

}  // namespace vigie
