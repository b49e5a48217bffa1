// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PopularityTest {
  private static final int ITEMS = 20_000;
  private static final int[] ALL = IntStream.range(0, ITEMS).toArray();
  private static final long DAY = 86_400_000L;

  private static Hits expected(Popularity popularity, int max, IntPredicate eligible) {
    float[] scores = popularity.score(new Query(new int[0], 0, eligible), ALL);
    TopK best = new TopK(max);
    for (int item = 0; item < ITEMS; item++) {
      if (scores[item] > 0) {
        best.offer(item, scores[item], eligible);
      }
    }
    return best.drain();
  }

  private static void assertExact(Popularity popularity, SplittableRandom random) {
    int residue = random.nextInt(3);
    int least = random.nextInt(4) == 0 ? 12_000 : 0;
    for (IntPredicate eligible :
        new IntPredicate[] {_ -> true, i -> i % 3 == residue && i >= least, i -> i % 997 == 1}) {
      for (int max : new int[] {1, 300, 5_000}) {
        Hits hits = popularity.propose(new Query(new int[0], 0, eligible), max);
        Hits wanted = expected(popularity, max, eligible);
        assertThat(hits.items()).containsExactly(wanted.items());
        assertThat(hits.scores()).containsExactly(wanted.scores());
      }
    }
  }

  @Test
  void theMostWantedAreThoseOfALookAtEverythingWhateverRisesMeanwhile() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    Popularity popularity = new Popularity(DAY);
    long time = 0;
    for (int round = 0; round < 40; round++) {
      int events = 1 + random.nextInt(3_000);
      for (int e = 0; e < events; e++) {
        int item =
            random.nextInt(4) == 0
                ? random.nextInt(ITEMS)
                : (int) (ITEMS * Math.pow(random.nextDouble(), 4));
        popularity.learn(item, time++, 1 + random.nextInt(3));
      }
      assertExact(popularity, random);
      // Long silences scale all counts down.
      time += random.nextInt(10) == 0 ? 250 * DAY : random.nextInt(1_000);
      if (round == 20) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        popularity.write(new DataOutputStream(bytes));
        popularity =
            Popularity.read(
                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), i -> i);
        assertExact(popularity, random);
      }
    }
  }
}
