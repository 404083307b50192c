package dev.sluice.controller.oncall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.oncall.CanaryFacts.Route;
import dev.sluice.controller.oncall.CanaryFacts.Side;
import dev.sluice.controller.oncall.CanaryFacts.Told;
import dev.sluice.controller.rollout.Outline;
import dev.sluice.controller.rollout.StatusReader;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.PolicyReader;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a person on call sees of a rollout.
class TreeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final String SPEC =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80}
        analysis:
          interval: 1m
          threshold: 5
          maxWeight: 50
          stepWeight: 10
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
          - {name: request-duration, thresholdRange: {max: 500}, interval: 1m}
      """;

  private static final Side TARGET =
      new Side("target", "myapp", "3f2a77b1", List.of("registry.example.com/myapp:1.1.0"), 2, 2);
  private static final Side PRIMARY =
      new Side(
          "primary",
          "myapp-primary",
          "90c1d2e3",
          List.of("registry.example.com/myapp:1.0.0"),
          1,
          2);

  private static CanaryFacts facts(
      String status, List<Side> sides, Optional<Route> route, List<Told> events)
      throws IOException {
    JsonNode object = YAML.readTree(SPEC + status);
    var canary = Canary.read(object);
    var standing = StatusReader.read(canary.status());
    var plan = PolicyReader.read(canary.spec(), Settings.DEFAULT, Meshes.named("istio"));
    return new CanaryFacts(
        canary,
        standing,
        plan instanceof Plan.Valid(var policy, _)
            ? Optional.of(Outline.of(policy, standing))
            : Optional.empty(),
        sides,
        route,
        events,
        NOW);
  }

  private static String drawn(CanaryFacts facts) {
    return Tree.draw(facts).stream()
        .map(line -> line.render(120, false))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  @Test
  void aRolloutThatIsPausedWithACheckThatFailed() throws IOException {
    var facts =
        facts(
            """
            status:
              phase: Progressing
              canaryWeight: 20
              failedChecks: 1
              observedGeneration: 3
              rollout:
                id: 3f2a77b1-t8
                revision: 3f2a77b1
                targetGeneration: 7
                started: "2026-01-01T09:55:00Z"
                since: "2026-01-01T09:57:00Z"
                nextStepAt: "2026-01-01T10:00:48Z"
                checks: 3
                held:
                  reason: Paused
                  message: paused by jane (through sluice) since 2026-01-01T09:58:00Z; nothing goes forward until it is resumed
                  since: "2026-01-01T09:58:00Z"
                orders:
                  paused: {by: jane (through sluice), reason: INC-12, since: "2026-01-01T09:58:00Z"}
                  command:
                    {id: a, what: pause, by: jane, through: sluice, reason: INC-12, at: "2026-01-01T09:58:00Z",
                     outcome: Taken, message: revision 3f2a77b1 stays at 20% of the traffic until resumed}
                lastCheck:
                  run: 3f2a77b1-t8
                  at: "2026-01-01T09:59:48Z"
                  findings:
                  - {metric: request-duration, well: false, value: 612ms, bound: at most 500ms, baseline: 212ms, samples: 412}
                  - {metric: request-success-rate, well: true, value: 99.8%, bound: at least 99%, baseline: 99.9%, samples: 412}
            """,
            List.of(TARGET, PRIMARY),
            Optional.of(new Route("VirtualService", Split.of(new Percent(20)), "")),
            List.of(
                new Told(
                    NOW.minusSeconds(180),
                    "WeightAdvanced",
                    "Advance myapp.production canary weight 20",
                    false),
                new Told(
                    NOW.minusSeconds(12),
                    "CheckFailed",
                    "Halt myapp.production advancement at 20%: request-duration is 612ms, but allowed is at most 500ms",
                    true)));

    assertThat(drawn(facts))
        .isEqualTo(
            """
            production/myapp  Progressing, revision 3f2a77b1 has 20% of the traffic
            Held for 2m, Paused: paused by jane (through sluice) since 2026-01-01T09:58:00Z; nothing goes forward until it is resum…
            ├─ target   myapp  2 of 2 pods ready  revision 3f2a77b1  registry.example.com/myapp:1.1.0
            ├─ primary  myapp-primary  1 of 2 pods ready  revision 90c1d2e3  registry.example.com/myapp:1.0.0
            ├─ traffic  ████░░░░░░░░░░░░░░░░  canary 20%, primary 80%  says the VirtualService
            ├─ steps    0% → 10% → [20%] → 30% → 40% → 50% → promotion
            ├─ checks   failed 1 of 5, last 12s ago, next in 48s
            │  ├─ ✘ request-duration  612ms, allowed at most 500ms, primary 212ms, 412 requests
            │  └─ ✔ request-success-rate  99.8%, allowed at least 99%, primary 99.9%, 412 requests
            ├─ command  pause by jane (through sluice), 2m ago, taken: revision 3f2a77b1 stays at 20% of the traffic until resumed …
            └─ events
               ├─   3m  WeightAdvanced  Advance myapp.production canary weight 20
               └─  12s  CheckFailed  Halt myapp.production advancement at 20%: request-duration is 612ms, but allowed is at most 50…
            """);
  }

  @Test
  void oneThatFailedAndIsAtRest() throws IOException {
    var facts =
        facts(
            """
            status:
              phase: Failed
              rollout:
                revision: 3f2a77b1
                targetGeneration: 7
                cause: FailedChecks
                failure: request-success-rate is 87.32%, but allowed is at least 99%, 412 requests seen
                lastCheck:
                  run: 3f2a77b1-t8
                  at: "2026-01-01T08:00:00Z"
                  findings:
                  - {metric: errors, well: false, note: 12 more failures in a hundred requests than the primary}
            """,
            List.of(
                new Side("target", "myapp", "3f2a77b1", List.of("myapp:1.1.0"), 0, 0),
                new Side("primary", "myapp-primary", "", List.of("myapp:1.0.0"), 2, 2)),
            Optional.of(new Route("HTTPRoute", Split.NONE, "")),
            List.of());

    assertThat(drawn(facts))
        .isEqualTo(
            """
            production/myapp  Failed: request-success-rate is 87.32%, but allowed is at least 99%, 412 requests seen
            ├─ target   myapp  at rest  revision 3f2a77b1  myapp:1.1.0
            ├─ primary  myapp-primary  2 of 2 pods ready  myapp:1.0.0
            ├─ traffic  ░░░░░░░░░░░░░░░░░░░░  canary 0%, primary 100%  says the HTTPRoute
            ├─ steps    0% → 10% → 20% → 30% → 40% → 50% → promotion
            └─ checks   last 2h ago
               └─ ✘ errors  12 more failures in a hundred requests than the primary
            """);
  }

  @Test
  void oneWhoseRouteSaysAnotherShareThanWasAskedFor() throws IOException {
    var facts =
        facts(
            """
            status: {phase: Promoting, canaryWeight: 50, rollout: {revision: 3f2a77b1, id: r}}
            """,
            List.of(),
            Optional.of(
                new Route("HTTPRoute", Split.of(new Percent(30)), "no parent has accepted it")),
            List.of());

    assertThat(drawn(facts))
        .contains(
            "canary 30%, primary 70%  says the HTTPRoute, asked for are 50%; no parent has accepte…")
        .contains("50% → [promotion]");
  }

  @Test
  void oneThatNobodyHasLookedAt() throws IOException {
    assertThat(drawn(facts("", List.of(), Optional.empty(), List.of())))
        .isEqualTo(
            """
            production/myapp  nobody has looked at it yet; is a controller running?
            ├─ traffic  no live route says how it is split
            └─ steps    0% → 10% → 20% → 30% → 40% → 50% → promotion
            """);
  }

  @Test
  void oneThatHasOnlySoLongAndWhoseAlertsDoNotArrive() throws IOException {
    var drawn =
        drawn(
            facts(
                timed(
                    """
                    alerts:
                        - {to: AlertProvider production/on-call, since: "2026-01-01T07:00:00Z", why: it answers 403}
                    """),
                List.of(),
                Optional.empty(),
                List.of()));

    assertThat(drawn)
        .contains("├─ limit    ends at the latest in 12m, and is rolled back if it is not over\n")
        .endsWith(
            """
            └─ alerts   not taken by
               └─ AlertProvider production/on-call  for 3h: it answers 403
            """);
  }

  @Test
  void oneThatIsPausedHasAsLongAsItNeeds() throws IOException {
    var paused =
        timed(
            """
            orders: {paused: {by: jane, reason: INC-12, since: "2026-01-01T09:58:00Z"}}
            """);

    assertThat(drawn(facts(paused, List.of(), Optional.empty(), List.of())))
        .contains("paused")
        .doesNotContain("limit", "alerts");
  }

  /// A run that began ten minutes ago, may take twenty, and was stopped by people for two.
  private static String timed(String rollout) {
    return """
        maxDuration: 20m
    status:
      phase: Progressing
      canaryWeight: 20
      rollout:
        id: 3f2a77b1-t8
        revision: 3f2a77b1
        targetGeneration: 7
        started: "2026-01-01T09:50:00Z"
        stopped: 120
        since: "2026-01-01T09:57:00Z"
        nextStepAt: "2026-01-01T10:00:48Z"
        %s
    """
        .formatted(rollout.strip());
  }

  @Test
  void aTestOfTenLooksSaysWhichIsDue() throws IOException {
    JsonNode object =
        YAML.readTree(
            SPEC.replace("maxWeight: 50", "iterations: 10")
                    .replace("stepWeight: 10", "match: [{headers: {x-beta: {exact: \"yes\"}}}]")
                + """
                status:
                  phase: Progressing
                  iterations: 3
                  rollout: {revision: 3f2a77b1, id: r, share: 100, since: "2026-01-01T09:57:00Z", nextStepAt: "2026-01-01T10:00:48Z"}
                """);
    var canary = Canary.read(object);
    var standing = StatusReader.read(canary.status());
    var plan =
        (Plan.Valid) PolicyReader.read(canary.spec(), Settings.DEFAULT, Meshes.named("istio"));

    var outline = Outline.of(plan.policy(), standing);

    assertThat(outline.steps())
        .extracting(Outline.Step::label)
        .containsExactly("0%", "100% look 3 of 10", "promotion");
  }

  @Test
  void timesAreAsLongAsAnybodyReads() {
    assertThat(Tree.words(java.time.Duration.ofSeconds(-3))).isEqualTo("0s");
    assertThat(Tree.words(java.time.Duration.ofSeconds(119))).isEqualTo("119s");
    assertThat(Tree.words(java.time.Duration.ofMinutes(119))).isEqualTo("119m");
    assertThat(Tree.words(java.time.Duration.ofHours(47))).isEqualTo("47h");
    assertThat(Tree.words(java.time.Duration.ofDays(9))).isEqualTo("9d");
  }

  @Test
  void oneWithoutAMeshSaysWhereUsersAreAndCountsItsLooks() throws IOException {
    JsonNode object =
        YAML.readTree(
            SPEC.replace("maxWeight: 50", "iterations: 5")
                    .replace("    stepWeight: 10\n", "")
                    .replace("spec:\n", "spec:\n  provider: kubernetes\n")
                + """
                status:
                  phase: Progressing
                  iterations: 1
                  rollout: {revision: 3f2a77b1, id: r, share: 0, since: "2026-01-01T09:57:00Z", nextStepAt: "2026-01-01T10:00:48Z"}
                """);
    var canary = Canary.read(object);
    var standing = StatusReader.read(canary.status());
    var plan = PolicyReader.read(canary.spec(), Settings.DEFAULT, Meshes.named("kubernetes"));

    assertThat(
            drawn(
                new CanaryFacts(
                    canary,
                    standing,
                    Optional.of(Outline.of(((Plan.Valid) plan).policy(), standing)),
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    NOW)))
        .contains("traffic  without a mesh: users reach the primary alone, myapp-canary the canary")
        .contains("steps    0% → [look 1 of 5] → promotion");
  }

  @Test
  void oneWhosePodsAreNotReadySaysThatTheFirstCheckWaitsForThem() throws IOException {
    var facts =
        facts(
            """
            status:
              phase: Progressing
              rollout: {revision: 3f2a77b1, id: r, since: "2026-01-01T09:57:00Z", nextStepAt: "2026-01-01T09:57:48Z"}
            """,
            List.of(new Side("target", "myapp", "3f2a77b1", List.of("myapp:1.1.0"), 0, 2)),
            Optional.empty(),
            List.of());

    assertThat(drawn(facts))
        .contains("checks   failed 0 of 5, none yet, next when the target's pods are ready");
  }

  @Test
  void aFindingInWordsDoesNotRepeatItsMetric() throws IOException {
    var facts =
        facts(
            """
            status:
              phase: Failed
              rollout:
                id: r
                revision: 3f2a77b1
                lastCheck:
                  run: r
                  at: "2026-01-01T09:59:48Z"
                  findings:
                  - {metric: request-duration, well: false, note: request-duration has no value over the last 1m}
            """,
            List.of(),
            Optional.empty(),
            List.of());

    assertThat(drawn(facts)).contains("✘ request-duration  has no value over the last 1m\n");
  }
}
