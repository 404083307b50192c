package dev.sluice.analysis;

import dev.sluice.analysis.Verdict.Reason;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who really got the traffic, as the metrics show it.
///
/// @param canary requests that reached the canary, of callers that the weights apply to
/// @param primary requests that reached the primary
/// @param direct requests of callers that only ever reach the canary, such as a load test aimed at
///   its own service: they pass the weights by and are no users' traffic
public record TrafficSeen(long canary, long primary, long direct) {

  /// Below this many expected requests on the smaller side, chance alone looks like disobedience.
  private static final double ENOUGH = 30;

  private static final double GROSS = 3;
  private static final double SIGMAS = 6;

  /// The question whose rows [#of] reads.
  ///
  /// @param mesh one that says who called
  /// @param variables whose target is the canary's workload
  /// @param window since the present weight was reached
  public static Question question(
      MeshQueries mesh, Provider provider, Variables variables, Duration window) throws NeedsEdit {
    var callers = mesh.callers().orElseThrow();
    var query = MetricQuery.custom("the requests by caller", provider, callers, Map.of());
    return new Question(provider, Template.render(query, variables, window));
  }

  /// By what the pods' side counts, which is there for every pod.
  ///
  /// @param target name of the canary's workload
  /// @param primary name of the primary's workload
  /// @param percent the weight that was asked for; at 100 every caller may reach the canary only
  public static TrafficSeen of(List<Table.Row> rows, String target, String primary, int percent) {
    var callers = new LinkedHashMap<List<String>, double[]>();
    for (var row : rows) {
      var caller =
          List.of(
              row.labels().getOrDefault("source_workload", ""),
              row.labels().getOrDefault("source_workload_namespace", ""));
      var workload = row.labels().getOrDefault("destination_workload", "");
      var podsSide = row.labels().getOrDefault("reporter", "").equals("destination");
      if (podsSide && (workload.equals(target) || workload.equals(primary))) {
        callers.computeIfAbsent(caller, _ -> new double[2])[workload.equals(target) ? 0 : 1] +=
            row.value();
      }
    }
    return sum(callers, percent);
  }

  private static TrafficSeen sum(Map<List<String>, double[]> callers, int percent) {
    var canary = 0.0;
    var primary = 0.0;
    var direct = 0.0;
    for (var counts : callers.values()) {
      if (counts[1] == 0 && percent < 100) {
        direct += counts[0];
      } else {
        canary += counts[0];
        primary += counts[1];
      }
    }
    return new TrafficSeen(Math.round(canary), Math.round(primary), Math.round(direct));
  }

  public long requests() {
    return canary + primary;
  }

  /// Such as `112 of 1040 requests (10.8%) reached the canary, and 240 more reached it past the
  /// weights`.
  public String words() {
    var share = requests() == 0 ? 0 : 100.0 * canary / requests();
    var words =
        "%d of %d requests (%s) reached the canary"
            .formatted(canary, requests(), Unit.PERCENT.write(Math.round(share * 10) / 10.0));
    return direct == 0 ? words : words + ", and " + direct + " more reached it past the weights";
  }

  public Evidence evidence(int percent) {
    return new Evidence(
        "traffic",
        requests() == 0 ? null : 100.0 * canary / requests(),
        null,
        null,
        requests(),
        words() + " at a weight of " + percent + "%");
  }

  /// A hold when one side's traffic is a gross multiple or fraction of what the weight asks for,
  /// and chance cannot explain it. Nothing while there is too little traffic to say so.
  ///
  /// @param percent the canary's weight since before these requests, 0 to 100
  public Optional<Verdict.Hold> against(int percent) {
    var share = percent / 100.0;
    var expectedCanary = requests() * share;
    var expectedPrimary = requests() * (1 - share);
    var enough = Math.max(expectedCanary, expectedPrimary) >= ENOUGH;
    var sided =
        (expectedCanary == 0 || expectedCanary >= ENOUGH || canary >= ENOUGH)
            && (expectedPrimary == 0 || expectedPrimary >= ENOUGH || primary >= ENOUGH);
    var deviation = Math.abs(canary - expectedCanary);
    var noise = Math.sqrt(requests() * share * (1 - share)) + 1;
    if (!enough || !sided || deviation < SIGMAS * noise) {
      return Optional.empty();
    }
    if (!gross(canary, expectedCanary) && !gross(primary, expectedPrimary)) {
      return Optional.empty();
    }
    var seen = evidence(percent);
    var sentence =
        "%s: something else routes this host, or the routes have not reached the proxies"
            .formatted(seen.sentence());
    return Optional.of(
        new Verdict.Hold(
            Reason.WEIGHTS_NOT_OBEYED,
            false,
            List.of(
                new Evidence(seen.metric(), seen.value(), null, null, seen.samples(), sentence))));
  }

  private static boolean gross(long seen, double expected) {
    var ratio = (seen + 1) / (expected + 1);
    return ratio >= GROSS || ratio <= 1 / GROSS;
  }
}
