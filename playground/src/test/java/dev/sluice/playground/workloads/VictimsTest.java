package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VictimsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
  private final List<Pod> pods = new ArrayList<>();

  /// Names from first to last; the list is given in the other order, which must not matter.
  private List<String> order() {
    var all = new ArrayList<>(pods.reversed());
    var related = pods.stream().map(Pod::object).toList();
    return Victims.of(all, related, all.size(), NOW).stream().map(Pod::name).toList();
  }

  private Pod pod(String name, Duration ready) {
    var pod =
        new Pod(
            yaml(
                """
                metadata: {name: %s, uid: "uid-%1$s", creationTimestamp: "2026-01-01T00:00:00Z", annotations: {}}
                spec: {nodeName: node-%1$s}
                status: {phase: Running, conditions: [{type: Ready, status: "True", lastTransitionTime: "%s"}]}
                """,
                name, Meta.text(NOW.minus(ready))));
    pods.add(pod);
    return pod;
  }

  @Test
  void whoIsOfLeastUseGoesFirst() {
    pod("old", Duration.ofHours(20));
    pod("young", Duration.ofMinutes(1));
    var restarted = pod("restarted", Duration.ofHours(20)).object();
    restarted
        .withObject("/status")
        .set("containerStatuses", yaml("a: [{restartCount: 3}]").get("a"));
    pod("cheap", Duration.ofHours(20))
        .object()
        .withObject("/metadata/annotations")
        .put(Victims.COST, "-5");
    pod("sick", Duration.ofHours(20)).object().withObject("/status").remove("conditions");
    pod("starting", Duration.ofHours(20)).object().withObject("/status").put("phase", "Pending");
    pod("homeless", Duration.ofHours(20)).object().withObject("/spec").remove("nodeName");

    assertThat(order())
        .containsExactly("homeless", "starting", "sick", "cheap", "young", "restarted", "old");
  }

  @Test
  void ofTwoOnOneNodeOneGoesBeforeTheOnlyOneOfAnother() {
    pod("alone", Duration.ofMinutes(1));
    pod("one", Duration.ofHours(20)).object().withObject("/spec").put("nodeName", "full");
    pod("two", Duration.ofHours(20)).object().withObject("/spec").put("nodeName", "full");

    assertThat(order().getLast()).isEqualTo("alone");
  }

  @Test
  void aCostThatIsNoNumberCostsNothing() {
    pod("a", Duration.ofHours(20))
        .object()
        .withObject("/metadata/annotations")
        .put(Victims.COST, "lots");
    pod("b", Duration.ofHours(20))
        .object()
        .withObject("/metadata/annotations")
        .put(Victims.COST, "1");

    assertThat(order()).containsExactly("a", "b");
  }
}
