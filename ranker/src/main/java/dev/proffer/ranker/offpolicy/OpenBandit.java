// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import dev.proffer.ranker.policy.BetaRanks;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The Open Bandit Dataset: impressions in three positions of a fashion shop's page, chosen at
/// random or by Bernoulli Thompson sampling (Saito et al. 2021).
public final class OpenBandit {
  /// The number of items that the page shows.
  public static final int POSITIONS = 3;

  private static final int CATEGORIES_MAX = 64;

  private OpenBandit() {}

  /// Reads `FOLDER/BEHAVIOUR/CAMPAIGN/CAMPAIGN.csv` or `.csv.gz`; user features become indicators,
  /// without the first category of each.
  public static LoggedDecisions read(Path folder, String behaviour, String campaign)
      throws IOException {
    Path plain = folder.resolve(behaviour).resolve(campaign).resolve(campaign + ".csv");
    Path packed = plain.resolveSibling(campaign + ".csv.gz");
    List<String[]> rows = new ArrayList<>();
    try (BufferedReader lines = PlainOrGzip.lines(Files.exists(packed) ? packed : plain)) {
      String head = lines.readLine();
      if (head == null || !head.startsWith(",timestamp,item_id,position,click,propensity_score,")) {
        throw new IOException(plain + ": this is not a file of the Open Bandit Dataset");
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", 11);
        if (cells.length < 11) {
          throw new IOException(plain + ", line " + (rows.size() + 2) + ": too few columns");
        }
        rows.add(cells);
      }
    }
    int n = rows.size();
    int[] action = new int[n];
    int[] position = new int[n];
    double[] reward = new double[n];
    double[] propensity = new double[n];
    double[][] context = new double[n][];
    List<Map<String, Integer>> categories = new ArrayList<>();
    int width = 0;
    for (int feature = 0; feature < 4; feature++) {
      Map<String, Integer> codes = new TreeMap<>();
      for (String[] row : rows) {
        codes.putIfAbsent(row[6 + feature], 0);
      }
      if (codes.size() > CATEGORIES_MAX) {
        throw new IOException(
            plain + ": user_feature_" + feature + " has " + codes.size() + " values");
      }
      int next = -1;
      for (Map.Entry<String, Integer> code : codes.entrySet()) {
        code.setValue(next < 0 ? -1 : width + next);
        next++;
      }
      width += next;
      categories.add(codes);
    }
    int actions = 0;
    for (int i = 0; i < n; i++) {
      String[] row = rows.get(i);
      action[i] = Integer.parseInt(row[2]);
      position[i] = Integer.parseInt(row[3]) - 1;
      reward[i] = Double.parseDouble(row[4]);
      propensity[i] = Double.parseDouble(row[5]);
      context[i] = new double[width];
      for (int feature = 0; feature < 4; feature++) {
        int code = categories.get(feature).getOrDefault(row[6 + feature], -1);
        if (code >= 0) {
          context[i][code] = 1;
        }
      }
      actions = Math.max(actions, action[i] + 1);
    }
    return new LoggedDecisions(actions, POSITIONS, action, position, reward, propensity, context);
  }

  /// The production policy, Bernoulli Thompson sampling with the priors of `prior_bts.yaml`: for
  /// each item the probability of each position, by exact integration.
  public static double[][] productionPolicy(Path folder, String campaign) throws IOException {
    Path file = folder.resolve("prior_bts.yaml");
    try (BufferedReader text = Files.newBufferedReader(file)) {
      Object all = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
      if (all instanceof Map<?, ?> campaigns
          && campaigns.get(campaign) instanceof Map<?, ?> prior
          && prior.get("alpha") instanceof List<?> alpha
          && prior.get("beta") instanceof List<?> beta) {
        return BetaRanks.probabilities(numbers(alpha), numbers(beta), POSITIONS);
      }
    }
    throw new IOException(file + ": there is no prior of campaign '" + campaign + "'");
  }

  /// The policy that shows items of such probabilities.
  public static TargetPolicy policy(LoggedDecisions log, double[][] byItemAndPosition) {
    if (byItemAndPosition.length != log.actions()) {
      throw new IllegalArgumentException(
          "policy: it knows "
              + byItemAndPosition.length
              + " items (expected: "
              + log.actions()
              + ")");
    }
    return (decision, action) -> byItemAndPosition[action][log.position()[decision]];
  }

  private static double[] numbers(List<?> values) {
    return values.stream()
        .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : Double.NaN)
        .toArray();
  }

  /// How often each item was shown in each position, for a look at what a log did.
  public static double[][] shares(LoggedDecisions log) {
    double[][] shares = new double[log.actions()][log.positions()];
    int[] shown = new int[log.positions()];
    Arrays.stream(log.position()).forEach(position -> shown[position]++);
    for (int i = 0; i < log.size(); i++) {
      int position = log.position()[i];
      shares[log.action()[i]][position] += 1.0 / shown[position];
    }
    return shares;
  }
}
