// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.search;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;

/// Finds items by text: English words by their stems, Chinese by pairs of characters, both tolerant
/// of typing errors.
///
/// The index lives in memory and follows the snapshots that it is asked with: a search on a newer
/// snapshot first takes over the items whose texts have changed.
public final class TextIndex implements AutoCloseable {
  private static final int MATCHES_MAX = 5_000;
  private static final int TERMS_MAX = 32;
  private static final String ID = "id";
  private static final String NUMBER = "number";

  // A word in the title says more than one in the description.
  private static final List<Weighted> FIELDS =
      List.of(
          new Weighted("title", 3),
          new Weighted("brand", 2),
          new Weighted("category", 1.5f),
          new Weighted("attributes", 1),
          new Weighted("description", 0.5f));

  private final Analyzer analyzer = new ItemAnalyzer();
  private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final ReentrantLock updating = new ReentrantLock();
  private volatile CatalogueSnapshot indexed;

  private record Weighted(String field, float boost) {}

  /// What matched: eligible items, best first, and how many there were before the cut.
  public record Found(Hits hits, int total) {}

  /// @param first where to begin; usually an empty snapshot
  public TextIndex(CatalogueSnapshot first) {
    try {
      this.writer = new IndexWriter(directory, new IndexWriterConfig(analyzer));
      this.searchers = new SearcherManager(writer, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.indexed = CatalogueSnapshot.empty(first.numbers());
    follow(first);
  }

  /// Takes over what has changed up to this snapshot. An older snapshot changes nothing.
  public void follow(CatalogueSnapshot snapshot) {
    if (snapshot == indexed) {
      return;
    }
    updating.lock();
    try {
      CatalogueSnapshot before = indexed;
      if (snapshot == before || snapshot.version() < before.version()) {
        return;
      }
      for (int i = 0; i < snapshot.capacity(); i++) {
        CatalogueItem now = snapshot.item(i);
        CatalogueItem then = before.item(i);
        if (now == then || (now != null && then != null && sameText(now, then))) {
          continue;
        }
        Term id = new Term(ID, snapshot.numbers().id(i));
        if (now == null) {
          writer.deleteDocuments(id);
        } else {
          writer.updateDocument(id, document(now));
        }
      }
      searchers.maybeRefreshBlocking();
      indexed = snapshot;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      updating.unlock();
    }
  }

  /// Searches the texts of a snapshot.
  ///
  /// @param max how many items to return
  public Found search(CatalogueSnapshot snapshot, String text, int max, IntPredicate eligible) {
    follow(snapshot);
    try {
      Query query = query(text);
      IndexSearcher searcher = searchers.acquire();
      try {
        ScoreDoc[] matches = searcher.search(query, MATCHES_MAX).scoreDocs;
        StoredFields stored = searcher.storedFields();
        int[] items = new int[Math.min(max, matches.length)];
        float[] scores = new float[items.length];
        int count = 0;
        int total = 0;
        for (ScoreDoc match : matches) {
          int number = stored.document(match.doc).getField(NUMBER).numericValue().intValue();
          if (eligible.test(number)) {
            total++;
            if (count < items.length) {
              items[count] = number;
              scores[count++] = match.score;
            }
          }
        }
        return new Found(
            new Hits(Arrays.copyOf(items, count), Arrays.copyOf(scores, count)), total);
      } finally {
        searchers.release(searcher);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      searchers.close();
      writer.close();
      directory.close();
      analyzer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Query query(String text) throws IOException {
    List<String> terms = terms(text);
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (int i = 0; i < terms.size(); i++) {
      all.add(term(terms.get(i), i == terms.size() - 1), BooleanClause.Occur.SHOULD);
    }
    // Most of the words must match: all of two, two of three, three of five.
    int least = terms.size() <= 2 ? terms.size() : (int) Math.ceil(terms.size() * 0.6);
    return all.setMinimumNumberShouldMatch(least).build();
  }

  private static Query term(String term, boolean last) {
    List<Query> ways = new ArrayList<>();
    boolean latin = term.codePoints().allMatch(c -> c < 0x250);
    for (Weighted weighted : FIELDS) {
      Term exact = new Term(weighted.field(), term);
      ways.add(new BoostQuery(new TermQuery(exact), weighted.boost()));
      int edits = term.length() >= 8 ? 2 : term.length() >= 4 ? 1 : 0;
      if (latin && edits > 0 && weighted.boost() > 1) {
        ways.add(
            new BoostQuery(new FuzzyQuery(exact, edits, 1, 50, true), weighted.boost() * 0.3f));
      }
      if (latin && last && term.length() >= 2 && weighted.boost() >= 2) {
        ways.add(new BoostQuery(new PrefixQuery(exact), weighted.boost() * 0.2f));
      }
    }
    return new DisjunctionMaxQuery(ways, 0.1f);
  }

  /// The terms of a query. Single Chinese characters count only where no pair holds them.
  private List<String> terms(String text) throws IOException {
    List<String> words = new ArrayList<>();
    List<String> characters = new ArrayList<>();
    boolean pairs = false;
    try (TokenStream tokens = analyzer.tokenStream("title", text)) {
      CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken() && words.size() < TERMS_MAX) {
        String token = term.toString();
        boolean ideographs = token.codePoints().allMatch(Character::isIdeographic);
        if (ideographs && token.codePointCount(0, token.length()) == 1) {
          characters.add(token);
        } else {
          pairs |= ideographs;
          if (!words.contains(token)) {
            words.add(token);
          }
        }
      }
      tokens.end();
    }
    if (!pairs) {
      words.addAll(characters);
    }
    return words;
  }

  private static Document document(CatalogueItem item) {
    Document document = new Document();
    document.add(new StringField(ID, item.id(), Field.Store.NO));
    document.add(new StoredField(NUMBER, item.number()));
    for (String title : item.item().getTitlesMap().values()) {
      document.add(new TextField("title", title, Field.Store.NO));
    }
    document.add(new TextField("brand", item.brand(), Field.Store.NO));
    document.add(new TextField("category", item.category().replace('/', ' '), Field.Store.NO));
    for (String value : item.attributes().values()) {
      document.add(new TextField("attributes", value, Field.Store.NO));
    }
    for (String description : item.item().getDescriptionsMap().values()) {
      document.add(new TextField("description", description, Field.Store.NO));
    }
    return document;
  }

  private static boolean sameText(CatalogueItem a, CatalogueItem b) {
    return a.item().getTitlesMap().equals(b.item().getTitlesMap())
        && a.category().equals(b.category())
        && a.brand().equals(b.brand())
        && a.attributes().equals(b.attributes())
        && a.item().getDescriptionsMap().equals(b.item().getDescriptionsMap());
  }

  private static final class ItemAnalyzer extends Analyzer {
    @Override
    protected TokenStreamComponents createComponents(String field) {
      StandardTokenizer tokenizer = new StandardTokenizer();
      TokenStream tokens = new LowerCaseFilter(new CJKWidthFilter(tokenizer));
      tokens =
          new CJKBigramFilter(
              tokens,
              CJKBigramFilter.HAN
                  | CJKBigramFilter.HIRAGANA
                  | CJKBigramFilter.KATAKANA
                  | CJKBigramFilter.HANGUL,
              true);
      return new TokenStreamComponents(tokenizer, new PorterStemFilter(tokens));
    }
  }
}
