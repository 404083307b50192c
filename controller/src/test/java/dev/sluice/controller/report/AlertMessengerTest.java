package dev.sluice.controller.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.controller.alert.Alerts;
import dev.sluice.controller.alert.Destination;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.crds.Canary;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// In which order people read what happened.
class AlertMessengerTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private final Cluster cluster =
      PlaygroundCluster.over(
          new KubernetesApi(() -> NOW, new Random(1), Users.EVERYBODY), List.of(), (_, _) -> {});

  /// What people read, as `canary: text`.
  private final List<String> read = new ArrayList<>();

  /// Started threads; the one that was started last runs first.
  private final Deque<Runnable> threads = new ArrayDeque<>();

  private final AlertMessenger messenger =
      new AlertMessenger(
          new Alerts(
              cluster::get,
              this::receive,
              Optional.of(
                  Destination.slack(
                      URI.create("http://slack.test/"),
                      Optional.empty(),
                      "general",
                      "sluice",
                      Optional.empty())),
              true),
          new Events(cluster),
          cluster,
          "",
          threads::push,
          _ -> {});

  private Http.Response receive(Http.Request request) {
    try {
      var attachment = new ObjectMapper().readTree(request.body()).at("/attachments/0");
      read.add(attachment.path("author_name").asText() + ": " + attachment.path("text").asText());
      return new Http.Response(200, Map.of(), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tell(String canary, String text) {
    var standing =
        new Standing(new Phase.Initializing(Optional.empty(), NOW), Optional.empty(), List.of(), 1);
    var alert = new Announcement.Alert(Announcement.Severity.INFO, text, false);
    messenger.tell(
        canary(canary), standing, new Announcement(Reason.HELD, text, Optional.of(alert)), NOW);
  }

  private static Canary canary(String name) {
    try {
      return Canary.read(
          new YAMLMapper()
              .readTree(
                  """
                  apiVersion: flagger.app/v1beta1
                  kind: Canary
                  metadata: {name: %s, namespace: shop}
                  spec:
                    targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
                    service: {port: 80}
                    analysis: {interval: 1m, threshold: 1, stepWeight: 10}
                  """
                      .formatted(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void alertsOfOneCanaryComeInTheOrderOfWhatHappenedAndWaitForNoOther() {
    tell("web", "held");
    tell("web", "not held any more");
    tell("api", "held");

    while (!threads.isEmpty()) {
      threads.pop().run();
    }

    assertThat(read)
        .containsExactly("api.shop: held", "web.shop: held", "web.shop: not held any more");
  }
}
