package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.analysis.Http;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Sample;
import dev.sluice.controller.http.AnalysisHttp;
import dev.sluice.controller.http.ResilientHttp;
import dev.sluice.playground.metrics.PrometheusServer;
import dev.sluice.playground.metrics.Registry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the real Prometheus answers, over the real client, is what the analysis takes it for.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealPrometheusTest {
  private static final String TWO =
      "(vector(1) or label_replace(vector(2), \"a\", \"b\", \"\", \"\"))";

  private Vertx vertx;
  private PrometheusServer server;
  private ResilientHttp http;
  private Http analysis;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    vertx = Vertx.vertx();
    http = ResilientHttp.over(vertx, ResilientHttp.Limits.DEFAULT);
    analysis = new AnalysisHttp(http, Optional.empty());
    server =
        PrometheusServer.start(
            vertx, new Registry(), InstantSource.system(), PrometheusServer.Settings.in(folder, 0));
    assumeTrue(
        server.description().startsWith("prometheus "),
        "skipped: no prometheus on the PATH (" + server.description() + ")");
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
    http.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vector(42)             | 42
          scalar(vector(42))     | 42
          6 * 7                  | 42
          sum(vector(42))        | 42
          1 / 0                  | Infinity
          -vector(1) / 0         | -Infinity
          vector(1e-9)           | 1e-9
          """)
  void aScalarOrOneSeriesIsItsNumber(String query, double number) throws Exception {
    assertThat(ask(query)).isEqualTo(new Sample.Value(number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody_counts_this", "0 / 0", "vector(0) / 0", "vector(1) > 2"})
  void noSeriesAndNotANumberAreNoData(String query) throws Exception {
    assertThat(ask(query)).isEqualTo(new Sample.NoData());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sum(                            | parse error
          rate(up)                        | expected type range vector
          up[1m]                          | values over time where one number is needed
          vector(1) or on() vector(2) or TWO | 2 series where one number is needed
          TWO * on() TWO                  | duplicate
          {a=""}                          | vector selector must contain
          """)
  void aQueryThatWillNeverGiveOneNumberIsRefused(String query, String why) throws Exception {
    assertThat(ask(query.replace("TWO", TWO)))
        .isInstanceOfSatisfying(
            Sample.Refused.class, refused -> assertThat(refused.why()).contains(why));
  }

  @Test
  void textIsNoNumber() throws Exception {
    assertThat(ask("\"text\"")).isInstanceOf(Sample.Refused.class);
  }

  @Test
  void aPathThatIsNotThePrometheusSaysNothingAboutTheRelease() throws Exception {
    assertThat(
            Providers.connect(Provider.prometheus(server.url() + "/elsewhere"), analysis)
                .number("up"))
        .isInstanceOfSatisfying(
            Sample.Unavailable.class, away -> assertThat(away.why()).endsWith("answers 404"));
  }

  private Sample ask(String query) throws NeedsEdit, InterruptedException {
    return Providers.connect(Provider.prometheus(server.url()), analysis).number(query);
  }
}
