// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

/// A rule of data quality: what is wrong with an event and what is done about it. Events are judged
/// in this order; each dropped event is counted under the first rule that drops it.
public enum QualityRule {
  DUPLICATE_EVENT("the event id was seen before", "dropped", true),
  NO_ACTOR("neither a person nor a session did it", "dropped", true),
  FUTURE_EVENT("it lies more than five minutes after the time of the analysis", "dropped", true),
  BEFORE_1990("it lies before 1990, where clocks that were never set stand", "dropped", true),
  NEGATIVE_AMOUNT("quantity or price is negative", "dropped", true),
  REPEATED_VIEW(
      "the same person saw, opened or searched the same in the same millisecond", "dropped", true),
  BOT(
      "the person or session made more than 600 views within one hour and never bought",
      "all events of the actor dropped",
      true),
  MISSING_ITEM("it names no item although its kind needs one", "left out of facts by item", false),
  UNKNOWN_ITEM("the catalogue does not have the item", "left out of facts by category", false),
  ANONYMOUS("it belongs to a session without a person", "kept for baskets and the funnel", false),
  OTHER_CURRENCY("its currency is not the most frequent one", "left out of sums of money", false),
  MISSING_PRICE(
      "a purchase without a price",
      "the median price paid for the item stands in, or else its list price",
      false),
  UNPRICED(
      "a purchase without a price of an item that has none either",
      "left out of sums of money",
      false),
  PRICE_OUTLIER(
      "the price is more than 20 times the median of the item's at least five prices",
      "the median price stands in",
      false),
  QUANTITY_OUTLIER(
      "more than 1,000 units at once",
      "kept; features for clustering are cut at the first and last percentile",
      false);

  private final String meaning;
  private final String treatment;
  private final boolean drops;

  QualityRule(String meaning, String treatment, boolean drops) {
    this.meaning = meaning;
    this.treatment = treatment;
    this.drops = drops;
  }

  public String meaning() {
    return meaning;
  }

  public String treatment() {
    return treatment;
  }

  public boolean drops() {
    return drops;
  }
}
