#include "core/form.hpp"

namespace vigie {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

size_t decode_form_text(std::span<char> text) {
  size_t written = 0;
  for (size_t at = 0; at < text.size(); at++) {
    char c = text[at];
    if (c == '+') c = ' ';
    if (c == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0) {
      c = static_cast<char>(hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
      at += 2;
    }
    text[written++] = c;
  }
  return written;
}

}  // namespace vigie
