package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What befell one release, second by second, as a person with kubectl would have seen it.
///
/// @param moments one each second, from the release on
/// @param marks Events that say how a check went, or that the canary went on
record Timeline(List<Moment> moments, List<Mark> marks) {
  /// Seconds after which proxies have long followed.
  private static final int SETTLED = 10;

  private static final Duration AFTERWARDS = Duration.ofSeconds(45);

  /// @param phase as people call it
  /// @param canary percent of the requests (in an A/B test of those who match) that go to it
  /// @param copied percent of the requests that are copied to it
  /// @param answers of these requests since the moment before: how many, by workload
  /// @param others the same of everybody else's; of nobody's where all count
  record Moment(
      int second,
      String phase,
      int canary,
      int copied,
      Map<String, Integer> answers,
      Map<String, Integer> others) {

    /// Percent of everybody else's requests that the canary answered.
    int canaryOfOthers() {
      int all = others.values().stream().mapToInt(n -> n).sum();
      return 100 * others.getOrDefault("myapp", 0) / Math.max(1, all);
    }
  }

  /// @param well whether the check passed
  record Mark(int second, boolean well) {}

  /// Follows the release that was just made until it has ended, and a little longer.
  ///
  /// @param group of users whose answers are counted; empty for all
  /// @throws AssertionError when it has not ended after half an hour
  static Timeline of(World world, String group) {
    List<Moment> moments = new ArrayList<>();
    List<Mark> marks = new ArrayList<>();
    Instant begun = world.now();
    Instant end = begun.plus(Duration.ofMinutes(30));
    int told = world.story("myapp").size();
    // The target had everybody until it was taken over.
    world.answered().clear();
    boolean under = false;
    while (world.now().isBefore(end)) {
      int second = (int) Duration.between(begun, world.now()).toSeconds();
      Map<String, Integer> all = Map.copyOf(world.answered());
      world.answered().clear();
      Moment moment =
          moment(
              world.canary("myapp").path("status"),
              second,
              group.isEmpty() ? all : world.answered(group),
              group.isEmpty() ? Map.of() : all);
      moments.add(moment);
      under |= moment.phase().equals("Progressing");
      if (under && (moment.phase().equals("Succeeded") || moment.phase().equals("Failed"))) {
        Instant last = world.now().plus(AFTERWARDS);
        end = last.isBefore(end) ? last : end;
      }
      List<String> story = world.story("myapp");
      for (String event : story.subList(told, story.size())) {
        mark(event, second, marks);
      }
      told = story.size();
      world.run(Duration.ofSeconds(1));
    }
    if (!under) {
      throw new AssertionError("nothing was released: " + world.story("myapp"));
    }
    return new Timeline(List.copyOf(moments), List.copyOf(marks));
  }

  private static Moment moment(
      JsonNode status, int second, Map<String, Integer> answers, Map<String, Integer> others) {
    JsonNode rollout = status.path("rollout");
    String phase =
        rollout.path("stage").asText().equals("RollingBack")
            ? "Rolling back"
            : status.path("phase").asText();
    int canary = Math.max(status.path("canaryWeight").asInt(), rollout.path("share").asInt());
    return new Moment(second, phase, canary, rollout.path("mirrored").asInt(), answers, others);
  }

  private static void mark(String event, int second, List<Mark> marks) {
    String reason = event.substring(0, event.indexOf(':'));
    switch (reason) {
      case "WeightAdvanced", "StepAdvanced", "Promoting" -> marks.add(new Mark(second, true));
      case "CheckFailed", "RollingBack" -> marks.add(new Mark(second, false));
      default -> {}
    }
  }

  /// Percent of the requests that the canary answered, less what it was said to get, where that was
  /// furthest off over a time in which nothing changed.
  double furthestOff() {
    double furthest = 0;
    for (int from = 0; from < moments.size(); from++) {
      int to = from;
      while (to < moments.size() && moments.get(to).canary() == moments.get(from).canary()) {
        to++;
      }
      if (to - from > 2 * SETTLED) {
        furthest = Math.max(furthest, off(moments.subList(from + SETTLED, to)));
      }
      from = to - 1;
    }
    return furthest;
  }

  private static double off(List<Moment> steady) {
    int all = 0;
    int canary = 0;
    for (Moment moment : steady) {
      all += moment.answers().values().stream().mapToInt(n -> n).sum();
      canary += moment.answers().getOrDefault("myapp", 0);
    }
    return Math.abs(100.0 * canary / Math.max(1, all) - steady.getFirst().canary());
  }

  int answeredByNobody() {
    return moments.stream()
        .mapToInt(m -> m.answers().getOrDefault("nobody", 0) + m.others().getOrDefault("nobody", 0))
        .sum();
  }

  /// How often somebody who was not to meet the canary did.
  int othersAtTheCanary() {
    return moments.stream().mapToInt(m -> m.others().getOrDefault("myapp", 0)).sum();
  }

  int seconds() {
    return moments.getLast().second();
  }
}
