package dev.sluice.controller.cli;

import dev.sluice.controller.Controller;
import dev.sluice.controller.Settings;
import java.io.Console;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "controller",
    description =
        "Runs the controller against a cluster: the one of --kubeconfig, else the one it runs in.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false,
    versionProvider = Version.class)
final class ControllerCommand implements Callable<Integer> {

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the cluster. Inside a cluster nothing is needed.")
  @Nullable Path kubeconfig;

  @Option(
      names = "--namespace",
      paramLabel = "NS",
      defaultValue = "",
      description = "Watch only this namespace; all when empty.")
  String namespace;

  @Option(
      names = "--no-cross-namespace-refs",
      description =
          "A Canary may only use MetricTemplates and AlertProviders of its own namespace.")
  boolean noCrossNamespaceRefs;

  @Option(
      names = "--mesh-provider",
      paramLabel = "NAME",
      defaultValue = "istio",
      description = "The provider of Canaries that name none: istio, gatewayapi:v1 or kubernetes.")
  String meshProvider;

  @Option(
      names = "--metrics-server",
      paramLabel = "URL",
      defaultValue = "http://prometheus:9090",
      description = "Prometheus that answers built-in metrics.")
  URI metricsServer;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port of /healthz, /readyz and /metrics; 0 takes any.")
  int port;

  @Option(
      names = "--listen",
      paramLabel = "HOST",
      defaultValue = "0.0.0.0",
      description = "Address to listen on.")
  String host;

  @Option(
      names = "--interval-floor",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "No spec.analysis.interval is taken as shorter than this.")
  Duration intervalFloor;

  @Option(
      names = "--settle-time",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description = "How long a changed route takes to reach every proxy of the mesh.")
  Duration settle;

  @Option(
      names = "--scrape-interval",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description = "How often the metrics server collects; no check judges less than two of them.")
  Duration scrape;

  @Option(
      names = "--selector-labels",
      paramLabel = "KEYS",
      split = ",",
      defaultValue = "app,name,app.kubernetes.io/name",
      description = "Labels by which a target may select its pods, in order of preference.")
  String[] selectorLabels;

  @Option(
      names = "--include-label-prefix",
      paramLabel = "PREFIXES",
      split = ",",
      defaultValue = "",
      description = "Labels of the target that its primary gets, by prefix; * for all.")
  String[] labelPrefixes;

