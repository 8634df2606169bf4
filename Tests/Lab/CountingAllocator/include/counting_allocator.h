#pragma once

/// How often this thread has asked for memory so far: malloc, calloc, realloc, aligned_alloc, posix_memalign.
unsigned long allocations_of_this_thread(void);
