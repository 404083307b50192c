package dev.sluice.controller.oncall;

import dev.sluice.controller.oncall.CanaryFacts.Side;
import dev.sluice.controller.oncall.Line.Tone;
import dev.sluice.controller.rollout.Hold;
import dev.sluice.controller.rollout.HoldReason;
import dev.sluice.controller.rollout.LastCheck;
import dev.sluice.controller.rollout.Orders;
import dev.sluice.controller.rollout.Outline;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Draws a rollout as a person on call wants to see it: what it is at, why it does not go on, who
/// serves, what the checks say, what happens next.
final class Tree {
  private static final int BAR = 20;

  private final CanaryFacts facts;
  private final List<Branch> branches = new ArrayList<>();

  /// @param line what stands at the branch
  /// @param twigs what hangs on it
  private record Branch(Line line, List<Line> twigs) {}

  private Tree(CanaryFacts facts) {
    this.facts = facts;
  }

  static List<Line> draw(CanaryFacts facts) {
    return new Tree(facts).lines();
  }

  private List<Line> lines() {
    var lines = new ArrayList<Line>();
    lines.add(title());
    lines.addAll(troubles());
    facts.sides().forEach(this::side);
    route();
    facts.outline().ifPresent(this::steps);
    facts.outline().flatMap(Outline::end).ifPresent(this::limit);
    checks();
    orders();
    alerts();
    events();
    for (int i = 0; i < branches.size(); i++) {
      var isLast = i == branches.size() - 1;
      lines.add(under(isLast ? "└─ " : "├─ ", branches.get(i).line()));
      var twigs = branches.get(i).twigs();
      for (int j = 0; j < twigs.size(); j++) {
        lines.add(
            under(
                (isLast ? "   " : "│  ") + (j == twigs.size() - 1 ? "└─ " : "├─ "), twigs.get(j)));
      }
    }
    return List.copyOf(lines);
  }

  private static Line under(String lead, Line line) {
    var all = new ArrayList<Line.Piece>();
    all.add(new Line.Piece(lead, Tone.FAINT));
    all.addAll(line.pieces());
    return new Line(all);
  }

  private void branch(Line line, List<Line> twigs) {
    branches.add(new Branch(line, twigs));
  }

  // ---- the head ----

  private Line title() {
    var metadata = facts.canary().metadata();
    var line =
        new Line(List.of())
            .and(metadata.namespace() + "/" + metadata.name(), Tone.STRONG)
            .and("  ");
    if (facts.standing().isEmpty()) {
      return line.and("nobody has looked at it yet; is a controller running?", Tone.CARE);
    }
    var phase = facts.standing().get().phase();
    line = line.and(phase.name(), tone(phase));
    return switch (phase) {
      case Phase.Progressing p ->
          line.and(
              ", revision %s has %s of the traffic"
                  .formatted(p.run().revision(), p.split().toString()));
      case Phase.RollingBack back -> line.and(", rolling back: " + back.cause().why());
      case Phase.Failed failed -> line.and(": " + failed.cause().why());
      case Phase.Running running -> line.and(", revision " + running.run().revision());
      case Phase.Idle idle -> line.and(", revision " + idle.seen().revision());
      case Phase.Initializing _, Phase.Leaving _ -> line;
    };
  }

  private static Tone tone(Phase phase) {
    return switch (phase) {
      case Phase.Succeeded _, Phase.Initialized _ -> Tone.GOOD;
      case Phase.Failed _, Phase.RollingBack _ -> Tone.BAD;
      case Phase.Initializing _, Phase.Running _, Phase.Leaving _ -> Tone.STRONG;
    };
  }

  private List<Line> troubles() {
    var lines = new ArrayList<Line>();
    var standing = facts.standing();
    standing
        .map(Standing::problems)
        .orElse(List.of())
        .forEach(problem -> lines.add(new Line(List.of()).and("Stalled: " + problem, Tone.BAD)));
    standing
        .flatMap(Standing::hold)
        .ifPresent(hold -> lines.add(new Line(List.of()).and(held(hold), Tone.CARE)));
    return lines;
  }

  private String held(Hold hold) {
    return "Held for %s, %s: %s"
        .formatted(ago(hold.since()), hold.reason().title(), hold.message());
  }