  @Option(
      names = "--threadiness",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many objects are looked at at once.")
  int most;

  @Option(
      names = "--http-proxy",
      paramLabel = "URL",
      description = "HTTP proxy for metrics and webhooks; the API server is reached directly.")
  @Nullable URI httpProxy;

  @Option(
      names = "--event-webhook",
      paramLabel = "URL",
      defaultValue = "${EVENT_WEBHOOK_URL:-}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Gets every event of Canaries without event webhooks (or EVENT_WEBHOOK_URL).")
  String eventWebhook;

  @Option(
      names = "--slack-url",
      paramLabel = "URL",
      defaultValue = "${SLACK_URL:-}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Slack hook for Canaries without alerts of their own (or env SLACK_URL).")
  String slackUrl;

  @Option(
      names = "--slack-token",
      paramLabel = "TOKEN",
      defaultValue = "${SLACK_TOKEN:-}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Slack bot token (or env SLACK_TOKEN).")
  String slackToken;

  @Option(
      names = "--slack-channel",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Slack channel; needed with --slack-url.")
  String slackChannel;

  @Option(
      names = "--slack-user",
      paramLabel = "NAME",
      defaultValue = "sluice",
      description = "Name shown with Slack messages.")
  String slackUser;

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Shown in alerts.")
  String clusterName;

  @Option(
      names = "--git-dir",
      paramLabel = "DIR",
      description = "Where mirrors of Git repositories are kept; a temporary folder when absent.")
  @Nullable Path gitDirectory;

  @Option(
      names = "--git-allow-file-urls",
      description = "Let a GitSync name a file: URL, for tests.")
  boolean gitAllowFile;

  @Option(
      names = "--default-service-account",
      paramLabel = "NAME",
      defaultValue = "default",
      description =
          "ServiceAccount, in the GitSync's namespace, that writes for a GitSync that names none.")
  String gitDefaultServiceAccount;

  @Mixin final LeaderElection leaderElection = new LeaderElection();

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "${COMPLETION-CANDIDATES}")
  LogLevel logLevel;

  @Option(
      names = "--log-encoding",
      paramLabel = "FORM",
      description = "${COMPLETION-CANDIDATES}; console at a terminal, else json, when not given.")
  @Nullable LogEncoding logEncoding;

  @Spec CommandSpec spec;

  /// Levels as Flagger names them.
  enum LogLevel {
    debug,
    info,
    warn,
    error
  }

  /// How a log line is written.
  enum LogEncoding {
    json,
    console
  }

  @Override
  public Integer call() throws Exception {
    // Before the first logger is made.
    System.setProperty("sluice.log.level", logLevel.name());
    System.setProperty("sluice.log.encoding", encoding().name());
    return Controller.run(settings());
  }

  private LogEncoding encoding() {
    if (logEncoding != null) {
      return logEncoding;
    }
    return Optional.ofNullable(System.console())
        .filter(Console::isTerminal)
        .map(_ -> LogEncoding.console)
        .orElse(LogEncoding.json);
  }

  private Settings settings() throws java.io.IOException {
    if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
      throw bad("--kubeconfig: cannot read " + kubeconfig);
    }
    if (port < 0 || port > 65535) {
      throw bad("--port: " + port + " is not a port");
    }
    if (most < 1) {
      throw bad("--threadiness: must be at least 1");
    }
    if (!slackUrl.isEmpty() && slackChannel.isEmpty()) {
      throw bad("--slack-channel is needed with --slack-url");
    }
    requireHttp("--metrics-server", metricsServer);
    if (httpProxy != null) {
      requireHttp("--http-proxy", httpProxy);
    }
    Path mirrors = gitDirectory == null ? Files.createTempDirectory("sluice-git") : gitDirectory;
    Files.createDirectories(mirrors);
    return new Settings(
        Optional.ofNullable(kubeconfig),
        namespace,
        !noCrossNamespaceRefs,
        metricsServer,
        meshProvider,
        host,
        port,
        intervalFloor,
        settle,
        scrape,
        Optional.ofNullable(httpProxy),
        words(selectorLabels),
        words(labelPrefixes),
        most,
        slackUrl.isEmpty() ? Optional.empty() : Optional.of(slack()),
        eventWebhook(),
        clusterName,
        mirrors,
        gitAllowFile,
        gitDefaultServiceAccount,
        election(),
        Version.current());
  }

  private Optional<Settings.Election> election() {
    try {
      return leaderElection.settings(kubeconfig != null);
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  private Optional<URI> eventWebhook() {
    return eventWebhook.isEmpty()
        ? Optional.empty()
        : Optional.of(secretUrl("--event-webhook", eventWebhook));
  }

  /// An address that may hold a token, so it is never repeated.
  private URI secretUrl(String flag, String address) {
    try {
      URI url = URI.create(address);
      if (url.getHost() != null && String.valueOf(url.getScheme()).matches("https?")) {
        return url;
      }
    } catch (IllegalArgumentException _) {
      // Said below, without the address.
    }
    throw bad(flag + ": not an http URL");
  }

  private Settings.Slack slack() {
    URI url = secretUrl("--slack-url", slackUrl);
    return new Settings.Slack(
        url,
        slackChannel,
        slackUser,
        slackToken.isEmpty() ? Optional.empty() : Optional.of(slackToken));
  }

  private void requireHttp(String flag, URI uri) {
    String scheme = uri.getScheme();
    if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw bad(flag + ": must be an http or https URL with a host");
    }
  }

  private static List<String> words(String[] given) {
    return Arrays.stream(given).map(String::strip).filter(word -> !word.isEmpty()).toList();
  }

  private ParameterException bad(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
