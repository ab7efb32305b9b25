#include "core/captive_dns.hpp"

#include <algorithm>

namespace vigie {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr uint8_t kResponse = 0x80;
constexpr uint8_t kOpcode = 0x78;
constexpr uint8_t kAuthoritative = 0x04;
constexpr uint8_t kRecursionDesired = 0x01;
constexpr uint16_t kTypeA = 1;

uint16_t uint16_at(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

/// @returns the offset behind the question that follows the header, or 0
size_t end_of_question(std::span<const uint8_t> question) {
  size_t at = kHeaderBytes;
  while (at < question.size() && question[at] != 0) {
    if (question[at] > 63) return 0;
    at += size_t{1} + question[at];
  }
  return at + 5 <= question.size() ? at + 5 : 0;
}

}  // namespace

size_t answer_dns(std::span<uint8_t, kMaxDnsBytes> message, size_t length,
                  const std::array<uint8_t, 4>& address) {
  if (length < kHeaderBytes || length > kMaxDnsBytes) return 0;
  const std::span<const uint8_t> question = message.first(length);
  if ((message[2] & (kResponse | kOpcode)) != 0 || uint16_at(question, 4) != 1) return 0;
  const size_t end = end_of_question(question);
  if (end == 0) return 0;
  // Compression: the name of the answer is that of the question. 1 minute to live.
  const std::array<uint8_t, 16> answer{
      0xc0, kHeaderBytes, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, address[0], address[1], address[2], address[3]};
  const bool known = uint16_at(question, end - 4) == kTypeA && end + answer.size() <= kMaxDnsBytes;
  message[2] = static_cast<uint8_t>(kResponse | kAuthoritative | (message[2] & kRecursionDesired));
  message[3] = 0;
  std::fill(message.begin() + 6, message.begin() + kHeaderBytes, uint8_t{0});
  if (!known) return end;
  message[7] = 1;
  std::ranges::copy(answer, message.begin() + static_cast<std::ptrdiff_t>(end));
  return end + answer.size();
}

}  // namespace vigie
