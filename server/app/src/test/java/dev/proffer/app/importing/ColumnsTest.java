// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ColumnsTest {
  @Test
  void pricesAreRoundedToThePenny() {
    assertThat(OnlineRetailParser.priceMinorUnits("2.55")).isEqualTo(255);
    assertThat(OnlineRetailParser.priceMinorUnits("3")).isEqualTo(300);
    assertThat(OnlineRetailParser.priceMinorUnits("0.001")).isZero();
    assertThat(OnlineRetailParser.priceMinorUnits("0.005")).isEqualTo(1);
    assertThat(OnlineRetailParser.priceMinorUnits("-11062.06")).isEqualTo(-1_106_206);
  }

  @Test
  void whatIsNoPriceIsRefused() {
    for (String text : new String[] {"", "-", ".", "1,5", "1e3", "NaN", "1.2.3", "9".repeat(30)}) {
      assertThat(OnlineRetailParser.priceMinorUnits(text)).isEqualTo(Long.MIN_VALUE);
    }
  }

  @Test
  void countriesHaveTheirCodeAndOthersNone() {
    Countries countries = new Countries();
    assertThat(countries.code("United Kingdom")).isEqualTo("GB");
    assertThat(countries.code("EIRE")).isEqualTo("IE");
    assertThat(countries.code("RSA")).isEqualTo("ZA");
    assertThat(countries.code("USA")).isEqualTo("US");
    assertThat(countries.code("Czech Republic")).isEqualTo("CZ");
    assertThat(countries.code("Channel Islands")).isEmpty();
    assertThat(countries.code("Unspecified")).isEmpty();
  }

  @Test
  void titlesLoseCapitalsAndStrayMarks() {
    assertThat(Titles.title(Titles.cleaned("*SET OF 3  LED T-LIGHTS , RED ")))
        .isEqualTo("Set of 3 LED T-Lights, Red");
    assertThat(Titles.title("Dr. Jam's Arouzer Stress Ball"))
        .isEqualTo("Dr. Jam's Arouzer Stress Ball");
    assertThat(Titles.cleaned(" ??? ")).isEmpty();
  }

  @Test
  void categoriesFollowTheLastThingNamed() {
    assertThat(TitleCategories.category("White hanging heart t-light holder"))
        .isEqualTo("lighting/candles");
    assertThat(TitleCategories.category("Jumbo bag red retrospot")).isEqualTo("bags");
    assertThat(TitleCategories.category("Paper chain kit 50's christmas"))
        .isEqualTo("seasonal/christmas");
    assertThat(TitleCategories.category("Regency something")).isEmpty();
  }
}
