package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InquiryTest {
  private static final Instant FIRST_TRAFFIC = Instant.parse("2026-11-21T12:00:00Z");
  private static final Provider PROMETHEUS = Provider.prometheus("http://prometheus:9090");
  private static final Variables MYAPP = Variables.of("production", "myapp", "myapp", "myapp");

  @Test
  void aBuiltInMetricIsAskedWithThePrimarysValueAndTheNumberOfRequests() throws Exception {
    var inquiry = inquiry(FIRST_TRAFFIC.plusSeconds(45), builtIn(BuiltIn.SUCCESS_RATE));

    assertThat(inquiry.questions())
        .extracting(Question::query)
        .satisfiesExactly(
            value -> assertThat(value).contains("=~\"myapp\"", "[45s]"),
            baseline -> assertThat(baseline).contains("=~\"myapp-primary\"", "[45s]"),
            requests -> assertThat(requests).startsWith("sum(increase(istio_requests_total"));
  }

  @Test
  void whatTwoChecksBothNeedIsAskedOnce() throws Exception {
    var inquiry =
        inquiry(
            FIRST_TRAFFIC.plusSeconds(45),
            builtIn(BuiltIn.SUCCESS_RATE),
            builtIn(BuiltIn.DURATION));

    assertThat(inquiry.questions()).hasSize(5);
  }

  @Test
  void theAnswersBecomeReadingsInTheOrderOfTheChecks() throws Exception {
    var inquiry =
        inquiry(
            FIRST_TRAFFIC.plusSeconds(300), builtIn(BuiltIn.SUCCESS_RATE), custom("{{ target }}"));
    var asked = List.copyOf(inquiry.questions());

    var readings =
        inquiry.readings(
            Map.of(
                asked.get(0), new Sample.Value(98),
                asked.get(1), new Sample.Value(99.9),
                asked.get(2), new Sample.Value(411.7),
                asked.get(3), new Sample.NoData()));

    assertThat(readings.get(0))
        .isEqualTo(
            new Reading.Asked(
                builtIn(BuiltIn.SUCCESS_RATE),
                Duration.ofMinutes(1),
                new Sample.Value(98),
                99.9,
                412L));
    assertThat(readings.get(1))
        .isEqualTo(
            new Reading.Asked(
                custom("{{ target }}"), Duration.ofMinutes(1), new Sample.NoData(), null, null));
  }

  @Test
  void aMetricWithAnInitialDelayIsNotAskedBeforeItIsOver() throws Exception {
    var limits =
        new Limits(
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            false,
            Duration.ofMinutes(3));
    var plain = custom("{{ target }}");
    var late = new Check(plain.metric(), plain.query(), plain.bound(), plain.interval(), limits);

    var before = inquiry(FIRST_TRAFFIC.plusSeconds(179), late);
    var after = inquiry(FIRST_TRAFFIC.plusSeconds(180), late);

    assertThat(before.questions()).isEmpty();
    assertThat(before.readings(Map.of()))
        .containsExactly(new Reading.Delayed(late, Duration.ofSeconds(179)));
    assertThat(after.questions()).hasSize(1);
  }

  @Test
  void aMissingBaselineDoesNotSpoilTheReading() throws Exception {
    var inquiry = inquiry(FIRST_TRAFFIC.plusSeconds(300), builtIn(BuiltIn.SUCCESS_RATE));
    var value = List.copyOf(inquiry.questions()).getFirst();

    assertThat(inquiry.readings(Map.of(value, new Sample.Value(98))))
        .containsExactly(
            new Reading.Asked(
                builtIn(BuiltIn.SUCCESS_RATE),
                Duration.ofMinutes(1),
                new Sample.Value(98),
                null,
                null));
  }

  @Test
  void nothingIsAskedBeforeTheRevisionHadTrafficForTwoScrapes() throws Exception {
    var inquiry = inquiry(FIRST_TRAFFIC.plusSeconds(3), builtIn(BuiltIn.SUCCESS_RATE));

    assertThat(inquiry.questions()).isEmpty();
    assertThat(inquiry.readings(Map.of()))
        .containsExactly(
            new Reading.TooEarly(
                builtIn(BuiltIn.SUCCESS_RATE), Duration.ofSeconds(3), Duration.ofSeconds(10)));
  }

  @Test
  void aRangeThatIsWrittenIntoTheQueryWaitsUntilItHoldsOnlyTheRevision() throws Exception {
    var check = custom("increase(errors_total[5m])");

    assertThat(inquiry(FIRST_TRAFFIC.plusSeconds(299), check).readings(Map.of()))
        .containsExactly(
            new Reading.TooEarly(check, Duration.ofSeconds(299), Duration.ofMinutes(5)));
    assertThat(inquiry(FIRST_TRAFFIC.plusSeconds(300), check).questions())
        .extracting(Question::query)
        .containsExactly("increase(errors_total[5m])");
    assertThat(inquiry(FIRST_TRAFFIC.plusSeconds(300), check).readings(Map.of()))
        .singleElement()
        .extracting(reading -> ((Reading.Asked) reading).window())
        .as("what people are told it looked back")
        .isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void anIntervalIsCutWhereverTheTemplateUsesIt() throws Exception {
    var check = custom("sum(rate(a[{{ interval }}])) / sum(rate(b[{{interval}}]))");

    assertThat(inquiry(FIRST_TRAFFIC.plusSeconds(45), check).questions())
        .extracting(Question::query)
        .containsExactly("sum(rate(a[45s])) / sum(rate(b[45s]))");
  }

  @Test
  void aTemplateThatCannotBeUsedStopsTheInquiry() {
    assertThatThrownBy(() -> inquiry(FIRST_TRAFFIC.plusSeconds(60), custom("{{ what }}")))
        .isInstanceOf(NeedsEdit.class);
  }

  @Test
  void equalQuestionsAreSentOnceAndNoMoreAtOnceThanAllowed() throws Exception {
    var onTheWay = new AtomicInteger();
    var most = new AtomicInteger();
    var sent = new AtomicInteger();
    var together = new CyclicBarrier(2);
    Http http =
        request -> {
          sent.incrementAndGet();
          most.accumulateAndGet(onTheWay.incrementAndGet(), Math::max);
          try {
            together.await();
          } catch (BrokenBarrierException e) {
            throw new IOException(e);
          }
          onTheWay.decrementAndGet();
          var form = new String(request.body(), StandardCharsets.UTF_8);
          var number = form.replaceAll("\\D*(\\d+).*", "$1");
          return new Http.Response(
              200,
              ("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[0,\""
                      + number
                      + "\"]}}")
                  .getBytes(StandardCharsets.UTF_8));
        };
    var questions =
        IntStream.range(0, 16).mapToObj(i -> new Question(PROMETHEUS, "q" + i % 8)).toList();

    var answers = Questions.ask(questions, Optional.empty(), http, 2).numbers();

    assertThat(sent).hasValue(8);
    assertThat(most).hasValue(2);
    assertThat(answers)
        .hasSize(8)
        .containsEntry(new Question(PROMETHEUS, "q7"), new Sample.Value(7));
  }

  @Test
  void aQuestionToAnUnknownProviderIsRefusedAndTheOthersAreAnswered() throws Exception {
    Http http =
        _ ->
            new Http.Response(
                200,
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"
                    .getBytes(StandardCharsets.UTF_8));
    var good = new Question(PROMETHEUS, "up");
    var bad =
        new Question(new Provider("dogdata", "http://d", Map.of(), Credentials.NONE, false), "up");

    assertThat(Questions.ask(List.of(good, bad), Optional.of(bad), http, 4).numbers())
        .containsEntry(good, new Sample.NoData())
        .containsEntry(
            bad, new Sample.Refused("unknown metric provider 'dogdata'; known: prometheus"));
  }

  @Test
  void aTableIsAskedBesideTheNumbersAndNotAfterThem() throws Exception {
    var both = new CyclicBarrier(2);
    Http http =
        request -> {
          try {
            both.await();
          } catch (BrokenBarrierException e) {
            throw new IOException(e);
          }
          return new Http.Response(
              200,
              "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"
                  .getBytes(StandardCharsets.UTF_8));
        };

    var answers =
        Questions.ask(
            List.of(new Question(PROMETHEUS, "up")),
            Optional.of(new Question(PROMETHEUS, "sum by (a) (b)")),
            http,
            2);

    assertThat(answers.table()).contains(new Table.Rows(List.of()));
  }

  @Test
  void whoeverGivesUpDoesNotWaitForASourceThatHangs() throws Exception {
    var abandoned = new CountDownLatch(1);
    var asked = new CountDownLatch(1);
    Http hangs =
        request -> {
          asked.countDown();
          try {
            new CountDownLatch(1).await();
          } finally {
            abandoned.countDown();
          }
          throw new IOException("never");
        };
    var caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Questions.ask(List.of(new Question(PROMETHEUS, "up")), Optional.empty(), hangs, 2);
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    asked.await();

    caller.interrupt();

    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    assertThat(abandoned.getCount()).isZero();
  }

  private static Inquiry inquiry(Instant now, Check... checks) throws NeedsEdit {
    return Inquiry.of(
        List.of(checks),
        MYAPP,
        "myapp-primary",
        MeshQueries.of("istio"),
        FIRST_TRAFFIC,
        now,
        Duration.ofSeconds(5));
  }

  private static Check builtIn(BuiltIn metric) throws NeedsEdit {
    return new Check(
        metric.metric(),
        metric.query(MeshQueries.of("istio"), PROMETHEUS),
        metric.bound(1.0, null, 0),
        Duration.ofMinutes(1));
  }

  private static Check custom(String template) {
    return new Check(
        "errors",
        MetricQuery.custom("metric template production/errors", PROMETHEUS, template, Map.of()),
        Bound.custom(null, null, 1),
        Duration.ofMinutes(1));
  }
}
