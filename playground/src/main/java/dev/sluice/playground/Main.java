package dev.sluice.playground;

import dev.sluice.playground.demo.Demo;
import dev.sluice.playground.demo.Screen;
import dev.sluice.playground.scenario.BadScenario;
import dev.sluice.playground.scenario.Scenario;
import dev.sluice.playground.scenario.ScenarioReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Entry point of `./sluice playground`.
@Command(
    name = "playground",
    description = {
      "Starts a small cluster on this machine with the real controller in it, and shows a good and"
          + " a bad release on their way.",
      "",
      "No Docker, no root, no other cluster. Everything listens on 127.0.0.1 only and ends with"
          + " this command."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
public final class Main implements Callable<Integer> {

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "./.playground",
      description =
          "Holds the kubeconfig, the cluster, the Git repository git/delivery.git and logs/. Each"
              + " playground needs its own; one that is started again goes on where it was.")
  Path folder;

  @Option(names = "--fresh", description = "Begin with an empty cluster; the Git repository stays.")
  boolean fresh;

  @Option(
      names = "--demo",
      paramLabel = "on|off",
      defaultValue = "on",
      description =
          "Whether to commit the sample releases and show them; off starts the cluster and the"
              + " controller only.")
  Switch demo;

  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      description = "Port of the API server; last time's or any free one when absent.")
  @Nullable Integer apiPort;

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description =
          "Instead of the demo, tells the story in this file on an empty cluster, prints what"
              + " happens and when, and ends: with 0 when all that it expects came true, else 1."
              + " See docs/reference/scenarios.md.")
  @Nullable Path scenario;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json",
      defaultValue = "text",
      description = "How --scenario prints: lines as they happen, or one JSON object at the end.")
  Output output;

  @Spec CommandSpec spec;

  /// How the timeline of a story is printed.
  enum Output {
    text,
    json
  }

  /// A word that people expect, where a boolean would read oddly.
  enum Switch {
    on,
    off
  }

  public static void main(String[] args) {
    var given = args.length > 0 && args[0].equals("playground") ? rest(args) : args;
    System.exit(run(given));
  }

  private static String[] rest(String[] args) {
    return java.util.Arrays.copyOfRange(args, 1, args.length);
  }

  /// Runs one command line.
  ///
  /// @return the exit code: 0 for success, 1 for a failure, 2 for bad input
  static int run(String... args) {
    var line = new CommandLine(new Main());
    line.setCommandName("./sluice playground");
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler((e, _) -> {
      e.getCommandLine()
          .getErr()
          .println("sluice: " + oneLine(e) + " (see ./sluice playground --help)");
      return 2;
    });
    line.setExecutionExceptionHandler((e, command, _) -> {
      command.getErr().println("sluice: " + oneLine(e));
      return 1;
    });
    return line.execute(args);
  }

  private static String oneLine(Throwable failure) {
    var message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  @Override
  public Integer call() throws Exception {
    if (apiPort != null && (apiPort < 1 || apiPort > 65_535)) {
      throw new ParameterException(
          spec.commandLine(), "--api-port: " + apiPort + " is not a port from 1 to 65535");
    }
    var root = System.getProperty("sluice.root");
    if (root == null) {
      throw new UserError("start the playground with ./sluice playground");
    }
    var story = scenario == null ? Optional.<Scenario>empty() : Optional.of(load(scenario));
    if (story.isEmpty() && output == Output.json) {
      throw new ParameterException(spec.commandLine(), "-o json: only a --scenario prints JSON");
    }
    var options =
        new Playground.Options(
            folder,
            Optional.ofNullable(apiPort),
            fresh || story.isPresent(),
            Path.of(root),
            Optional.ofNullable(System.getenv("SLUICE_CONTROLLER_COMMAND")));
    PlaygroundLog.quiet();
    var out = spec.commandLine().getOut();
    var screen = Demo.screen(out, demo == Switch.on && story.isEmpty());
    Consumer<String> says = output == Output.json ? _ -> {} : screen::note;
    var stop = new CountDownLatch(1);
    var playground = Playground.start(options, says, PlaygroundLog::to);
    var closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              stop.countDown();
              playground.close();
              closed.countDown();
            }));
    if (story.isPresent()) {
      if (output == Output.text) {
        print(out, playground.addresses());
      }
      return StoryRun.tell(story.get(), playground, out, output == Output.json, stop) ? 0 : 1;
    }
    print(out, playground.addresses());
    if (demo == Switch.on) {
      show(playground, screen, stop);
    } else {
      out.println("ready");
      out.flush();
    }
    stop.await();
    closed.await();
    return 0;
  }

  private Scenario load(Path file) {
    try {
      return ScenarioReader.read(file);
    } catch (BadScenario e) {
      throw new ParameterException(spec.commandLine(), "--scenario: " + e.getMessage(), e);
    }
  }

  private static void print(PrintWriter out, Playground.Addresses addresses) {
    out.println("page        " + addresses.page());
    out.println("kubeconfig  " + addresses.kubeconfig());
    out.println("api         " + addresses.api());
    out.println("git         " + addresses.git());
    out.println(
        "prometheus  %s  %s".formatted(addresses.prometheus(), addresses.prometheusDescription()));
    out.println("proxy       " + addresses.proxy());
    out.println("gateway     " + addresses.gateway());
    out.println("slack       " + addresses.slack());
    out.println("controller  " + addresses.controller());
    out.println("logs        " + addresses.logs());
    out.flush();
  }

  private static void show(Playground playground, Screen screen, CountDownLatch stop)
      throws InterruptedException {
    var addresses = playground.addresses();
    var places =
        new Demo.Places(
            addresses.kubeconfig(),
            addresses.git(),
            addresses.gateway(),
            addresses.proxy(),
            addresses.prometheus(),
            addresses.controller(),
            addresses.page(),
            addresses.logs());
    try (var demo =
        new Demo(
            playground.api(),
            playground.delivery(),
            playground.slack(),
            playground.traffic(),
            playground.vertx(),
            places,
            playground::controllerPid,
            screen)) {
      demo.run(stop);
    }
  }
}
