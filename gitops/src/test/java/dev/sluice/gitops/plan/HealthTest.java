package dev.sluice.gitops.plan;

import static dev.sluice.gitops.plan.Given.json;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {kind: ConfigMap}                                                            | Current[]
          {kind: X, metadata: {deletionTimestamp: now}}                                | Terminating[]
          {kind: X, metadata: {generation: 2}, status: {observedGeneration: 1}}        | InProgress[why=its controller has not looked at the latest change]
          {kind: X, status: {conditions: [{type: Ready, status: 'False', message: m}]}}    | InProgress[why=m]
          {kind: X, status: {conditions: [{type: Stalled, status: 'True', message: m}]}}   | Failed[why=m]
          {kind: X, status: {conditions: [{type: Ready, status: 'True', message: m}]}}     | Current[]
          {kind: Namespace, status: {phase: Active}}                                   | Current[]
          {kind: Namespace}                                                            | InProgress[why=it is not active]
          {kind: CustomResourceDefinition}                                             | InProgress[why=it is not established]
          {kind: CustomResourceDefinition, status: {conditions: [{type: Established, status: 'True'}]}} | Current[]
          {kind: CustomResourceDefinition, status: {conditions: [{type: NamesAccepted, status: 'False', message: m}]}} | Failed[why=its names are taken: m]
          {kind: Deployment, spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 1}} | InProgress[why=1 of 2 pods are updated]
          {kind: Deployment, spec: {replicas: 2}, status: {replicas: 3, updatedReplicas: 2}} | InProgress[why=1 old pods are still there]
          {kind: Deployment, spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 2, availableReplicas: 1}} | InProgress[why=1 of 2 pods are available]
          {kind: Deployment, spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 2, availableReplicas: 2}} | Current[]
          {kind: Deployment, spec: {replicas: 0}, status: {}}                          | Current[]
          {kind: Deployment, status: {conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]}} | Failed[why=it made no progress within its progressDeadlineSeconds]
          """)
  void anObjectIsAsHealthyAsKstatusSays(String object, String health) {
    assertThat(Health.of(json(object))).hasToString(health);
  }
}
