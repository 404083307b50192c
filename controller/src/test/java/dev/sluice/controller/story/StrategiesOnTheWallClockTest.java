package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.cli.CommandLineRun;
import dev.sluice.controller.wallclock.ProductionApps;
import dev.sluice.playground.Playground;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A good and a bad release in every strategy, each of an app of its own and all at the same time,
/// over real HTTP: API server, pods, proxy and metrics of the playground, and the controller as it
/// is started by its command.
class StrategiesOnTheWallClockTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  /// A caller without a sidecar has no labels that a rule could match.
  private static final List<Way> WAYS =
      Arrays.stream(Way.values()).filter(way -> way != Way.AB_TEST_BY_CALLER).toList();

  @TempDir Path folder;

  /// What the users of one app get.
  private record Users(String app, Way way, HttpClient http, AtomicInteger failed) {
    String ask(String service, boolean insider) {
      var request = HttpRequest.newBuilder(URI.create("http://" + service + ".production/"));
      if (insider) {
        request.header("x-canary", "insider");
      }
      try {
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 500 && service.equals(app)) {
          failed.incrementAndGet();
        }
        return answer.body();
      } catch (IOException e) {
        failed.incrementAndGet();
        return e.toString();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return "";
      }
    }

    /// Once; what they are answered is counted.
    void come() {
      ask(app, false);
      if (way.meeting() == Way.Meeting.INSIDERS) {
        ask(app, true);
      } else if (way.meeting().hasLoadTest()) {
        ask(app + "-canary", false);
      }
    }
  }

  @Test
  void everyStrategyPromotesAGoodReleaseAndTakesABadOneBack() throws Exception {
    try (Playground playground =
        Playground.start(
            new Playground.Options(
                folder, Optional.empty(), false, ROOT.toAbsolutePath(), Optional.of("none")),
            line -> {})) {
      Playground.Addresses at = playground.addresses();
      try (CommandLineRun controller =
              CommandLineRun.start(
                  "controller",
                  "--kubeconfig=" + at.kubeconfig(),
                  "--metrics-server=http://prometheus.istio-system:9090",
                  "--http-proxy=" + at.proxy(),
                  "--interval-floor=2s",
                  "--settle-time=1s",
                  "--scrape-interval=1s",
                  "--listen=127.0.0.1",
                  "--port=0",
                  "--git-dir=" + folder.resolve("mirrors"),
                  "--log-level=warn");
          KubernetesClient client = ProductionApps.client(at.api());
          HttpClient http = http(at.proxy());
          var crowd = Executors.newScheduledThreadPool(8)) {
        List<Users> all = new ArrayList<>();
        for (Way way : WAYS) {
          String app = "app-" + way.name().toLowerCase(Locale.ROOT).replace('_', '-');
          apply(client, app, way);
          all.add(new Users(app, way, http, new AtomicInteger()));
        }
        await(client, all, "Initialized");
        var coming =
            all.stream()
                .map(users -> crowd.scheduleAtFixedRate(users::come, 0, 100, TimeUnit.MILLISECONDS))
                .toList();

        release(client, all, "1.1.0", "0");
        await(client, all, "Succeeded");
        for (Users users : all) {
          assertThat(users.failed()).as(users.app()).hasValue(0);
          assertThat(users.ask(users.app(), true)).as(users.app()).contains("1.1.0");
        }

        release(client, all, "1.2.0", "0.8");
        await(client, all, "Failed");
        for (Users users : all) {
          if (users.way().meeting().isSafeAtFirst()) {
            assertThat(users.failed()).as(users.app()).hasValue(0);
          }
          assertThat(users.ask(users.app(), true)).as(users.app()).contains("1.1.0");
        }
        assertThat(controller.ended()).isFalse();
        assertThat(coming).as("users who still come").noneMatch(Future::isDone);
        crowd.shutdownNow();
      }
    }
  }

  private static HttpClient http(String proxy) {
    URI at = URI.create(proxy);
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(new InetSocketAddress(at.getHost(), at.getPort())))
        .build();
  }

  private static void apply(KubernetesClient client, String app, Way way) {
    String yaml =
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: production}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: APP, namespace: production}
        spec:
          replicas: 1
          selector: {matchLabels: {app: APP}}
          template:
            metadata: {labels: {app: APP}}
            spec:
              containers: [{name: app, image: "registry.example.com/app:1.0.0", ports: [{containerPort: 8080}]}]
        ---
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: APP, namespace: production}
        spec:
          provider: istio
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: APP}
          service: {port: 80, targetPort: 8080}
          analysis:
            {interval: 3s, threshold: 2, ANALYSIS, metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 10s}]}
        """
            .replace("APP", app)
            .replace("ANALYSIS", way.analysis().replace("15s", "3s"));
    client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).serverSideApply();
  }

  private static void release(
      KubernetesClient client, List<Users> all, String version, String errors) {
    for (Users users : all) {
      client
          .apps()
          .deployments()
          .inNamespace("production")
          .withName(users.app())
          .edit(live -> {
            var template = live.getSpec().getTemplate();
            template
                .getMetadata()
                .setAnnotations(Map.of("playground.sluice.dev/error-rate", errors));
            template
                .getSpec()
                .getContainers()
                .getFirst()
                .setImage("registry.example.com/app:" + version);
            return live;
          });
    }
  }

  private static void await(KubernetesClient client, List<Users> all, String phase) {
    for (Users users : all) {
      ProductionApps.await(client, users.app(), phase, Duration.ofMinutes(2));
    }
  }
}
