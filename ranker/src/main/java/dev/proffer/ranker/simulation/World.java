// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// People who visit a shop, and why they buy.
///
/// A person has tastes by category, a sensitivity to prices, a liking for kinds of offers, a
/// monthly budget and friends. The log-odds to buy are
///
/// `base + taste + season + word of mouth - ½ ln(price / mean) + sensitivity (discount - ⅛
/// expected)
/// + liking - 0.03 tiredness`
///
/// where the expected discount moves a sixth of the way to each discount that is shown, and
/// tiredness grows by one with every offer and fades in two weeks. So a discount that is given
/// always becomes the price that is expected, and an offer that is shown always is not seen any
/// more: what is best now is not best for long. How much people remember is an option: at 0 they
/// forget at once, at 2 twice as much counts. Tired people come less often; purchases make friends
/// curious for a week. One purchase in three comes some days after the visit.
///
/// Chance is drawn for each visit of each person apart, so two markets meet the same people with
/// the same luck.
public final class World {
  /// Number of features of [Market.Visit#context].
  public static final int FEATURES = 13;

  /// When the simulation begins: a Monday.
  public static final long START_MILLIS = 1_767_571_200_000L;

  static final long DAY_MILLIS = 86_400_000;
  private static final double LOYAL = .35;
  private static final double HUNTERS = .3;
  private static final double EXPECTED_WEIGHT = .125;
  private static final double EXPECTED_STEP = 1.0 / 6;
  private static final double TIRED_WEIGHT = .03;
  private static final double TIRED_STAYS_AWAY = .015;

  /// How large the simulation is.
  ///
  /// @param budgetMinorUnits the budget of each offer
  /// @param memory how much people remember of offers; 1 is usual
  public record Options(
      int people,
      int days,
      int items,
      int categories,
      long budgetMinorUnits,
      double memory,
      long seed) {
    public Options {
      if (!(memory >= 0 && memory <= 10)) {
        throw new IllegalArgumentException("memory: " + memory + " (expected: 0 to 10)");
      }
      if (people < 2 || days < 1 || items < categories || categories < 1) {
        throw new IllegalArgumentException(
            "world: it needs 2 people, a day and an item in each category");
      }
    }
  }

  /// What came of a simulation.
  ///
  /// @param profitMinorUnits what was paid less what the goods cost
  /// @param discountMinorUnits what offers took off
  /// @param refused purchases that the shop refused because a budget was spent
  /// @param overspentMinorUnits what was spent above budgets
  /// @param budgetShareMax the largest share of a budget that was spent; 1 is all of it
  /// @param regretMinorUnits expected profit of the visit that was given away, summed up, at even
  ///   steps of visits
  /// @param profitByDay profit of each day
  @SuppressWarnings("ArrayRecordComponent") // Series for plots.
  public record Outcome(
      long visits,
      long clicks,
      long purchases,
      long profitMinorUnits,
      long revenueMinorUnits,
      long discountMinorUnits,
      long refused,
      long outOfStock,
      long overspentMinorUnits,
      double budgetShareMax,
      double[] regretMinorUnits,
      double[] profitByDay) {}

  private static final class Person {
    final double base;
    final double[] taste;
    final double sensitivity;
    final double signal;
    final double likesPercent;
    final double likesAmount;
    final double tires;
    final double visitsPerDay;
    final long wallet;
    final int[] friends;

    double expected;
    double tired;
    double curious;
    long stateAt = START_MILLIS;
    long spent;
    int month = -1;
    int visit;
    int offered;
    int boughtPlain;
    int boughtOnOffer;
    final int[] visitsByCategory;

    Person(int number, Options options, double meanPrice, SplittableRandom random) {
      taste = new double[options.categories()];
      for (int c = 0; c < taste.length; c++) {
        taste[c] = .7 * random.nextGaussian();
      }
      // Loyal people hardly look at prices; bargain hunters hardly buy without a discount.
      double kind = random.nextDouble();
      double mean = kind < LOYAL ? 1 : kind < 1 - HUNTERS ? 4 : 11;
      sensitivity = mean * Math.exp(.2 * random.nextGaussian());
      base = -.9 - .14 * mean + .4 * random.nextGaussian();
      signal = Math.max(0, sensitivity / 6 + .2 * random.nextGaussian());
      likesPercent = .3 * random.nextGaussian();
      likesAmount = .3 * random.nextGaussian();
      tires = .3 + .7 * random.nextDouble();
      visitsPerDay = Math.exp(-1.7 + .4 * random.nextGaussian());
      wallet = Math.round(meanPrice * (3 + 6 * random.nextDouble()));
      friends = new int[2 + random.nextInt(3)];
      for (int f = 0; f < friends.length; f++) {
        friends[f] = (number + 1 + random.nextInt(options.people() - 1)) % options.people();
      }
      visitsByCategory = new int[options.categories()];
    }

