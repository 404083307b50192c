package dev.sluice.controller.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.controller.rollout.StatusReader;
import dev.sluice.controller.webhook.Webhooks;
import dev.sluice.crds.Canary;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class EventWebhooksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123Z");
  private static final String EVENTS =
      "- {name: events, type: event, url: 'http://hook.test/event'}";

  /// What receivers got, as `host: message`.
  private final List<String> got = new ArrayList<>();

  private final List<JsonNode> bodies = new ArrayList<>();
  private final Queue<Runnable> threads = new ArrayDeque<>();
  private boolean away;

  private EventWebhooks events(Optional<URI> fallback) {
    return new EventWebhooks(new Webhooks(this::receive, Optional.empty()), fallback, threads::add);
  }

  private Http.Response receive(Http.Request request) throws HttpFailure {
    try {
      JsonNode body = new ObjectMapper().readTree(request.body());
      bodies.add(body);
      got.add(request.uri().getHost() + ": " + body.at("/metadata/eventMessage").asText());
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
    if (away) {
      throw new HttpFailure(HttpFailure.Cause.NO_ANSWER, "hook.test did not answer");
    }
    return new Http.Response(200, Map.of(), new byte[0]);
  }

  /// Whoever has something to deliver delivers it.
  private void run() {
    for (Runnable next = threads.poll(); next != null; next = threads.poll()) {
      next.run();
    }
  }

  private static Canary canary(String name, String webhooks) {
    try {
      return Canary.read(
          new YAMLMapper()
              .readTree(
                  """
                  apiVersion: flagger.app/v1beta1
                  kind: Canary
                  metadata: {name: %s, namespace: production}
                  spec:
                    targetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}
                    service: {port: 80}
                    analysis:
                      interval: 1m
                      threshold: 3
                      stepWeight: 10
                      webhooks:
                  %s
                  status:
                    phase: WaitingPromotion
                    canaryWeight: 50
                    rollout: {id: 3f2a-t8, revision: 3f2a}
                  """
                      .formatted(name, name, webhooks.indent(6))));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void tell(EventWebhooks events, Canary canary, String message) {
    events.tell(
        canary,
        StatusReader.read(canary.status()).orElseThrow(),
        new Announcement(Reason.CHECK_FAILED, message, Optional.empty()),
        NOW);
  }

  @Test
  void thePayloadIsFlaggers() throws Exception {
    var events = events(Optional.empty());
    tell(
        events,
        canary(
            "myapp",
            "- {name: e, type: event, url: 'http://hook.test/', metadata: {env: eu, eventType: mine}}"),
        "Halt myapp.production advancement");
    run();

    // as the real Flagger sent it, but for the checksum
    assertThat(bodies)
        .containsExactly(
            new ObjectMapper()
                .readTree(
                    """
                    {"name": "myapp", "namespace": "production", "phase": "WaitingPromotion",
                     "checksum": "3f2a",
                     "metadata": {"env": "eu", "eventMessage": "Halt myapp.production advancement",
                       "eventType": "Warning", "timestamp": "1767261600123"}}
                    """));
  }

  @Test
  void everyEventReachesEveryEventWebhookInOrder() {
    var events = events(Optional.of(URI.create("http://global.test/")));
    Canary canary =
        canary("myapp", EVENTS + "\n- {name: more, type: event, url: 'http://other.test/'}");

    tell(events, canary, "one");
    tell(events, canary, "two");
    run();
    tell(events, canary, "three");
    run();

    assertThat(got)
        .containsExactly(
            "hook.test: one",
            "other.test: one",
            "hook.test: two",
            "other.test: two",
            "hook.test: three",
            "other.test: three");
  }

  @Test
  void aCanaryWithoutEventWebhooksUsesTheControllersOwn() {
    Canary canary = canary("myapp", "- {name: load-test, url: 'http://load.test/'}");

    tell(events(Optional.of(URI.create("http://global.test/"))), canary, "one");
    tell(events(Optional.empty()), canary, "two");
    run();

    assertThat(got).containsExactly("global.test: one");
  }

  @Test
  void aReceiverThatIsAwayStopsNothing() {
    var events = events(Optional.empty());
    Canary canary = canary("myapp", EVENTS);
    away = true;

    tell(events, canary, "one");
    run();
    away = false;
    tell(events, canary, "two");
    run();

    assertThat(got).containsExactly("hook.test: one", "hook.test: two");
  }

  @Test
  void aReceiverThatHangsHoldsUpOnlyItsOwnCanaryAndOnlySoManyEvents() {
    var events = events(Optional.empty());
    Canary hanging = canary("slow", EVENTS);
    for (int i = 0; i < EventWebhooks.MOST_OF_ONE + 50; i++) {
      tell(events, hanging, "event " + i);
    }
    Runnable hangs = threads.remove();

    tell(events, canary("quick", EVENTS), "of another");
    run();
    assertThat(got).containsExactly("hook.test: of another");

    hangs.run();
    assertThat(got).hasSize(1 + EventWebhooks.MOST_OF_ONE).contains("hook.test: event 0");
    tell(events, hanging, "after that");
    run();
    assertThat(got.getLast()).isEqualTo("hook.test: after that");
  }

  @Test
  void aControllerThatIsStoppingDropsThem() {
    var events =
        new EventWebhooks(
            new Webhooks(this::receive, Optional.empty()),
            Optional.empty(),
            task -> {
              throw new RejectedExecutionException("stopping");
            });

    tell(events, canary("myapp", EVENTS), "one");
    tell(events, canary("myapp", EVENTS), "two");

    assertThat(got).isEmpty();
  }
}
