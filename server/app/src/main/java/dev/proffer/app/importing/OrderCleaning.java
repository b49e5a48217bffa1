// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import dev.proffer.app.importing.OnlineRetailParser.Parsed;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Decides line by line what is a purchase. Works on whole columns, because a line can depend on
/// later ones:
///
/// 1. Lines that are no sale of goods are dropped: cancellations, bookkeeping, services, nothing
///    sold, nothing paid.
/// 2. Of lines that repeat each other in every column one is kept.
/// 3. A cancellation takes units back from earlier purchases of the same customer and item: from
///    the latest one of exactly its quantity, otherwise from the latest ones until all units are
///    found. A purchase that has no units left is dropped, so nobody is said to like what they sent
///    back; one that has some left is kept with the rest.
/// 4. An invoice without customer is a real basket and is kept as a session without a person, as
///    long as it is of the size of a basket. The larger ones collect the orders of a day: their
///    items were not chosen together.
final class OrderCleaning {
  /// What is not goods, as found in the file by looking at every code that is not of the usual
  /// form.
  private static final Set<String> SERVICE_CODES =
      Set.of(
          "AMAZONFEE",
          "B",
          "BANK CHARGES",
          "C2",
          "CRUK",
          "D",
          "DOT",
          "M",
          "POST",
          "S",
          "ADJUST",
          "ADJUST2",
          "TEST001",
          "TEST002");

  private static final String VOUCHER_CODE_PREFIX = "GIFT_";
  private static final Pattern VOUCHER = Pattern.compile("(?i)\\bgift voucher\\b");

  /// Five digits and up to two letters; DCGS is a small range of its own, PADS a single item.
  private static final Pattern GOODS_CODE = Pattern.compile("\\d{5}[A-Z]{0,2}|DCGS[0-9A-Z]*|PADS");

  private final OrderLines lines;

  /// The rule that dropped a line; null for a line that is kept.
  private final @Nullable CleaningRule[] rules;

  private final int[] unitsLeft;
  private final Map<String, Long> droppedCodes = new TreeMap<>();
  private long cancellationsOfWholePurchase;
  private long cancellationsOfPart;
  private long cancellationsWithoutPurchase;
  private long cancellationsWithoutCustomer;
  private long unitsTakenBack;

  private OrderCleaning(OrderLines lines) {
    this.lines = lines;
    this.rules = new CleaningRule[lines.size()];
    this.unitsLeft = Arrays.copyOf(lines.quantity, lines.size());
  }

  /// The lines to keep, with the units that are left of each, and the counts for the report.
  static final class Cleaned {
    final OrderLines lines;
    final Map<CleaningRule, Long> dropped;
    final SortedMap<String, Long> droppedCodes;
    final Cancellations cancellations;
    private final int[] kept;
    private final int[] unitsLeft;

    private Cleaned(
        OrderLines lines,
        int[] kept,
        int[] unitsLeft,
        Map<CleaningRule, Long> dropped,
        SortedMap<String, Long> droppedCodes,
        Cancellations cancellations) {
      this.lines = lines;
      this.kept = kept;
      this.unitsLeft = unitsLeft;
      this.dropped = dropped;
      this.droppedCodes = droppedCodes;
      this.cancellations = cancellations;
    }

    /// The numbers of the kept lines in time order; not to be changed.
    int[] kept() {
      return kept;
    }

    /// The units of a line that no cancellation took back.
    int unitsLeft(int line) {
      return unitsLeft[line];
    }
  }

  /// What became of the cancellation lines; the four kinds add up to them.
  public record Cancellations(
      long ofWholePurchase,
      long ofPart,
      long withoutPurchase,
      long withoutCustomer,
      long purchasesReduced,
      long unitsTakenBack) {}

  /// The kept lines come out in time order.
  static Cleaned clean(Parsed parsed, int anonymousBasketLinesMax) {
    OrderCleaning cleaning = new OrderCleaning(parsed.lines());
    cleaning.dropWhatIsNoSale();
    cleaning.dropDuplicates();
    int[] byTime = cleaning.linesByTime();
    cleaning.applyCancellations(byTime);
    cleaning.dropCollectedBaskets(anonymousBasketLinesMax);
    return cleaning.result(parsed.dropped(), byTime);
  }

