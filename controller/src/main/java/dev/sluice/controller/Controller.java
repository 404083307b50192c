package dev.sluice.controller;

import dev.sluice.controller.alert.Alerts;
import dev.sluice.controller.alert.Destination;
import dev.sluice.controller.canary.Canaries;
import dev.sluice.controller.canary.CanaryReconciler;
import dev.sluice.controller.check.WebhookHooks;
import dev.sluice.controller.cluster.ApiCluster;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.cluster.Followed;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.Watches;
import dev.sluice.controller.compare.Ticks;
import dev.sluice.controller.gitsync.GitSyncReconciler;
import dev.sluice.controller.gitsync.Handovers;
import dev.sluice.controller.http.AnalysisHttp;
import dev.sluice.controller.http.Http;
import dev.sluice.controller.http.MeteredHttp;
import dev.sluice.controller.http.ResilientHttp;
import dev.sluice.controller.lease.Elector;
import dev.sluice.controller.loop.Key;
import dev.sluice.controller.loop.Loop;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Reach;
import dev.sluice.controller.report.AlertMessenger;
import dev.sluice.controller.report.EventWebhooks;
import dev.sluice.controller.report.Events;
import dev.sluice.controller.server.Endpoints;
import dev.sluice.controller.server.ProcessMetrics;
import dev.sluice.controller.server.Pulse;
import dev.sluice.controller.webhook.Webhooks;
import dev.sluice.gitops.fetch.Mirrors;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process: puts the parts together and runs them until it is asked to stop.
public final class Controller {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

  /// What is watched from the start, besides the kinds of the mesh.
  private static final List<Kind> WATCHED =
      List.of(
          Kind.CANARY,
          Kind.METRIC_TEMPLATE,
          Kind.GIT_SYNC,
          Kind.DEPLOYMENT,
          Kind.AUTOSCALER,
          Kind.DISRUPTION_BUDGET,
          Kind.SERVICE,
          Kind.CONFIG_MAP,
          Kind.SECRET);

  /// What is watched besides, where the cluster knows it.
  private static final List<Kind> OPTIONAL = List.of(Kind.SCALED_OBJECT);

  private static final Duration SYNC_REMINDER = Duration.ofSeconds(15);

  private Controller() {}

