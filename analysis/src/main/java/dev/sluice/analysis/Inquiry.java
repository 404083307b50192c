package dev.sluice.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What must be asked to judge a revision now, and the readings once it has been answered. Pure.
public final class Inquiry {

  /// One check on its way to a reading.
  private sealed interface Step {}

  /// There is nothing to be asked yet.
  private record Early(Reading reading) implements Step {}

  /// @param baseline null when the check has none
  /// @param requests null when nobody knows what stands behind the value
  private record Ask(
      Check check,
      Duration window,
      Question value,
      @Nullable Question baseline,
      @Nullable Question requests)
      implements Step {}

  private final List<Step> steps;

  private Inquiry(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /// @param mesh whose metrics tell the number of requests
  /// @param primary name of the primary workload, for baselines
  /// @param since when the revision first got traffic
  /// @param scrape how often the source collects
  /// @throws NeedsEdit naming a template that cannot be used
  public static Inquiry of(
      List<Check> checks,
      Variables canary,
      String primary,
      MeshQueries mesh,
      Instant since,
      Instant now,
      Duration scrape)
      throws NeedsEdit {
    var steps = new ArrayList<Step>();
    for (var check : checks) {
      var seen = Duration.between(since, now);
      if (seen.compareTo(check.limits().initialDelay()) < 0) {
        steps.add(new Early(new Reading.Delayed(check, seen)));
        continue;
      }
      steps.add(
          switch (Window.cut(check.interval(), since, now, scrape)) {
            case Window.TooEarly(var shown, var needed) ->
                new Early(new Reading.TooEarly(check, shown, needed));
            case Window.Of(var length) -> enough(ask(check, canary, primary, mesh, length), seen);
          });
    }
    return new Inquiry(steps);
  }

  /// A range that is written into the query cannot be cut; the question then waits until the range
  /// holds nothing but the revision.
  private static Step enough(Ask ask, Duration seen) {
    var needed = Providers.looksBack(ask.value());
    if (needed.compareTo(seen) > 0) {
      return new Early(new Reading.TooEarly(ask.check(), seen, needed));
    }
    return needed.compareTo(ask.window()) > 0
        ? new Ask(ask.check(), needed, ask.value(), ask.baseline(), ask.requests())
        : ask;
  }

  private static Ask ask(
      Check check, Variables canary, String primary, MeshQueries mesh, Duration window)
      throws NeedsEdit {
    var query = check.query();
    var value = question(query, canary, window);
    if (!query.comparable()) {
      return new Ask(check, window, value, null, null);
    }
    var requests =
        MetricQuery.custom("the number of requests", query.provider(), mesh.requests(), Map.of());
    return new Ask(
        check,
        window,
        value,
        question(query, canary.about(primary), window),
        question(requests, canary, window));
  }

  private static Question question(MetricQuery query, Variables variables, Duration window)
      throws NeedsEdit {
    return new Question(query.provider(), Template.render(query, variables, window));
  }

  /// Each question once.
  public Set<Question> questions() {
    var all = new LinkedHashSet<Question>();
    for (var step : steps) {
      if (step instanceof Ask ask) {
        all.add(ask.value());
        if (ask.baseline() != null) {
          all.add(ask.baseline());
        }
        if (ask.requests() != null) {
          all.add(ask.requests());
        }
      }
    }
    return all;
  }

  /// The readings in the order of the checks. A baseline or a number of requests that is not
  /// answered is left out; a check that is not answered is unavailable.
  public List<Reading> readings(Map<Question, Sample> answers) {
    return steps.stream().map(step -> reading(step, answers)).toList();
  }

  private static Reading reading(Step step, Map<Question, Sample> answers) {
    return switch (step) {
      case Early(var reading) -> reading;
      case Ask ask -> {
        var sample = answers.getOrDefault(ask.value(), new Sample.Unavailable("it was not asked"));
        var requests = value(ask.requests(), answers);
        yield new Reading.Asked(
            ask.check(),
            ask.window(),
            sample,
            value(ask.baseline(), answers),
            requests == null || !Double.isFinite(requests) ? null : Math.round(requests));
      }
    };
  }

  private static @Nullable Double value(
      @Nullable Question question, Map<Question, Sample> answers) {
    return question != null && answers.get(question) instanceof Sample.Value(double value, _)
        ? value
        : null;
  }
}
