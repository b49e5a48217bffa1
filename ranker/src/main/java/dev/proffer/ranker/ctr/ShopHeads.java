// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankRows;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The heads of a model bundle: how probable it is that a shown item is turned to, and that what
/// was turned to is bought.
///
/// They belong to the feature set whose hash they carry: whoever asks them has checked that the
/// numbers come from that very set.
public final class ShopHeads {
  /// Orders by the margin that is to be expected: of a ranker in replies and experiments.
  public static final String EXPECTED_MARGIN = "expected-margin";

  /// Orders by the probability that an item is turned to, where too little was bought to say more.
  public static final String CLICK_PROBABILITY = "click-probability";

  private static final String FORMAT = "proffer-heads/1";

  private final HeadFields fields;
  private final String featureSetHash;
  private final CalibratedHead click;
  private final @Nullable CalibratedHead purchase;

  /// @param click of a shown item
  /// @param purchase of an item that was turned to; null when too little was bought to learn it
  public ShopHeads(
      HeadFields fields,
      String featureSetHash,
      CalibratedHead click,
      @Nullable CalibratedHead purchase) {
    this.fields = fields;
    this.featureSetHash = featureSetHash;
    this.click = click;
    this.purchase = purchase;
  }

  public RankColumns columns() {
    return fields.columns();
  }

  public HeadFields fields() {
    return fields;
  }

  /// The features of the store that they read; empty when they read none.
  public String featureSetHash() {
    return featureSetHash;
  }

  public CalibratedHead click() {
    return click;
  }

  public @Nullable CalibratedHead purchase() {
    return purchase;
  }

  /// What items are ordered by.
  public String name() {
    return purchase == null ? CLICK_PROBABILITY : EXPECTED_MARGIN;
  }

  /// Something that answers for the candidates of one request.
  ///
  /// @param latest the newest item of the history; null when there is none
  public Asked asked(@Nullable CatalogueItem latest, long atMillis) {
    return new Asked(latest, atMillis);
  }

  /// The candidates of one request. Belongs to one thread; allocates nothing for a candidate.
  public final class Asked {
    private final HeadFields.Encoder encoder;
    private final Head.Scorer clicks = click.head().scorer();
    private final Head.@Nullable Scorer purchases =
        purchase == null ? null : purchase.head().scorer();
    private final int[] row = new int[fields.fields()];

    private Asked(@Nullable CatalogueItem latest, long atMillis) {
      this.encoder = fields.encoder(latest, atMillis);
    }

    /// Looks at a candidate as if it stood at the first place.
    public void look(RankRows rows, int number, CatalogueItem item) {
      encoder.encode(rows, number, item, HeadFields.TOP, row, 0);
    }

    /// How probable it is that the candidate is turned to.
    public double click() {
      return click.probability(clicks.logOdds(row, 0));
    }

    /// How probable it is that the candidate is bought once it is turned to; 0 when nobody knows.
    public double purchase() {
      return purchase == null || purchases == null
          ? 0
          : purchase.probability(purchases.logOdds(row, 0));
    }

    /// What each field adds to the log odds of the candidate's probabilities, compared to not
    /// knowing it, the most important first.
    public List<FieldShare> shares(RankRows rows, int number, int max) {
      List<FieldShare> shares = new ArrayList<>();
      List<String> names = fields.fieldNames();
      double clicked = clicks.logOdds(row, 0);
      double bought = purchases == null ? 0 : purchases.logOdds(row, 0);
      for (int f = 0; f < fields.telling(); f++) {
        int feature = row[f];
        row[f] = fields.unknown(f);
        double value = fields.value(rows, number, f);
        double ofClick = clicked - clicks.logOdds(row, 0);
        if (ofClick != 0) {
          shares.add(new FieldShare("click:" + names.get(f), value, ofClick));
        }
        if (purchases != null) {
          double ofPurchase = bought - purchases.logOdds(row, 0);
          if (ofPurchase != 0) {
            shares.add(new FieldShare("purchase:" + names.get(f), value, ofPurchase));
          }
        }
        row[f] = feature;
      }
      shares.sort(
          Comparator.comparingDouble((FieldShare share) -> Math.abs(share.added())).reversed());
      return shares.subList(0, Math.min(max, shares.size()));
    }
  }

  /// What one field adds.
  ///
  /// @param value the number behind it; not a number for names
  /// @param added to the log odds
  public record FieldShare(String field, double value, double added) {}

  public void write(DataOutput out) throws IOException {
    out.writeUTF(FORMAT);
    out.writeUTF(featureSetHash);
    fields.write(out);
    click.write(out);
    out.writeBoolean(purchase != null);
    if (purchase != null) {
      purchase.write(out);
    }
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws LearningException when it is something else
  public static ShopHeads read(DataInput in) throws IOException {
    String format = in.readUTF();
    if (!format.equals(FORMAT)) {
      throw new LearningException("the heads are of the format " + format + ", not " + FORMAT);
    }
    String hash = in.readUTF();
    HeadFields fields = HeadFields.read(in);
    CalibratedHead click = fitting(fields, CalibratedHead.read(in));
    CalibratedHead purchase = in.readBoolean() ? fitting(fields, CalibratedHead.read(in)) : null;
    return new ShopHeads(fields, hash, click, purchase);
  }

  private static CalibratedHead fitting(HeadFields fields, CalibratedHead head) {
    if (head.head().fields() != fields.fields() || head.head().features() != fields.features()) {
      throw new LearningException(
          "a head takes "
              + head.head().fields()
              + " fields of "
              + head.head().features()
              + " features (expected: "
              + fields.fields()
              + " of "
              + fields.features()
              + ")");
    }
    return head;
  }
}
