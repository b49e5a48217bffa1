// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

/// Why a line of an order file is left out. Each line is counted under the first rule that it
/// meets, in this order, so that the counts add up to what was read.
public enum CleaningRule {
  BLANK_LINE("the line is empty"),
  UNREADABLE(
      "the line has another number of columns than the header, an open quote or is too long"),
  MISSING_CODE("the line names no invoice or no stock code"),
  BAD_QUANTITY("the quantity is not a whole number of at most 1,000,000 units"),
  BAD_PRICE("the unit price is not a decimal number of at most 10,000,000,000.00"),
  BAD_DATE("the invoice date is not of the form 2010-12-01 08:26 with optional seconds"),
  CANCELLATION("the invoice number begins with C: goods came back; see what it took back below"),
  ADJUSTMENT("the invoice number begins with another letter: bookkeeping, such as bad debt"),
  SERVICE_CODE(
      "the stock code is not for goods: postage, fees, discounts, samples, vouchers, manual"),
  UNKNOWN_CODE(
      "the stock code is neither of goods (five digits, up to two letters) nor a known service"),
  NON_POSITIVE_QUANTITY("no units were sold: write-offs, damages and counts of stock"),
  NON_POSITIVE_PRICE("the price is less than a penny: gifts and corrections of stock"),
  DUPLICATE_LINE("all columns repeat an earlier line"),
  CANCELLED_PURCHASE("cancellations of the same customer and item took all its units back"),
  COLLECTED_BASKET(
      "no customer, and too many lines for one basket: the orders of many people in one");

  private final String meaning;

  CleaningRule(String meaning) {
    this.meaning = meaning;
  }

  /// One sentence for the report.
  public String meaning() {
    return meaning;
  }
}
