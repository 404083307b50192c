package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.story.Way.Meeting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// One app that is released in one way behind one mesh, and all that its users, its author and the
/// person on call see of it. Releases follow one another; each is looked at for itself.
final class Site implements AutoCloseable {
  static final String WELL =
      "\"playground.sluice.dev/error-rate\":null,\"playground.sluice.dev/ready\":null";
  static final String FAILING =
      "\"playground.sluice.dev/error-rate\":\"0.5\",\"playground.sluice.dev/ready\":null";
  static final String NEVER_READY =
      "\"playground.sluice.dev/error-rate\":null,\"playground.sluice.dev/ready\":\"never\"";

  static final String METRIC =
      """
      apiVersion: flagger.app/v1beta1
      kind: MetricTemplate
      metadata: {name: errors, namespace: production}
      spec:
        provider: {type: prometheus, address: "http://prometheus:9090"}
        query: |
          100 * sum(rate(istio_requests_total{reporter="destination",
            destination_workload_namespace="{{ namespace }}", destination_workload="{{ target }}",
            response_code=~"5.*"}[{{ interval }}]) or vector(0))
          / sum(rate(istio_requests_total{reporter="destination",
            destination_workload_namespace="{{ namespace }}", destination_workload="{{ target }}"}[{{ interval }}]))
      """;

  private static final String PODS = "/api/v1/namespaces/production/pods";
  private static final Duration LONG = Duration.ofMinutes(8);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Target target;
  private final Meeting meeting;
  private final Provider provider;
  private final World world;
  private final List<String> lapses = new ArrayList<>();
  private int released = 1;
  private String promotedBefore = "";
  private int eventsBefore;
  private int alertsBefore;
  private int failuresBefore;
  private int copiesBefore;

  /// The same for a Deployment.
  Site(Way way, Provider provider, long seed, String... missing) {
    this(Target.DEPLOYMENT, way, provider, seed, missing);
  }

  /// An app that serves its users, and a Canary for it that has just been made.
  ///
  /// @param missing paths of objects that are not there, though the provider needs them
  Site(Target target, Way way, Provider provider, long seed, String... missing) {
    this.target = target;
    this.provider = provider;
    meeting = provider.meeting(way);
    world = new World(seed, provider).scrapedEvery(Duration.ofSeconds(5)).trafficOf(0);
    target.make(world, "1.0.0");
    world.run(Duration.ofSeconds(10));
    world.trafficOf(10).refuse("stop", "it answered 403: Forbidden").lookOn(this::look);
    if (meeting.hasLoadTest()) {
      world.loadTest(5);
    }
    if (way == Way.AB_TEST_BY_CALLER && provider.cannot(way).isEmpty()) {
      world.alsoTrafficFrom("insiders", 5);
    } else if (meeting == Meeting.INSIDERS) {
      world.alsoTraffic("insiders", 5, "x-canary", "insider");
    }
    world.apply(target.metric(METRIC));
    List.of(missing).forEach(world::delete);
    world.apply(
        """
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: myapp, namespace: production}
        spec:
          provider: %s
          revertOnDeletion: true
          targetRef: %s
          service: {%s%s}
          progressDeadlineSeconds: 60
          analysis: {interval: 10s, threshold: 2, %s, metrics: [%s], webhooks: [{name: stop, type: rollback, url: "http://gates.test/"}]}
        """
            .formatted(
                provider.title(),
                target.reference(),
                target.ports(),
                provider.service(),
                way.analysis(),
                provider.metric()));
  }

  World world() {
    return world;
  }

  Provider provider() {
    return provider;
  }

  Meeting meeting() {
    return meeting;
  }

  // ---- what happens ----

  /// The next version, with what its pods do; it is noticed.
  Site release(String behaviour) {
    released++;
    target.edit(world, version(), behaviour);
    return until("Progressing");
  }

  /// The next version, whatever is under way.
  Site edit() {
    released++;
    target.edit(world, version(), WELL);
    return this;
  }

  /// A new target of the next version in the place of one that was deleted.
  Site madeAnew() {
    released++;
    target.make(world, version());
    return this;
  }