    /// Lets time pass for what fades.
    void until(long atMillis) {
      double days = (atMillis - stateAt) / (double) DAY_MILLIS;
      if (days > 0) {
        tired *= Math.exp(-days / 14);
        curious *= Math.exp(-days / 7);
        stateAt = atMillis;
      }
    }
  }

  /// A visit, or a purchase that was put off.
  private record Happening(
      long atMillis, int person, Market.@Nullable Visit visit, Shop.@Nullable Offer offer)
      implements Comparable<Happening> {
    @Override
    public int compareTo(Happening other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Integer.compare(person, other.person);
    }
  }

  private final Options options;
  private final Shop shop;
  private final Person[] people;
  private final int[] stock;
  private final double meanPrice;
  private final PriorityQueue<Happening> queue = new PriorityQueue<>();
  private final double[] profitByDay;
  private double[] regret = new double[1 << 12];
  private double regretSum;
  private int visits;
  private long clicks;
  private long purchases;
  private long profit;
  private long revenue;
  private long discounts;
  private long refused;
  private long outOfStock;

  public World(Options options) {
    this.options = options;
    SplittableRandom random = new SplittableRandom(options.seed());
    this.shop =
        Shop.of(options.items(), options.categories(), options.budgetMinorUnits(), random.split());
    this.meanPrice = shop.meanPrice();
    this.people = new Person[options.people()];
    for (int p = 0; p < people.length; p++) {
      people[p] = new Person(p, options, meanPrice, random.split());
    }
    this.stock = shop.items().stream().mapToInt(Shop.Item::stock).toArray();
    this.profitByDay = new double[options.days()];
  }

  public Shop shop() {
    return shop;
  }

  public Options options() {
    return options;
  }

  /// Lets all days pass. A world lives once.
  public Outcome run(Market market) {
    if (visits > 0) {
      throw new IllegalStateException("this world has passed");
    }
    for (int p = 0; p < people.length; p++) {
      scheduleVisit(p, START_MILLIS);
    }
    long end = START_MILLIS + options.days() * DAY_MILLIS;
    int day = 0;
    while (!queue.isEmpty() && queue.peek().atMillis() < end) {
      Happening next = queue.remove();
      int today = (int) ((next.atMillis() - START_MILLIS) / DAY_MILLIS);
      for (; day < today; day++) {
        market.endDay();
        if ((day + 1) % shop.restockDays() == 0) {
          Arrays.setAll(stock, i -> shop.items().get(i).stock());
        }
      }
      Market.Visit putOff = next.visit();
      Shop.Offer offer = next.offer();
      if (putOff != null && offer != null) {
        buy(market, putOff, offer, next.atMillis());
      } else {
        visit(market, next.person(), next.atMillis());
      }
    }
    market.endDay();
    long overspent = 0;
    double share = 0;
    for (Shop.Offer offer : shop.offers()) {
      if (!offer.isNothing()) {
        share =
            Math.max(
                share,
                market.spentMinorUnits(offer) / (double) Math.max(1, offer.budgetMinorUnits()));
      }
      overspent += Math.max(0, market.spentMinorUnits(offer) - offer.budgetMinorUnits());
    }
    double[] steps = new double[POINTS];
    for (int i = 0; i < POINTS && visits > 0; i++) {
      steps[i] = regret[Math.max(0, (int) ((i + 1L) * visits / POINTS) - 1)];
    }
    return new Outcome(
        visits,
        clicks,
        purchases,
        profit,
        revenue,
        discounts,
        refused,
        outOfStock,
        overspent,
        share,
        steps,
        profitByDay);
  }

