// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.embedding;

import ai.onnxruntime.OrtException;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.mention.MentionType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Vectors of masked turns in either language: the English encoder reads Latin turns, the Chinese
/// one those with Han characters, each in its own dimensions, so that one classifier serves both.
/// Masks are read as a plain name of their kind.
public final class TurnEncoder implements SentenceEncoder, AutoCloseable {
  private static final int ENGLISH_SIZE = 768;
  private static final int CHINESE_SIZE = 1_024;
  private static final Map<MentionType, String> ENGLISH_NAMES = new EnumMap<>(MentionType.class);
  private static final Map<MentionType, String> CHINESE_NAMES = new EnumMap<>(MentionType.class);

  static {
    name(MentionType.PROMOTION, "the autumn sale", "秋季活动");
    name(MentionType.THRESHOLD, "40 off 300", "满300减40");
    name(MentionType.BUY_GET, "buy one get one free", "买一送一");
    name(MentionType.NTH_OFF, "second item half price", "第二件半价");
    name(MentionType.DISCOUNT, "20% off", "8折");
    name(MentionType.ITEM, "the blue backpack", "蓝色背包");
    name(MentionType.CODE, "code SAVE10", "优惠码SAVE10");
    name(MentionType.PRICE_RANGE, "between 100 and 200", "100到200元");
    name(MentionType.PRICE_ABOUT, "around 100", "100元左右");
    name(MentionType.PRICE_MAX, "under 100", "100元以下");
    name(MentionType.PRICE_MIN, "over 100", "100元以上");
    name(MentionType.MONEY, "100 dollars", "100元");
    name(MentionType.DATE, "November 27", "11月27日");
    name(MentionType.CATEGORY, "headphones", "耳机");
    name(MentionType.BRAND, "nike", "耐克");
    name(MentionType.QUANTITY, "2 pieces", "2件");
    name(MentionType.COLOUR, "red", "红色");
  }

  /// Greetings, quick replies and masked questions come again and again, and a vector costs some
  /// milliseconds. About 4 kB each.
  private static final int RECENT_MAX = 2_000;

  private static final int RECENT_LENGTH_MAX = 200;

  private final @Nullable OnnxEncoder english;
  private final @Nullable OnnxEncoder chinese;
  private final Map<String, float[]> recent =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
              return size() > RECENT_MAX;
            }
          });

  private TurnEncoder(@Nullable OnnxEncoder english, @Nullable OnnxEncoder chinese) {
    this.english = english;
    this.chinese = chinese;
  }

  /// The encoders of both languages.
  public static TurnEncoder load() throws IOException {
    return load(EnumSet.allOf(Language.class));
  }

  /// The encoders of some languages; the turns of the others get no vector.
  public static TurnEncoder load(Set<Language> languages) throws IOException {
    return new TurnEncoder(
        languages.contains(Language.ENGLISH) ? OnnxEncoder.english() : null,
        languages.contains(Language.CHINESE) ? OnnxEncoder.chinese() : null);
  }

  /// The languages of a set whose encoders are on the class path.
  public static Set<Language> available(Collection<Language> wanted) {
    Set<Language> there = EnumSet.noneOf(Language.class);
    wanted.stream().filter(OnnxEncoder::isThere).forEach(there::add);
    return there;
  }

  @Override
  public float[] encode(String masked) {
    boolean han = masked.chars().anyMatch(c -> c >= '\u3400' && c <= '\u9fff');
    float[] vector = new float[ENGLISH_SIZE + CHINESE_SIZE];
    OnnxEncoder encoder = han ? chinese : english;
    if (encoder == null) {
      return vector;
    }
    float[] own = recent.get(masked);
    if (own == null) {
      own = encoder.encode(named(masked, han));
      if (masked.length() <= RECENT_LENGTH_MAX) {
        recent.put(masked, own);
      }
    }
    System.arraycopy(own, 0, vector, han ? ENGLISH_SIZE : 0, own.length);
    return vector;
  }

  @Override
  public boolean knows(String word) {
    return english != null && english.knows(word);
  }

  /// The vectors of many turns.
  public List<float[]> encodeAll(List<String> masked, int threads) throws InterruptedException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<float[]>> tasks = new ArrayList<>();
      masked.forEach(text -> tasks.add(() -> encode(text)));
      List<float[]> vectors = new ArrayList<>();
      for (Future<float[]> done : pool.invokeAll(tasks)) {
        vectors.add(done.get());
      }
      return vectors;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() throws OrtException {
    if (english != null) {
      english.close();
    }
    if (chinese != null) {
      chinese.close();
    }
  }

  private static String named(String masked, boolean han) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < masked.length(); i++) {
      char c = masked.charAt(i);
      if (c < '\ue000' || c > '\uf8ff') {
        text.append(c);
        continue;
      }
      for (Map.Entry<MentionType, String> name : (han ? CHINESE_NAMES : ENGLISH_NAMES).entrySet()) {
        if (name.getKey().mask() == c) {
          text.append(name.getValue());
        }
      }
    }
    return text.toString();
  }

  private static void name(MentionType type, String english, String chinese) {
    ENGLISH_NAMES.put(type, english);
    CHINESE_NAMES.put(type, chinese);
  }
}
