// Parses JSON (RFC 8259) in place: no allocation, no copy, bounded depth. A message is checked as a whole
// once; later accesses cannot fail on its syntax. Finding a field walks the object, which suits messages of a
// few hundred bytes with a handful of fields.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vigie {

inline constexpr int kMaxJsonDepth = 8;

/// A part of a checked message. Refers to the text given to `parse_json`.
class JsonValue {
 public:
  bool is_object() const { return text_.front() == '{'; }

  /// The value of the last field of that name, or nothing. Only for objects.
  std::optional<JsonValue> field(std::string_view name) const;

  /// Integers within ±(2^53 - 1), in any notation (`5`, `5.0`, `50e-1`).
  std::optional<int64_t> integer() const;
  std::optional<bool> boolean() const;
  /// @returns the string, unescaped into `room`, or nothing when it is not a string or does not fit
  std::optional<std::string_view> string(std::span<char> room) const;

 private:
  friend std::optional<JsonValue> parse_json(std::string_view text);
  explicit JsonValue(std::string_view text) : text_(text) {}

  /// Without white space around it.
  std::string_view text_;
};

/// @returns the value, or nothing when the text is not exactly one JSON value of at most kMaxJsonDepth levels
std::optional<JsonValue> parse_json(std::string_view text);

}  // namespace vigie
