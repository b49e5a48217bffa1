// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import dev.proffer.proto.experiment.v1.ChooseRequest;
import dev.proffer.proto.experiment.v1.ChooseResponse;
import dev.proffer.proto.experiment.v1.CreatePolicyRequest;
import dev.proffer.proto.experiment.v1.CreatePolicyResponse;
import dev.proffer.proto.experiment.v1.ForgetUnitRequest;
import dev.proffer.proto.experiment.v1.ForgetUnitResponse;
import dev.proffer.proto.experiment.v1.ListPoliciesRequest;
import dev.proffer.proto.experiment.v1.ListPoliciesResponse;
import dev.proffer.proto.experiment.v1.Policy;
import dev.proffer.proto.experiment.v1.PolicyServiceGrpc;
import dev.proffer.proto.experiment.v1.RecordRewardsRequest;
import dev.proffer.proto.experiment.v1.RecordRewardsResponse;
import dev.proffer.proto.experiment.v1.ResetPolicyRequest;
import dev.proffer.proto.experiment.v1.ResetPolicyResponse;
import io.grpc.stub.StreamObserver;
import java.util.Comparator;
import java.util.Locale;

/// PolicyService over [Policies].
final class PolicyHandler extends PolicyServiceGrpc.PolicyServiceImplBase {
  private final Policies policies;

  PolicyHandler(Policies policies) {
    this.policies = policies;
  }

  @Override
  public void createPolicy(
      CreatePolicyRequest request, StreamObserver<CreatePolicyResponse> observer) {
    observer.onNext(
        CreatePolicyResponse.newBuilder()
            .setPolicy(policy(policies.create(request.getSpec())))
            .build());
    observer.onCompleted();
  }

  @Override
  public void choose(ChooseRequest request, StreamObserver<ChooseResponse> observer) {
    Policies.Chosen chosen =
        policies.choose(
            request.getPolicy(),
            request.getUnitId(),
            request.getOptionsList(),
            request.getSegment(),
            request.getContextList().stream().mapToDouble(Double::doubleValue).toArray());
    observer.onNext(
        ChooseResponse.newBuilder()
            .setDecisionId(chosen.decisionId())
            .setOption(chosen.option())
            .setPropensity(chosen.propensity())
            .addAllPropensities(chosen.propensities())
            .build());
    observer.onCompleted();
  }

  @Override
  public void recordRewards(
      RecordRewardsRequest request, StreamObserver<RecordRewardsResponse> observer) {
    PolicyStore.Attribution attribution = policies.record(request.getRewardsList());
    observer.onNext(
        RecordRewardsResponse.newBuilder()
            .setAttributed(attribution.attributed())
            .setDuplicates(attribution.duplicates())
            .setLate(attribution.late())
            .addAllUnknownDecisions(attribution.unknown())
            .addAllEarly(attribution.early())
            .build());
    observer.onCompleted();
  }

  @Override
  public void listPolicies(
      ListPoliciesRequest request, StreamObserver<ListPoliciesResponse> observer) {
    observer.onNext(
        ListPoliciesResponse.newBuilder()
            .addAllPolicies(
                policies.all().stream()
                    .map(PolicyHandler::policy)
                    .sorted(Comparator.comparing(Policy::getName))
                    .toList())
            .build());
    observer.onCompleted();
  }

  @Override
  public void resetPolicy(
      ResetPolicyRequest request, StreamObserver<ResetPolicyResponse> observer) {
    observer.onNext(
        ResetPolicyResponse.newBuilder()
            .setPolicy(policy(policies.reset(request.getPolicy())))
            .build());
    observer.onCompleted();
  }

  @Override
  public void forgetUnit(ForgetUnitRequest request, StreamObserver<ForgetUnitResponse> observer) {
    observer.onNext(
        ForgetUnitResponse.newBuilder().setForgotten(policies.forget(request.getUnitId())).build());
    observer.onCompleted();
  }

  private static Policy policy(PolicyState state) {
    return Policy.newBuilder()
        .setName(state.spec().getName())
        .setKind(
            state
                .spec()
                .getKind()
                .name()
                .substring("POLICY_KIND_".length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '-'))
        .setVersion(state.version())
        .setDecisions(state.decisions())
        .setMeanReward(state.meanReward())
        .setSpec(state.spec())
        .build();
  }
}
