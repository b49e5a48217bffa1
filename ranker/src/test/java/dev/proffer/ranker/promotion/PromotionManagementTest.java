// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.CheckPromotionsRequest;
import dev.proffer.proto.promotion.v1.DeletePromotionRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.ExportPromotionsRequest;
import dev.proffer.proto.promotion.v1.GetPromotionRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesResponse;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PlanPromotionsRequest;
import dev.proffer.proto.promotion.v1.PreviewPromotionsRequest;
import dev.proffer.proto.promotion.v1.PreviewPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionChange;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceBlockingStub;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.SetPromotionStateRequest;
import dev.proffer.runtime.grpc.Caller;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionManagementTest {
  private static final String DECLARATION =
      """
      promotions:
        - promotion_id: kitchen-15
          type: PERCENT_OFF
          state: DRAFT
          names: {en: 15% off everything for the kitchen, zh: 厨房用品85折}
          currency: CNY
          applies_to: {categories: [kitchen], excluded_brands: [Iron]}
          action: {percent_off: {basis_points: 1500}, max_discount_minor_units: 5000}
          stacking: {lane: ITEM, priority: 3}
          limits: {per_person: 2, budget_minor_units: 900000}
          schedule:
            start: 2020-11-20T00:00:00+08:00
            end: 2099-12-01T00:00:00+08:00
            time_zone: Asia/Shanghai
            windows: [{days: [1, 5], start_minute: 1200, end_minute: 1320}]
        - promotion_id: threshold
          type: THRESHOLD
          names: {en: 30 off from 200}
          currency: CNY
          action: {tiered_amount_off: {tiers: [{spend_minor_units: 20000, off_minor_units: 3000}]}}
          conditions: [{min_amount: {amount_minor_units: 20000, scope: CART}}]
      """;

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(Fixtures.NOW);
  private final Map<String, ItemFacts> items = new HashMap<>();
  private Database database;
  private Promotions promotions;
  private GrpcHost host;
  private ManagedChannel channel;
  private PromotionServiceBlockingStub service;

  @BeforeEach
  void start() throws Exception {
    for (ItemFacts item :
        List.of(
            Fixtures.item("knife", "kitchen/knives", "Sharp", 10_000, 6_000),
            Fixtures.item("rake", "garden", "Iron", 5_000))) {
      items.put(item.itemId(), item);
    }
    database = Database.sqlite(folder.resolve("ranker.db"));
    promotions =
        new Promotions(
            database,
            items::get,
            id -> new PersonFacts(id, Set.of(), 0, 0, 0, null),
            LaneRules.DEFAULT,
            clock,
            new SimpleMeterRegistry());
    String name = "promotion-management-" + folder.getFileName();
    host =
        GrpcHost.start(
            Settings.of(
                GrpcSettings.all(), Map.of("grpc.port", "0", "grpc.deadline-default", "60s")),
            name,
            promotions.services(),
            new SimpleMeterRegistry());
    channel = InProcessChannelBuilder.forName(name).build();
    service = PromotionServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    host.close();
    promotions.close();
    database.close();
  }

  private void apply(String yaml) {
    service.applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(yaml).build());
  }

  private void move(String id, PromotionState state) {
    service.setPromotionState(
        SetPromotionStateRequest.newBuilder().setPromotionId(id).setState(state).build());
  }

  private Promotion get(String id) {
    return service
        .getPromotion(GetPromotionRequest.newBuilder().setPromotionId(id).build())
        .getPromotion();
  }

  private static Cart cart(String item, int quantity) {
    return Cart.newBuilder()
        .addLines(CartLine.newBuilder().setItemId(item).setQuantity(quantity))
        .build();
  }

  private long total(String item, int quantity) {
    return service
        .evaluateCart(EvaluateCartRequest.newBuilder().setCart(cart(item, quantity)).build())
        .getTotalMinorUnits();
  }

  @Test
  void whatIsExportedIsWhatWasApplied() {
    apply(DECLARATION);
    String yaml = service.exportPromotions(ExportPromotionsRequest.getDefaultInstance()).getYaml();
    assertThat(yaml)
        .contains("厨房用品85折")
        .contains("start: '2020-11-20T00:00:00+08:00'")
        .contains("type: PERCENT_OFF");
    assertThat(
            service
                .planPromotions(PlanPromotionsRequest.newBuilder().setYaml(yaml).build())
                .getChangesList())
        .containsExactly("keep kitchen-15: nothing changes", "keep threshold: nothing changes");
    assertThat(
            service
                .exportPromotions(
                    ExportPromotionsRequest.newBuilder().addPromotionIds("threshold").build())
                .getYaml())
        .doesNotContain("kitchen-15");
    assertThatThrownBy(() ->
            service.exportPromotions(
                ExportPromotionsRequest.newBuilder().addPromotionIds("none").build()))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void aPromotionIsAppliedOnlyWhileItIsLive() {
    apply(DECLARATION);
    assertThat(total("rake", 4)).isEqualTo(17_000);
    move("threshold", PromotionState.PROMOTION_STATE_PAUSED);
    assertThat(total("rake", 4)).isEqualTo(20_000);
    move("threshold", PromotionState.PROMOTION_STATE_LIVE);
    assertThat(total("rake", 4)).isEqualTo(17_000);
    move("threshold", PromotionState.PROMOTION_STATE_ENDED);
    assertThat(total("rake", 4)).isEqualTo(20_000);
  }

  @Test
  void whatHasEndedStaysEndedAndNothingBecomesADraftAgain() {
    apply(DECLARATION);
    assertThatThrownBy(() -> move("threshold", PromotionState.PROMOTION_STATE_DRAFT))
        .hasMessageContaining("no draft any more");
    move("threshold", PromotionState.PROMOTION_STATE_ENDED);
    StatusRuntimeException refused =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            StatusRuntimeException.class,
            () -> move("threshold", PromotionState.PROMOTION_STATE_LIVE));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(get("threshold").getState()).isEqualTo(PromotionState.PROMOTION_STATE_ENDED);
    move("kitchen-15", PromotionState.PROMOTION_STATE_LIVE);
    assertThat(get("kitchen-15").getState()).isEqualTo(PromotionState.PROMOTION_STATE_LIVE);
  }

  @Test
  void everyChangeIsInTheAuditTrailNewestFirst() {
    apply(DECLARATION);
    clock.advance(5_000);
    move("threshold", PromotionState.PROMOTION_STATE_PAUSED);
    clock.advance(5_000);
    service.deletePromotion(
        DeletePromotionRequest.newBuilder().setPromotionId("threshold").build());
    ListPromotionChangesResponse all =
        service.listPromotionChanges(ListPromotionChangesRequest.getDefaultInstance());
    assertThat(all.getChangesList())
        .extracting(PromotionChange::getPromotionId, PromotionChange::getChange)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("threshold", "delete"),
            org.assertj.core.groups.Tuple.tuple("threshold", "replace"),
            org.assertj.core.groups.Tuple.tuple("kitchen-15", "create"),
            org.assertj.core.groups.Tuple.tuple("threshold", "create"));
    PromotionChange paused = all.getChanges(1);
    assertThat(paused.getFieldsList()).containsExactly("state");
    assertThat(paused.getChangedAtUnixMs())
        .isEqualTo(all.getChanges(3).getChangedAtUnixMs() + 5_000);
    assertThat(paused.getBefore().getState()).isEqualTo(PromotionState.PROMOTION_STATE_LIVE);
    assertThat(paused.getAfter().getState()).isEqualTo(PromotionState.PROMOTION_STATE_PAUSED);
    assertThat(all.getChanges(0).hasAfter()).isFalse();
    // Page by page gives the same.
    ListPromotionChangesRequest.Builder page =
        ListPromotionChangesRequest.newBuilder().setPageSize(1);
    java.util.ArrayList<PromotionChange> one = new java.util.ArrayList<>();
    ListPromotionChangesResponse reply;
    do {
      reply = service.listPromotionChanges(page.build());
      one.addAll(reply.getChangesList());
      page.setPageToken(reply.getNextPageToken());
    } while (!reply.getNextPageToken().isEmpty());
    assertThat(one).isEqualTo(all.getChangesList());
    assertThatThrownBy(() ->
            service.listPromotionChanges(
                ListPromotionChangesRequest.newBuilder().setPageToken("x").build()))
        .hasMessageContaining("INVALID_ARGUMENT");
  }

  @Test
  void aPreviewShowsDraftsAsIfTheyWereLiveAtATimeAndChangesNothing() {
    apply(DECLARATION);
    // A Friday, half past eight in the evening in Shanghai.
    long friday = java.time.Instant.parse("2026-11-27T12:30:00Z").toEpochMilli();
    PreviewPromotionsRequest.Builder request =
        PreviewPromotionsRequest.newBuilder()
            .setPerson(Person.newBuilder().setUserId("somebody"))
            .setAtUnixMs(friday)
            .setCart(cart("knife", 1))
            .setWithDrafts(true);
    PreviewPromotionsResponse seen = service.previewPromotions(request.build());
    assertThat(seen.getOffersList())
        .extracting(Offer::getPromotionId)
        .contains("kitchen-15", "threshold");
    assertThat(seen.getCart().getTotalMinorUnits()).isEqualTo(8_500);
    // At noon its window is closed.
    request.setAtUnixMs(friday - 8 * 3_600_000L);
    assertThat(service.previewPromotions(request.build()).getCart().getTotalMinorUnits())
        .isEqualTo(10_000);
    assertThat(
            service
                .previewPromotions(request.setAtUnixMs(friday).setWithDrafts(false).build())
                .getCart()
                .getTotalMinorUnits())
        .isEqualTo(10_000);
    assertThat(get("kitchen-15").getState()).isEqualTo(PromotionState.PROMOTION_STATE_DRAFT);
  }

  @Test
  void aDeclarationCanBePreviewedBeforeItIsApplied() {
    PreviewPromotionsResponse seen =
        service.previewPromotions(
            PreviewPromotionsRequest.newBuilder()
                .setYaml(DECLARATION)
                .setCart(cart("rake", 4))
                .build());
    assertThat(seen.getCart().getTotalMinorUnits()).isEqualTo(17_000);
    assertThat(promotions.snapshot().size()).isZero();
  }

  @Test
  void aCheckNamesWhatOverlapsAndWhatNeverApplies() {
    apply(
        """
        promotions:
          - promotion_id: late
            type: PERCENT_OFF
            names: {en: late}
            currency: CNY
            action: {percent_off: {basis_points: 1000}}
            schedule: {start: 2001-01-01T00:00:00Z, end: 2001-02-01T00:00:00Z}
          - promotion_id: weak
            type: PERCENT_OFF
            names: {en: weak}
            currency: CNY
            action: {percent_off: {basis_points: 1000}}
          - promotion_id: strong
            type: PERCENT_OFF
            names: {en: strong}
            currency: CNY
            action: {percent_off: {basis_points: 2000}}
        """);
    assertThat(
            service.checkPromotions(CheckPromotionsRequest.getDefaultInstance()).getWarningsList())
        .anyMatch(warning -> warning.startsWith("late: never applies, it ended"))
        .anyMatch(warning -> warning.contains("weak: never applies, strong always saves more"));
  }

  @Test
  void theExampleOfTheGuideDoesWhatTheGuideSays() throws Exception {
    String guide = java.nio.file.Files.readString(Path.of("../docs/promotions.md"));
    int from = guide.indexOf("```yaml") + "```yaml".length();
    apply(guide.substring(from, guide.indexOf("```", from)));
    assertThat(get("kitchen-friday").getState()).isEqualTo(PromotionState.PROMOTION_STATE_DRAFT);
    long friday = java.time.Instant.parse("2026-11-27T12:30:00Z").toEpochMilli();
    PreviewPromotionsRequest.Builder preview =
        PreviewPromotionsRequest.newBuilder()
            .setAtUnixMs(friday)
            .setCart(cart("knife", 1))
            .setWithDrafts(true);
    assertThat(service.previewPromotions(preview.build()).getCart().getTotalMinorUnits())
        .isEqualTo(8_500);
    move("kitchen-friday", PromotionState.PROMOTION_STATE_LIVE);
    assertThat(
            service
                .previewPromotions(preview.setWithDrafts(false).build())
                .getCart()
                .getTotalMinorUnits())
        .isEqualTo(8_500);
  }

  @Test
  void theAuditTrailSaysWhoMadeAChange() {
    Metadata headers = new Metadata();
    headers.put(Caller.HEADER, "mei.lin@shop");
    PromotionServiceBlockingStub mei =
        service.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    mei.applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(DECLARATION).build());
    service.setPromotionState(
        SetPromotionStateRequest.newBuilder()
            .setPromotionId("kitchen-15")
            .setState(PromotionState.PROMOTION_STATE_LIVE)
            .build());

    assertThat(
            service
                .listPromotionChanges(
                    ListPromotionChangesRequest.newBuilder().setPromotionId("kitchen-15").build())
                .getChangesList())
        .extracting(PromotionChange::getChangedBy)
        .containsExactly(Caller.ANONYMOUS, "mei.lin@shop");
  }
}
