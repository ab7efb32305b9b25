// The setup page's form: `application/x-www-form-urlencoded` (WHATWG URL, section 5), decoded in place.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace vigie {

/// Calls `field(name, value)` for each pair. The body is overwritten with the decoded text, to which the
/// views refer. A malformed `%` is kept.
template <typename Field>
void for_each_form_field(std::span<char> body, Field&& field);

/// @returns the length of the decoded text, which begins where the encoded one did
size_t decode_form_text(std::span<char> text);

template <typename Field>
void for_each_form_field(std::span<char> body, Field&& field) {
  while (!body.empty()) {
    size_t end = 0;
    while (end < body.size() && body[end] != '&') end++;
    size_t equals = 0;
    while (equals < end && body[equals] != '=') equals++;
    const std::span<char> name = body.first(equals);
    const std::span<char> value =
        equals < end ? body.subspan(equals + 1, end - equals - 1) : body.subspan(end, 0);
    const size_t name_size = decode_form_text(name);
    const size_t value_size = decode_form_text(value);
    field(std::string_view(name.data(), name_size), std::string_view(value.data(), value_size));
    body = body.subspan(end < body.size() ? end + 1 : end);
  }
}

}  // namespace vigie
