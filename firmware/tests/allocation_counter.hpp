// Counts the allocations of this thread.
#pragma once

void count_allocations();
/// @returns their number, and stops counting
long counted_allocations();
