// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.skill.SkillBook;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MentionFinderTest {
  /// A Sunday.
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);

  private static final Gazetteer NAMES =
      new GazetteerSource(Lexicon.load(), SkillBook.load(Optional.empty()).words())
          .build(
              List.of(
                  item("k1", "Damask Chef Knife", "大马士革主厨刀", "kitchen/knives", "Ironleaf"),
                  item("k2", "Bread Knife Classic", "经典面包刀", "kitchen/knives", "Homa"),
                  item("s1", "Air Runner Shoes", "轻风跑步鞋", "sports/shoes", "Nike")),
              List.of(
                  new GazetteerSource.NamedPromotion(
                      "p-300", Map.of("en", "Spend and Save", "zh", "满300减40"), ""),
                  new GazetteerSource.NamedPromotion(
                      "p-save", Map.of("en", "Autumn Coupon", "zh", "秋日券"), "SAVE20")),
              1);

  private static GazetteerSource.NamedItem item(
      String id, String en, String zh, String category, String brand) {
    return new GazetteerSource.NamedItem(id, Map.of("en", en, "zh", zh), category, brand, "CNY");
  }

  private static String found(String text) {
    return MentionFinder.find(NormalText.of(text), NAMES, new PlainAnalyser(), TODAY).stream()
        .map(m -> (m.negated() ? "not_" : "") + m.type().wireName() + "=" + m.value())
        .toList()
        .toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "三百以内的菜刀|[price_max=300, category=kitchen/knives]",
        "200块以下|[price_max=200]",
        "预算五百左右|[price_about=500]",
        "100到200元|[price_range=100/200]",
        "300元以上|[price_min=300]",
        "满３００减４０还有吗|[promotion=p-300]",
        "每满200减20|[threshold=200/20]",
        "满三百立减四十|[threshold=300/40]",
        "打八折|[discount=20]",
        "八五折|[discount=15]",
        "8.5折|[discount=15]",
        "半价|[discount=50]",
        "买二送一|[buy_get=2/1]",
        "买3件送1件|[buy_get=3/1]",
        "第二件半价|[nth_off=2]",
        "第二个|[ordinal=2]",
        "最后一个|[ordinal=-1]",
        "我的优惠码SAVE20|[code=SAVE20]",
        "明天有吗|[date=2026-11-23]",
        "下周五|[date=2026-11-27]",
        "双十一|[date=2027-11-11]",
        "12月1日|[date=2026-12-01]",
        "2月30日|[impossible_date=]",
        "黑五有活动吗|[date=2026-11-27]",
        "不要耐克|[not_brand=Nike]",
        "除了耐克还有什么鞋子|[not_brand=Nike, category=sports/shoes]",
        "給媽媽買|[recipient=妈妈]",
        "黄金会员|[member_level=黄金]"
      })
  void findsChineseMentions(String text, String mentions) {
    // The names of the sample catalogue know 耐克 by the lexicon only when Nike is a brand of it.
    assertThat(found(text)).isEqualTo(mentions);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "anything under $80?|[price_max=80]",
        "knives below 1,200|[category=kitchen/knives, price_max=1200]",
        "between 20 and 50 euros|[price_range=20/50]",
        "$20-$50|[price_range=20/50]",
        "around $100|[price_about=100]",
        "over 3 days|[]",
        "40 off orders over 300|[threshold=300/40]",
        "spend $300 get $40 off|[threshold=300/40]",
        "buy two get one free|[buy_get=2/1]",
        "20% off|[discount=20]",
        "half price shoes|[discount=50, category=sports/shoes]",
        "the second one|[ordinal=2]",
        "code save20|[code=SAVE20]",
        "is WELCOME-10 valid|[code=WELCOME-10]",
        "NASA shoes|[category=sports/shoes]",
        "not Nike|[not_brand=Nike]",
        "damask chef knife|[item=k1]",
        "Spend and Save on Black Friday|[promotion=p-300, date=2026-11-27]",
        "30 February|[impossible_date=]",
        "for my dad|[recipient=dad]",
        "a 20cm knife|[category=kitchen/knives]",
        "price 1e9|[]",
        "knives under 1e9|[category=kitchen/knives]",
        "knives around 50|[category=kitchen/knives, price_about=50]",
        "what promotions are running|[]"
      })
  void findsEnglishMentions(String text, String mentions) {
    assertThat(found(text)).isEqualTo(mentions);
  }

  @Test
  void findsNamesInMixedTurns() {
    assertThat(found("有没有 Nike 的 discount")).isEqualTo("[brand=Nike]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "any ironlaef knives|[brand=Ironleaf, category=kitchen/knives]",
        "how much is the damsk chef knief|[item=k1]",
        "bread knife clasic|[item=k2]",
        "deals on Ironlef|[brand=Ironleaf]",
        "轻疯跑步鞋多少钱|[item=s1]",
        "经典面包到有货吗|[item=k2]",
        "大马士哥主厨刀|[item=k1]"
      })
  void readsMisspeltNames(String text, String mentions) {
    assertThat(found(text)).isEqualTo(mentions);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "show me the best ones|[]",
        "what shows do you like|[]",
        "nice weather, is it not|[]",
        "the chief said no|[]",
        "我想知道怎么退货|[]"
      })
  void leavesWordsThatPeopleUseAlone(String text, String mentions) {
    assertThat(found(text)).isEqualTo(mentions);
  }

  @Test
  void replacesNamesByOneCharacterForTheClassifier() {
    NormalText text = NormalText.of("deals on Nike shoes under 200");
    String masked =
        MentionFinder.masked(text, MentionFinder.find(text, NAMES, new PlainAnalyser(), TODAY));

    assertThat(masked)
        .isEqualTo(
            "deals on "
                + MentionType.BRAND.mask()
                + " "
                + MentionType.CATEGORY.mask()
                + " "
                + MentionType.PRICE_MAX.mask());
  }
}
