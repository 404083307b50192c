package dev.sluice.controller.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.LocalServer;
import dev.sluice.controller.http.ResilientHttp;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.Analysis.WebhookType;
import dev.sluice.crds.ObjectRef;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhooksTest {
  private static final Webhooks.Subject SUBJECT =
      new Webhooks.Subject(new ObjectRef("production", "myapp"), "Progressing", "85cbbccbb");

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

  private static Webhook webhook(String url, String timeout, Map<String, String> metadata) {
    return new Webhook(
        WebhookType.PRE_ROLLOUT, "acceptance-test", url, false, timeout, 0, false, metadata);
  }

  private Optional<String> call(LocalServer server) throws InterruptedException {
    return call(webhook(server.uri("/").toString(), "5s", Map.of()));
  }

  private Optional<String> call(Webhook webhook) throws InterruptedException {
    return new Webhooks(http, Optional.empty()).refusal(webhook, SUBJECT);
  }

  @Test
  void thePayloadIsFlaggers() throws Exception {
    try (var server = new LocalServer(vertx, request -> request.response().end())) {
      var metadata = Map.of("type", "bash");

      assertThat(call(webhook(server.uri("/hook").toString(), "30s", metadata))).isEmpty();
      assertThat(call(server)).isEmpty();

      // as the real Flagger sent it, but for the checksum
      var json = new ObjectMapper();
      assertThat(json.readTree(server.seen().getFirst().body()))
          .isEqualTo(
              json.readTree(
                  """
                  {"name": "myapp", "namespace": "production", "phase": "Progressing",
                   "checksum": "85cbbccbb", "metadata": {"type": "bash"}}
                  """));
      assertThat(server.seen().getFirst().method()).isEqualTo("POST");
      assertThat(server.seen().getFirst().headers())
          .containsEntry("content-type", "application/json");
      assertThat(server.seen().getLast().body()).doesNotContain("metadata");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "200, true",
    "202, true",
    "204, true",
    "299, true",
    "302, false",
    "404, false",
    "500, false"
  })
  void anyStatusOf2xxAgrees(int status, boolean agrees) throws Exception {
    try (var server =
        new LocalServer(vertx, request -> request.response().setStatusCode(status).end())) {
      assertThat(call(server).isEmpty()).isEqualTo(agrees);
    }
  }

  @Test
  void whoAsksToComeBackLaterIsAskedOnlyAsOftenAsTheWebhookWants() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request ->
                request.response().setStatusCode(429).putHeader("retry-after", "1").end("busy"))) {
      assertThat(call(server)).contains("it answered 429: busy");
      assertThat(server.seen()).hasSize(1);
    }
  }

  @Test
  void whoHangsUpRefuses() throws Exception {
    try (var server = new LocalServer(vertx, request -> request.connection().close())) {
      assertThat(call(server).orElseThrow())
          .startsWith("it failed: " + server.uri(""))
          .doesNotContain("/hook");
    }
  }

  @Test
  void aRefusalSaysWhatTheReceiverSaid() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request ->
                request
                    .response()
                    .setStatusCode(500)
                    .end(
                        "command curl failed:\n\u001b[31mexit status 22\u001b[0m  "
                            + "x".repeat(1000)))) {
      assertThat(call(server).orElseThrow())
          .startsWith("it answered 500: command curl failed: [31mexit status 22 [0m xxx")
          .hasSizeLessThan(350)
          .endsWith("…");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"200 |", "500 | it answered 500, with more than 1048576 bytes"})
  void ofAHugeAnswerOnlyTheStatusCounts(int status, String refusal) throws Exception {
    var huge = "x".repeat(3 << 20);
    try (var server =
        new LocalServer(vertx, request -> request.response().setStatusCode(status).end(huge))) {
      assertThat(call(server)).isEqualTo(Optional.ofNullable(refusal));
    }
  }

  @Test
  void anAnswerThatBreaksOffIsNone() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request -> {
              var response = request.response().putHeader("content-length", "100");
              response.write("half").onComplete(_ -> request.connection().close());
            })) {
      assertThat(call(server).orElseThrow()).endsWith("did not answer: the connection was lost");
    }
  }

  /// It would have to be trusted to mean no other host, and 301 to 303 would make a GET of it.
  @Test
  void aRedirectIsNotFollowed() throws Exception {
    try (var other = new LocalServer(vertx, request -> request.response().end());
        var server =
            new LocalServer(
                vertx,
                request ->
                    request
                        .response()
                        .setStatusCode(307)
                        .putHeader("location", other.uri("/").toString())
                        .end())) {
      assertThat(call(server)).contains("it answered 307");
      assertThat(other.seen()).isEmpty();
    }
  }

  @Test
  void whoDoesNotAnswerInTimeRefuses() throws Exception {
    try (var server = new LocalServer(vertx, WebhooksTest::never)) {
      assertThat(call(webhook(server.uri("/?token=hidden").toString(), "1s", Map.of())))
          .contains("it failed: " + server.uri("") + " did not answer within 1000 ms");
    }
  }

  private static void never(HttpServerRequest request) {
    // leaves the caller waiting
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "::secret:: | 5s | it cannot be called: its url is not a URL",
        "http://h/ | 5x | it cannot be called: its timeout '5x' is not a duration such as 30s or 1m30s",
        "ftp://h/ | 5s | it failed: an address looks like http://host/path"
      })
  void whatCannotBeCalledIsSaid(String url, String timeout, String why) throws Exception {
    assertThat(call(webhook(url, timeout, Map.of()))).contains(why);
  }

  @Test
  void retriesAreTheOnesAskedFor() throws Exception {
    Webhook twice = new Webhook(null, "load-test", "http://h/", false, null, 2, true, Map.of());

    Http.Request request = WebhookCall.request(twice, SUBJECT, Map.of(), Optional.empty());

    assertThat(request.retries()).isEqualTo(Http.Retries.of(2));
    assertThat(request.timeout()).hasSeconds(10);
    assertThat(request.verifyTls()).isFalse();
  }

  @Test
  void shortNamesAreLookedUpInTheNamespaceOfTheCanary() throws Exception {
    try (var proxy = new LocalServer(vertx, request -> request.response().end())) {
      var webhooks = new Webhooks(http, Optional.of(Http.Proxy.at(proxy.uri(""))));

      assertThat(
              webhooks.refusal(webhook("http://flagger-loadtester.test/", "5s", Map.of()), SUBJECT))
          .isEmpty();

      assertThat(proxy.seen().getFirst().uri()).isEqualTo("http://flagger-loadtester.test/");
      assertThat(proxy.seen().getFirst().headers())
          .containsEntry("proxy-authorization", "Basic cHJvZHVjdGlvbjo=");
    }
  }
}
