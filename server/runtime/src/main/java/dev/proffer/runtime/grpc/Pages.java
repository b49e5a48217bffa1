// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/// What an rpc lists page by page, from the first page to the last. A page is asked for when
/// somebody comes to it.
///
/// @param fetch asks for the page of a token; that of the first one is empty
/// @param entries of a page
/// @param nextToken of a page; empty on the last one
public record Pages<P, T>(
    Function<String, P> fetch, Function<P, List<T>> entries, Function<P, String> nextToken)
    implements Iterable<T> {

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private Iterator<T> page = List.<T>of().iterator();
      private String token = "";
      private boolean more = true;

      @Override
      public boolean hasNext() {
        while (!page.hasNext() && more) {
          P next = fetch.apply(token);
          page = entries.apply(next).iterator();
          token = nextToken.apply(next);
          more = !token.isEmpty();
        }
        return page.hasNext();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return page.next();
      }
    };
  }
}
