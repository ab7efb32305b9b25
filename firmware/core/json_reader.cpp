#include "core/json_reader.hpp"

#include <array>

namespace vigie {
namespace {

constexpr int64_t kMaxSafeInteger = (int64_t{1} << 53) - 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<uint32_t> hex_digit(char c) {
  if (is_digit(c)) return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

/// Walks the text; each `skip` returns false at the first byte that the grammar does not allow.
class Scanner {
 public:
  explicit Scanner(std::string_view text, size_t at = 0) : text_(text), at_(at) {}

  size_t position() const { return at_; }
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') at_++;
  }

  bool skip(char expected) {
    if (at_end() || text_[at_] != expected) return false;
    at_++;
    return true;
  }

  bool skip_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool skip_value(int depth) {
    switch (peek()) {
      case '{':
        return depth > 0 && skip_members('{', '}', depth - 1);
      case '[':
        return depth > 0 && skip_members('[', ']', depth - 1);
      case '"':
        return skip_string();
      case 't':
        return skip_word("true");
      case 'f':
        return skip_word("false");
      case 'n':
        return skip_word("null");
      default:
        return skip_number();
    }
  }

  bool skip_string() {
    if (!skip('"')) return false;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !skip_escape()) return false;
    }
    return false;
  }

 private:
  bool skip_members(char open, char close, int depth) {
    skip(open);
    skip_space();
    if (skip(close)) return true;
    for (;;) {
      skip_space();
      if (open == '{') {
        if (!skip_string()) return false;
        skip_space();
        if (!skip(':')) return false;
        skip_space();
      }
      if (!skip_value(depth)) return false;
      skip_space();
      if (skip(close)) return true;
      if (!skip(',')) return false;
    }
  }

  bool skip_escape() {
    if (at_end()) return false;
    const char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; i++, at_++)
      if (at_end() || !hex_digit(text_[at_])) return false;
    return true;
  }

  bool skip_digits() {
    const size_t from = at_;
    while (is_digit(peek())) at_++;
    return at_ > from;
  }

  bool skip_number() {
    skip('-');
    if (!skip('0') && !skip_digits()) return false;
    if (skip('.') && !skip_digits()) return false;
    if (skip('e') || skip('E')) {
      if (!skip('+')) skip('-');
      return skip_digits();
    }
    return true;
  }

  std::string_view text_;
  size_t at_;
};

size_t write_utf8(uint32_t code, std::array<char, 4>& out) {
  const auto tail = [code](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out = {static_cast<char>(0xc0 | code >> 6), tail(0)};
    return 2;
  }
  if (code < 0x10000) {
    out = {static_cast<char>(0xe0 | code >> 12), tail(6), tail(0)};
    return 3;
  }
  out = {static_cast<char>(0xf0 | code >> 18), tail(12), tail(6), tail(0)};
  return 4;
}

uint32_t four_hex_digits(std::string_view text, size_t at) {
  uint32_t code = 0;
  for (size_t i = 0; i < 4; i++) code = code << 4 | *hex_digit(text[at + i]);
  return code;
}

/// `\uXXXX`, or two of them for a character beyond the first plane; half a pair is not a character. Advances
/// `at`.
uint32_t unescape_unicode(std::string_view text, size_t& at) {
  constexpr uint32_t kReplacement = 0xfffd;
  const uint32_t code = four_hex_digits(text, at);
  at += 4;
  if (code < 0xd800 || code > 0xdfff) return code;
  if (code > 0xdbff || text.substr(at, 2) != "\\u") return kReplacement;
  const uint32_t low = four_hex_digits(text, at + 2);
  if (low < 0xdc00 || low > 0xdfff) return kReplacement;
  at += 6;
  return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/// @param quoted a checked string with its quotes
std::optional<std::string_view> unescape(std::string_view quoted, std::span<char> room) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  size_t written = 0;
  for (size_t at = 0; at < text.size();) {
    std::array<char, 4> piece{text[at++]};
    size_t length = 1;
    if (piece[0] == '\\') {
      const char escape = text[at++];
      constexpr std::string_view kFrom = "bfnrt";
      constexpr std::string_view kTo = "\b\f\n\r\t";
      const size_t control = kFrom.find(escape);
      if (escape == 'u')
        length = write_utf8(unescape_unicode(text, at), piece);
      else
        piece[0] = control == std::string_view::npos ? escape : kTo[control];
    }
    if (length > room.size() - written) return std::nullopt;
    for (size_t i = 0; i < length; i++) room[written++] = piece[i];
  }
  return std::string_view(room.data(), written);
}

}  // namespace

std::optional<JsonValue> parse_json(std::string_view text) {
  Scanner scanner(text);
  scanner.skip_space();
  const size_t from = scanner.position();
  if (!scanner.skip_value(kMaxJsonDepth)) return std::nullopt;
  const size_t end = scanner.position();
  scanner.skip_space();
  if (!scanner.at_end()) return std::nullopt;
  return JsonValue(text.substr(from, end - from));
}

std::optional<JsonValue> JsonValue::field(std::string_view name) const {
  if (!is_object()) return std::nullopt;
  std::optional<JsonValue> found;
  Scanner scanner(text_, 1);
  scanner.skip_space();
  while (scanner.peek() == '"') {
    const size_t key_at = scanner.position();
    scanner.skip_string();
    const std::string_view key = text_.substr(key_at, scanner.position() - key_at);
    scanner.skip_space();
    scanner.skip(':');
    scanner.skip_space();
    const size_t value_at = scanner.position();
    scanner.skip_value(kMaxJsonDepth);
    std::array<char, 32> room;
    if (unescape(key, room) == name) found = JsonValue(text_.substr(value_at, scanner.position() - value_at));
    scanner.skip_space();
    scanner.skip(',');
    scanner.skip_space();
  }
  return found;
}

std::optional<int64_t> JsonValue::integer() const {
  if (text_.front() != '-' && !is_digit(text_.front())) return std::nullopt;
  const bool negative = text_.front() == '-';
  int64_t value = 0;
  int exponent = 0;
  size_t at = negative ? 1 : 0;
  bool fraction = false;
  for (; at < text_.size() && text_[at] != 'e' && text_[at] != 'E'; at++) {
    if (text_[at] == '.') {
      fraction = true;
      continue;
    }
    if (value > kMaxSafeInteger) return std::nullopt;
    value = value * 10 + (text_[at] - '0');
    if (fraction) exponent--;
  }
  if (at < text_.size()) {
    const bool down = text_[at + 1] == '-';
    int given = 0;
    for (at += is_digit(text_[at + 1]) ? 1u : 2u; at < text_.size(); at++)
      if (given < 10'000) given = given * 10 + (text_[at] - '0');
    exponent += down ? -given : given;
  }
  if (value == 0) return 0;
  for (; exponent < 0; exponent++) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  for (; exponent > 0 && value <= kMaxSafeInteger; exponent--) value *= 10;
  if (value > kMaxSafeInteger) return std::nullopt;
  return negative ? -value : value;
}

std::optional<bool> JsonValue::boolean() const {
  if (text_ == "true") return true;
  if (text_ == "false") return false;
  return std::nullopt;
}

std::optional<std::string_view> JsonValue::string(std::span<char> room) const {
  if (text_.front() != '"') return std::nullopt;
  return unescape(text_, room);
}

}  // namespace vigie
