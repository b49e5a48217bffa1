// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.ctr.HeadTrainer;
import dev.proffer.ranker.ctr.ShopHeads;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What came of learning from the decision log how probable clicks and purchases are.
///
/// @param heads null when there is nothing to order by
/// @param why one sentence for each head
/// @param metrics figures on the newest decisions, such as `heads.click.auc`
public record HeadReport(@Nullable ShopHeads heads, List<String> why, Map<String, Double> metrics) {
  public HeadReport {
    why = List.copyOf(why);
    metrics = Map.copyOf(metrics);
  }

  /// Nothing was learnt.
  public static HeadReport none(String why) {
    return new HeadReport(null, List.of(why), Map.of());
  }

  static Map<String, Double> metrics(String head, HeadTrainer.@Nullable Figures figures) {
    Map<String, Double> metrics = new TreeMap<>();
    if (figures != null) {
      String name = "heads." + head;
      metrics.put(name + ".rows", (double) figures.rows());
      metrics.put(name + ".positives", (double) figures.positives());
      metrics.put(name + ".auc", figures.auc());
      metrics.put(name + ".log_loss", figures.calibratedLogLoss());
      metrics.put(name + ".log_loss_uncalibrated", figures.logLoss());
      metrics.put(name + ".log_loss_rate", figures.baseLogLoss());
      metrics.put(name + ".calibration_error", figures.calibratedError());
      metrics.put(name + ".calibration_error_uncalibrated", figures.error());
    }
    return metrics;
  }
}
