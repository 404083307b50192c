package dev.sluice.controller.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.importing.Yaml;
import dev.sluice.controller.oncall.Looking;
import dev.sluice.controller.oncall.Looking.Picture;
import dev.sluice.controller.oncall.OpenCluster;
import java.io.Console;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "get",
    description = "Shows a rollout as a tree, or all of them as a list.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {GetCommand.One.class, GetCommand.All.class})
final class GetCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what: get canary NAME, or get canaries");
  }

  /// How a script wants it.
  enum Format {
    JSON,
    YAML
  }

  /// As wide as the terminal; what is no terminal is as wide as it must be.
  private static int width(CommandSpec spec) {
    return isTerminal() ? spec.usageMessage().autoWidth(true).width() : Integer.MAX_VALUE;
  }

  private static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  private static boolean isColoured() {
    return isTerminal() && Ansi.AUTO.enabled();
  }

  @Command(
      name = "canary",
      description =
          "Draws one rollout: pods, traffic, steps, checks, what holds it, who commanded what, Events. With -w, exit code 1 when it fails.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      versionProvider = Version.class)
  static final class One implements Callable<Integer> {
    private static final String TO_THE_TOP = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    @Parameters(paramLabel = "NAME", description = "The Canary.")
    String name = "";

    @Option(
        names = {"-w", "--watch"},
        description = "Draw again at every change, until the rollout is over.")
    boolean watched;

    @Option(names = "--follow", description = "As --watch, and go on with the next rollout.")
    boolean followed;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "json|yaml",
        description = "The Canary as it is, for scripts.")
    @Nullable Format format;

    @Mixin ClusterOptions where;

    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets what is left out here
    One() {}

    @Override
    public Integer call() throws Exception {
      if (format != null && (watched || followed)) {
        throw new ParameterException(spec.commandLine(), "-o shows one state; leave out -w");
      }
      try (OpenCluster cluster = where.open()) {
        var looking = new Looking(cluster, InstantSource.system());
        if (format != null) {
          spec.commandLine().getOut().print(written(format, cluster));
          spec.commandLine().getOut().flush();
          return 0;
        }
        if (!watched && !followed) {
          show(looking.once(name), false);
          return 0;
        }
        // A file is not for seconds to pass in.
        var pace = isTerminal() ? Optional.of(Duration.ofSeconds(1)) : Optional.<Duration>empty();
        return looking.watch(name, followed, pace, picture -> show(picture, true)).hasFailed()
            ? 1
            : 0;
      }
    }

    private String written(Format asked, OpenCluster cluster) throws JsonProcessingException {
      var canary = (ObjectNode) cluster.read(name);
      // Who wrote which field is longer than all of the rest; kubectl leaves it out, too.
      canary.withObject("/metadata").remove("managedFields");
      return asked == Format.YAML
          ? Yaml.print(canary)
          : new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(canary)
              + "\n";
    }

    private void show(Picture picture, boolean again) {
      var out = spec.commandLine().getOut();
      var lines = picture.render(width(spec), isColoured());
      if (again && isTerminal()) {
        // Drawn over what was there, line by line, so that nothing flickers.
        out.print(TO_THE_TOP);
        lines.forEach(line -> out.println(line + CLEAR_LINE));
        out.print(CLEAR_BELOW);
      } else {
        lines.forEach(out::println);
        if (again) {
          out.println();
        }
      }
      out.flush();
    }
  }

  @Command(
      name = "canaries",
      description = "Lists the Canaries of a namespace, those that need somebody first.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      versionProvider = Version.class)
  static final class All implements Callable<Integer> {
    @Option(
        names = {"-A", "--all-namespaces"},
        description = "Those of all namespaces.")
    boolean everywhere;

    @Mixin ClusterOptions where;

    @Spec CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets what is left out here
    All() {}

    @Override
    public Integer call() {
      try (OpenCluster cluster = where.open()) {
        List<String> lines =
            new Looking(cluster, InstantSource.system()).all(everywhere, width(spec), isColoured());
        lines.forEach(spec.commandLine().getOut()::println);
        return 0;
      }
    }
  }
}
