// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Metadata;
import org.junit.jupiter.api.Test;

class CallerTest {
  @Test
  void aNameThatWasProvedCountsWhateverTheCallerSays() throws Exception {
    Context said = Context.ROOT.withValue(Caller.NAMED, Caller.named(headers("somebody")));

    assertThat(said.call(Caller::current)).isEqualTo("somebody");
    assertThat(Caller.verified(said, "tenant/mei").call(Caller::current)).isEqualTo("tenant/mei");
  }

  @Test
  void whoGivesNoNameOrAnUnusableOneIsAnonymous() throws Exception {
    assertThat(Context.ROOT.call(Caller::current)).isEqualTo(Caller.ANONYMOUS);
    assertThat(Caller.named(new Metadata())).isEqualTo(Caller.ANONYMOUS);
    assertThat(Caller.named(headers("two words"))).isEqualTo(Caller.ANONYMOUS);
    assertThat(Caller.named(headers("x".repeat(129)))).isEqualTo(Caller.ANONYMOUS);
  }

  private static Metadata headers(String name) {
    Metadata headers = new Metadata();
    headers.put(Caller.HEADER, name);
    return headers;
  }
}
