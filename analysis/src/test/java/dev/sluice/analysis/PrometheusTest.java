package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusTest {
  private final List<Http.Request> sent = new ArrayList<>();

  @Test
  void aVectorOfOneSeriesIsItsValue() throws Exception {
    assertThat(answering(vector("\"98.5\""))).isEqualTo(new Sample.Value(98.5));
  }

  @Test
  void aScalarIsItsValue() throws Exception {
    assertThat(
            answering(
                """
                {"status":"success","data":{"resultType":"scalar","result":[1763726400.1,"3"]}}\
                """))
        .isEqualTo(new Sample.Value(3));
  }

  @Test
  void infinityIsAValue() throws Exception {
    assertThat(answering(vector("\"+Inf\""))).isEqualTo(new Sample.Value(Double.POSITIVE_INFINITY));
    assertThat(answering(vector("\"-Inf\""))).isEqualTo(new Sample.Value(Double.NEGATIVE_INFINITY));
  }

  @Test
  void noSeriesAndNotANumberAreNoData() throws Exception {
    assertThat(
            answering(
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"))
        .isEqualTo(new Sample.NoData());
    assertThat(answering(vector("\"NaN\""))).isEqualTo(new Sample.NoData());
  }

  @Test
  void severalSeriesAreRefusedInsteadOfTakingOneOfThem() throws Exception {
    assertThat(answering(vector("\"1\"", "\"2\"")))
        .isEqualTo(
            new Sample.Refused(
                "its query answers with 2 series where one number is needed; aggregate them,"
                    + " for example with sum(...)"));
  }

  @Test
  void valuesOverTimeAreRefused() throws Exception {
    assertThat(
            answering(
                "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"))
        .isInstanceOf(Sample.Refused.class);
  }

  @Test
  void aQueryThatPrometheusDoesNotUnderstandIsRefusedInItsWords() throws Exception {
    var answer =
        """
        {"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:5: parse error:\\nunclosed left parenthesis"}\
        """;

    assertThat(answering(400, answer))
        .isEqualTo(
            new Sample.Refused(
                "prometheus at http://prometheus:9090 says: invalid parameter \"query\": 1:5:"
                    + " parse error: unclosed left parenthesis"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          503 | {"status":"error","errorType":"timeout","error":"query timed out"} | answers 503: query timed out
          502 | <html>Bad gateway</html>                                           | answers 502
          401 | Unauthorized                                                       | asks for credentials (401), and no secretRef gives any
          403 | {"status":"error","errorType":"forbidden","error":"tenant"}         | asks for credentials (403), and no secretRef gives any
          429 | {"status":"error","error":"too many requests"}                     | answers 429: too many requests
          302 | <a href="/login">Found</a>                                         | answers 302: redirects are not followed, write where it leads to
          500 | {"status":"error","errorType":"internal","error":"tsdb is closed"} | answers 500: tsdb is closed
          404 | 404 page not found                                                 | answers 404
          400 | <html>Bad request</html>                                           | answers 400, and not as Prometheus does
          200 | <html>Welcome</html>                                               | does not answer as Prometheus does: it lacks status=success
          200 | {"status":"success","data":{"resultType":"vector","result":[{"value":[1,"x"]}]}} | does not answer as Prometheus does: a value is not a number
          200 | {"status":"success","data":{"resultType":"vector"}}                | does not answer as Prometheus does: it has no result
          """)
  void whateverElseItAnswersIsAnOutageAndSaysNothingAboutTheRelease(
      int status, String body, String why) throws Exception {
    assertThat(answering(status, body))
        .isEqualTo(new Sample.Unavailable("prometheus at http://prometheus:9090 " + why));
  }

  @Test
  void noAnswerIsAnOutage() throws Exception {
    Http down =
        _ -> {
          throw new ConnectException("connection refused");
        };

    var sample = Providers.connect(PLAIN, down).number("up");

    assertThat(sample)
        .isEqualTo(
            new Sample.Unavailable(
                "prometheus at http://prometheus:9090 does not answer: connection refused"));
  }

  @Test
  void aQuestionThatCanNeverBeAnsweredWaitsForAnEdit() throws Exception {
    Http tooLong =
        _ -> {
          throw new Http.Futile("the answer is longer than 1048576 bytes");
        };

    assertThat(Providers.connect(PLAIN, tooLong).number("up"))
        .isEqualTo(
            new Sample.Refused(
                "prometheus at http://prometheus:9090 cannot answer: the answer is longer than"
                    + " 1048576 bytes"));
  }

  @Test
  void whatPrometheusWarnsOfStaysWithTheValueAndMattersOfStyleDoNot() throws Exception {
    var answer =
        """
        {"status":"success","warnings":["store 10.0.0.7 does not\\nanswer","b"],"infos":["no counter"],
         "data":{"resultType":"scalar","result":[1763726400.1,"3"]}}\
        """;

    assertThat(answering(answer))
        .isEqualTo(new Sample.Value(3, "store 10.0.0.7 does not answer and 1 more"));
  }

  @Test
  void withoutItsCredentialsAProviderIsNotAsked() throws Exception {
    var provider = PLAIN.with(new Credentials.OutOfReach("Secret a/b cannot be read: forbidden"));

    assertThat(ask(provider, 200, vector("\"1\"")))
        .isEqualTo(new Sample.Unavailable("Secret a/b cannot be read: forbidden"));
    assertThat(sent).isEmpty();
  }

  @Test
  void anInterruptedQuestionIsPassedOn() throws Exception {
    Http interrupted =
        _ -> {
          throw new InterruptedException();
        };
    var source = Providers.connect(PLAIN, interrupted);

    assertThatThrownBy(() -> source.number("up")).isInstanceOf(InterruptedException.class);
  }

  @Test
  void theQueryTravelsInTheBodyOfAPost() throws Exception {
    answering(vector("\"1\""));

    var request = sent.getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).hasToString("http://prometheus:9090/api/v1/query");
    var form =
        URLDecoder.decode(
            new String(request.body(), StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertThat(form).isEqualTo("query=sum(rate(x{a=\"b+c\"}[1m])) * 100 %&timeout=5s");
  }

  @Test
  void anAddressMayHaveAPath() throws Exception {
    ask(Provider.prometheus("https://metrics.example.com/tenant/7/"), 200, vector("\"1\""));

    assertThat(sent.getFirst().uri())
        .hasToString("https://metrics.example.com/tenant/7/api/v1/query");
  }

  @Test
  void credentialsOfTheSecretReplaceAHeaderOfTheSameNameAndAreNeverPrinted() throws Exception {
    var provider =
        new Provider(
            "prometheus",
            "http://prometheus:9090",
            Map.of("authorization", List.of("Bearer old"), "X-Scope-OrgID", List.of("7")),
            Credentials.of(Map.of("token", "s3cret\n")),
            true);

    var sample = ask(provider, 401, "s3cret");

    var request = sent.getFirst();
    assertThat(request.headers())
        .containsEntry("Authorization", List.of("Bearer s3cret"))
        .containsEntry("X-Scope-OrgID", List.of("7"))
        .doesNotContainKey("authorization");
    assertThat(request.insecureSkipVerify()).isTrue();
    assertThat(provider + " " + provider.credentials() + " " + request + " " + sample)
        .contains("refuses our credentials (401)")
        .doesNotContain("s3cret")
        .doesNotContain("old");
  }

  /// Flagger appends the token to the template it keeps, once for every question.
  @Test
  void askingAgainSendsTheSameHeaders() throws Exception {
    var provider =
        new Provider(
            "prometheus",
            "http://prometheus:9090",
            Map.of("X-Scope-OrgID", List.of("7")),
            Credentials.of(Map.of("token", "s3cret")),
            false);

    for (int question = 0; question < 3; question++) {
      ask(provider, 200, vector("\"1\""));
    }

    assertThat(sent)
        .extracting(Http.Request::headers)
        .allSatisfy(headers ->
            assertThat(headers)
                .containsEntry("Authorization", List.of("Bearer s3cret"))
                .containsEntry("X-Scope-OrgID", List.of("7")))
        .hasSize(3);
  }

  @Test
  void userAndPasswordBecomeBasicAuthentication() throws Exception {
    var provider =
        new Provider(
            "prometheus",
            "http://prometheus:9090",
            Map.of(),
            Credentials.of(Map.of("username", "aladdin", "password", "opensesame")),
            false);

    ask(provider, 200, vector("\"1\""));

    assertThat(sent.getFirst().headers())
        .containsEntry("Authorization", List.of("Basic YWxhZGRpbjpvcGVuc2VzYW1l"));
  }

  @Test
  void aSecretWithoutCredentialsIsRefused() {
    var provider =
        new Provider(
            "prometheus", "http://p", Map.of(), Credentials.of(Map.of("tokn", "s3cret")), false);

    assertThatThrownBy(() -> Providers.connect(provider, _ -> new Http.Response(200, new byte[0])))
        .hasMessage("the secret of a Prometheus holds 'token', or 'username' and 'password'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "prometheus:9090",
        "ftp://p",
        "http://",
        "http://a b",
        "file:///etc",
        "http://p?tenant=a",
        "http://p/#a"
      })
  void anAddressThatCannotWorkIsRefused(String address) {
    assertThatThrownBy(() ->
            Providers.connect(
                Provider.prometheus(address), _ -> new Http.Response(200, new byte[0])))
        .isInstanceOfSatisfying(
            NeedsEdit.class, e -> assertThat(e.subject()).isEqualTo("provider.address"))
        .hasMessageEndingWith("is not the address of a Prometheus; write it as http://HOST:PORT");
  }

  @Test
  void anUnknownProviderIsRefusedWithTheKnownOnes() {
    var provider = new Provider("promethues", "http://p", Map.of(), Credentials.NONE, false);

    assertThatThrownBy(() -> Providers.connect(provider, _ -> new Http.Response(200, new byte[0])))
        .hasMessage("unknown metric provider 'promethues'; known: prometheus");
  }

  @Test
  void aTableHasARowPerSeries() throws Exception {
    var table = Providers.connect(PLAIN, http(200, vector("\"1\"", "\"NaN\"", "\"3\""))).table("x");

    assertThat(table)
        .isEqualTo(
            new Table.Rows(
                List.of(
                    new Table.Row(Map.of("series", "0"), 1),
                    new Table.Row(Map.of("series", "2"), 3))));
  }

  private static final Provider PLAIN = Provider.prometheus("http://prometheus:9090");

  private Sample answering(String body) throws Exception {
    return answering(200, body);
  }

  private Sample answering(int status, String body) throws Exception {
    return ask(PLAIN, status, body);
  }

  private Sample ask(Provider provider, int status, String body) throws Exception {
    return Providers.connect(provider, http(status, body))
        .number("sum(rate(x{a=\"b+c\"}[1m])) * 100 %");
  }

  private Http http(int status, String body) {
    return request -> {
      sent.add(request);
      return new Http.Response(status, body.getBytes(StandardCharsets.UTF_8));
    };
  }

  private static String vector(String... values) {
    var series = new ArrayList<String>();
    for (var value : values) {
      series.add(
          "{\"metric\":{\"series\":\"%d\"},\"value\":[1763726400.1,%s]}"
              .formatted(series.size(), value));
    }
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}"
        .formatted(String.join(",", series));
  }
}
