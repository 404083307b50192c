package dev.sluice.controller.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.http.LocalServer;
import dev.sluice.controller.http.ResilientHttp;
import dev.sluice.crds.Analysis.Severity;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();

  private final Map<String, GenericKubernetesResource> objects = new HashMap<>();
  private Vertx vertx;
  private ResilientHttp http;

  @BeforeAll
  void start() {
    vertx = Vertx.vertx();
    http = ResilientHttp.over(vertx, ResilientHttp.Limits.DEFAULT);
  }

  @AfterAll
  void stop() throws Exception {
    http.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static JsonNode yaml(String text) throws IOException {
    return YAML.readTree(text);
  }

  private static Canary canary(String alerts, String rollout) throws IOException {
    return Canary.read(
        yaml(
            """
            metadata: {name: myapp, namespace: production}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
              progressDeadlineSeconds: 60
              service: {port: 80}
              analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 10, alerts: %s}
            status: {phase: Progressing, rollout: %s}
            """
                .formatted(alerts, rollout)));
  }

  private static final String ON_CALL = "[{name: on-call, providerRef: {name: on-call}}]";

  private void exists(Kind kind, String yaml) throws IOException {
    JsonNode json = yaml(yaml);
    objects.put(
        kind.kind()
            + " "
            + json.at("/metadata/namespace").asText()
            + "/"
            + json.at("/metadata/name").asText(),
        JSON.convertValue(json, GenericKubernetesResource.class));
  }

  private void provider(String spec) throws IOException {
    exists(
        Kind.ALERT_PROVIDER,
        "{metadata: {name: on-call, namespace: production}, spec: " + spec + "}");
  }

  private List<String> send(Canary canary, AlertMessage message) throws InterruptedException {
    return send(canary, message, Optional.empty());
  }

  private List<String> send(Canary canary, AlertMessage message, Optional<Destination> fallback)
      throws InterruptedException {
    Alerts.Objects known = (kind, ref) -> Optional.ofNullable(objects.get(kind.kind() + " " + ref));
    return failures(new Alerts(known, http, fallback, true).send(canary, message));
  }

  private static List<String> failures(Map<String, Optional<String>> outcomes) {
    return outcomes.values().stream().flatMap(Optional::stream).toList();
  }

  private static AlertMessage message(Severity severity) {
    return new AlertMessage(
        severity, new ObjectRef("production", "myapp"), "Something.", List.of());
  }

  private static void ok(HttpServerRequest request) {
    request.response().end("ok");
  }

  @Test
  void slackIsSentWhatFlaggerSent() throws Exception {
    Canary canary = canary(ON_CALL, "{}");
    try (var slack = new LocalServer(vertx, AlertsTest::ok);
        InputStream recorded =
            Objects.requireNonNull(getClass().getResourceAsStream("flagger-slack.jsonl"))) {
      provider(
          "{type: slack, channel: on-call, username: delivery, address: '"
              + slack.uri("/slack")
              + "'}");
      List<JsonNode> expected =
          JSON.readerFor(JsonNode.class).<JsonNode>readValues(recorded).readAll();

      for (JsonNode post : expected) {
        JsonNode attachment = post.at("/attachments/0");
        var severity =
            attachment.path("color").asText().equals("danger") ? Severity.ERROR : Severity.INFO;
        boolean details = !attachment.path("fields").isEmpty();
        assertThat(
                send(
                    canary,
                    AlertMessage.of(
                        canary, severity, attachment.path("text").asText(), details, "")))
            .isEmpty();
      }

      assertThat(expected).hasSizeGreaterThan(2);
      assertThat(slack.seen()).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        JsonNode sent = JSON.readTree(slack.seen().get(i).body());
        if (expected.get(i).at("/attachments/0/text").asText().startsWith("New revision")) {
          assertThat(sent.at("/attachments/0/fields")).hasSize(4);
        }
        assertThat(sent).isEqualTo(expected.get(i));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "maxWeight: 50, stepWeight: 10 | Weight step: 10 max: 50",
        "stepWeights: [1, 20] | Weight steps: 1,20 max: 20",
        "steps: [{setWeight: 60}, {pause: {}}, {setWeight: 20}] | Weight steps: 60,20 max: 60",
        "iterations: 3 | Blue/Green",
      })
  void theFactsSayHowUsersMeetTheRelease(String way, String fact) throws Exception {
    var canary =
        Canary.read(
            yaml(
                """
                metadata: {name: myapp, namespace: production}
                spec:
                  targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
                  service: {port: 80}
                  analysis: {interval: 10s, threshold: 3, %s}
                """
                    .formatted(way)));

    assertThat(AlertMessage.of(canary, Severity.INFO, "New revision", true, "").facts())
        .contains(new AlertMessage.Fact("Traffic routing", fact));
  }

  @Test
  void theReleaseIsNamedByRevisionAndCommitAndWhyItFailed() throws Exception {
    Canary canary =
        canary(
            ON_CALL,
            "{revision: 5f6e7d, commit: 'main@sha1:1f2e3d4c5b6a79880706f5e4d3c2b1a098f7e6d5',"
                + " failure: request-success-rate was 71.2 where at least 99 is wanted}");

    assertThat(AlertMessage.of(canary, Severity.ERROR, "Rolled back.", false, "blue").facts())
        .containsExactly(
            new AlertMessage.Fact("Cluster", "blue"),
            new AlertMessage.Fact("Revision", "5f6e7d"),
            new AlertMessage.Fact("Commit", "main@sha1:1f2e3d4c5b6a"),
            new AlertMessage.Fact(
                "Why", "request-success-rate was 71.2 where at least 99 is wanted"));
  }

  @ParameterizedTest
  @CsvSource({
    "none,  INFO, true",
    "'',    INFO, true",
    "info,  INFO, true",
    "info,  ERROR, true",
    "warn,  INFO, false",
    "warn,  WARN, true",
    "warn,  ERROR, true",
    "error, INFO, false",
    "error, WARN, false",
    "error, ERROR, true",
  })
  void anAlertIsSentWhatIsAtLeastAsSevereAsItAsksFor(String least, Severity severity, boolean sent)
      throws Exception {
    try (var slack = new LocalServer(vertx, AlertsTest::ok)) {
      provider("{type: slack, address: '" + slack.uri("/") + "'}");
      String wish = least.equals("none") ? "" : "severity: '" + least + "', ";

      send(
          canary("[{name: a, " + wish + "providerRef: {name: on-call}}]", "{}"), message(severity));

      assertThat(slack.seen()).hasSize(sent ? 1 : 0);
    }
  }

  @Test
  void whoIsNotNamedIsFlagger() throws Exception {
    try (var slack = new LocalServer(vertx, AlertsTest::ok)) {
      provider("{type: slack, address: '" + slack.uri("/") + "'}");

      send(canary(ON_CALL, "{}"), message(Severity.INFO));

      JsonNode first = JSON.readTree(slack.seen().getFirst().body());
      assertThat(first.path("channel").asText()).isEqualTo("general");
      assertThat(first.path("username").asText()).isEqualTo("flagger");
    }
  }

  @Test
  void theSecretHoldsTheAddressAndTheToken() throws Exception {
    try (var slack = new LocalServer(vertx, AlertsTest::ok)) {
      exists(
          Kind.SECRET,
          "{metadata: {name: slack, namespace: production}, data: {address: '%s', token: '%s'}}"
              .formatted(base64(slack.uri("/T0/B0") + "\n"), base64("xoxb-1")));
      provider("{type: slack, secretRef: {name: slack}}");

      assertThat(send(canary(ON_CALL, "{}"), message(Severity.INFO))).isEmpty();

      assertThat(slack.seen().getFirst().uri()).isEqualTo("/T0/B0");
      assertThat(slack.seen().getFirst().headers()).containsEntry("authorization", "Bearer xoxb-1");
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aCanaryWithoutAlertsUsesTheControllersOwnChannel() throws Exception {
    try (var slack = new LocalServer(vertx, AlertsTest::ok)) {
      var own =
          Destination.slack(
              slack.uri("/"), Optional.empty(), "releases", "sluice", Optional.empty());

      send(canary("[]", "{}"), message(Severity.INFO), Optional.of(own));
      provider("{type: slack, address: '" + slack.uri("/") + "', channel: other}");
      send(canary(ON_CALL, "{}"), message(Severity.INFO), Optional.of(own));

      assertThat(slack.seen())
          .extracting(seen -> JSON.readTree(seen.body()).path("channel").asText())
          .containsExactly("releases", "other");
    }
  }

  @Test
  void whatKeepsAnAlertFromBeingSentIsSaidWithoutSecrets() throws Exception {
    Canary canary = canary(ON_CALL, "{}");
    objects.clear();
    assertThat(send(canary, message(Severity.INFO)))
        .containsExactly(
            "Alert on-call was not sent by AlertProvider production/on-call: there is no such object");

    provider("{type: slack, secretRef: {name: slack}}");
    assertThat(send(canary, message(Severity.INFO)).getFirst())
        .endsWith("there is no Secret production/slack");

    exists(Kind.SECRET, "{metadata: {name: slack, namespace: production}, data: {token: eA==}}");
    assertThat(send(canary, message(Severity.INFO)).getFirst())
        .endsWith("Secret slack has no key 'address'");

    exists(
        Kind.SECRET,
        "{metadata: {name: slack, namespace: production}, data: {address: aHR0cDovL2h1c2ggaHVzaA==}}");
    assertThat(send(canary, message(Severity.INFO)).getFirst())
        .endsWith("its address is not a URL")
        .doesNotContain("hush");

    provider("{type: pager, address: 'http://h/secret'}");
    assertThat(send(canary, message(Severity.INFO)))
        .containsExactly(
            "AlertProvider production/on-call was not told: alerts of type pager are not known;"
                + " known: discord, gchat, msteams, rocket, slack, webhook");

    provider("{type: 5}");
    assertThat(send(canary, message(Severity.INFO)).getFirst())
        .contains("spec.type: must be a text, not 5");
  }

  @Test
  void aSinkThatRefusesOrIsGoneStopsNothing() throws Exception {
    Canary canary = canary(ON_CALL, "{}");
    try (var slack =
        new LocalServer(
            vertx,
            request ->
                request.response().end("{\"ok\": false, \"error\": \"channel_not_found\"}"))) {
      provider("{type: slack, address: '" + slack.uri("/hush") + "'}");
      assertThat(send(canary, message(Severity.INFO)))
          .containsExactly(
              "AlertProvider production/on-call did not take an alert: it refused: channel_not_found");
    }
    try (var slack =
        new LocalServer(vertx, request -> request.response().setStatusCode(404).end("no_team"))) {
      provider("{type: slack, address: '" + slack.uri("/hush") + "'}");
      assertThat(send(canary, message(Severity.INFO)).getFirst())
          .endsWith("it answered 404: no_team")
          .doesNotContain("hush");
    }
    Alerts.Objects broken =
        (_, _) -> {
          throw new ClusterFailure.Unavailable("no answer");
        };
    assertThat(
            failures(
                    new Alerts(broken, http, Optional.empty(), true)
                        .send(canary, message(Severity.INFO)))
                .getFirst())
        .endsWith("no answer");
  }

  @Test
  void aProviderOfAnotherNamespaceIsNotEvenReadWhereThatIsBlocked() throws Exception {
    Canary canary = canary("[{name: a, providerRef: {name: on-call, namespace: others}}]", "{}");
    Alerts.Objects nobodyAsks =
        (_, ref) -> {
          throw new AssertionError("asked for " + ref);
        };

    assertThat(
            failures(
                new Alerts(nobodyAsks, http, Optional.empty(), false)
                    .send(canary, message(Severity.INFO))))
        .containsExactly(
            "Alert a was not sent by AlertProvider others/on-call: references to other namespaces"
                + " are blocked (--no-cross-namespace-refs)");
  }

  /// Restarting a receiver costs no alert.
  @Test
  void aReceiverThatIsAwayForAMomentIsToldALittleLater() throws Exception {
    var calls = new AtomicInteger();
    try (var teams =
        new LocalServer(
            vertx,
            request ->
                request.response().setStatusCode(calls.incrementAndGet() == 1 ? 503 : 202).end())) {
      provider("{type: msteams, address: '" + teams.uri("/workflows/hush") + "'}");

      assertThat(send(canary(ON_CALL, "{}"), message(Severity.ERROR))).isEmpty();
      assertThat(teams.seen()).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "discord, /api/webhooks/1/x,            /api/webhooks/1/x/slack",
    "discord, /api/webhooks/1/x/slack,      /api/webhooks/1/x/slack",
    "discord, /api/webhooks/1/x/?wait=true, /api/webhooks/1/x/slack?wait=true",
    "rocket,  /hooks/a/b,                   /hooks/a/b",
    "gchat,   /v1/spaces/A/messages?key=k,  /v1/spaces/A/messages?key=k",
  })
  void eachReceiverIsAskedWhereItListens(String type, String given, String asked) throws Exception {
    try (var server = new LocalServer(vertx, AlertsTest::ok)) {
      provider("{type: " + type + ", address: '" + server.uri(given) + "'}");

      assertThat(send(canary(ON_CALL, "{}"), message(Severity.INFO))).isEmpty();
      assertThat(server.seen().getFirst().uri()).isEqualTo(asked);
    }
  }
}