  // ---- the branches ----

  private void side(Side side) {
    var line =
        Line.of("%-8s %s  ".formatted(side.role(), side.name()))
            .and(
                side.wanted() == 0
                    ? "at rest"
                    : "%d of %d pods ready".formatted(side.ready(), side.wanted()),
                side.wanted() == 0
                    ? Tone.FAINT
                    : side.ready() < side.wanted() ? Tone.BAD : Tone.GOOD)
            .and(side.revision().isEmpty() ? "" : "  revision " + brief(side.revision()))
            .and("  " + String.join(", ", side.images()));
    branch(line, List.of());
  }

  /// As much of a hash as tells two apart.
  private static String brief(String revision) {
    return revision.substring(0, Math.min(8, revision.length()));
  }

  private void route() {
    var name = "%-8s ".formatted("traffic");
    if (facts.route().isEmpty()) {
      branch(Line.of(name).and(unrouted(), Tone.FAINT), List.of());
      return;
    }
    var route = facts.route().get();
    int canary = route.split().canary().value();
    int filled = canary == 0 ? 0 : Math.max(1, canary * BAR / 100);
    var line =
        Line.of(name)
            .and("█".repeat(filled), Tone.CARE)
            .and("░".repeat(BAR - filled), Tone.GOOD)
            .and("  canary %d%%, primary %d%%".formatted(canary, 100 - canary))
            .and(
                route.split().mirrored().value() > 0
                    ? ", %s of the requests copied to the canary"
                        .formatted(route.split().mirrored())
                    : "")
            .and("  says the " + route.kind(), Tone.FAINT)
            .and(asked(canary), Tone.CARE)
            .and(route.pending().isEmpty() ? "" : "; " + route.pending(), Tone.CARE);
    branch(line, List.of());
  }

  private String unrouted() {
    var canary = facts.canary();
    return "kubernetes".equals(canary.spec().provider())
        ? "without a mesh: users reach the primary alone, %s the canary"
            .formatted(canary.canaryServiceName())
        : "no live route says how it is split";
  }

  private String asked(int live) {
    return facts
        .standing()
        .map(standing -> standing.phase().weight().value())
        .filter(wanted -> wanted != live)
        .map(wanted -> ", asked for are %d%%".formatted(wanted))
        .orElse("");
  }

  private void steps(Outline outline) {
    var line = Line.of("%-8s ".formatted("steps"));
    for (int i = 0; i < outline.steps().size(); i++) {
      var step = outline.steps().get(i);
      line = i == 0 ? line : line.and(" → ", Tone.FAINT);
      line =
          switch (step.state()) {
            case DONE -> line.and(step.label(), Tone.GOOD);
            case PRESENT -> line.and("[" + step.label() + "]", Tone.STRONG);
            case TO_COME -> line.and(step.label(), Tone.FAINT);
          };
    }
    branch(line, List.of());
  }

  private void limit(Instant end) {
    branch(
        Line.of("%-8s ".formatted("limit"))
            .and("ends at the latest " + in(end), Tone.CARE)
            .and(", and is rolled back if it is not over"),
        List.of());
  }

  private void checks() {
    var standing = facts.standing();
    var last = standing.flatMap(Standing::lastCheck);
    var progressing =
        standing
            .map(Standing::phase)
            .filter(Phase.Progressing.class::isInstance)
            .map(Phase.Progressing.class::cast);
    if (last.isEmpty() && progressing.isEmpty()) {
      return;
    }
    var line = Line.of("%-8s ".formatted("checks"));
    if (progressing.isPresent()) {
      var phase = progressing.get();
      int threshold = facts.canary().spec().analysis().failuresAllowed();
      line =
          line.and(
                  "failed %d of %d".formatted(phase.failedChecks(), threshold),
                  phase.failedChecks() > 0 ? Tone.BAD : Tone.PLAIN)
              .and(last.map(check -> ", last " + ago(check.at()) + " ago").orElse(", none yet"))
              .and(", next " + next(phase));
    } else {
      line = line.and("last " + ago(last.orElseThrow().at()) + " ago");
    }
    var counts = progressing.map(phase -> phase.run().counts().of()).orElse(java.util.Map.of());
    branch(
        line,
        last.map(LastCheck::findings).orElse(List.of()).stream()
            .map(finding ->
                finding(
                    finding,
                    Optional.ofNullable(counts.get(finding.metric()))
                        .map(count -> count.failed() > 0 ? ", failed " + count.failed() : "")
                        .orElse("")))
            .toList());
  }

