// Counts what this thread allocates, to show that something allocates nothing.
#pragma once

void count_allocations();
/// @returns how many there were, and counts no more
long counted_allocations();
