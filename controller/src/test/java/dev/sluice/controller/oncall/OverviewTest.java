package dev.sluice.controller.oncall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Many rollouts, a line each.
class OverviewTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");

  private static JsonNode canary(String name, String status) throws IOException {
    return YAML.readTree(
        "{metadata: {namespace: production, name: %s}, status: %s}".formatted(name, status));
  }

  private static List<String> drawn(JsonNode... canaries) {
    return Overview.draw(List.of(canaries), NOW).stream()
        .map(line -> line.render(100, false))
        .toList();
  }

  @Test
  void whoNeedsSomebodyComesFirst() throws IOException {
    assertThat(
            drawn(
                canary("api", "{phase: Succeeded, lastTransitionTime: \"2026-01-01T08:00:00Z\"}"),
                canary(
                    "cart",
                    "{phase: Progressing, canaryWeight: 0, rollout: {share: 100}, lastTransitionTime: \"2026-01-01T09:59:00Z\"}"),
                canary("pay", "{phase: Failed, lastTransitionTime: \"2026-01-01T09:00:00Z\"}"),
                canary(
                    "shop",
                    "{phase: Progressing, canaryWeight: 5, lastTransitionTime: \"2026-01-01T09:59:00Z\","
                        + " rollout: {held: {reason: Paused, message: paused by jane}}}")))
        .containsExactly(
            "NAMESPACE   NAME  PHASE        WEIGHT  SINCE  HELD",
            "production  shop  Progressing  5%      60s    Paused: paused by jane",
            "production  pay   Failed       0%      60m",
            "production  cart  Progressing  100%    60s",
            "production  api   Succeeded    0%      2h");
  }

  @Test
  void oneThatNobodyHasLookedAtSaysSo() throws IOException {
    assertThat(drawn(canary("new", "{}")).getLast())
        .isEqualTo("production  new   not looked at  0%");
  }

  @Test
  void anEmptyNamespaceSaysHowToLookElsewhere() {
    assertThat(drawn()).containsExactly("there is no Canary here; another namespace: -n, all: -A");
  }
}