  /// A version of before, as it was then.
  Site backTo(String version) {
    target.edit(world, version, WELL);
    return this;
  }

  /// The version that was released last.
  String version() {
    return released + ".0.0";
  }

  String versionBefore() {
    return released - 1 + ".0.0";
  }

  Site until(String phase) {
    world.runUntilPhase("myapp", phase, LONG);
    return this;
  }

  /// Until users are sent to the pods of a release, or as much as is sent to them.
  Site untilItIsMet() {
    return meeting == Meeting.LOAD_TEST_ALONE
        ? until(
            "its second look", () -> world.canary("myapp").at("/status/iterations").asInt() == 2)
        : until("users are sent to the release", this::isMet);
  }

  /// Until nothing is under way, and nothing begins.
  Site untilSettled() {
    until("nothing is under way", this::isIdle);
    run(15);
    return until("nothing is under way", this::isIdle);
  }

  private boolean isIdle() {
    return Set.of("Initialized", "Succeeded", "Failed").contains(world.phase("myapp"));
  }

  boolean isRollingBack() {
    return world.canary("myapp").at("/status/rollout/stage").asText().equals("RollingBack");
  }

  boolean isFailed() {
    return world.phase("myapp").equals("Failed");
  }

  /// The version that serves.
  String promoted() {
    return target.version(world, "myapp-primary");
  }

  Site until(String what, BooleanSupplier seen) {
    Instant end = world.now().plus(LONG);
    while (!seen.getAsBoolean()) {
      assertThat(world.now()).as(() -> what + ": " + told()).isBefore(end);
      world.run(SECOND);
    }
    return this;
  }

  Site run(int seconds) {
    world.run(Duration.ofSeconds(seconds));
    return this;
  }

  /// From here on another release is looked at.
  Site lookAnew() {
    world.answered().clear();
    insiders();
    lapses.clear();
    promotedBefore = promoted();
    eventsBefore = world.story("myapp").size();
    alertsBefore = world.alerts().size();
    failuresBefore = world.failedForUsers();
    copiesBefore = world.copies();
    return this;
  }

  // ---- what is seen ----

  boolean isMet() {
    return ledTo().contains("myapp-canary");
  }

  Set<String> ledTo() {
    return provider.leadsTo(world.get(provider.route("myapp")));
  }

  /// Requests go nowhere where no pod is ready, in any second.
  private void look() {
    for (String host : ledTo()) {
      if (ready(host) == 0) {
        lapses.add("%s: users are sent to %s, which has no ready pod".formatted(world.now(), host));
      }
    }
  }

  private int ready(String side) {
    Map<String, String> labels = target.labels(world, side);
    int ready = 0;
    for (JsonNode pod : world.get(PODS).path("items")) {
      JsonNode own = pod.at("/metadata/labels");
      if (labels.entrySet().stream()
          .allMatch(label -> own.path(label.getKey()).asText().equals(label.getValue()))) {
        for (JsonNode condition : pod.at("/status/conditions")) {
          ready +=
              condition.path("type").asText().equals("Ready")
                      && condition.path("status").asText().equals("True")
                  ? 1
                  : 0;
        }
      }
    }
    return ready;
  }

  private Map<String, Integer> insiders() {
    return meeting == Meeting.INSIDERS ? world.answered("insiders") : Map.of();
  }

  /// Reasons of the Events since then, in order.
  String reasons() {
    List<String> all = world.reasons("myapp");
    return String.join(" ", all.subList(eventsBefore, all.size()));
  }

  List<String> alerts() {
    return world.alerts().subList(alertsBefore, world.alerts().size());
  }

  /// Events, alerts and status, for a person.
  String told() {
    return "%s%n%s%nstatus %s"
        .formatted(
            String.join(
                "\n", world.story("myapp").subList(eventsBefore, world.story("myapp").size())),
            String.join("\n", alerts()),
            world.canary("myapp").path("status"));
  }

  // ---- what must be so ----

  /// No request found nobody, and none was sent where nobody could be found.
  Site nobodyWasLost() {
    assertThat(lapses).as(this::told).isEmpty();
    assertThat(world.answered()).as(this::told).doesNotContainKey("nobody");
    return this;
  }

