// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Memory outside of the heap, in huge pages where the system gives them to those who ask.
///
/// A search jumps to rows all over an index. In pages of 4 kB nearly each of them also waits until
/// the processor has looked up where its page is. The JVM asks for huge pages for its heap alone,
/// so that the system is asked here.
final class HugePages {
  private static final long PAGE_BYTES = 2L << 20;
  private static final long FROM_BYTES = 4 * PAGE_BYTES;

  // Of Linux, on all processors.
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  private static final @Nullable Calls CALLS = Calls.find();

  private HugePages() {}

  /// Zeros, until they are written, that are given back when nobody holds them any more.
  static MemorySegment allocate(long bytes, long alignment) {
    MemorySegment huge = CALLS == null || bytes < FROM_BYTES ? null : CALLS.allocate(bytes);
    return huge == null ? Arena.ofAuto().allocate(bytes, alignment) : huge;
  }

  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
    @SuppressWarnings("restricted") // Calls of the C library.
    static @Nullable Calls find() {
      if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
        return null;
      }
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      ValueLayout.OfLong aLong = ValueLayout.JAVA_LONG;
      ValueLayout.OfInt anInt = ValueLayout.JAVA_INT;
      return new Calls(
          linker.downcallHandle(
              library.findOrThrow("mmap"),
              FunctionDescriptor.of(aLong, aLong, aLong, anInt, anInt, anInt, aLong)),
          linker.downcallHandle(
              library.findOrThrow("munmap"), FunctionDescriptor.of(anInt, aLong, aLong)),
          linker.downcallHandle(
              library.findOrThrow("madvise"), FunctionDescriptor.of(anInt, aLong, aLong, anInt)));
    }

    /// Null when the system has no such memory.
    @SuppressWarnings("restricted") // The size is that of what was mapped.
    @Nullable MemorySegment allocate(long bytes) {
      long pages = Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES;
      // One page more, so that a whole number of pages starts in it.
      long mapped = pages + PAGE_BYTES;
      try {
        long address =
            (long) mmap.invokeExact(0L, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (address == MAP_FAILED) {
          return null;
        }
        long start = Math.ceilDiv(address, PAGE_BYTES) * PAGE_BYTES;
        // Refused by systems without huge pages: then it is memory as any other.
        int _ = (int) madvise.invokeExact(start, pages, MADV_HUGEPAGE);
        return MemorySegment.ofAddress(start)
            .reinterpret(bytes, Arena.ofAuto(), _ -> unmap(address, mapped));
      } catch (Throwable e) {
        throw new IllegalStateException("memory for an index could not be mapped", e);
      }
    }

    private void unmap(long address, long mapped) {
      try {
        int _ = (int) munmap.invokeExact(address, mapped);
      } catch (Throwable e) {
        throw new IllegalStateException("memory of an index could not be given back", e);
      }
    }
  }
}
