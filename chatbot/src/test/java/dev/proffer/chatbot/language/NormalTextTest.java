// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalTextTest {
  @Test
  void foldsFullWidthAndTraditionalForms() {
    assertThat(NormalText.of("有沒有耳機優惠ＡＢ１２").text()).isEqualTo("有没有耳机优惠AB12");
  }

  @ParameterizedTest
  @CsvSource({
    "优惠卷在哪领, 优惠券在哪领",
    "10元卷, 10元券",
    "领劵中心, 领券中心",
    "这个卷纸多少钱, 这个卷纸多少钱",
    "3元卷纸, 3元卷纸",
    "卷发棒, 卷发棒"
  })
  void readsMistypedCoupons(String typed, String meant) {
    assertThat(NormalText.of(typed).text()).isEqualTo(meant);
  }

  @Test
  void dropsControlBidiAndInvisibleCharacters() {
    assertThat(NormalText.of("de\u202eal\u200bs\u0000\tfor\n me").text()).isEqualTo("deals for me");
  }

  @Test
  void pointsBackIntoTheOriginal() {
    NormalText text = NormalText.of("😀  ｄｅａｌ");

    assertThat(text.text()).isEqualTo("😀 deal");
    int start = text.text().indexOf("deal");
    assertThat(text.origin(start)).isEqualTo(3);
    assertThat(text.originEnd(start + 4)).isEqualTo(7);
  }

  @Test
  void cutsLongTexts() {
    NormalText text = NormalText.of("优惠".repeat(50_000));

    assertThat(text.cut()).isTrue();
    assertThat(text.text()).hasSize(NormalText.MAX_CHARS);
  }

  @Test
  void knowsThatEmojiAreNoWords() {
    assertThat(NormalText.of("😀 !!").hasWords()).isFalse();
    assertThat(NormalText.of("").hasWords()).isFalse();
    assertThat(NormalText.of("ok").hasWords()).isTrue();
  }

  @Test
  void detectsTheLanguageByScript() {
    assertThat(language("有没有 Nike 的 discount")).isEqualTo(Language.CHINESE);
    assertThat(language("what does 满减 mean?")).isEqualTo(Language.ENGLISH);
    assertThat(language("show me shoes")).isEqualTo(Language.ENGLISH);
    assertThat(LanguageDetector.detect(NormalText.of("123")).language()).isEmpty();
    assertThat(LanguageDetector.detect(NormalText.of("скидки есть?")).foreign()).isTrue();
  }

  private static Language language(String text) {
    return LanguageDetector.detect(NormalText.of(text)).language().orElseThrow();
  }
}
