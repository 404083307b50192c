package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Samples as they were scraped, asked of a Prometheus.
class SamplesTest {
  private final List<Http.Request> sent = new ArrayList<>();

  @Test
  void eachSeriesHasItsSamplesWithTheirOwnTimes() throws Exception {
    var answer =
        matrix(
            "{\"metric\":{\"pod\":\"a\"},\"values\":[[1763726400.123,\"5\"],[1763726415,\"7\"]]}");

    assertThat(answering(200, answer))
        .isEqualTo(
            new Samples.Runs(
                List.of(
                    new Samples.Run(
                        Map.of("pod", "a"),
                        new long[] {1763726400123L, 1763726415000L},
                        new double[] {5, 7})),
                ""));
  }

  @Test
  void theEndOfASeriesAndWhatIsNotNewerAreNoSamples() throws Exception {
    var answer =
        matrix(
            "{\"metric\":{},\"values\":[[10,\"5\"],[20,\"NaN\"],[10,\"5\"],[30,\"6\"]]}",
            "{\"metric\":{\"pod\":\"gone\"},\"values\":[[10,\"NaN\"]]}");

    assertThat(answering(200, answer))
        .isEqualTo(
            new Samples.Runs(
                List.of(
                    new Samples.Run(Map.of(), new long[] {10_000, 30_000}, new double[] {5, 6})),
                ""));
  }

  @Test
  void noSeriesAreAnAnswer() throws Exception {
    assertThat(answering(200, matrix())).isEqualTo(new Samples.Runs(List.of(), ""));
  }

  @Test
  void theQuestionIsAboutItsOwnTime() throws Exception {
    answering(200, matrix());

    var form =
        URLDecoder.decode(
            new String(sent.getFirst().body(), StandardCharsets.US_ASCII), StandardCharsets.UTF_8);
    assertThat(form).startsWith("query=up[5m]&").endsWith("&time=1763726400.500");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | {\"status\":\"error\",\"error\":\"parse error\"} | Refused",
        "422 | {\"status\":\"error\",\"error\":\"query processing would load too many samples into memory\"} | TooMuch",
        "503 | {\"status\":\"error\",\"error\":\"query timed out\"} | Unavailable",
        "401 | no | Unavailable",
        "200 | <html></html> | Unavailable",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}} | Refused",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1,\"x\"]]}]}} | Unavailable",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[\"1\",\"2\"]]}]}} | Unavailable",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"matrix\"}} | Unavailable",
      })
  void whatWentWrongIsToldApart(int status, String answer, String kind) throws Exception {
    assertThat(answering(status, answer).getClass().getSimpleName()).isEqualTo(kind);
  }

  @Test
  void moreThanIsTakenAtOnceAsksForLess() throws Exception {
    var many = "[1,\"2\"],".repeat(1_000_000) + "[1,\"2\"]";

    assertThat(answering(200, matrix("{\"metric\":{},\"values\":[" + many + "]}")))
        .isInstanceOf(Samples.TooMuch.class);
    assertThat(failing(new Http.TooLong("more than 33554432 bytes")))
        .isInstanceOf(Samples.TooMuch.class);
    assertThat(failing(new Http.Futile("no such host name"))).isInstanceOf(Samples.Refused.class);
    assertThat(failing(new ConnectException("refused"))).isInstanceOf(Samples.Unavailable.class);
  }

  private Samples answering(int status, String answer) throws Exception {
    return ask(request -> {
      sent.add(request);
      return new Http.Response(status, answer.getBytes(StandardCharsets.UTF_8));
    });
  }

  private static Samples failing(IOException failure) throws Exception {
    return ask(_ -> {
      throw failure;
    });
  }

  private static Samples ask(Http http) throws Exception {
    return Providers.connect(Provider.prometheus("http://prometheus:9090"), http)
        .samples("up[5m]", Instant.ofEpochMilli(1763726400500L));
  }

  private static String matrix(String... series) {
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
        + String.join(",", series)
        + "]}}";
  }
}