  /// Points of the curve of regret.
  static final int POINTS = 60;

  private void visit(Market market, int number, long at) {
    Person person = people[number];
    person.until(at);
    SplittableRandom luck = luck(number, person.visit);
    Shop.Item item = browse(person, luck);
    double clickLuck = luck.nextDouble();
    double buyLuck = luck.nextDouble();
    boolean putsOff = luck.nextDouble() < 1.0 / 3;
    double delayDays = -1.5 * Math.log1p(-luck.nextDouble());
    Market.Visit visit =
        new Market.Visit(
            "v" + number + "-" + person.visit, number, item, context(person, item, at), at);
    person.visit++;
    person.visitsByCategory[item.category()]++;
    Shop.Offer offer = market.offer(visit).offer();

    regretSum += bestExpectedProfit(person, item, at) - expectedProfit(person, item, offer, at);
    if (visits == regret.length) {
      regret = Arrays.copyOf(regret, 2 * regret.length);
    }
    regret[visits++] = regretSum;

    double odds = logOdds(person, item, offer, at);
    double depth = depth(offer, item);
    boolean affordable = affordable(person, item, offer, at);
    person.expected += EXPECTED_STEP * (depth - person.expected);
    if (!offer.isNothing()) {
      person.tired++;
      person.offered++;
    }
    if (clickLuck < sigmoid(odds + 1.2 + 3 * depth)) {
      clicks++;
      market.click(visit);
    }
    if (buyLuck < sigmoid(odds) && affordable) {
      if (putsOff) {
        queue.add(new Happening(at + (long) (delayDays * DAY_MILLIS) + 1, number, visit, offer));
      } else {
        buy(market, visit, offer, at + 1);
      }
    }
    scheduleVisit(number, at);
  }

  private void buy(Market market, Market.Visit visit, Shop.Offer offer, long at) {
    Person person = people[visit.person()];
    int index = shop.items().indexOf(visit.item());
    long discount = offer.discount(visit.item().priceMinorUnits());
    long paid = visit.item().priceMinorUnits() - discount;
    if (!affordable(person, visit.item(), offer, at)) {
      return;
    }
    if (stock[index] == 0) {
      outOfStock++;
      return;
    }
    if (!market.sell(visit, offer, paid, at)) {
      refused++;
      return;
    }
    stock[index]--;
    person.spent += paid;
    if (offer.isNothing()) {
      person.boughtPlain++;
    } else {
      person.boughtOnOffer++;
    }
    purchases++;
    revenue += paid;
    discounts += discount;
    long earned = paid - visit.item().costMinorUnits();
    profit += earned;
    profitByDay[(int) Math.min(options.days() - 1, (at - START_MILLIS) / DAY_MILLIS)] += earned;
    for (int friend : person.friends) {
      people[friend].until(Math.max(at, people[friend].stateAt));
      people[friend].curious += .3;
    }
  }

  private boolean affordable(Person person, Shop.Item item, Shop.Offer offer, long at) {
    int month = (int) ((at - START_MILLIS) / (30 * DAY_MILLIS));
    if (month != person.month) {
      person.month = month;
      person.spent = 0;
    }
    long price = item.priceMinorUnits() - offer.discount(item.priceMinorUnits());
    return person.spent + price <= person.wallet;
  }

  private void scheduleVisit(int number, long after) {
    Person person = people[number];
    SplittableRandom luck = luck(number, -1 - person.visit);
    double rate =
        person.visitsPerDay
            * (1 + .3 * season(after))
            * Math.exp(
                -TIRED_STAYS_AWAY * options.memory() * person.tires * person.tired
                    + .2 * Math.min(2, person.curious));
    double days = -Math.log1p(-luck.nextDouble()) / rate;
    queue.add(new Happening(after + (long) (days * DAY_MILLIS) + 1, number, null, null));
  }

  private SplittableRandom luck(int person, int visit) {
    return new SplittableRandom(
        options.seed() * 0x9E3779B97F4A7C15L
            + person * 0xC2B2AE3D27D4EB4FL
            + visit * 0x165667B19E3779F9L);
  }

