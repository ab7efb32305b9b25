// Writes one JSON message into given memory. Content that does not fit makes the whole message empty, never
// truncated.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace vigie {

class JsonWriter {
 public:
  explicit JsonWriter(std::span<char> room) : room_(room) {}

  JsonWriter& begin_object();
  JsonWriter& begin_object(std::string_view name);
  JsonWriter& end_object();

  JsonWriter& field(std::string_view name, std::string_view value);
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& field(std::string_view name, T value) {
    return field_number(name, static_cast<int64_t>(value));
  }
  /// A template so that no literal becomes `true`.
  template <std::same_as<bool> T>
  JsonWriter& field(std::string_view name, T value) {
    return field_bool(name, value);
  }
  /// A number with one decimal.
  JsonWriter& field_tenths(std::string_view name, uint32_t tenths);
  JsonWriter& field(std::string_view name, std::span<const std::string_view> values);

  /// The message, or an empty text when it did not fit.
  std::string_view text() const { return fits_ ? std::string_view(room_.data(), size_) : std::string_view(); }

 private:
  JsonWriter& field_bool(std::string_view name, bool value);
  JsonWriter& field_number(std::string_view name, int64_t value);
  void name(std::string_view name);
  void quoted(std::string_view text);
  void number(uint64_t magnitude);
  void raw(std::string_view text);

  std::span<char> room_;
  size_t size_ = 0;
  bool fits_ = true;
};

}  // namespace vigie
