// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

class FpGrowthTest implements ItemsetMinerContract {
  @Override
  public ItemsetMiner miner() {
    return new FpGrowth();
  }
}
