package dev.sluice.playground.scenario;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Reads a scenario and refuses what is not one, with the line. Nothing is guessed.
public final class ScenarioReader {
  private static final long MOST_BYTES = 256 * 1024;
  private static final int MOST_STEPS = 500;
  private static final Duration LONGEST = Duration.ofHours(6);
  private static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(1);
  private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,5})(ms|s|m|h)");
  private static final String STEPS =
      "say, commit, traffic, fault, lose-pods, kill, wait, expect, always";

  private final String file;

  private ScenarioReader(String file) {
    this.file = file;
  }

  /// @throws BadScenario for a file that cannot be read or is not a scenario
  public static Scenario read(Path file) throws BadScenario {
    var reader = new ScenarioReader(file.toString());
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw reader.bad(1, "the file is larger than 256 KiB");
      }
      return reader.parse(Files.readString(file));
    } catch (MalformedInputException e) {
      throw reader.bad(1, "the file is not text in UTF-8");
    } catch (IOException e) {
      throw reader.bad(
          1, Files.isDirectory(file) ? "is a folder" : "the file is not there or cannot be read");
    }
  }

  /// @param file its name in messages
  static Scenario parse(String file, String text) throws BadScenario {
    return new ScenarioReader(file).parse(text);
  }

  private Scenario parse(String text) throws BadScenario {
    var options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(10);
    Node root;
    try {
      root = new Yaml(options).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw bad(line, "not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw bad(1, "not YAML: " + e.getMessage());
    }
    if (root == null) {
      throw bad(1, "the file is empty; a scenario has name and steps");
    }
    var fields = fields(root, "a scenario", List.of("name", "steps"));
    var name = text(required(fields, "name", root));
    var listed = required(fields, "steps", root);
    if (!(listed instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
      throw bad(line(listed), "steps: a list of steps is needed");
    }
    if (sequence.getValue().size() > MOST_STEPS) {
      throw bad(line(listed), "steps: at most " + MOST_STEPS);
    }
    var steps = new ArrayList<Scenario.Step>();
    for (var step : sequence.getValue()) {
      steps.add(step(step));
    }
    return new Scenario(name, steps);
  }

  private Scenario.Step step(Node node) throws BadScenario {
    int line = line(node);
    if (!(node instanceof MappingNode mapping)
        || mapping.getValue().size() != 1
        || !(mapping.getValue().getFirst().getKeyNode() instanceof ScalarNode key)) {
      throw bad(line, "a step has exactly one of " + STEPS);
    }
    var value = mapping.getValue().getFirst().getValueNode();
    return switch (key.getValue()) {
      case "say" -> new Scenario.Step.Say(line, text(value));
      case "commit" -> commit(line, value);
      case "traffic" -> new Scenario.Step.Traffic(line, number(value, "traffic", 0, 500));
      case "fault" -> fault(line, value);
      case "lose-pods" -> new Scenario.Step.LosePods(line, name(value, "lose-pods"));
      case "kill" -> {
        if (!text(value).equals("controller")) {
          throw bad(line(value), "kill: only controller can be killed");
        }
        yield new Scenario.Step.KillController(line);
      }
      case "wait" -> new Scenario.Step.Wait(line, duration(value, "wait"));
      case "expect" -> {
        var fields = seenFields(value, "within");
        var within = fields.get("within");
        yield new Scenario.Step.Expect(
            line,
            seen(fields, value),
            within == null ? DEFAULT_PATIENCE : duration(within, "within"));
      }
      case "always" -> {
        var fields = seenFields(value, "for");
        yield new Scenario.Step.Always(
            line, seen(fields, value), duration(required(fields, "for", value), "for"));
      }
      default ->
          throw bad(line, "unknown step '%s'; known: %s".formatted(shown(key.getValue()), STEPS));
    };
  }

  private Scenario.Step commit(int line, Node value) throws BadScenario {
    var fields = fields(value, "commit", List.of("version", "errorRate", "latency"));
    var version = name(required(fields, "version", value), "version");
    var errors = fields.get("errorRate");
    Optional<Double> rate = Optional.empty();
    if (errors != null) {
      if (!text(errors).matches("0|1|0?\\.\\d{1,6}")) {
        throw bad(
            line(errors), "errorRate: a share from 0 to 1 such as 0.3, not " + quoted(errors));
      }
      rate = Optional.of(Double.parseDouble(text(errors)));
    }
    var latency = fields.get("latency");
    return new Scenario.Step.Commit(
        line,
        version,
        rate,
        latency == null ? Optional.empty() : Optional.of(duration(latency, "latency")));
  }

  private Scenario.Step fault(int line, Node value) throws BadScenario {
    var fields = fields(value, "fault", List.of("prometheus", "api", "git", "for"));
    var time = duration(required(fields, "for", value), "for");
    if (fields.size() != 2) {
      throw bad(line, "fault: exactly one of prometheus, api, git, and for");
    }
    for (var part : Scenario.Part.values()) {
      var how = fields.get(part.key());
      if (how != null) {
        if (!text(how).equals(part.how())) {
          throw bad(
              line(how), "%s: only '%s', not %s".formatted(part.key(), part.how(), quoted(how)));
        }
        return new Scenario.Step.Fault(line, part, time);
      }
    }
    throw new IllegalStateException("a field of a fault without a part");
  }

  private Map<String, Node> seenFields(Node value, String time) throws BadScenario {
    return fields(
        value,
        time.equals("for") ? "always" : "expect",
        List.of("phase", "weight", "held", "primary", "event", time));
  }

  private Scenario.Seen seen(Map<String, Node> fields, Node value) throws BadScenario {
    Optional<Integer> weight = Optional.empty();
    Optional<Boolean> held = Optional.empty();
    for (var field : fields.entrySet()) {
      if (field.getKey().equals("weight")) {
        weight = Optional.of(number(field.getValue(), "weight", 0, 100));
      } else if (field.getKey().equals("held")) {
        if (!text(field.getValue()).matches("true|false")) {
          throw bad(line(field.getValue()), "held: true or false, not " + quoted(field.getValue()));
        }
        held = Optional.of(text(field.getValue()).equals("true"));
      }
    }
    var seen =
        new Scenario.Seen(
            word(fields, "phase"), weight, held, word(fields, "primary"), word(fields, "event"));
    if (seen.equals(
        new Scenario.Seen(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()))) {
      throw bad(line(value), "at least one of phase, weight, held, primary, event is needed");
    }
    return seen;
  }

  private Optional<String> word(Map<String, Node> fields, String name) throws BadScenario {
    var value = fields.get(name);
    return value == null ? Optional.empty() : Optional.of(name(value, name));
  }

  private Map<String, Node> fields(Node node, String what, List<String> known) throws BadScenario {
    if (!(node instanceof MappingNode mapping)) {
      throw bad(line(node), "%s has fields: %s".formatted(what, String.join(", ", known)));
    }
    var fields = new LinkedHashMap<String, Node>();
    for (var field : mapping.getValue()) {
      var name = text(field.getKeyNode());
      if (!known.contains(name)) {
        throw bad(
            line(field.getKeyNode()),
            "%s has no field '%s'; known: %s"
                .formatted(what, shown(name), String.join(", ", known)));
      }
      if (fields.put(name, field.getValueNode()) != null) {
        throw bad(line(field.getKeyNode()), "field '%s' is there twice".formatted(name));
      }
    }
    return fields;
  }

  private Node required(Map<String, Node> fields, String name, Node owner) throws BadScenario {
    var value = fields.get(name);
    if (value == null) {
      throw bad(line(owner), "field '%s' is missing".formatted(name));
    }
    return value;
  }

  private String text(Node node) throws BadScenario {
    if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
      throw bad(line(node), "a value is needed here");
    }
    return scalar.getValue();
  }

  private String name(Node node, String field) throws BadScenario {
    var name = text(node);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw bad(line(node), "%s: a name is needed, not %s".formatted(field, quoted(node)));
    }
    return name;
  }

  private int number(Node node, String field, int least, int most) throws BadScenario {
    var text = text(node);
    int number = text.matches("\\d{1,6}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw bad(
          line(node),
          "%s: a whole number from %d to %d, not %s".formatted(field, least, most, quoted(node)));
    }
    return number;
  }

  private Duration duration(Node node, String field) throws BadScenario {
    var match = DURATION.matcher(text(node));
    if (!match.matches()) {
      throw bad(line(node), "%s: a time such as 30s or 2m, not %s".formatted(field, quoted(node)));
    }
    long count = Long.parseLong(match.group(1));
    var time =
        switch (match.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          default -> Duration.ofHours(count);
        };
    if (time.compareTo(LONGEST) > 0) {
      throw bad(line(node), field + ": at most 6h");
    }
    return time;
  }

  private String quoted(Node node) throws BadScenario {
    return "'" + shown(text(node)) + "'";
  }

  private static String shown(String text) {
    var plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > 60 ? plain.substring(0, 60) + "…" : plain;
  }

  private static int line(Node node) {
    return node.getStartMark() == null ? 1 : node.getStartMark().getLine() + 1;
  }

  private BadScenario bad(int line, String why) {
    return new BadScenario(file, line, why);
  }
}
