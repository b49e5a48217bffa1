// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class PagesTest {
  private record Page(List<String> entries, String next) {}

  private final List<String> asked = new ArrayList<>();

  private Pages<Page, String> pages(Map<String, Page> byToken) {
    return new Pages<>(
        token -> {
          asked.add(token);
          return byToken.get(token);
        },
        Page::entries,
        Page::next);
  }

  @Test
  void goesOverAllPagesAlsoWhenOneOfThemIsEmpty() {
    Pages<Page, String> pages =
        pages(
            Map.of(
                "", new Page(List.of("a", "b"), "1"),
                "1", new Page(List.of(), "2"),
                "2", new Page(List.of("c"), "")));
    assertThat(pages).containsExactly("a", "b", "c");
    assertThat(asked).containsExactly("", "1", "2");
  }

  @Test
  void asksForNoPageThatNobodyComesTo() {
    Iterator<String> entries =
        pages(Map.of("", new Page(List.of("a"), "1"), "1", new Page(List.of("b"), ""))).iterator();
    assertThat(entries.next()).isEqualTo("a");
    assertThat(asked).containsExactly("");
  }

  @Test
  void endsWhereThereIsNothing() {
    Iterator<String> entries = pages(Map.of("", new Page(List.of(), ""))).iterator();
    assertThat(entries.hasNext()).isFalse();
    assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    assertThat(asked).containsExactly("");
  }
}
