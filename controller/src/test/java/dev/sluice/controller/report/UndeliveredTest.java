package dev.sluice.controller.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.controller.alert.Alerts;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.HttpFailure;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.virtual.CountedApi;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.RolloutStatus;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who does not get the alerts of a Canary stands in its status.
class UndeliveredTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);
  private static final ObjectRef SHOP = new ObjectRef("production", "shop");
  private static final YAMLMapper YAML = new YAMLMapper();

  private final CountedApi api =
      new CountedApi(new KubernetesApi(() -> NOW, new Random(1), Users.EVERYBODY));
  private final Cluster cluster = PlaygroundCluster.over(api, List.of(), (_, _) -> {});
  private final Set<String> down = new HashSet<>();
  private AlertMessenger messenger = messenger();

  private AlertMessenger messenger() {
    return new AlertMessenger(
        new Alerts(cluster::get, this::receive, Optional.empty(), true),
        new Events(cluster),
        cluster,
        "",
        Runnable::run,
        _ -> {});
  }

  private Http.Response receive(Http.Request request) throws HttpFailure {
    if (down.contains(request.uri().getHost())) {
      return new Http.Response(503, Map.of(), new byte[0]);
    }
    return new Http.Response(200, Map.of(), "ok".getBytes(StandardCharsets.UTF_8));
  }

  @BeforeEach
  void aCanaryWithTwoReceivers() throws IOException {
    for (ObjectNode definition :
        Manifests.definitions(Path.of(System.getProperty("sluice.root", "..")))) {
      Manifests.create(api, definition);
    }
    Manifests.create(
        api,
        (ObjectNode)
            YAML.readTree("{apiVersion: v1, kind: Namespace, metadata: {name: production}}"));
    for (String receiver : List.of("chat", "pager")) {
      create(
          Kind.ALERT_PROVIDER,
          """
          apiVersion: flagger.app/v1beta1
          kind: AlertProvider
          metadata: {name: %1$s, namespace: production}
          spec: {type: slack, address: 'http://%1$s.test/hush'}
          """
              .formatted(receiver));
    }
    create(
        Kind.CANARY,
        """
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: shop, namespace: production}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
          service: {port: 80}
          analysis:
            interval: 1m
            threshold: 1
            stepWeight: 10
            alerts:
            - {name: chat, severity: info, providerRef: {name: chat}}
            - {name: pager, severity: error, providerRef: {name: pager}}
        """);
    String version = shop().metadata().resourceVersion();
    cluster.patchStatus(
        Kind.CANARY, SHOP, Map.of("phase", "Progressing", "rollout", Map.of("id", "r-1")), version);
    api.take();
  }

  private void create(Kind kind, String yaml) throws IOException {
    cluster.create(kind, YAML.readValue(yaml, GenericKubernetesResource.class));
  }

  private Canary shop() {
    return Canary.read(
        new ObjectMapper().valueToTree(cluster.get(Kind.CANARY, SHOP).orElseThrow()));
  }

  private List<RolloutStatus.Undelivered> undelivered() {
    return Objects.requireNonNull(shop().status().rollout()).alerts();
  }

  private void tell(Announcement.Severity severity, Instant at) {
    var standing =
        new Standing(new Phase.Initializing(Optional.empty(), NOW), Optional.empty(), List.of(), 1);
    var alert = new Announcement.Alert(severity, "Something", false);
    messenger.tell(
        shop(), standing, new Announcement(Reason.HELD, "Something", Optional.of(alert)), at);
  }

  @Test
  void whoDoesNotTakeAnAlertStandsThereWithoutSecretsUntilHeDoes() {
    down.add("chat.test");
    tell(Announcement.Severity.INFO, NOW);

    assertThat(undelivered())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.to()).isEqualTo("AlertProvider production/chat");
          assertThat(one.since()).isEqualTo(NOW);
          assertThat(one.why()).endsWith("it answered 503").doesNotContain("hush");
        });

    down.clear();
    tell(Announcement.Severity.INFO, LATER);

    assertThat(undelivered()).isEmpty();
  }

  @Test
  void statusIsWrittenWhenThatChangesAndOnlyThen() {
    tell(Announcement.Severity.INFO, NOW);
    down.add("chat.test");
    tell(Announcement.Severity.INFO, NOW);
    tell(Announcement.Severity.INFO, LATER);
    messenger = messenger();
    tell(Announcement.Severity.INFO, LATER);

    assertThat(api.take().get("PATCH canaries/status")).isEqualTo(1);
    assertThat(undelivered()).extracting(RolloutStatus.Undelivered::since).containsExactly(NOW);
  }

  /// Whether it would take one now, nobody knows.
  @Test
  void aReceiverThatIsNotMeantThisTimeStaysThere() {
    down.add("pager.test");
    tell(Announcement.Severity.ERROR, NOW);
    tell(Announcement.Severity.INFO, LATER);

    assertThat(undelivered())
        .extracting(RolloutStatus.Undelivered::to)
        .containsExactly("AlertProvider production/pager");
  }

  @Test
  void aReceiverThatIsNotNamedAnyMoreIsForgotten() {
    down.add("chat.test");
    tell(Announcement.Severity.ERROR, NOW);
    cluster.mergePatch(
        Kind.CANARY,
        SHOP,
        Map.of(
            "spec",
            Map.of(
                "analysis",
                Map.of(
                    "alerts",
                    List.of(Map.of("name", "p", "providerRef", Map.of("name", "pager")))))));
    tell(Announcement.Severity.ERROR, LATER);

    assertThat(undelivered()).isEmpty();
  }
}
