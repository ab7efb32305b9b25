#include "core/json_writer.hpp"

#include <algorithm>
#include <array>

namespace vigie {

JsonWriter& JsonWriter::begin_object() {
  raw("{");
  return *this;
}

JsonWriter& JsonWriter::begin_object(std::string_view name) {
  this->name(name);
  return begin_object();
}

JsonWriter& JsonWriter::end_object() {
  raw("}");
  return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, std::string_view value) {
  this->name(name);
  quoted(value);
  return *this;
}

JsonWriter& JsonWriter::field_number(std::string_view name, int64_t value) {
  this->name(name);
  if (value < 0) raw("-");
  number(value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
  return *this;
}

JsonWriter& JsonWriter::field_bool(std::string_view name, bool value) {
  this->name(name);
  raw(value ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::field_tenths(std::string_view name, uint32_t tenths) {
  this->name(name);
  number(tenths / 10);
  raw(".");
  number(tenths % 10);
  return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, std::span<const std::string_view> values) {
  this->name(name);
  raw("[");
  for (size_t i = 0; i < values.size(); i++) {
    if (i > 0) raw(",");
    quoted(values[i]);
  }
  raw("]");
  return *this;
}

void JsonWriter::name(std::string_view name) {
  if (size_ > 0 && room_[size_ - 1] != '{') raw(",");
  quoted(name);
  raw(":");
}

void JsonWriter::quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  raw("\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      const std::array<char, 2> escape{'\\', c};
      raw({escape.data(), escape.size()});
    } else if (byte < 0x20) {
      const std::array<char, 6> escape{'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      raw({escape.data(), escape.size()});
    } else {
      raw({&c, 1});
    }
  }
  raw("\"");
}

void JsonWriter::number(uint64_t magnitude) {
  std::array<char, 20> digits;
  size_t at = digits.size();
  do {
    digits[--at] = static_cast<char>('0' + magnitude % 10);
    magnitude /= 10;
  } while (magnitude > 0);
  raw({digits.data() + at, digits.size() - at});
}

void JsonWriter::raw(std::string_view text) {
  fits_ = fits_ && text.size() <= room_.size() - size_;
  if (!fits_) return;
  std::ranges::copy(text, room_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += text.size();
}

}  // namespace vigie
