#include "tests/allocation_counter.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace {
/// Negative while not counting.
thread_local long allocations = -1;
}  // namespace

void count_allocations() { allocations = 0; }
long counted_allocations() { return std::exchange(allocations, -1); }

void* operator new(size_t size) {
  if (allocations >= 0) allocations++;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
