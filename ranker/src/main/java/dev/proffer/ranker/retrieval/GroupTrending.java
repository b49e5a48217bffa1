// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Proposes what people of the same groups want lately: counts that fade, one set for each group,
/// with what everybody wants as a prior where a group has few events.
///
/// A shop has one of these for segments and one for contexts such as the device or the hour. One
/// thread learns; any number may ask meanwhile.
public final class GroupTrending implements CandidateSource {
  /// What trends among people of the same segment.
  public static final String SEGMENT = "trending-segment";

  /// What is popular in the context of the request.
  public static final String CONTEXT = "popular-in-context";

  private static final double PRIOR_EVENTS = 50;

  private final String name;
  private final double halfLifeMillis;
  private final int groupsMax;
  private final Popularity everybody;
  private final Map<String, Group> groups = new ConcurrentHashMap<>();

  private static final class Group {
    final Popularity popularity;
    final AtomicLong events = new AtomicLong();

    Group(double halfLifeMillis) {
      popularity = new Popularity(halfLifeMillis);
    }
  }

  /// @param name [#SEGMENT], [#CONTEXT], or another one for groups of another kind
  /// @param groupsMax how many groups are counted; events of further ones count for everybody only
  public GroupTrending(String name, double halfLifeMillis, int groupsMax) {
    if (groupsMax < 1) {
      throw new IllegalArgumentException("groupsMax: " + groupsMax + " (expected: at least 1)");
    }
    this.name = name;
    this.halfLifeMillis = halfLifeMillis;
    this.groupsMax = groupsMax;
    this.everybody = new Popularity(halfLifeMillis);
  }

  /// Counts an event of somebody of these groups.
  public void learn(int item, long atMillis, double weight, List<String> of) {
    everybody.learn(item, atMillis, weight);
    for (String key : of) {
      Group group = groups.get(key);
      if (group == null && groups.size() < groupsMax) {
        group = new Group(halfLifeMillis);
        groups.put(key, group);
      }
      if (group != null) {
        group.popularity.learn(item, atMillis, weight);
        group.events.incrementAndGet();
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  /// Nothing when the request is of no group that was counted.
  @Override
  public Hits propose(Query query, int max) {
    List<Group> own = own(query);
    if (own.isEmpty()) {
      return Hits.NONE;
    }
    Accumulator seen = new Accumulator();
    for (Group group : own) {
      for (int item : group.popularity.propose(query, max).items()) {
        seen.add(item, 1);
      }
    }
    float[] tops = tops(own);
    float top = everybody.highest();
    TopK best = new TopK(Math.min(max, seen.count()));
    for (int i = 0; i < seen.count(); i++) {
      best.offer(seen.touched(i), score(own, tops, top, seen.touched(i)));
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    List<Group> own = own(query);
    float[] scores = new float[items.length];
    if (own.isEmpty()) {
      return scores;
    }
    float[] tops = tops(own);
    float top = everybody.highest();
    for (int i = 0; i < items.length; i++) {
      boolean counted = false;
      for (Group group : own) {
        counted |= group.popularity.score(items[i]) > 0;
      }
      scores[i] = counted ? score(own, tops, top, items[i]) : 0;
    }
    return scores;
  }

  private float score(List<Group> own, float[] tops, float top, int item) {
    double sum = 0;
    for (int g = 0; g < own.size(); g++) {
      double events = own.get(g).events.get();
      double sure = events / (events + PRIOR_EVENTS);
      double here = tops[g] == 0 ? 0 : own.get(g).popularity.score(item) / tops[g];
      double anywhere = top == 0 ? 0 : everybody.score(item) / top;
      sum += sure * here + (1 - sure) * anywhere;
    }
    return (float) (sum / Math.max(1, own.size()));
  }

  private List<Group> own(Query query) {
    List<Group> own = new ArrayList<>(query.groups().size());
    for (String key : query.groups()) {
      Group group = groups.get(key);
      if (group != null) {
        own.add(group);
      }
    }
    return own;
  }

  private static float[] tops(List<Group> own) {
    float[] tops = new float[own.size()];
    for (int g = 0; g < tops.length; g++) {
      tops[g] = own.get(g).popularity.highest();
    }
    return tops;
  }
}
