// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.basket.DailyBaskets;
import dev.proffer.ranker.insight.ShopFacts.Bin;
import dev.proffer.ranker.insight.ShopFacts.CategorySales;
import dev.proffer.ranker.insight.ShopFacts.Cohort;
import dev.proffer.ranker.insight.ShopFacts.Funnel;
import dev.proffer.ranker.insight.ShopFacts.Month;
import dev.proffer.ranker.insight.lifetime.LifetimeModel;
import dev.proffer.ranker.insight.lifetime.RepeatHistory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// From events to facts, in SQL over an [EventTable].
///
/// First every event is judged by the rules of data quality; then facts of people and of the shop
/// are made from what is kept. All facts are as of one time: events after it do not exist for them,
/// so the same table also tells how things were three months ago.
@SuppressWarnings("EnumOrdinal") // The numbers live only as long as the table.
public final class ShopAnalysis {
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);
  private static final long YEAR_1990_MILLIS = 631_152_000_000L;
  private static final int VIEWS_PER_HOUR_MAX = 600;
  private static final int COHORTS_MAX = 24;
  private static final double VALUE_HORIZON_DAYS = 365;

  private final Connection sql;
  private final double halfLifeDays;
  private final QualityReport quality;
  private final String currency;
  private final long newestMillis;
  private final long oldestMillis;

  /// Judges all events of a table.
  ///
  /// @param nowMillis the time of the analysis, after which events are not believed
  /// @param halfLifeDays after which the weight of an event as a sign of interest has halved
  public ShopAnalysis(EventTable events, long nowMillis, double halfLifeDays) {
    if (!(halfLifeDays > 0)) {
      throw new IllegalArgumentException("halfLifeDays: " + halfLifeDays + " (expected: above 0)");
    }
    this.halfLifeDays = halfLifeDays;
    try {
      sql = events.query();
      judge(nowMillis);
      currency =
          text(
              """
              SELECT currency FROM kept WHERE kind = 3 AND currency <> '' AND price > 0
              GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
              """);
      enrich();
      quality = countRules(events.size());
      newestMillis = number("SELECT coalesce(max(at_ms), 0) FROM e");
      oldestMillis = number("SELECT coalesce(min(at_ms), 0) FROM e");
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
  }

  public QualityReport quality() {
    return quality;
  }

  /// The time of the newest event that was kept; 0 when there is none.
  public long newestMillis() {
    return newestMillis;
  }

  /// The time of the oldest event that is kept, or 0.
  long oldestMillis() {
    return oldestMillis;
  }

  /// The ISO 4217 code of the amounts; empty when nothing was sold.
  public String currency() {
    return currency;
  }

  private void judge(long nowMillis) throws SQLException {
    execute("DROP TABLE IF EXISTS judged", "DROP TABLE IF EXISTS e");
    execute(
        """
        CREATE TABLE judged AS
        WITH actors AS (
          SELECT *, CASE WHEN user_id <> '' THEN 'u' || user_id ELSE 's' || session_id END AS actor
          FROM raw),
        ids AS (SELECT event_id, min(seq) AS first FROM raw GROUP BY event_id HAVING count(*) > 1),
        busy AS (
          SELECT DISTINCT actor FROM actors WHERE kind IN (0, 1, 5)
          GROUP BY actor, at_ms // 3600000 HAVING count(*) > %d),
        bots AS (
          SELECT actor FROM busy
          WHERE NOT EXISTS (SELECT 1 FROM actors a WHERE a.actor = busy.actor AND a.kind = 3)),
        twins AS (
          SELECT actor, kind, item_id, promotion_id, words, at_ms, min(seq) AS first FROM actors
          WHERE kind IN (0, 1, 5)
          GROUP BY ALL HAVING count(*) > 1)
        SELECT a.*, CASE
          WHEN ids.first IS NOT NULL AND a.seq > ids.first THEN %d
          WHEN a.user_id = '' AND a.session_id = '' THEN %d
          WHEN a.at_ms > %d THEN %d
          WHEN a.at_ms < %d THEN %d
          WHEN a.quantity < 0 OR a.price < 0 THEN %d
          WHEN twins.first IS NOT NULL AND a.seq > twins.first THEN %d
          WHEN bots.actor IS NOT NULL THEN %d
          ELSE -1 END AS rule
        FROM actors a
        LEFT JOIN ids ON ids.event_id = a.event_id
        LEFT JOIN twins ON twins.actor = a.actor AND twins.kind = a.kind AND twins.at_ms = a.at_ms
          AND twins.item_id = a.item_id AND twins.promotion_id = a.promotion_id
          AND twins.words = a.words
        LEFT JOIN bots ON bots.actor = a.actor
        """
            .formatted(
                VIEWS_PER_HOUR_MAX,
                QualityRule.DUPLICATE_EVENT.ordinal(),
                QualityRule.NO_ACTOR.ordinal(),
                nowMillis + CLOCK_TOLERANCE.toMillis(),
                QualityRule.FUTURE_EVENT.ordinal(),
                YEAR_1990_MILLIS,
                QualityRule.BEFORE_1990.ordinal(),
                QualityRule.NEGATIVE_AMOUNT.ordinal(),
                QualityRule.REPEATED_VIEW.ordinal(),
                QualityRule.BOT.ordinal()),
        "CREATE OR REPLACE VIEW kept AS SELECT * FROM judged WHERE rule = -1");
  }

  /// Joins what the catalogue knows and settles prices: `paid` is null where money is left out.
  private void enrich() throws SQLException {
    execute(
        """
        CREATE TABLE e AS
        WITH prices AS (
          SELECT item_id, median(price) AS middle, count(*) AS priced FROM kept
          WHERE kind = 3 AND price > 0 AND currency = '%1$s' GROUP BY item_id)
        SELECT k.seq, k.kind, k.at_ms, k.day, k.hour, k.weekday, k.user_id, k.session_id, k.item_id,
          k.promotion_id, k.quantity, k.price, k.currency, k.order_key, k.words,
          coalesce(i.category, '') AS category, coalesce(i.brand, '') AS brand,
          i.item_id IS NOT NULL AS known,
          CASE WHEN k.session_id <> '' THEN k.session_id
            ELSE k.user_id || '@' || k.day END AS visit,
          CASE
            WHEN k.kind <> 3 THEN NULL
            WHEN k.price > 0 AND k.currency <> '%1$s' THEN NULL
            WHEN k.price = 0 THEN coalesce(p.middle, nullif(i.list_price, 0))
            WHEN p.priced >= 5 AND k.price > 20 * p.middle THEN p.middle
            ELSE k.price END AS paid,
          coalesce(nullif(i.list_price, 0), p.middle) AS list_price,
          p.middle AS middle, coalesce(p.priced, 0) AS priced
        FROM kept k
        LEFT JOIN items i ON i.item_id = k.item_id AND k.item_id <> ''
        LEFT JOIN prices p ON p.item_id = k.item_id AND k.item_id <> ''
        """
            .formatted(quoted(currency)));
  }

  private QualityReport countRules(long read) throws SQLException {
    Map<QualityRule, Long> counts = new EnumMap<>(QualityRule.class);
    try (Statement statement = sql.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT rule, count(*) FROM judged WHERE rule >= 0 GROUP BY rule")) {
      while (rows.next()) {
        counts.put(QualityRule.values()[rows.getInt(1)], rows.getLong(2));
      }
    }
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT
                  count(*) FILTER (item_id = '' AND kind NOT IN (5, 6) AND promotion_id = ''),
                  count(*) FILTER (item_id <> '' AND NOT known),
                  count(*) FILTER (user_id = ''),
                  count(*) FILTER (kind = 3 AND price > 0 AND currency <> '%s'),
                  count(*) FILTER (kind = 3 AND price = 0 AND paid IS NOT NULL),
                  count(*) FILTER (kind = 3 AND price = 0 AND paid IS NULL),
                  count(*) FILTER (kind = 3 AND priced >= 5 AND price > 20 * middle),
                  count(*) FILTER (quantity > 1000),
                  count(*)
                FROM e
                """
                    .formatted(quoted(currency)))) {
      row.next();
      QualityRule[] counted = {
        QualityRule.MISSING_ITEM,
        QualityRule.UNKNOWN_ITEM,
        QualityRule.ANONYMOUS,
        QualityRule.OTHER_CURRENCY,
        QualityRule.MISSING_PRICE,
        QualityRule.UNPRICED,
        QualityRule.PRICE_OUTLIER,
        QualityRule.QUANTITY_OUTLIER
      };
      for (int i = 0; i < counted.length; i++) {
        counts.put(counted[i], row.getLong(i + 1));
      }
      return new QualityReport(read, row.getLong(counted.length + 1), counts);
    }
  }

  /// Facts of all people with at least one event until then, by id.
  public PeopleTable people(long asOfMillis) {
    try {
      views(asOfMillis);
      return readPeople();
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
  }

  /// The tables that facts of people and shop share: events, orders and days until then.
  private void views(long asOfMillis) throws SQLException {
    execute(
        "CREATE OR REPLACE TEMP TABLE moment AS SELECT %d::BIGINT AS at_ms".formatted(asOfMillis),
        """
        CREATE OR REPLACE TEMP VIEW until AS
        SELECT * FROM e WHERE at_ms <= (SELECT at_ms FROM moment)
        """,
        """
        CREATE OR REPLACE TEMP TABLE orders AS
        SELECT user_id, order_key, min(at_ms) AS at_ms, min(day) AS day,
          count(DISTINCT item_id) AS lines, sum(coalesce(paid, 0) * quantity) AS value
        FROM until WHERE kind = 3 GROUP BY user_id, order_key
        """,
        """
        CREATE OR REPLACE TEMP TABLE buying_days AS
        SELECT user_id, day, sum(value) AS value,
          row_number() OVER (PARTITION BY user_id ORDER BY day) AS place
        FROM orders WHERE user_id <> '' GROUP BY user_id, day
        """);
  }

  private PeopleTable readPeople() throws SQLException {
    List<String> ids = new ArrayList<>();
    List<double[]> rows = new ArrayList<>();
    PersonFact[] columns = PersonFact.values();
    int read = PersonFact.MEAN_REPEAT_VALUE.ordinal() + 1;
    try (Statement statement = sql.createStatement();
        ResultSet row = statement.executeQuery(PEOPLE_SQL)) {
      while (row.next()) {
        ids.add(row.getString(1));
        double[] facts = new double[columns.length];
        Arrays.fill(facts, Double.NaN);
        for (int i = 0; i < read; i++) {
          double value = row.getDouble(i + 2);
          facts[i] = row.wasNull() ? Double.NaN : value;
        }
        rows.add(facts);
      }
    }
    // Sorted in Java, because the table is searched by Java's order of strings.
    Integer[] order = new Integer[ids.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, java.util.Comparator.comparing(ids::get));
    String[] sorted = new String[order.length];
    double[][] facts = new double[columns.length][order.length];
    for (int person = 0; person < order.length; person++) {
      sorted[person] = ids.get(order[person]);
      double[] values = rows.get(order[person]);
      for (int fact = 0; fact < columns.length; fact++) {
        facts[fact][person] = values[fact];
      }
    }
    List<Map<String, Double>> categories = shares("category", sorted);
    PeopleTable people = new PeopleTable(sorted, facts, categories, shares("brand", sorted));
    for (int person = 0; person < sorted.length; person++) {
      double squares =
          categories.get(person).values().stream().mapToDouble(share -> share * share).sum();
      people.set(PersonFact.CATEGORY_BREADTH, person, squares > 0 ? 1 / squares : 0);
    }
    return people;
  }

  private static final String PEOPLE_SQL =
      """
      WITH visits AS (
        SELECT user_id, visit, bool_or(kind = 3) AS bought, bool_or(kind = 2) AS carted,
          count(*) FILTER (kind = 1) AS clicks
        FROM until WHERE user_id <> '' GROUP BY user_id, visit),
      by_visit AS (
        SELECT user_id, count(*) AS visits, avg(clicks) AS depth, avg(bought::INTEGER) AS conversion,
          CASE WHEN count(*) FILTER (carted) = 0 THEN 0 ELSE
            count(*) FILTER (carted AND NOT bought) / count(*) FILTER (carted) END AS abandoned
        FROM visits GROUP BY user_id),
      by_order AS (
        SELECT user_id, count(*) AS orders, max(at_ms) AS last, sum(value) AS money,
          avg(value) AS basket, avg(lines) AS lines
        FROM orders WHERE user_id <> '' GROUP BY user_id),
      gaps AS (
        SELECT user_id, median(gap) AS gap FROM (
          SELECT user_id, (at_ms - lag(at_ms) OVER (PARTITION BY user_id ORDER BY at_ms)) / 86400000.0 AS gap
          FROM orders WHERE user_id <> '') WHERE gap IS NOT NULL GROUP BY user_id),
      bands AS (
        SELECT user_id, avg(band) AS band FROM (
          SELECT user_id, percent_rank() OVER (PARTITION BY category ORDER BY paid) AS band
          FROM until WHERE kind = 3 AND paid IS NOT NULL AND item_id <> '')
        GROUP BY user_id),
      by_day AS (
        SELECT user_id, count(*) AS days, max(day) - min(day) AS span,
          max((SELECT max(day) FROM until)) - min(day) AS age,
          avg(value) FILTER (place > 1) AS repeat_value
        FROM buying_days GROUP BY user_id),
      by_event AS (
        SELECT user_id, min(at_ms) AS first,
          count(DISTINCT item_id) FILTER (kind = 3 AND item_id <> '') AS items,
          avg((paid < list_price * 0.995 OR promotion_id <> '')::INTEGER)
            FILTER (kind = 3 AND price > 0 AND paid IS NOT NULL) AS discounted,
          avg((hour >= 22 OR hour < 6)::INTEGER) AS night, avg((weekday >= 5)::INTEGER) AS weekend,
          count(*) FILTER (kind = 5) AS searches, count(*) FILTER (kind = 4) AS reviews,
          count(*) FILTER (kind = 6 OR (kind = 3 AND promotion_id <> '')) AS redemptions
        FROM until WHERE user_id <> '' GROUP BY user_id)
      SELECT b.user_id,
        ((SELECT at_ms FROM moment) - o.last) / 86400000.0, coalesce(o.orders, 0),
        coalesce(o.money, 0), o.basket, o.lines, b.items, b.discounted, bands.band,
        ((SELECT at_ms FROM moment) - b.first) / 86400000.0, gaps.gap, b.night, b.weekend, v.visits,
        v.depth, v.conversion, v.abandoned, b.searches, b.reviews, b.redemptions, NULL,
        coalesce(d.days, 0), d.span, d.age, d.repeat_value
      FROM by_event b
      LEFT JOIN by_visit v ON v.user_id = b.user_id
      LEFT JOIN by_order o ON o.user_id = b.user_id
      LEFT JOIN gaps ON gaps.user_id = b.user_id
      LEFT JOIN bands ON bands.user_id = b.user_id
      LEFT JOIN by_day d ON d.user_id = b.user_id
      """;

  private List<Map<String, Double>> shares(String column, String[] ids) throws SQLException {
    StringBuilder weights = new StringBuilder("CASE kind");
    for (ShopEvent.Kind kind : ShopEvent.Kind.values()) {
      weights.append(" WHEN ").append(kind.ordinal()).append(" THEN ").append(kind.interest());
    }
    weights.append(" END");
    Map<String, Map<String, Double>> byPerson = new HashMap<>();
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT user_id, %1$s, w / total FROM (
                  SELECT *, sum(w) OVER (PARTITION BY user_id) AS total FROM (
                    SELECT user_id, %1$s,
                      sum(%2$s * pow(0.5, ((SELECT at_ms FROM moment) - at_ms) / (%3$s * 86400000.0))) AS w
                    FROM until WHERE user_id <> '' AND %1$s <> '' GROUP BY user_id, %1$s))
                WHERE w > 0 AND total > 0 ORDER BY user_id, w DESC, %1$s
                """
                    .formatted(column, weights, halfLifeDays))) {
      while (row.next()) {
        byPerson
            .computeIfAbsent(row.getString(1), id -> new java.util.LinkedHashMap<>())
            .put(row.getString(2), row.getDouble(3));
      }
    }
    List<Map<String, Double>> shares = new ArrayList<>(ids.length);
    for (String id : ids) {
      shares.add(byPerson.getOrDefault(id, Map.of()));
    }
    return shares;
  }

  /// Fits the models of lifetime value to buyers and fills in churn and expected value. Without a
  /// model the two facts stay missing.
  public Optional<LifetimeModel> addLifetime(PeopleTable people) {
    List<RepeatHistory> buyers = new ArrayList<>();
    double money = 0;
    double days = 0;
    for (int person = 0; person < people.size(); person++) {
      if (people.isBuyer(person)) {
        buyers.add(people.history(person));
        money += people.get(PersonFact.MONETARY_MINOR_UNITS, person);
        days += people.get(PersonFact.PURCHASE_DAYS, person);
      }
    }
    Optional<LifetimeModel> model = LifetimeModel.fit(buyers, days == 0 ? 0 : money / days);
    model.ifPresent(fitted -> addLifetime(people, fitted));
    return model;
  }

  /// Fills in churn and expected value by a model that was fitted before.
  public static void addLifetime(PeopleTable people, LifetimeModel model) {
    for (int person = 0; person < people.size(); person++) {
      if (people.isBuyer(person)) {
        RepeatHistory history = people.history(person);
        people.set(
            PersonFact.CHURN_PROBABILITY,
            person,
            model.absenceProbability(history, VALUE_HORIZON_DAYS));
        people.set(
            PersonFact.EXPECTED_VALUE_MINOR_UNITS,
            person,
            model.expectedValue(history, VALUE_HORIZON_DAYS));
      }
    }
  }

  /// Facts of the shop.
  public ShopFacts shop(long asOfMillis) {
    try {
      views(asOfMillis);
      long[] totals = new long[6];
      try (Statement statement = sql.createStatement();
          ResultSet row =
              statement.executeQuery(
                  """
                  SELECT (SELECT count(DISTINCT user_id) FROM until WHERE user_id <> ''),
                    count(DISTINCT user_id) FILTER (user_id <> ''), count(*),
                    count(*) FILTER (user_id = ''), coalesce(round(sum(value)), 0)::BIGINT
                  FROM orders
                  """)) {
        row.next();
        for (int i = 0; i < 5; i++) {
          totals[i] = row.getLong(i + 1);
        }
      }
      return new ShopFacts(
          asOfMillis,
          totals[0],
          totals[1],
          totals[2],
          totals[3],
          totals[4],
          currency,
          bins("SELECT lines::DOUBLE AS value FROM orders WHERE lines > 0", LINE_EDGES),
          bins("SELECT value::DOUBLE AS value FROM orders WHERE value > 0", valueEdges()),
          bins(
              """
              SELECT (at_ms - lag(at_ms) OVER (PARTITION BY user_id ORDER BY at_ms)) / 86400000.0 AS value
              FROM orders WHERE user_id <> '' QUALIFY value IS NOT NULL
              """,
              INTERVAL_EDGES),
          hourWeekday(),
          funnel(),
          cohorts(),
          months(),
          categories());
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
  }

  private static final double[] LINE_EDGES = {1, 2, 3, 4, 6, 9, 13, 21, 31, 51, 101, 1e9};
  private static final double[] INTERVAL_EDGES = {0, 1, 4, 8, 15, 31, 61, 91, 181, 366, 1e6};

  /// Ten edges at round numbers around the deciles, so that any currency gives a readable picture.
  private double[] valueEdges() throws SQLException {
    List<Double> edges = new ArrayList<>(List.of(0.0));
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT unnest(quantile_cont(value::DOUBLE,
                  [.1, .2, .3, .4, .5, .6, .7, .8, .9, .97])) FROM orders WHERE value > 0
                """)) {
      while (row.next()) {
        double edge = rounded(row.getDouble(1));
        if (!row.wasNull() && edge > edges.getLast()) {
          edges.add(edge);
        }
      }
    }
    edges.add(1e15);
    return edges.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// The nearest number with two significant digits.
  private static double rounded(double value) {
    if (!(value > 0)) {
      return 0;
    }
    double unit = Math.pow(10, Math.floor(Math.log10(value)) - 1);
    return Math.round(value / unit) * unit;
  }

  private List<Bin> bins(String values, double[] edges) throws SQLException {
    StringBuilder bin = new StringBuilder("CASE");
    for (int i = 1; i < edges.length; i++) {
      bin.append(" WHEN value < ").append(edges[i]).append(" THEN ").append(i - 1);
    }
    bin.append(" END");
    long[] counts = new long[edges.length - 1];
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT %s AS bin, count(*) FROM (%s) GROUP BY bin".formatted(bin, values))) {
      while (row.next()) {
        int at = row.getInt(1);
        if (!row.wasNull()) {
          counts[at] = row.getLong(2);
        }
      }
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      bins.add(new Bin(edges[i], edges[i + 1], counts[i]));
    }
    return bins;
  }

  private long[][] hourWeekday() throws SQLException {
    long[][] counts = new long[7][24];
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT weekday, hour, count(*) FROM until GROUP BY weekday, hour")) {
      while (row.next()) {
        counts[row.getInt(1)][row.getInt(2)] = row.getLong(3);
      }
    }
    return counts;
  }

  private Funnel funnel() throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT count(*), count(*) FILTER (viewed), count(*) FILTER (carted),
                  count(*) FILTER (bought)
                FROM (SELECT visit, bool_or(kind IN (1, 2, 3)) AS viewed,
                    bool_or(kind IN (2, 3)) AS carted, bool_or(kind = 3) AS bought
                  FROM until GROUP BY visit)
                """)) {
      row.next();
      return new Funnel(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
  }

  private List<Cohort> cohorts() throws SQLException {
    Map<LocalDate, List<Long>> active = new java.util.TreeMap<>();
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                WITH active AS (
                  SELECT DISTINCT user_id, date_trunc('month', DATE '1970-01-01' + day) AS month
                  FROM buying_days),
                first AS (SELECT user_id, min(month) AS month FROM active GROUP BY user_id)
                SELECT f.month::DATE, date_diff('month', f.month, a.month) AS later, count(*)
                FROM active a JOIN first f ON f.user_id = a.user_id
                GROUP BY ALL ORDER BY 1, 2
                """)) {
      while (row.next()) {
        List<Long> counts =
            active.computeIfAbsent(row.getObject(1, LocalDate.class), month -> new ArrayList<>());
        while (counts.size() < row.getInt(2)) {
          counts.add(0L);
        }
        counts.add(row.getLong(3));
      }
    }
    // Months to now without a purchase count too.
    Optional<LocalDate> last =
        active.entrySet().stream()
            .map(entry -> entry.getKey().plusMonths(entry.getValue().size() - 1L))
            .max(LocalDate::compareTo);
    List<Cohort> cohorts = new ArrayList<>();
    active.forEach((month, counts) -> {
      while (month.plusMonths(counts.size()).compareTo(last.orElse(month)) <= 0) {
        counts.add(0L);
      }
      cohorts.add(new Cohort(month, List.copyOf(counts)));
    });
    return List.copyOf(cohorts.subList(Math.max(0, cohorts.size() - COHORTS_MAX), cohorts.size()));
  }

  private List<Month> months() throws SQLException {
    List<Month> months = new ArrayList<>();
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT date_trunc('month', DATE '1970-01-01' + day)::DATE AS month, count(*),
                  count(DISTINCT user_id) FILTER (user_id <> ''),
                  coalesce(round(sum(value)), 0)::BIGINT
                FROM orders GROUP BY month ORDER BY month
                """)) {
      while (row.next()) {
        months.add(
            new Month(
                row.getObject(1, LocalDate.class), row.getLong(2), row.getLong(3), row.getLong(4)));
      }
    }
    return List.copyOf(months.subList(Math.max(0, months.size() - 36), months.size()));
  }

  private List<CategorySales> categories() throws SQLException {
    List<CategorySales> sales = new ArrayList<>();
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT category, count(*), coalesce(round(sum(coalesce(paid, 0) * quantity)), 0)::BIGINT
                FROM until WHERE kind = 3 GROUP BY category ORDER BY 3 DESC, 1 LIMIT 30
                """)) {
      while (row.next()) {
        sales.add(new CategorySales(row.getString(1), row.getLong(2), row.getLong(3)));
      }
    }
    return List.copyOf(sales);
  }

  /// What makes a basket.
  public enum Basis {
    /// Items bought in one order.
    PURCHASES,
    /// Items opened or put into the cart in one visit.
    VIEWS,
    /// Categories of the items of one order, with all categories above them.
    CATEGORIES
  }

  /// The baskets for association rules: the visitor is called once a basket with its day and its
  /// different items, by rising day.
  public void baskets(long asOfMillis, BasketVisitor visitor) {
    baskets(Basis.PURCHASES, asOfMillis, 0, visitor);
  }

  /// The days of which events came in at this place of the table or after it.
  public List<Integer> changedDays(long sinceSequence) {
    List<Integer> days = new ArrayList<>();
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT DISTINCT day FROM e WHERE seq >= %d ORDER BY day"
                    .formatted(sinceSequence))) {
      while (row.next()) {
        days.add(row.getInt(1));
      }
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
    return days;
  }

  /// Baskets of the days of which events came in at this place of the table or after it.
  public void baskets(Basis basis, long asOfMillis, long sinceSequence, BasketVisitor visitor) {
    String events =
        switch (basis) {
          case PURCHASES ->
              "SELECT user_id || '|' || order_key AS basket, day, item_id AS item FROM until"
                  + " WHERE kind = 3 AND item_id <> ''";
          case VIEWS ->
              "SELECT user_id || '|' || visit AS basket, day, item_id AS item FROM until"
                  + " WHERE kind IN (1, 2) AND item_id <> ''";
          case CATEGORIES ->
              "SELECT user_id || '|' || order_key AS basket, day, category AS item FROM until"
                  + " WHERE kind = 3 AND category <> ''";
        };
    try {
      views(asOfMillis);
      List<String> items = new ArrayList<>();
      String open = "";
      int day = 0;
      try (Statement statement = sql.createStatement();
          ResultSet row =
              statement.executeQuery(
                  """
                  SELECT * FROM (
                    SELECT basket, min(day) OVER (PARTITION BY basket) AS first, item
                    FROM (SELECT DISTINCT * FROM (%s)))
                  WHERE first IN (SELECT DISTINCT day FROM e WHERE seq >= %d)
                  ORDER BY first, basket, item
                  """
                      .formatted(events, sinceSequence))) {
        while (row.next()) {
          if (!row.getString(1).equals(open)) {
            if (!items.isEmpty()) {
              visitor.basket(day, items);
            }
            items = new ArrayList<>();
            open = row.getString(1);
            day = row.getInt(2);
          }
          if (basis == Basis.CATEGORIES) {
            items.addAll(DailyBaskets.withAncestors(row.getString(3)));
          } else {
            items.add(row.getString(3));
          }
        }
      }
      if (!items.isEmpty()) {
        visitor.basket(day, items);
      }
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
  }

  /// All kept events until then in the order of time, for models that replay them.
  public void replay(long asOfMillis, ReplayVisitor visitor) {
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT kind, at_ms, user_id, visit, item_id, category, order_key,
                  coalesce(paid * quantity, 0)
                FROM e WHERE at_ms <= %d ORDER BY at_ms, seq
                """
                    .formatted(asOfMillis))) {
      ShopEvent.Kind[] kinds = ShopEvent.Kind.values();
      while (row.next()) {
        visitor.event(
            kinds[row.getInt(1)],
            row.getLong(2),
            row.getString(3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            row.getString(7),
            row.getDouble(8));
      }
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
  }

  /// Takes events one by one.
  @FunctionalInterface
  public interface ReplayVisitor {
    /// Takes one event.
    ///
    /// @param value what was paid, for a purchase
    void event(
        ShopEvent.Kind kind,
        long atMillis,
        String userId,
        String visit,
        String itemId,
        String category,
        String orderKey,
        double value);
  }

  /// Takes baskets one by one.
  @FunctionalInterface
  public interface BasketVisitor {
    /// Takes one basket.
    ///
    /// @param epochDay the day of the order
    void basket(int epochDay, List<String> itemIds);
  }

  private void execute(String... statements) throws SQLException {
    try (Statement statement = sql.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private long number(String query) throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private String text(String query) throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private static String quoted(String text) {
    return text.replace("'", "''");
  }
}
