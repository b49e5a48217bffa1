// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Ridge regression that learns one observation at a time: `A = λI + Σ x xᵀ`, `b = Σ r x`.
///
/// The inverse follows by Sherman & Morrison (1950), `A⁻¹ -= (A⁻¹x)(A⁻¹x)ᵀ / (1 + xᵀA⁻¹x)`, and is
/// computed anew from `A` every 512 observations, so that rounding never adds up. With a discount
/// `γ < 1` both forget: `A = γA + x xᵀ`, and what the prior loses is given back one feature after
/// the other, `A += λ(1 - γᵈ) eⱼeⱼᵀ`, which the inverse follows by the same formula.
public final class LinearModel {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int EXACT_EVERY = 512;

  // Forgetting blows up what rounding leaves in the inverse; beyond this factor it is computed
  // anew.
  private static final double BLOWN_UP_MAX = 100;

  private final int dimension;
  private final double ridge;
  private final double[] gram;
  private double[] inverse;
  private final double[] moment;
  private final double[] weights;
  private final double[] product;
  private int sinceExact;
  private double blownUp = 1;
  private int restored;

  public LinearModel(int dimension, double ridge) {
    this.dimension = dimension;
    this.ridge = ridge;
    this.gram = new double[dimension * dimension];
    this.inverse = new double[dimension * dimension];
    this.moment = new double[dimension];
    this.weights = new double[dimension];
    this.product = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      gram[i * dimension + i] = ridge;
      inverse[i * dimension + i] = 1 / ridge;
    }
  }

  /// Learns that this context was met. The reward follows by [#reward].
  public void meet(double[] x, double discount) {
    if (discount < 1) {
      forget(discount);
    }
    for (int i = 0; i < dimension; i++) {
      axpy(gram, i * dimension, x[i], x);
    }
    multiply(x, product);
    double scale = -1 / (1 + dot(product, 0, x));
    for (int i = 0; i < dimension; i++) {
      axpy(inverse, i * dimension, scale * product[i], product);
    }
    if (++sinceExact >= EXACT_EVERY || blownUp > BLOWN_UP_MAX) {
      inverse = Cholesky.of(gram, dimension).inverse();
      sinceExact = 0;
      blownUp = 1;
    }
    solve();
  }

  private void forget(double discount) {
    double grown = 1 / discount;
    blownUp *= grown;
    for (int i = 0; i < gram.length; i++) {
      gram[i] *= discount;
      inverse[i] *= grown;
    }
    for (int i = 0; i < dimension; i++) {
      moment[i] *= discount;
    }
    int j = restored;
    restored = (restored + 1) % dimension;
    double lost = ridge * (1 - Math.pow(discount, dimension));
    gram[j * dimension + j] += lost;
    System.arraycopy(inverse, j * dimension, product, 0, dimension);
    double scale = -lost / (1 + lost * product[j]);
    for (int i = 0; i < dimension; i++) {
      axpy(inverse, i * dimension, scale * product[i], product);
    }
  }

  /// Learns what followed a context that was met before.
  public void reward(double[] x, double value) {
    axpy(moment, 0, value, x);
    solve();
  }

  public double predict(double[] x) {
    return dot(weights, 0, x);
  }

  /// `xᵀ A⁻¹ x`, the uncertainty of the prediction in units of the noise. Does not change the
  /// model; several threads may ask while none learns.
  double uncertainty(double[] x) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += x[i] * dot(inverse, i * dimension, x);
    }
    return Math.max(0, sum);
  }

  double[] inverse() {
    return inverse.clone();
  }

  double[] gram() {
    return gram.clone();
  }

  private void solve() {
    multiply(moment, weights);
  }

  private void multiply(double[] x, double[] into) {
    for (int i = 0; i < dimension; i++) {
      into[i] = dot(inverse, i * dimension, x);
    }
  }

  private double dot(double[] matrix, int offset, double[] x) {
    DoubleVector sum = DoubleVector.zero(SPECIES);
    int i = 0;
    for (; i < SPECIES.loopBound(dimension); i += SPECIES.length()) {
      sum =
          DoubleVector.fromArray(SPECIES, matrix, offset + i)
              .fma(DoubleVector.fromArray(SPECIES, x, i), sum);
    }
    double total = sum.reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      total += matrix[offset + i] * x[i];
    }
    return total;
  }

  private void axpy(double[] into, int offset, double scale, double[] x) {
    DoubleVector factor = DoubleVector.broadcast(SPECIES, scale);
    int i = 0;
    for (; i < SPECIES.loopBound(dimension); i += SPECIES.length()) {
      DoubleVector.fromArray(SPECIES, x, i)
          .fma(factor, DoubleVector.fromArray(SPECIES, into, offset + i))
          .intoArray(into, offset + i);
    }
    for (; i < dimension; i++) {
      into[offset + i] += scale * x[i];
    }
  }
}
