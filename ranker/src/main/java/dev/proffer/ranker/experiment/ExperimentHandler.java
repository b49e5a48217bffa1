// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import dev.proffer.proto.experiment.v1.AnalyzeExperimentRequest;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentResponse;
import dev.proffer.proto.experiment.v1.AssignVariantsRequest;
import dev.proffer.proto.experiment.v1.AssignVariantsResponse;
import dev.proffer.proto.experiment.v1.Comparison;
import dev.proffer.proto.experiment.v1.CreateExperimentRequest;
import dev.proffer.proto.experiment.v1.CreateExperimentResponse;
import dev.proffer.proto.experiment.v1.EraseUnitRequest;
import dev.proffer.proto.experiment.v1.EraseUnitResponse;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.GetExperimentRequest;
import dev.proffer.proto.experiment.v1.GetExperimentResponse;
import dev.proffer.proto.experiment.v1.ListExperimentsRequest;
import dev.proffer.proto.experiment.v1.ListExperimentsResponse;
import dev.proffer.proto.experiment.v1.RampExperimentRequest;
import dev.proffer.proto.experiment.v1.RampExperimentResponse;
import dev.proffer.proto.experiment.v1.RecordOutcomesRequest;
import dev.proffer.proto.experiment.v1.RecordOutcomesResponse;
import dev.proffer.proto.experiment.v1.SegmentEffect;
import dev.proffer.proto.experiment.v1.SetExperimentStateRequest;
import dev.proffer.proto.experiment.v1.SetExperimentStateResponse;
import dev.proffer.proto.experiment.v1.Verdict;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.stub.StreamObserver;

/// ExperimentService over [Experiments].
final class ExperimentHandler extends ExperimentServiceGrpc.ExperimentServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final double CONFIDENCE_DEFAULT = .95;

  private final Experiments experiments;

  ExperimentHandler(Experiments experiments) {
    this.experiments = experiments;
  }

  @Override
  public void createExperiment(
      CreateExperimentRequest request, StreamObserver<CreateExperimentResponse> observer) {
    observer.onNext(
        CreateExperimentResponse.newBuilder()
            .setExperiment(experiments.create(request.getExperiment()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void getExperiment(
      GetExperimentRequest request, StreamObserver<GetExperimentResponse> observer) {
    observer.onNext(
        GetExperimentResponse.newBuilder()
            .setExperiment(experiments.get(request.getExperimentId()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void listExperiments(
      ListExperimentsRequest request, StreamObserver<ListExperimentsResponse> observer) {
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    ListExperimentsResponse.Builder page = ListExperimentsResponse.newBuilder();
    for (Experiment experiment : experiments.all()) {
      if (experiment.getExperimentId().compareTo(request.getPageToken()) <= 0) {
        continue;
      }
      if (page.getExperimentsCount() == size) {
        page.setNextPageToken(page.getExperiments(size - 1).getExperimentId());
        break;
      }
      page.addExperiments(experiment);
    }
    observer.onNext(page.build());
    observer.onCompleted();
  }

  @Override
  public void setExperimentState(
      SetExperimentStateRequest request, StreamObserver<SetExperimentStateResponse> observer) {
    observer.onNext(
        SetExperimentStateResponse.newBuilder()
            .setExperiment(experiments.setState(request.getExperimentId(), request.getState()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void rampExperiment(
      RampExperimentRequest request, StreamObserver<RampExperimentResponse> observer) {
    observer.onNext(
        RampExperimentResponse.newBuilder()
            .setExperiment(
                experiments.ramp(request.getExperimentId(), request.getTrafficBasisPoints()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void assignVariants(
      AssignVariantsRequest request, StreamObserver<AssignVariantsResponse> observer) {
    Experiments.Assigned assigned =
        experiments.assign(request.getUnitId(), request.getSegmentsList(), request.getPreview());
    observer.onNext(
        AssignVariantsResponse.newBuilder()
            .putAllVariants(assigned.variants())
            .setHeldOut(assigned.heldOut())
            .build());
    observer.onCompleted();
  }

  @Override
  public void recordOutcomes(
      RecordOutcomesRequest request, StreamObserver<RecordOutcomesResponse> observer) {
    int recorded = experiments.record(request.getOutcomesList());
    observer.onNext(
        RecordOutcomesResponse.newBuilder()
            .setRecorded(recorded)
            .setDuplicates(request.getOutcomesCount() - recorded)
            .build());
    observer.onCompleted();
  }

  @Override
  public void eraseUnit(EraseUnitRequest request, StreamObserver<EraseUnitResponse> observer) {
    observer.onNext(
        EraseUnitResponse.newBuilder().setErased(experiments.erase(request.getUnitId())).build());
    observer.onCompleted();
  }

  @Override
  public void analyzeExperiment(
      AnalyzeExperimentRequest request, StreamObserver<AnalyzeExperimentResponse> observer) {
    double confidence = request.getConfidence() == 0 ? CONFIDENCE_DEFAULT : request.getConfidence();
    if (confidence < .5) {
      throw ProfferException.invalidField("confidence", "must be 0, or 0.5 or more");
    }
    Analysis analysis = experiments.analyze(request.getExperimentId(), confidence);
    AnalyzeExperimentResponse.Builder response =
        AnalyzeExperimentResponse.newBuilder()
            .setSampleRatioPValue(analysis.sampleRatioPValue())
            .setRefusal(analysis.refusal())
            .setReportHtml(AnalysisPage.html(analysis));
    analysis.arms().forEach(arm -> response.putUnits(arm.name(), arm.units()));
    for (Analysis.Comparison comparison : analysis.comparisons()) {
      response.addComparisons(
          Comparison.newBuilder()
              .setVariant(comparison.variant())
              .setMetric(comparison.metric())
              .setUnits(comparison.sample().units())
              .setControlMean(comparison.control().mean())
              .setVariantMean(comparison.sample().mean())
              .setDifference(comparison.difference().value())
              .setStandardError(comparison.difference().standardError())
              .setLow(comparison.low())
              .setHigh(comparison.high())
              .setPValue(comparison.difference().pValue())
              .setAdjustedPValue(comparison.adjustedP())
              .setAlwaysValidPValue(comparison.alwaysValidP())
              .setVarianceExplained(comparison.varianceExplained())
              .setVerdict(
                  switch (comparison.verdict()) {
                    case BETTER -> Verdict.VERDICT_BETTER;
                    case WORSE -> Verdict.VERDICT_WORSE;
                    case OPEN -> Verdict.VERDICT_OPEN;
                    case REFUSED -> Verdict.VERDICT_REFUSED;
                  }));
    }
    analysis
        .segments()
        .forEach((variant, heterogeneity) -> {
          for (Heterogeneity.Effect effect : heterogeneity.segments()) {
            response.addSegmentEffects(effect(variant, effect.segment(), effect));
          }
        });
    for (Analysis.Crossed crossed : analysis.crossed()) {
      for (Heterogeneity.Effect effect : crossed.effects().segments()) {
        response.addSegmentEffects(
            effect(crossed.variant(), crossed.experiment() + "=" + effect.segment(), effect));
      }
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private static SegmentEffect effect(String variant, String segment, Heterogeneity.Effect effect) {
    return SegmentEffect.newBuilder()
        .setVariant(variant)
        .setSegment(segment)
        .setDifference(effect.difference().value())
        .setLow(effect.difference().low())
        .setHigh(effect.difference().high())
        .setPValue(effect.adjusted())
        .build();
  }
}