  private void dropWhatIsNoSale() {
    @Nullable CleaningRule[] ofItem = new CleaningRule[lines.items.size()];
    for (int i = 0; i < ofItem.length; i++) {
      ofItem[i] = ruleOfCode(lines.items.text(i));
    }
    BitSet voucherDescriptions = new BitSet();
    for (int i = 0; i < lines.descriptions.size(); i++) {
      voucherDescriptions.set(i, VOUCHER.matcher(lines.descriptions.text(i)).find());
    }
    for (int i = 0; i < lines.size(); i++) {
      char first = lines.invoices.text(lines.invoice[i]).charAt(0);
      @Nullable CleaningRule code =
          voucherDescriptions.get(lines.description[i])
              ? CleaningRule.SERVICE_CODE
              : ofItem[lines.item[i]];
      if (first == 'C' || first == 'c') {
        drop(i, CleaningRule.CANCELLATION);
      } else if (Character.isLetter(first)) {
        drop(i, CleaningRule.ADJUSTMENT);
      } else if (code != null) {
        drop(i, code);
        droppedCodes.merge(lines.items.text(lines.item[i]), 1L, Long::sum);
      } else if (lines.quantity[i] <= 0) {
        drop(i, CleaningRule.NON_POSITIVE_QUANTITY);
      } else if (lines.priceMinorUnits[i] <= 0) {
        drop(i, CleaningRule.NON_POSITIVE_PRICE);
      }
    }
  }

  private static @Nullable CleaningRule ruleOfCode(String code) {
    if (SERVICE_CODES.contains(code) || code.startsWith(VOUCHER_CODE_PREFIX)) {
      return CleaningRule.SERVICE_CODE;
    }
    return GOODS_CODE.matcher(code).matches() ? null : CleaningRule.UNKNOWN_CODE;
  }

  /// An open-addressing table of line numbers, probed by content.
  private void dropDuplicates() {
    int capacity = Integer.highestOneBit(Math.max(16, lines.size())) * 4;
    int[] table = new int[capacity];
    Arrays.fill(table, -1);
    for (int i = 0; i < lines.size(); i++) {
      if (rules[i] != null) {
        continue;
      }
      long hash = lines.contentHash[i] * 0x9E3779B97F4A7C15L;
      int slot = (int) (hash >>> 32) & (capacity - 1);
      while (table[slot] >= 0 && !lines.same(table[slot], i)) {
        slot = (slot + 1) & (capacity - 1);
      }
      if (table[slot] >= 0) {
        drop(i, CleaningRule.DUPLICATE_LINE);
      } else {
        table[slot] = i;
      }
    }
  }

  /// Line numbers by time, lines of one time in the order of the file.
  private int[] linesByTime() {
    int size = lines.size();
    int[] byTime = new int[size];
    boolean sorted = true;
    for (int i = 0; i < size; i++) {
      byTime[i] = i;
      sorted &= i == 0 || lines.timeUnixMs[i - 1] <= lines.timeUnixMs[i];
    }
    if (sorted) {
      return byTime;
    }
    // Time since the first line in minutes needs fewer than 38 bits even over centuries; the line
    // number below it makes the order total and the sort one over primitives.
    long first = Arrays.stream(lines.timeUnixMs, 0, size).min().orElse(0);
    long[] keys = new long[size];
    for (int i = 0; i < size; i++) {
      keys[i] = ((lines.timeUnixMs[i] - first) / 1000) << 25 | i;
    }
    Arrays.sort(keys);
    for (int i = 0; i < size; i++) {
      byTime[i] = (int) (keys[i] & ((1 << 25) - 1));
    }
    return byTime;
  }

