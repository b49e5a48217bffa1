// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import java.util.List;

/// What is predicted.
public enum IntentTarget {
  /// A purchase later in the visit under way.
  VISIT("buys in this visit", "本次访问购买"),
  /// A purchase within seven days.
  WEEK("buys within 7 days", "7 天内购买"),
  /// A purchase of a category within seven days.
  CATEGORY("buys of a category within 7 days", "7 天内购买某品类");

  private final String english;
  private final String chinese;

  IntentTarget(String english, String chinese) {
    this.english = english;
    this.chinese = chinese;
  }

  public String meaning(String language) {
    return language.startsWith("zh") ? chinese : english;
  }

  /// The columns of its models.
  public List<String> columns() {
    return switch (this) {
      case VISIT -> IntentState.VISIT;
      case WEEK -> IntentState.PERSON;
      case CATEGORY -> IntentState.CATEGORY;
    };
  }
}
