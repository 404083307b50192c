package dev.sluice.gitops.plan;

import static dev.sluice.gitops.plan.Given.json;
import static dev.sluice.gitops.plan.Given.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakeoverTest {

  /// Git names one port, 80. What kubectl owns, and whether it becomes Git's.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kubectl-edit   | {'f:spec': {'f:ports': {'k:{"port":81,"protocol":"TCP"}': {'f:port': {}}}}} | taken
          kubectl-edit   | {'f:spec': {'f:ports': {'k:{"port":80,"protocol":"TCP"}': {'f:name': {}}}}} | left
          kubectl-edit   | {'f:spec': {'f:others': {'k:{"port":81}': {'f:port': {}}}}}                 | left
          kubectl-edit   | {'f:metadata': {'f:labels': {'f:mine': {}}}}                                | left
          somebody       | {'f:spec': {'f:ports': {'k:{"port":81,"protocol":"TCP"}': {'f:port': {}}}}} | left
          """)
  void onlyItemsOfListsThatGitNamesAreTakenFromKubectl(
      String owner, String fields, String becomes) {
    Live live =
        json(
            "{metadata: {managedFields: [{manager: sluice-git, operation: Apply, fieldsV1: {'f:spec':"
                + " {'f:type': {}}}}, {manager: %s, operation: Update, fieldsV1: %s}]}}"
                    .formatted(owner, fields));

    var taken =
        Takeover.of(
            live,
            manifest("/Service/production/web", "{spec: {ports: [{port: 80}]}}"),
            "sluice-git");

    assertThat(taken.isPresent()).isEqualTo(becomes.equals("taken"));
    taken.ifPresent(entries -> {
      assertThat(entries.get(0).toString()).contains("f:type", "81");
      assertThat(entries.get(1).toString()).doesNotContain("81");
    });
  }
}