  /// Runs until the process is asked to stop.
  ///
  /// @return the exit code
  /// @throws UserError for what the person who started it can mend
  public static int run(Settings settings) throws InterruptedException {
    Mesh mesh = mesh(settings.meshProvider());
    InstantSource clock = InstantSource.system();
    PrometheusRegistry registry = new PrometheusRegistry();
    ProcessMetrics metrics = new ProcessMetrics(registry, settings.version(), mesh.name());
    AtomicReference<List<String>> unready = new AtomicReference<>(List.of("starting"));
    Pulse pulse = new Pulse();
    Vertx vertx = Vertx.vertx();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ResilientHttp http = ResilientHttp.over(vertx, ResilientHttp.Limits.DEFAULT);
        Endpoints endpoints =
            new Endpoints(
                vertx,
                settings.host(),
                settings.port(),
                registry,
                () -> pulse.problems(clock.instant()),
                unready::get);
        KubernetesClient client = Connection.open(settings.kubeconfig(), settings.version());
        Mirrors mirrors = new Mirrors(settings.gitDirectory())) {
      metrics.leftAlone(http::leftAlone);
      metrics.leading(settings.election().isEmpty());
      String server = Connection.check(client);
      List<Kind> required = new ArrayList<>(WATCHED);
      try (Watches watches = new Watches(client, required, settings.namespace(), metrics)) {
        Cluster reading =
            ApiCluster.over(client, watches, Connection.TIMEOUT_MILLIS, metrics, Fence.OPEN);
        requireKinds(reading, required);
        Duty duty =
            new Duty(
                fence -> {
                  Cluster cluster =
                      ApiCluster.over(client, watches, Connection.TIMEOUT_MILLIS, metrics, fence);
                  Interest interest = new Interest(mesh);
                  Loop loop =
                      loop(
                          settings, mesh, cluster, mirrors, interest, http, threads, clock,
                          metrics);
                  pulse.of(loop::lastTurn);
                  return new Work(loop, interest, cluster, watches::kinds);
                },
                settings
                    .election()
                    .map(election -> elector(election, client, watches, metrics, threads, clock)));
        duty.stopWithTheProcess();
        watches.start(duty::changed);
        required.addAll(defined(reading, kinds(mesh)));
        List<Kind> others = new ArrayList<>(defined(reading, OPTIONAL));
        Meshes.all().stream()
            .filter(other -> !other.equals(mesh))
            .forEach(other -> others.addAll(defined(reading, kinds(other))));
        while (!watches.awaitSync(required, SYNC_REMINDER)) {
          unready.set(List.of("waiting for " + String.join(", ", watches.missing())));
          LOG.atWarn().addKeyValue("kinds", watches.missing()).log("still waiting for first lists");
        }
        if (!watches.awaitSync(others, SYNC_REMINDER)) {
          LOG.atWarn()
              .addKeyValue("kinds", watches.missing())
              .log("began without first lists; Canaries that need them have to wait");
        }
        unready.set(List.of());
        LOG.atInfo()
            .addKeyValue("version", settings.version())
            .addKeyValue("kubernetes", server)
            .addKeyValue("mesh", mesh.name())
            .addKeyValue("port", endpoints.port())
            .addKeyValue("namespace", settings.namespace().isEmpty() ? "all" : settings.namespace())
            .log("controller started");
        if (!settings.namespace().isEmpty()) {
          LOG.atWarn()
              .addKeyValue("namespace", settings.namespace())
              .log(
                  "only routes of one namespace are seen; a host that is owned by another one is not found out");
        }
        duty.run();
        LOG.atInfo().log("controller stopped");
      }
      return 0;
    } catch (IOException e) {
      throw new UserError(String.valueOf(e.getMessage()));
    } finally {
      vertx.close();
    }
  }

  private static Elector elector(
      Settings.Election election,
      KubernetesClient client,
      Watches watches,
      ProcessMetrics metrics,
      ExecutorService threads,
      InstantSource clock) {
    Cluster cluster =
        ApiCluster.over(
            client, watches, election.timing().requestTimeout().toMillis(), metrics, Fence.OPEN);
    long began = System.nanoTime();
    return new Elector(
        cluster,
        election.lease(),
        election.identity(),
        election.timing(),
        () -> Duration.ofNanos(System.nanoTime() - began),
        clock,
        new LeaseNews(election.identity(), new Events(cluster), metrics, threads, clock));
  }

  private static Loop loop(
      Settings settings,
      Mesh mesh,
      Cluster cluster,
      Mirrors mirrors,
      Interest interest,
      Http http,
      ExecutorService threads,
      InstantSource clock,
      ProcessMetrics metrics) {
    Optional<Http.Proxy> proxy = settings.httpProxy().map(Http.Proxy::at);
    Events events = new Events(cluster);
    Handovers handovers = new Handovers(cluster);
    AlertMessenger messenger =
        new AlertMessenger(
            new Alerts(
                cluster::get,
                new MeteredHttp(http, "alert", metrics),
                settings.slack().map(slack -> destination(slack)),
                settings.crossNamespaceRefs()),
            events,
            cluster,
            settings.clusterName(),
            threads,
            metrics);
    Webhooks webhooks = new Webhooks(new MeteredHttp(http, "webhook", metrics), proxy);
    EventWebhooks hearers = new EventWebhooks(webhooks, settings.eventWebhook(), threads);
    Waker waker = new Waker();
    AnalysisHttp sources = new AnalysisHttp(new MeteredHttp(http, "metrics", metrics), proxy);
    Ticks ticks =
        new Ticks(
            sources,
            (key, at) -> waker.wake.accept(key, at),
            canary -> waker.wake.accept(new Key(Kind.CANARY, canary), clock.instant()),
            metrics.comparisons(),
            clock);
    CanaryReconciler canaries =
        Canaries.reconciler(
            cluster,
            new Canaries.Options(
                new dev.sluice.controller.rollout.policy.Settings(
                    settings.settle(),
                    dev.sluice.controller.rollout.policy.Settings.DEFAULT.quiet(),
                    settings.intervalFloor(),
                    settings.namespace().isEmpty(),
                    settings.scrape()),
                mesh,
                settings.selectorLabels(),
                settings.labelPrefixes(),
                settings.metricsServer().toString(),
                new Reach(settings.namespace(), settings.crossNamespaceRefs())),
            interest,
            events,
            sources,
            new WebhookHooks(webhooks),
            messenger.and(hearers),
            handovers::of,
            metrics.canaries(),
            ticks,
            clock);
    GitSyncReconciler gitSyncs =
        new GitSyncReconciler(
            cluster,
            mirrors,
            settings.gitAllowFile(),
            mesh,
            handovers,
            events,
            settings.gitDefaultServiceAccount(),
            canary -> waker.wake.accept(new Key(Kind.CANARY, canary), clock.instant()),
            metrics.syncs());
    Loop loop =
        new Loop(
            Map.of(Kind.CANARY, canaries, Kind.GIT_SYNC, gitSyncs, Ticks.KIND, ticks),
            clock,
            settings.most(),
            metrics);
    waker.wake = loop::lookAt;
    metrics.queue(loop::size, loop::stuck);
    return loop;
  }

  /// Lets a reconciler ask the loop for a look, though the loop is made after it.
  private static final class Waker {
    private volatile BiConsumer<Key, Instant> wake = (key, at) -> {};
  }

  private static Destination destination(Settings.Slack slack) {
    return Destination.slack(
        slack.url(), slack.token(), slack.channel(), slack.user(), Optional.empty());
  }

  private static Mesh mesh(String name) {
    try {
      return Meshes.named(name);
    } catch (UnknownMesh e) {
      throw new UserError("--mesh-provider: " + e.getMessage());
    }
  }

  private static List<Kind> kinds(Mesh mesh) {
    return mesh.kinds().stream().map(Interest::kind).toList();
  }

  /// Those that the cluster defines, which are followed from now on. The others may be defined
  /// later; they are followed when a Canary needs them.
  private static List<Kind> defined(Cluster cluster, List<Kind> kinds) {
    List<Kind> defined = new ArrayList<>();
    for (Kind kind : kinds) {
      if (cluster.follow(kind) == Followed.UNDEFINED) {
        LOG.atInfo()
            .addKeyValue("resource", kind.plural())
            .log("the cluster does not define a kind; Canaries that need it have to wait");
      } else {
        defined.add(kind);
      }
    }
    return defined;
  }

  /// A watch of a kind that is not defined would wait for ever without a word.
  private static void requireKinds(Cluster cluster, List<Kind> kinds) {
    for (Kind kind : kinds) {
      if (cluster.resolve(kind.apiVersion(), kind.kind()).isEmpty()) {
        throw new UserError(
            "the cluster does not know %s (%s); install the definitions in deploy/crds first"
                .formatted(kind.kind(), kind.apiVersion()));
      }
    }
  }
}
