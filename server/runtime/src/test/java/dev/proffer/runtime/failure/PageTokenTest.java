// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokenTest {
  @Test
  void anEmptyTokenStartsAtTheFirst() {
    assertThat(PageToken.number("", Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(PageToken.offset("")).isZero();
  }

  @Test
  void aTokenIsTheNumberThatAReplyGave() {
    assertThat(PageToken.number("9223372036854775807", 0)).isEqualTo(Long.MAX_VALUE);
    assertThat(PageToken.offset("100")).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zzz", "-1", "1.5", " 1", "9223372036854775808"})
  void anotherTokenIsRefusedByTheNameOfItsField(String token) {
    assertThatThrownBy(() -> PageToken.number(token, 0))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("page_token");
    assertThatThrownBy(() -> PageToken.offset(token)).isInstanceOf(ProfferException.class);
  }

  @Test
  void noListHasAPlaceBeyondTheIntegers() {
    assertThatThrownBy(() -> PageToken.offset("2147483648")).isInstanceOf(ProfferException.class);
  }
}
