package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.oncall.Line.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Draws many rollouts, a line each; those that need somebody first.
final class Overview {
  private static final String[] TITLES = {"NAMESPACE", "NAME", "PHASE", "WEIGHT", "SINCE", "HELD"};

  private Overview() {}

  private record Row(List<String> cells, int urgency) {}

  static List<Line> draw(List<JsonNode> canaries, Instant now) {
    var rows =
        canaries.stream()
            .map(canary -> row(canary, now))
            .sorted(
                Comparator.comparingInt(Row::urgency)
                    .thenComparing(row -> row.cells().get(0) + "/" + row.cells().get(1)))
            .toList();
    if (rows.isEmpty()) {
      return List.of(Line.of("there is no Canary here; another namespace: -n, all: -A"));
    }
    int[] widths = new int[TITLES.length];
    for (int i = 0; i < TITLES.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              TITLES[i].length(),
              rows.stream().mapToInt(row -> row.cells().get(column).length()).max().orElse(0));
    }
    var lines = new ArrayList<Line>();
    lines.add(new Line(List.of()).and(cells(List.of(TITLES), widths, 0), Tone.FAINT));
    for (var row : rows) {
      lines.add(
          Line.of(cells(row.cells().subList(0, 2), widths, 0))
              .and(cells(row.cells().subList(2, 3), widths, 2), tone(row.cells().get(2)))
              .and(cells(row.cells().subList(3, 5), widths, 3))
              .and(row.cells().get(5), Tone.CARE));
    }
    return lines;
  }

  private static Row row(JsonNode canary, Instant now) {
    var status = canary.path("status");
    var phase = status.path("phase").asText("");
    var held = status.at("/rollout/held");
    var text =
        held.isMissingNode()
            ? status.at("/rollout/problems/0/why").asText("")
            : held.path("reason").asText() + ": " + held.path("message").asText();
    var isUnderWay = !List.of("Initialized", "Succeeded", "Failed", "").contains(phase);
    int urgency = !text.isEmpty() ? 0 : phase.equals("Failed") ? 1 : isUnderWay ? 2 : 3;
    return new Row(
        List.of(
            canary.at("/metadata/namespace").asText(),
            canary.at("/metadata/name").asText(),
            phase.isEmpty() ? "not looked at" : phase,
            // Where looks are counted, the weight says nothing.
            status.at("/rollout/share").asInt(status.path("canaryWeight").asInt()) + "%",
            since(status.path("lastTransitionTime").asText(""), now),
            text),
        urgency);
  }

  private static String since(String at, Instant now) {
    return at.isEmpty() ? "" : Tree.words(Duration.between(Instant.parse(at), now));
  }

  private static Tone tone(String phase) {
    return switch (phase) {
      case "Succeeded", "Initialized" -> Tone.GOOD;
      case "Failed" -> Tone.BAD;
      default -> Tone.STRONG;
    };
  }

  private static String cells(List<String> cells, int[] widths, int first) {
    var text = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      text.append(String.format("%-" + (widths[first + i] + 2) + "s", cells.get(i)));
    }
    return text.toString();
  }
}