  private Shop.Item browse(Person person, SplittableRandom luck) {
    double total = 0;
    double[] weight = new double[person.taste.length];
    for (int c = 0; c < weight.length; c++) {
      weight[c] = Math.exp(person.taste[c]);
      total += weight[c];
    }
    double drawn = luck.nextDouble() * total;
    int category = 0;
    while (category < weight.length - 1 && drawn >= weight[category]) {
      drawn -= weight[category++];
    }
    int perCategory = (shop.items().size() - 1 - category) / weight.length + 1;
    return shop.items().get(category + weight.length * luck.nextInt(perCategory));
  }

  /// What the shop knows: the moment, the item, what it showed to the person, how often they bought
  /// without an offer and with one, how often they come; and one noisy sign of how much they look
  /// at prices, such as how often they sort by price.
  ///
  /// Purchases with and without offers are told apart, and visits are counted, because a policy
  /// that looks ahead would else take what its offers did to a number for what kind of person it
  /// is.
  private double[] context(Person person, Shop.Item item, long at) {
    double expected = 5 * person.expected;
    return new double[] {
      1,
      person.signal,
      person.signal * person.signal / 2,
      expected,
      expected * person.signal,
      person.tired / 3,
      Math.log(item.priceMinorUnits() / meanPrice),
      season(at),
      weekend(at),
      (person.boughtPlain + .5) / (person.visit - person.offered + 2),
      (person.boughtOnOffer + .6) / (person.offered + 2),
      (person.visitsByCategory[item.category()] + .3) / (person.visit + 2),
      5 * (person.visit + 1) / ((at - START_MILLIS) / (double) DAY_MILLIS + 6)
    };
  }

  private double logOdds(Person person, Shop.Item item, Shop.Offer offer, long at) {
    double odds =
        person.base
            + person.taste[item.category()]
            + .3 * season(at)
            + .2 * weekend(at)
            + .25 * Math.min(2, person.curious)
            - .5 * Math.log(item.priceMinorUnits() / meanPrice)
            + person.sensitivity
                * (depth(offer, item) - EXPECTED_WEIGHT * options.memory() * person.expected);
    if (!offer.isNothing()) {
      odds += offer.amountMinorUnits() > 0 ? person.likesAmount : person.likesPercent;
      odds -= TIRED_WEIGHT * options.memory() * person.tires * person.tired;
    }
    return odds;
  }

  /// The truth: what a visit with this offer earns on average, without regard to later visits.
  private double expectedProfit(Person person, Shop.Item item, Shop.Offer offer, long at) {
    if (!affordable(person, item, offer, at)) {
      return 0;
    }
    long discount = offer.discount(item.priceMinorUnits());
    return sigmoid(logOdds(person, item, offer, at))
        * (item.priceMinorUnits() - discount - item.costMinorUnits());
  }

  private double bestExpectedProfit(Person person, Shop.Item item, long at) {
    double best = Double.NEGATIVE_INFINITY;
    for (Shop.Offer offer : shop.offers()) {
      best = Math.max(best, expectedProfit(person, item, offer, at));
    }
    return best;
  }

  /// The offer that earns most at this visit, by the truth that no shop knows.
  Shop.Offer bestOffer(Market.Visit visit) {
    Person person = people[visit.person()];
    Shop.Offer best = shop.offers().getFirst();
    for (Shop.Offer offer : shop.offers()) {
      if (expectedProfit(person, visit.item(), offer, visit.atMillis())
          > expectedProfit(person, visit.item(), best, visit.atMillis())) {
        best = offer;
      }
    }
    return best;
  }

  /// The truth about every offer at a visit that is under way, in the order of the shop's offers:
  /// what estimates from logs are held against.
  public double[] expectedProfits(Market.Visit visit) {
    List<Double> values = new ArrayList<>();
    for (Shop.Offer offer : shop.offers()) {
      values.add(expectedProfit(people[visit.person()], visit.item(), offer, visit.atMillis()));
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double depth(Shop.Offer offer, Shop.Item item) {
    return (double) offer.discount(item.priceMinorUnits()) / item.priceMinorUnits();
  }

  private static double season(long at) {
    return Math.sin(2 * Math.PI * (at - START_MILLIS) / (60.0 * DAY_MILLIS));
  }

  private static double weekend(long at) {
    return (at - START_MILLIS) / DAY_MILLIS % 7 >= 5 ? 1 : 0;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
