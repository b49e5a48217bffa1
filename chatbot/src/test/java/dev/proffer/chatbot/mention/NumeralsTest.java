// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumeralsTest {
  @ParameterizedTest
  @CsvSource({
    "三百,300", "三百五,350", "三百零五,305", "两千,2000", "一千零二十,1020", "十五,15", "二十,20", "两百五,250",
    "一万二,12000", "1.5万,15000", "3k,3000", "二百五十,250", "五百,500", "一千二,1200", "九十九,99", "一二三,123",
    "19.90,19.9", "twenty,20", "零,0"
  })
  void readsNumbersAsPeopleWriteThem(String text, BigDecimal number) {
    assertThat(Numerals.parse(text))
        .hasValueSatisfying(n -> assertThat(n).isEqualByComparingTo(number));
  }

  @Test
  void readsThousandsSeparators() {
    assertThat(Numerals.parse("1,299.50"))
        .hasValueSatisfying(n -> assertThat(n).isEqualByComparingTo("1299.5"));
  }

  @ParameterizedTest
  @CsvSource({"1e9", "abc", "99999999999999", "--5", "1.2.3"})
  void refusesWhatNoShopCanMean(String text) {
    assertThat(Numerals.parse(text)).isEmpty();
  }
}