  /// A check that is due and not made waits for the pods.
  private String next(Phase.Progressing phase) {
    var isStarting =
        facts.sides().stream()
            .anyMatch(side -> side.role().equals("target") && side.ready() < side.wanted());
    return isStarting && !phase.nextCheck().isAfter(facts.now())
        ? "when the target's pods are ready"
        : in(phase.nextCheck());
  }

  private static Line finding(LastCheck.Finding finding, String counted) {
    var line =
        new Line(List.of())
            .and(finding.isWell() ? "✔ " : "✘ ", finding.isWell() ? Tone.GOOD : Tone.BAD)
            .and(finding.metric());
    if (!finding.note().isEmpty()) {
      // Sentences begin with the metric, which stands here already.
      var known = finding.metric() + " ";
      var note = finding.note();
      return line.and("  " + (note.startsWith(known) ? note.substring(known.length()) : note))
          .and(counted, Tone.BAD);
    }
    line =
        line.and("  " + finding.value(), finding.isWell() ? Tone.PLAIN : Tone.BAD)
            .and(", allowed " + finding.bound());
    line = finding.baseline().isEmpty() ? line : line.and(", primary " + finding.baseline());
    line =
        finding.samples().isEmpty()
            ? line
            : line.and(", %d requests".formatted(finding.samples().getAsLong()), Tone.FAINT);
    return line.and(counted, Tone.BAD);
  }

  private void orders() {
    var orders = facts.standing().map(Standing::orders).orElse(Orders.NONE);
    var isSaid =
        facts
            .standing()
            .flatMap(Standing::hold)
            .filter(hold -> hold.reason() == HoldReason.PAUSED)
            .isPresent();
    orders
        .pause()
        .filter(_ -> !isSaid)
        .ifPresent(pause ->
            branch(
                Line.of("%-8s ".formatted("paused"))
                    .and("by %s, %s ago".formatted(pause.by(), ago(pause.since())), Tone.CARE)
                    .and(pause.why().isEmpty() ? "" : ": " + pause.why()),
                List.of()));
    orders
        .last()
        .ifPresent(last ->
            branch(
                Line.of("%-8s ".formatted("command"))
                    .and(last.what(), Tone.STRONG)
                    .and(" by %s, %s ago, ".formatted(last.who(), ago(last.at())))
                    .and(last.taken() ? "taken" : "refused", last.taken() ? Tone.GOOD : Tone.BAD)
                    .and(": " + last.message())
                    .and(last.why().isEmpty() ? "" : " (" + last.why() + ")"),
                List.of()));
  }

  private void alerts() {
    var rollout = facts.canary().status().rollout();
    if (rollout == null || rollout.alerts().isEmpty()) {
      return;
    }
    branch(
        Line.of("%-8s ".formatted("alerts")).and("not taken by", Tone.BAD),
        rollout.alerts().stream()
            .map(one ->
                Line.of(one.to())
                    .and("  for %s: ".formatted(ago(one.since())), Tone.CARE)
                    .and(one.why()))
            .toList());
  }

  private void events() {
    if (facts.events().isEmpty()) {
      return;
    }
    branch(
        Line.of("events"),
        facts.events().stream()
            .map(event ->
                Line.of("%4s  ".formatted(ago(event.at())))
                    .and(event.reason(), event.isWarning() ? Tone.CARE : Tone.STRONG)
                    .and("  " + event.message()))
            .toList());
  }

  // ---- time ----

  private String ago(Instant at) {
    return words(Duration.between(at, facts.now()));
  }

  private String in(Instant at) {
    return at.isAfter(facts.now()) ? "in " + words(Duration.between(facts.now(), at)) : "now";
  }

  /// `42s`, `5m`, `3h` or `2d`.
  static String words(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 7200) {
      return seconds / 60 + "m";
    }
    return seconds < 172_800 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
