package dev.sluice.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Http;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Sample;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalysisHttpTest {
  private static final String ONE =
      "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[0,\"1\"]}}";

  private Vertx vertx;
  private ResilientHttp http;
  private Http analysis;

  @BeforeAll
  void open() {
    vertx = Vertx.vertx();
    http = ResilientHttp.over(vertx, ResilientHttp.Limits.DEFAULT);
    analysis = new AnalysisHttp(http, Optional.empty());
  }

  @AfterAll
  void close() throws Exception {
    http.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void aQuestionIsSentAsItWasAsked() throws Exception {
    try (var server = new LocalServer(vertx, request -> request.response().end(ONE))) {
      assertThat(ask(server, Map.of("X-Scope-OrgID", "7"), Map.of("token", "s3cret")))
          .isEqualTo(new Sample.Value(1));

      var seen = server.seen().getFirst();
      assertThat(seen.method() + " " + seen.uri()).isEqualTo("POST /api/v1/query");
      assertThat(seen.body()).isEqualTo("query=up&timeout=5s");
      assertThat(seen.headers())
          .containsEntry("authorization", "Bearer s3cret")
          .containsEntry("x-scope-orgid", "7");
    }
  }

  @Test
  void aReplicaThatRestartsIsBridgedByASecondTry() throws Exception {
    var calls = new AtomicInteger();
    try (var server =
        new LocalServer(
            vertx,
            request -> {
              if (calls.incrementAndGet() == 1) {
                request.response().setStatusCode(503).end();
              } else {
                request.response().end(ONE);
              }
            })) {
      assertThat(ask(server, Map.of(), Map.of())).isEqualTo(new Sample.Value(1));
    }
  }

  @Test
  void aSourceThatStaysAwayIsAskedTwiceAndNotMore() throws Exception {
    try (var server =
        new LocalServer(vertx, request -> request.response().setStatusCode(429).end("slow down"))) {
      assertThat(ask(server, Map.of(), Map.of()))
          .isInstanceOfSatisfying(
              Sample.Unavailable.class, away -> assertThat(away.why()).endsWith("answers 429"));
      assertThat(server.seen()).hasSize(2);
    }
  }

  @Test
  void aQueryThatIsRefusedIsNotAskedAgain() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request ->
                request
                    .response()
                    .setStatusCode(400)
                    .end("{\"status\":\"error\",\"error\":\"parse error\"}"))) {
      assertThat(ask(server, Map.of(), Map.of())).isInstanceOf(Sample.Refused.class);
      assertThat(server.seen()).hasSize(1);
    }
  }

  @Test
  void credentialsAreNotCarriedToWhereARedirectLeads() throws Exception {
    try (var elsewhere = new LocalServer(vertx, AnalysisHttpTest::never);
        var server =
            new LocalServer(
                vertx,
                request ->
                    request
                        .response()
                        .setStatusCode(307)
                        .putHeader("Location", elsewhere.uri("/api/v1/query").toString())
                        .end())) {
      assertThat(ask(server, Map.of(), Map.of("username", "a", "password", "b")))
          .isInstanceOfSatisfying(
              Sample.Unavailable.class,
              away -> assertThat(away.why()).contains("answers 307: redirects are not followed"));
      assertThat(elsewhere.seen()).isEmpty();
    }
  }

  @Test
  void anAnswerThatIsTooLongWaitsForAnEdit() throws Exception {
    try (var server =
        new LocalServer(vertx, request -> request.response().end("x".repeat(2 << 20)))) {
      assertThat(ask(server, Map.of(), Map.of()))
          .isInstanceOfSatisfying(
              Sample.Refused.class,
              refused -> assertThat(refused.why()).contains("more than 1048576 bytes"));
      assertThat(server.seen()).hasSize(1);
    }
  }

  @Test
  void aHeaderThatCannotBeSentWaitsForAnEditAndIsNotShown() throws Exception {
    try (var server = new LocalServer(vertx, AnalysisHttpTest::never)) {
      assertThat(ask(server, Map.of("X-Key", "s3cret\r\nX-Other: 1"), Map.of()))
          .isInstanceOfSatisfying(
              Sample.Refused.class,
              refused ->
                  assertThat(refused.why())
                      .contains("header X-Key holds a line break")
                      .doesNotContain("s3cret"));
    }
  }

  @Test
  void nobodyThereIsAnOutage() {
    assertThatThrownBy(() ->
            analysis.send(
                new Http.Request(
                    "POST",
                    URI.create("http://127.0.0.1:1/api"),
                    Map.of(),
                    new byte[0],
                    Duration.ofSeconds(5),
                    100,
                    false)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(Http.Futile.class);
  }

  private Sample ask(LocalServer server, Map<String, String> headers, Map<String, String> secret)
      throws Exception {
    var several = new java.util.HashMap<String, List<String>>();
    headers.forEach((name, value) -> several.put(name, List.of(value)));
    var provider =
        new Provider(
            "prometheus", server.uri("").toString(), several, Credentials.of(secret), false);
    return Providers.connect(provider, analysis).number("up");
  }

  private static void never(HttpServerRequest request) {
    request.response().end("nobody should have asked");
  }
}
