// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ElasticityTest {
  private static List<ShopLog.Purchase> of(SmallShop shop, ShopLog log, String category) {
    return log.purchases().stream()
        .filter(one -> {
          var item = shop.find(one.itemId());
          return item != null && item.category().startsWith(category);
        })
        .toList();
  }

  @Test
  void findsTheElasticityThatMadeTheSalesDespiteTheSeason() {
    for (int seed = 1; seed <= 3; seed++) {
      SmallShop shop = new SmallShop(-3, -1, seed);
      ShopLog log = shop.log();
      Elasticity kitchen = Elasticity.measure(of(shop, log, "kitchen"), log.purchases());
      Elasticity garden = Elasticity.measure(of(shop, log, "garden"), log.purchases());
      assertThat(kitchen.items()).isEqualTo(12);
      assertThat(kitchen.value()).isCloseTo(-3, within(Math.max(.3, 3 * kitchen.error())));
      assertThat(garden.value()).isCloseTo(-1, within(Math.max(.3, 3 * garden.error())));
      assertThat(kitchen.error()).isLessThan(.5);
    }
  }

  @Test
  void saysThatItIsAssumedWhenPricesNeverMoved() {
    assertThat(Elasticity.measure(List.of(), List.of()).isMeasured()).isFalse();
    ShopLog log = new SmallShop(0, 0, 1).log();
    List<ShopLog.Purchase> flat =
        log.purchases().stream()
            .map(one ->
                new ShopLog.Purchase(
                    one.person(), one.itemId(), one.orderId(), one.atUnixMs(), 1, 1_000))
            .toList();
    assertThat(Elasticity.measure(flat, flat)).isEqualTo(Elasticity.ASSUMED);
  }

  @Test
  void aMeasureThatIsSureIsHardlyDrawnTowardsTheWholeShop() {
    Elasticity all = new Elasticity(-1, .1, 50);
    assertThat(new Elasticity(-3, .1, 9).towards(all, .4).value()).isLessThan(-2.7);
    assertThat(new Elasticity(-3, 2, 9).towards(all, .4).value()).isGreaterThan(-1.2);
    assertThat(Elasticity.ASSUMED.towards(all, .4).value()).isCloseTo(-1, within(1e-9));
  }
}