  Site noRequestFailed() {
    assertThat(world.failedForUsers()).as(this::told).isEqualTo(failuresBefore);
    return this;
  }

  /// Those met the release who should, before it was over, and nobody else.
  Site wasMetByItsUsers() {
    var answered = Map.copyOf(world.answered());
    String before = target.serving(promotedBefore);
    String release = target.released(version());
    switch (meeting) {
      case SOME, SOME_AFTER_COPIES, ALL_AFTER_COPIES, ALL_AFTER_LOAD_TEST ->
          assertThat(answered).containsOnlyKeys(release, before);
      case LOAD_TEST_ALONE -> assertThat(answered).containsOnlyKeys(before);
      case INSIDERS -> {
        assertThat(answered).containsOnlyKeys(before);
        assertThat(insiders()).containsOnlyKeys(release, before);
      }
    }
    if (meeting.hasLoadTest()) {
      assertThat(world.answered("load test")).containsKey(release);
    }
    if (meeting.hasCopies()) {
      assertThat(world.copies()).isGreaterThan(copiesBefore);
    } else {
      assertThat(world.copies()).isEqualTo(copiesBefore);
    }
    return this;
  }

  Site wasMetByNoUser() {
    assertThat(world.answered()).containsOnlyKeys(target.serving(promotedBefore));
    assertThat(insiders()).doesNotContainKey(target.released(version()));
    return this;
  }

  /// All users are answered by the primary, with this version and as many pods as before, and the
  /// target rests.
  Site isServedBy(String version) {
    run(7);
    world.answered().clear();
    insiders();
    run(4);
    assertThat(world.answered()).as(this::told).isEqualTo(Map.of(target.serving(version), 40));
    assertThat(insiders().keySet()).isSubsetOf(target.serving(version));
    assertThat(promoted()).isEqualTo(version);
    assertThat(ready("myapp-primary")).isEqualTo(target.pods());
    assertThat(target.rests(world)).as(this::told).isTrue();
    assertThat(world.weight("myapp")).isZero();
    return this;
  }

  /// @param reasons a pattern of their names, with a blank between two
  Site wasTold(String reasons) {
    assertThat(reasons()).as(this::told).matches(reasons);
    return this;
  }

  /// @param texts a part of each, in order
  Site wasAlerted(String... texts) {
    List<String> alerts = alerts();
    assertThat(alerts).hasSameSizeAs(texts);
    for (int i = 0; i < texts.length; i++) {
      assertThat(alerts.get(i)).contains(texts[i]);
    }
    return this;
  }

  /// The Canary says what it leaves out.
  Site isWarned(String field) {
    assertThat(world.story("myapp"))
        .anyMatch(event -> event.startsWith("SpecWarning: ") && event.contains(field));
    return this;
  }

  boolean isLeftAlone() {
    return world.canary("myapp").path("code").asInt() == 404;
  }

  /// Without a Canary, all users are answered by the target as it is, and nothing is left of the
  /// rest.
  Site isLeftToItself(String version) {
    run(7);
    world.answered().clear();
    insiders();
    run(4);
    assertThat(world.answered()).as(this::told).isEqualTo(Map.of(target.released(version), 40));
    assertThat(target.version(world, "myapp")).isEqualTo(version);
    assertThat(ready("myapp")).isEqualTo(target.pods());
    assertThat(target.isGone(world, "myapp-primary")).isTrue();
    return this;
  }

  /// The Canary says what cannot be, and its users are served as if it were not there.
  Site isRefused(String why) {
    JsonNode conditions = world.canary("myapp").at("/status/conditions");
    assertThat(conditions)
        .anySatisfy(condition -> {
          assertThat(condition.path("type").asText()).isEqualTo("Stalled");
          assertThat(condition.path("message").asText()).contains(why);
        });
    assertThat(world.answered()).containsOnlyKeys(target.released("1.0.0"));
    return noRequestFailed();
  }

  @Override
  public void close() {
    world.close();
  }
}