  private void applyCancellations(int[] byTime) {
    // 1. Only purchases of a customer and item that is cancelled at some time matter.
    Map<Long, Purchases> purchases = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      if (isCancellation(i) && lines.customer[i] != OrderLines.NO_CUSTOMER) {
        purchases.putIfAbsent(customerAndItem(i), new Purchases());
      }
    }
    // 2. In time order, each purchase is remembered and each cancellation takes from those before.
    for (int i : byTime) {
      if (isCancellation(i)) {
        Purchases earlier = purchases.get(customerAndItem(i));
        if (earlier == null) {
          cancellationsWithoutCustomer++;
        } else {
          takeBack(earlier, -Math.min(0, lines.quantity[i]));
        }
      } else if (rules[i] == null && lines.customer[i] != OrderLines.NO_CUSTOMER) {
        Purchases known = purchases.get(customerAndItem(i));
        if (known != null) {
          known.add(i);
        }
      }
    }
  }

  private void takeBack(Purchases earlier, int units) {
    for (int p = earlier.size - 1; p >= 0; p--) {
      int line = earlier.lines[p];
      if (rules[line] == null && unitsLeft[line] == units) {
        takeBack(line, units);
        cancellationsOfWholePurchase++;
        return;
      }
    }
    int missing = units;
    for (int p = earlier.size - 1; p >= 0 && missing > 0; p--) {
      int line = earlier.lines[p];
      if (rules[line] == null) {
        int taken = Math.min(missing, unitsLeft[line]);
        takeBack(line, taken);
        missing -= taken;
      }
    }
    if (missing < units) {
      cancellationsOfPart++;
    } else {
      cancellationsWithoutPurchase++;
    }
  }

  private void takeBack(int line, int units) {
    unitsLeft[line] -= units;
    unitsTakenBack += units;
    if (unitsLeft[line] == 0) {
      drop(line, CleaningRule.CANCELLED_PURCHASE);
    }
  }

  private void dropCollectedBaskets(int linesMax) {
    int[] linesOfInvoice = new int[lines.invoices.size()];
    for (int i = 0; i < lines.size(); i++) {
      if (rules[i] == null && lines.customer[i] == OrderLines.NO_CUSTOMER) {
        linesOfInvoice[lines.invoice[i]]++;
      }
    }
    for (int i = 0; i < lines.size(); i++) {
      if (rules[i] == null
          && lines.customer[i] == OrderLines.NO_CUSTOMER
          && linesOfInvoice[lines.invoice[i]] > linesMax) {
        drop(i, CleaningRule.COLLECTED_BASKET);
      }
    }
  }

  private Cleaned result(RuleCounts droppedByParser, int[] byTime) {
    RuleCounts dropped = new RuleCounts();
    dropped.addAll(droppedByParser);
    int keptCount = 0;
    for (CleaningRule rule : rules) {
      if (rule == null) {
        keptCount++;
      } else {
        dropped.add(rule);
      }
    }
    int[] kept = new int[keptCount];
    int next = 0;
    long reduced = 0;
    for (int i : byTime) {
      if (rules[i] == null) {
        kept[next++] = i;
        reduced += unitsLeft[i] < lines.quantity[i] ? 1 : 0;
      }
    }
    return new Cleaned(
        lines,
        kept,
        unitsLeft,
        dropped.byRule(),
        new TreeMap<>(droppedCodes),
        new Cancellations(
            cancellationsOfWholePurchase,
            cancellationsOfPart,
            cancellationsWithoutPurchase,
            cancellationsWithoutCustomer,
            reduced,
            unitsTakenBack));
  }

  private boolean isCancellation(int line) {
    return rules[line] == CleaningRule.CANCELLATION;
  }

  private long customerAndItem(int line) {
    return ((long) lines.customer[line] << 32) | lines.item[line];
  }

  private void drop(int line, CleaningRule rule) {
    rules[line] = rule;
  }

  /// Purchases of one customer and item in time order.
  private static final class Purchases {
    int[] lines = new int[2];
    int size;

    void add(int line) {
      if (size == lines.length) {
        lines = Arrays.copyOf(lines, size * 2);
      }
      lines[size++] = line;
    }
  }
}
